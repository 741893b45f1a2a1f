"""Time as it is written → the days it covers."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from forevar.load.grid import as_text
from forevar.period import Period

MONTH_NAMES = (
    "januar jan january januari janvier janv", "februar feb february februari fevrier fevr fev",
    "mars mar march marz mrz maerz", "april apr avril avr", "mai may", "juni jun june juin",
    "juli jul july juillet juil", "august aug august aout", "september sep sept septembre",
    "oktober okt october oct octobre", "november nov novembre", "desember des december dec dezember dez decembre",
)  # fmt: skip
MONTHS = {name: number for number, names in enumerate(MONTH_NAMES, 1) for name in names.split()}
SPRING = {"var", "varen", "spring", "fruhling", "fruhjahr", "printemps"}
AUTUMN = {"host", "hosten", "haust", "hausten", "autumn", "fall", "herbst", "automne"}
_FILLERS = frozenset(
    "to til og med tom t o m bis au a until through and fra from i den of de du des le der die im mnd md maned "  # noqa: SIM905
    "months month per period periode perioden halvar halvaret et und".split()
)
_NOTE = re.compile(
    r"\s*(?:\[[^\]]*\]|\((?:foreløpig|førebels|provisional|prelim\w*|revised|revidert|[a-z0-9]{1,2})\)|\*+|[¹²³⁴⁵⁶⁷⁸⁹])\s*$",
    re.I,
)
_WORD = re.compile(r"[^\W\d_]+|\d+")
_Y, _YY = r"(?P<y>\d{4})", r"(?P<y>\d{4}|\d{2})"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z| ?[ap]m|[+-]\d\d:?\d\d)?"
_QUARTER = r"(?:q|k|kv|kvartal|quarter|quartal|trimestre|trim|t)"
_NTH = r"(?:st|nd|rd|th|er|e|\.)?"
_WEEK = r"(?:w|u|uke|veke|week|kw|s|semaine)\.?"
_FORMS = (
    ("day", rf"{_Y}[-./](?P<m>\d{{1,2}})[-./](?P<d>\d{{1,2}})(?:[t ]{_CLOCK})?"),
    ("day", rf"(?P<first>\d{{1,2}})[-./] ?(?P<second>\d{{1,2}})[-./] ?{_YY}(?: {_CLOCK})?"),
    ("day", r"(?P<y>(?:19|20)\d{2})(?P<m>0[1-9]|1[0-2])(?P<d>[0-3]\d)"),
    ("half", rf"{_Y}-(?P<h>[12])"),
    ("half", r"0(?P<h>[12])/(?P<y>\d{2})"),
    ("month", rf"{_Y} ?m ?(?P<m>\d{{1,2}})"),
    ("month", rf"m(?P<m>\d{{1,2}})[ -/]{_Y}"),
    ("month", rf"{_Y}[-./ ](?P<m>\d{{1,2}})"),
    ("month", rf"(?P<m>\d{{1,2}})[-./ ]{_Y}"),
    ("month", r"(?P<y>(?:19|20)\d{2})(?P<m>0[1-9]|1[0-2])"),
    ("quarter", rf"{_Y}[ -/]*{_QUARTER}\.? ?(?P<q>[1-4])"),
    ("quarter", rf"{_QUARTER}\.? ?(?P<q>[1-4])[ -/,.]*{_YY}"),
    ("quarter", rf"(?P<q>[1-4]){_NTH} ?{_QUARTER}\.?,?[ /-]*{_YY}"),
    ("quarter", rf"{_Y}[ ,./-]*(?P<q>[1-4]){_NTH} ?{_QUARTER}\.?"),
    ("month", r"(?P<m>\d{1,2})[-/.](?P<y>\d{2})"),
    ("quarter", rf"{_Y} (?P<q>[1-4])"),
    ("quarter", rf"(?P<q>[1-4]) {_Y}"),
    ("week", rf"{_Y} (?P<w>\d{{1,2}})"),
    ("week", rf"(?P<w>\d{{1,2}}) {_Y}"),
    ("week", rf"{_Y}[ -/]*{_WEEK} ?(?P<w>\d{{1,2}})"),
    ("week", rf"{_WEEK} ?(?P<w>\d{{1,2}})[ ,./-]*{_Y}"),
    ("calendar_half", rf"(?P<h>[12]){_NTH} ?(?:halvår|halvar|half|halbjahr|semestre|h)[, /-]*{_Y}"),
    ("calendar_half", rf"{_Y}[ -/]*h(?P<h>[12])"),
    ("calendar_half", rf"h(?P<h>[12])[ -/]*{_Y}"),
    ("financial_quarter", rf"{_Y}[-/](?:\d{{4}}|\d{{2}}),?[ -]?{_QUARTER}\.? ?(?P<q>[1-4])"),
    ("financial_quarter", rf"{_QUARTER}\.? ?(?P<q>[1-4]),?[ -]?{_Y}[-/](?:\d{{4}}|\d{{2}})"),
    ("financial_half", rf"{_Y}[-/](?:\d{{4}}|\d{{2}}),?[ -]?h(?P<h>[12])"),
    ("financial_half", rf"h(?P<h>[12]),?[ -]?{_Y}[-/](?:\d{{4}}|\d{{2}})"),
    ("year", _Y),
    ("financial", rf"{_Y}(?: ?[-/] ?| to | til | bis )(?P<next>\d{{4}}|\d{{2}})"),
)
_NUMERIC = tuple((kind, re.compile(form, re.I)) for kind, form in _FORMS)
_POINTS = tuple((kind, form) for kind, form in _NUMERIC if kind in ("day", "month"))
ROLLING = re.compile(
    r"\b(siste 12|siste tolv|rullerende|rolling|last 12|past 12|derniers 12|letzte 12|12 derniers)\b", re.I
)


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """Days covered, both ends included."""

    start: dt.date
    end: dt.date

    @property
    def days(self) -> int:
        """How many."""
        return (self.end - self.start).days + 1

    @property
    def year(self) -> str:
        """``2022``; ``2021/22`` for a year that does not begin in January."""
        start, end = self.start.year, self.end.year
        return str(start) if start == end else f"{start}/{end % 100:02d}"

    @property
    def label(self) -> str:
        """As it is said to people: ``2026-1`` for a half-year, ``2022``, ``2025-10`` for what begins in that month."""
        half = Period.containing(self.start)
        if (self.start, self.end) == (half.start, half.end):
            return str(half)
        if self.days >= 365:
            return self.year
        return self.start.isoformat()[:7] if self.days >= 28 else self.start.isoformat()


@dataclass(frozen=True)
class TimeForm:
    """How a profile's labels are to be understood.

    Attributes:
        every: What one label covers: ``month``, ``half_year`` …
        year_starts: First month of a year, 1 for January.
        day_first: 03.04.2026 is 3 April.
        half: The file's half-year, for months without a year.
    """

    every: str = "half_year"
    year_starts: int = 1
    day_first: bool = True
    half: Period | None = None


def half_span(period: Period) -> Span:
    """The days of a half-year."""
    return Span(period.start, period.end)


def month_span(year: int, month: int, last_year: int | None = None, last_month: int | None = None) -> Span | None:
    """The days of a month, or of the months to another."""
    end_year, end_month = last_year or year, last_month or month
    if not (1 <= month <= 12 and 1 <= end_month <= 12 and 1000 <= year <= 2999 and 1000 <= end_year <= 2999):
        return None
    end = dt.date(end_year, end_month, calendar.monthrange(end_year, end_month)[1])
    start = dt.date(year, month, 1)
    return Span(start, end) if start <= end else None


def parse_time(value: object, form: TimeForm) -> Span | None:
    """The days a label covers, or None when it is not a time of the kind the profile says.

    Args:
        value: A cell: date, number or text in Norwegian, English, German or French.
        form: What is expected.
    """
    if isinstance(value, dt.datetime | dt.date):
        day = value.date() if isinstance(value, dt.datetime) else value
        return _from_day(day, form)
    try:
        return _parse_text(as_text(value), form)
    except ValueError:  # a year no calendar of ours has: 5025-2
        return None


def is_rolling(value: object, form: TimeForm) -> bool:
    """Whether a label speaks of twelve months that are no year of the profile's."""
    if ROLLING.search(as_text(value)):
        return True
    span = parse_time(value, TimeForm("campaign", day_first=form.day_first)) if isinstance(value, str) else None
    return form.every == "year" and span is not None and span.days in (365, 366)


@lru_cache(maxsize=20_000)
def _parse_text(text: str, form: TimeForm) -> Span | None:
    text = " ".join(text.replace("\u2013", "-").replace("\u2014", "-").replace("\u2212", "-").split())
    while (cut := _NOTE.sub("", text)) != text:
        text = cut
    if not text or ROLLING.search(text):
        return None
    for kind, pattern in _NUMERIC:
        match = pattern.fullmatch(text)
        if match and (span := _numeric(kind, match, form)) and _is_of_kind(span, form):
            return span
    for read in (_range, _from_words):
        if (span := read(text, form)) and _is_of_kind(span, form):
            return span
    return None


def _numeric(kind: str, match: re.Match[str], form: TimeForm) -> Span | None:
    part = {name: int(text) for name, text in match.groupdict().items()}
    year = _four_digits(part["y"])
    if kind == "day":
        month, day = part.get("m", 0), part.get("d", 0)
        if "first" in part:
            day, month = (part["first"], part["second"]) if form.day_first else (part["second"], part["first"])
        try:
            return _from_day(dt.date(year, month, day), form)
        except ValueError:
            return None
    if kind == "half":
        return half_span(Period(year, part["h"])) if form.every == "half_year" else month_span(year, part["h"])
    if kind == "month":
        return month_span(year, part["m"])
    if kind == "quarter":
        return month_span(year, 3 * part["q"] - 2, year, 3 * part["q"])
    if kind == "week":
        try:
            monday = dt.date.fromisocalendar(year, part["w"], 1)
        except ValueError:
            return None
        return Span(monday, monday + dt.timedelta(days=6))
    if kind == "calendar_half":
        return month_span(year, 6 * part["h"] - 5, year, 6 * part["h"])
    if kind.startswith("financial_"):
        months, part_of_year = (3, part["q"]) if kind == "financial_quarter" else (6, part["h"])
        return _part_of_financial_year(year, months, part_of_year, form)
    if kind == "year":
        return _year(year, form)
    return _year(year, form) if part["next"] in (year + 1, (year + 1) % 100) and form.year_starts > 1 else None


def _year(year: int, form: TimeForm) -> Span | None:
    if form.year_starts == 1:
        return month_span(year, 1, year, 12)
    return month_span(year, form.year_starts, year + 1, form.year_starts - 1)


def _part_of_financial_year(year: int, months: int, part: int, form: TimeForm) -> Span | None:
    """The ``part``-th quarter or half of a year that does not begin in January."""
    if form.year_starts == 1:
        return None
    first = form.year_starts - 1 + months * (part - 1)
    last = first + months - 1
    return month_span(year + first // 12, first % 12 + 1, year + last // 12, last % 12 + 1)


def _range(text: str, form: TimeForm) -> Span | None:
    """``1.10.2025-31.3.2026``, ``2025-10 til 2026-03``."""
    for mark in (" til ", " to ", " t.o.m. ", " tom ", " bis ", " au ", " - ", "-"):
        if text.count(mark) == 1:
            left, right = (part.strip() for part in text.split(mark))
            whole = TimeForm("day", form.year_starts, form.day_first)
            first, last = _one(left, whole), _one(right, whole)
            if first and last and first.start <= last.end:
                return Span(first.start, last.end)
    return None


def _one(text: str, form: TimeForm) -> Span | None:
    return next(
        (span for kind, point in _POINTS if (m := point.fullmatch(text)) and (span := _numeric(kind, m, form))), None
    )


def _from_words(text: str, form: TimeForm) -> Span | None:
    """Names of months or seasons and numbers, all of them accounted for."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain).casefold().replace("ø", "o")
    words, numbers, shape = [], [], ""
    for token in _WORD.findall(plain):
        if token.isdigit():
            numbers.append(int(token))
            shape += "Y" if len(token) == 4 else "n" if len(token) <= 2 else "?"
        elif token in MONTHS:
            words.append(MONTHS[token])
            shape += "M"
        elif token in SPRING or token in AUTUMN:
            words.append(1 if token in SPRING else 2)
            shape += "S"
        elif token not in _FILLERS:
            return None
    if shape in ("SY", "YS", "Sn"):
        return half_span(Period(_four_digits(numbers[0]), words[0]))
    if shape in ("MY", "YM", "Mn"):
        return month_span(_four_digits(numbers[0]), words[0])
    if shape in ("MMY", "YMM", "MMn", "MMYn", "MMYY", "YYMM"):
        return _months_of_one_year(words, numbers, shape)
    if shape in ("MYMY", "MnMn"):
        return month_span(_four_digits(numbers[0]), words[0], _four_digits(numbers[1]), words[1])
    if shape in ("nMY", "nMn"):
        try:
            return _from_day(dt.date(_four_digits(numbers[1]), words[0], numbers[0]), form)
        except ValueError:
            return None
    if shape == "MnY":
        try:
            return _from_day(dt.date(numbers[1], words[0], numbers[0]), form)
        except ValueError:
            return None
    if shape in ("nMYnMY", "nMnMY"):
        years = (numbers[1], numbers[3]) if len(numbers) == 4 else (numbers[2], numbers[2])
        last = numbers[2] if len(numbers) == 4 else numbers[1]
        try:
            start, end = dt.date(years[0], words[0], numbers[0]), dt.date(years[1], words[1], last)
        except ValueError:
            return None
        return Span(start, end) if start <= end else None
    if shape == "M" and form.half is not None:
        year = form.half.end.year if words[0] <= form.half.end.month else form.half.start.year
        return month_span(year, words[0])
    return None


def _months_of_one_year(words: list[int], numbers: list[int], shape: str) -> Span | None:
    """``oktober-mars 2026``, ``oktober-mars 2025/26``, ``2017 January to March``."""
    first, last = words
    year = _four_digits(numbers[-1])
    if len(numbers) == 2 and year - numbers[0] not in (0, 1):
        return None
    return month_span(year - (first > last), first, year, last)


def _from_day(day: dt.date, form: TimeForm) -> Span | None:
    """A date stands for the day, or for the week, month, quarter, half-year or year that begins there."""
    if form.every in ("day", "event"):
        return Span(day, day)
    if form.every == "week":
        return Span(day, day + dt.timedelta(days=6))
    if form.every == "month":
        return month_span(day.year, day.month)
    if form.every == "quarter":
        first = 3 * ((day.month - 1) // 3) + 1
        return month_span(day.year, first, day.year, first + 2)
    if form.every == "half_year":
        return half_span(Period.containing(day))
    return _year(day.year - (day.month < form.year_starts), form)


def _is_of_kind(span: Span, form: TimeForm) -> bool:
    """Whether as many days are covered as the profile says, and a year begins where it says."""
    low, high = {
        "day": (1, 1), "event": (1, 1), "week": (7, 7), "month": (28, 31), "quarter": (89, 92),
        "half_year": (179, 185), "year": (365, 366), "campaign": (1, 366),
    }[form.every]  # fmt: skip
    return low <= span.days <= high and (form.every != "year" or span.start.month == form.year_starts)


def _four_digits(year: int) -> int:
    return year if year >= 100 else 2000 + year if year < 70 else 1900 + year
