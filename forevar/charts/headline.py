"""courses → sentences: titles and descriptions that stay true when the numbers change.

A title says what the latest number is and which way it went. "Nearly unchanged" is said only when the caller's
change test says stable; no title calls a level low or high.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from math import floor, log10, sqrt

from forevar.charts.course import Course, Point, span, when
from forevar.words import Words, capital

TITLE_LENGTH = 75
ALT_LENGTH = 350
AREA = "charts_consequences"


def direction(course: Course) -> str:
    """``unchanged``, ``steady``, ``fall``, ``rise``, ``first_time``, ``missing`` (no number now) or ``empty``."""
    if not course.known:
        return "empty"
    now, before = course.now.value, course.before.value if course.before else None
    if now is None:
        return "missing"
    if before is None:
        return "first_time"
    if now == before:
        return "unchanged"
    if course.line.step == 0:
        return "steady"
    return "fall" if now < before else "rise"


def verb(course: Course) -> str:
    """The same, with ``halved`` and ``doubled`` in three shades where the ratio rounds to a half or to two."""
    plain = direction(course)
    if plain not in ("fall", "rise"):
        return plain
    assert course.now.value is not None and course.before is not None and course.before.value is not None
    now, before = course.now.value, course.before.value
    if plain == "fall" and round(now / before, 1) <= 0.5:
        return "halved" if 2 * now == before else "more_than_halved" if 2 * now < before else "nearly_halved"
    if plain == "rise" and before > 0 and round(now / before, 1) >= 2:
        return "doubled" if now == 2 * before else "more_than_doubled" if now > 2 * before else "nearly_doubled"
    return plain


def about(value: float, words: Words) -> str:
    """A difference as one says it: ``nær 34 000``, ``vel 1 200``, ``100``; two digits from 1 000 up."""
    places = max(0, floor(log10(value)) - 1) if value >= 1000 else 0
    unit = Decimal(1).scaleb(places)
    rounded = (Decimal(repr(value)) / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit
    shown = words.number(float(rounded))
    if places == 0 or rounded == Decimal(repr(value)):
        return shown
    return words(f"{AREA}.about.{'under' if Decimal(repr(value)) < rounded else 'over'}", number=shown)


def change_title(course: Course, words: Words, with_difference: bool = False) -> str:
    """What happened to one series, with its numbers.

    Args:
        course: The series.
        words: For the sentence.
        with_difference: ``199 228, nær 34 000 færre`` rather than ``23 mot 45``.
    """
    which = direction(course)
    facts: dict[str, object] = {"subject": course.line.name, "now": course.now.text}
    facts["when"] = when(course.now.period, words)
    if which == "empty":
        return _sentence("empty", words, **facts)
    if which == "missing":
        assert course.last is not None
        return _sentence("missing", words, **facts, last=course.last.text, last_when=when(course.last.period, words))
    if which == "first_time":
        return _sentence("first_time", words, **facts)
    assert course.before is not None and course.now.value is not None and course.before.value is not None
    facts["before"] = course.before.text
    facts["since"] = since(course, words)
    if which == "unchanged":
        return _sentence("unchanged", words, **facts)
    if with_difference and which in ("fall", "rise"):
        facts["difference"] = about(abs(course.now.value - course.before.value), words)
        return _sentence(f"{which}_by", words, **facts)
    return _sentence(verb(course), words, **facts)


def since(course: Course, words: Words) -> str:
    """``halvåret før``, ``året før``, or the period when it is further back."""
    if course.follows_on:
        return words(f"{AREA}.since.{'half_year' if course.is_half_yearly else 'year'}")
    assert course.before is not None
    return words(f"{AREA}.since.period", period=when(course.before.period, words))


def shared_title(pair: Sequence[Course], words: Words) -> str:
    """Two series in one sentence; what one of them has done in the long run is added where it differs and fits."""
    ways = [direction(course) for course in pair]
    if not set(ways) <= {"fall", "rise"}:
        return change_title(most_changed(pair), words)
    names = [course.line.name for course in pair]
    scope = "half_year" if pair[0].is_half_yearly else "year"
    last = words(f"{AREA}.last.{scope}")
    if ways[0] == ways[1]:
        title = _sentence(f"both_{ways[0]}", words, subject=words.join(names), last=last)
    else:
        title = _sentence(f"{ways[0]}_and_{ways[1]}", words, subject=names[0], other=names[1], last=last)
    contrasts = [course for course in pair if _turned(course)]
    if contrasts:
        course = max(contrasts, key=_long_change)
        assert course.first is not None
        more = "above" if _long_ratio(course) > 1 else "below"
        longer = title + words(
            f"{AREA}.title.but_{more}", subject=course.line.name, first=when(course.first.period, words)
        )
        return longer if len(longer) <= TITLE_LENGTH else title
    return title


def _long_ratio(course: Course) -> float:
    assert course.now.value is not None and course.first is not None and course.first.value is not None
    return (course.now.value + 1) / (course.first.value + 1)


def _long_change(course: Course) -> float:
    ratio = _long_ratio(course)
    return max(ratio, 1 / ratio)


def _turned(course: Course) -> bool:
    """Whether the latest step goes against the whole span."""
    return len(course.known) > 2 and (_long_ratio(course) - 1) * (1 if direction(course) == "fall" else -1) > 0


def parts_title(parts: Sequence[Course], total: Course, words: Words) -> str:
    """Which part is the largest now, of how many, and whether it was so at the start."""
    with_now = [course for course in parts if course.now.value is not None]
    if total.now.value is None or len(with_now) < len(parts):
        return change_title(total, words)
    largest = max(with_now, key=_now)
    rivals = [course for course in with_now if course is not largest and _now(course) == _now(largest)]
    at_first = [course.points[0].value for course in parts]
    if rivals or None in at_first:
        return change_title(total, words)
    was_largest = largest.points[0].value == max(value for value in at_first if value is not None)
    return _sentence(
        "still_largest" if was_largest else "now_largest",
        words,
        subject=largest.line.name,
        part=largest.now.text,
        total=total.now.text,
    )


def _now(course: Course) -> float:
    assert course.now.value is not None
    return course.now.value


def most_changed(several: Sequence[Course]) -> Course:
    """The series whose half-year change is largest against what chance moves counts by; else the first with numbers."""

    def surprise(course: Course) -> float:
        if direction(course) not in ("fall", "rise"):
            return -1.0
        assert course.now.value is not None and course.before is not None and course.before.value is not None
        return abs(course.now.value - course.before.value) / sqrt(course.now.value + course.before.value)

    return max(several, key=lambda course: (surprise(course), bool(course.known)))


def lines_title(several: Sequence[Course], words: Words) -> str:
    """The title of a figure with one or more lines."""
    total = next((course for course in several if course.line.total), None)
    parts = [course for course in several if course is not total]
    if total is not None and len(parts) > 1:
        return parts_title(parts, total, words)
    if len(several) == 2:
        return shared_title(several, words)
    return change_title(most_changed(several), words)


def in_a_row(course: Course) -> int:
    """How many periods on end the series has gone the way it went last; 0 when it stood still or can't be compared."""
    way = direction(course)
    if way not in ("fall", "rise"):
        return 0
    run = 0
    for later, earlier in zip(reversed(course.points), reversed(course.points[:-1]), strict=False):
        if later.value is None or earlier.value is None:
            break
        if later.value == earlier.value or (later.value > earlier.value) != (way == "rise"):
            break
        run += 1
    return run


def run_title(course: Course, words: Words) -> str:
    """``… har gått opp to halvår på rad: ca. 50 000 mot 33 000 halvåret før``; one step is told as any change."""
    run = in_a_row(course)
    if run < 2 or not course.is_half_yearly:
        return change_title(course, words)
    assert course.before is not None
    return _sentence(
        f"{direction(course)}_in_a_row",
        words,
        subject=course.line.name,
        count=words.count_word(run),
        now=course.now.text,
        before=course.before.text,
        since=since(course, words),
    )


def _sentence(key: str, words: Words, **facts: object) -> str:
    return capital(words(f"{AREA}.title.{key}", **facts))


def latest(several: Iterable[Course], words: Words) -> str:
    """``Vår 2026: opiater 77, GHB/GBL 32.``: the newest number of each series, or why there is none."""
    listed = list(several)
    numbers = ", ".join(f"{course.line.label} {course.now.text}" for course in listed)
    return capital(words(f"{AREA}.alt.latest", when=when(listed[0].now.period, words), numbers=numbers))


def from_to(several: Iterable[Course], words: Words) -> str:
    """How far each series has moved since its first number."""
    told = [
        words(
            f"{AREA}.alt.from_to",
            label=course.line.label,
            first=course.first.text,
            first_when=when(course.first.period, words),
            last=course.last.text,
        )
        for course in several
        if course.first is not None and course.last is not None and course.first is not course.last
    ]
    return capital(words(f"{AREA}.alt.moved", moves="; ".join(told))) if told else ""


def peaks(several: Iterable[Course], words: Words) -> str:
    """The highest and lowest number of each series and when."""

    def told(course: Course, end: str, choose: Callable[..., Point]) -> str:
        point = choose(course.known, key=lambda known: known.value)
        return words(f"{AREA}.alt.{end}", label=course.line.label, number=point.text, when=when(point.period, words))

    known = [course for course in several if len(course.known) > 1]
    return (
        capital("; ".join(told(c, "highest", max) + ", " + told(c, "lowest", min) for c in known)) + "."
        if known
        else ""
    )


def lines_alt(several: Sequence[Course], words: Words, tag: str, extra: Iterable[str] = ()) -> str:
    """Description of a line chart: kind and span, newest numbers, movement, what the caller adds, the data's tag."""
    scope = "half_year" if several[0].is_half_yearly else "year"
    kind = words(
        f"{AREA}.alt.lines",
        count=words.count_word(len(several)),
        span=span(several[0].points, words),
        per=words(f"{AREA}.per.{scope}"),
    )
    return description([kind, latest(several, words), *extra, from_to(several, words), peaks(several, words)], tag)


def description(sentences: Iterable[str], tag: str) -> str:
    """Sentences in order of weight, as many as fit, the data's tag always last."""
    ending = f"{tag}." if tag else ""
    text = ""
    for sentence in sentences:
        if sentence and len(text) + len(sentence) + len(ending) + 2 <= ALT_LENGTH:
            text = f"{text} {sentence}".strip()
    return f"{text} {ending}".strip()
