"""Series for the tests of the charts on consequences: builders, ordinary figures and odd ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
from chart_frames import CREDIT, SERIES

from forevar.blocks import Figure
from forevar.charts.columns import columns
from forevar.charts.course import Line
from forevar.charts.measured import measured
from forevar.charts.panels import panels
from forevar.charts.ranks import ranks
from forevar.charts.series import lines
from forevar.charts.sites import sites
from forevar.charts.theme import Series
from forevar.charts.timeline import Break, Span
from forevar.period import Period, period_range
from forevar.words import Words

HALVES = [str(period) for period in period_range(Period(2016, 1), Period(2026, 1))]
YEARS = [str(year) for year in range(1996, 2023)]
NOW = "2026-1"
WAVE = [0, 3, -2, 4, 1, -3, 2, 5, -4, 0, 2, -1, 3, -2, 1, 4, -3, 0, 2, -1, 1]


def make_rows(
    values: Sequence[float | None],
    measure: str = "reports",
    periods: Sequence[str] | None = None,
    *,
    place: str = "",
    substance: str = "",
    marks: Mapping[str, str] | None = None,
    status: Mapping[str, str] | None = None,
    frequency: str = "half_year",
) -> pd.DataFrame:
    """Tidy rows of one series; by default the last of its half-years is 2026-1."""
    periods = periods if periods is not None else HALVES[len(HALVES) - len(values) :]
    return pd.DataFrame(
        {
            "source": "register",
            "measure": measure,
            "place": place,
            "substance": substance,
            "period": list(periods),
            "frequency": frequency,
            "value": [float("nan") if value is None else float(value) for value in values],
            "status": [
                (status or {}).get(period, "not_available" if value is None else "ok")
                for period, value in zip(periods, values, strict=True)
            ],
            "mark": [(marks or {}).get(period, "reconstructed") for period in periods],
        }
    )


def slope(first: float, last: float, count: int = 21, wave: float = 0.0) -> list[float]:
    """Numbers from first to last with a little up and down, both ends as given."""
    steps = [first + (last - first) * n / max(count - 1, 1) for n in range(count)]
    inner = [round(step + wave * WAVE[n % len(WAVE)]) for n, step in enumerate(steps)]
    return [first, *inner[1:-1], last] if count > 1 else [last]


def overdoses() -> pd.DataFrame:
    """Three kinds and their sum; the kind that was smallest is now the largest."""
    opiates = [*slope(132, 83, 20, 3), 77]
    ghb = [*slope(88, 35, 20, 2), 32]
    unknown = [*slope(38, 89, 20, 1), 91]
    total = [sum(three) for three in zip(opiates, ghb, unknown, strict=True)]
    printed = dict.fromkeys(("2019-2", "2020-1", NOW), "printed")
    return pd.concat(
        make_rows(values, name, marks=printed)
        for name, values in {"opiates": opiates, "ghb": ghb, "unknown": unknown, "total": total}.items()
    )


OVERDOSE_LINES = [
    Line("I alt", measure="total", subject="overdoseutrykningene", total=True),
    Line("Opiater", measure="opiates"),
    Line("GHB/GBL", measure="ghb"),
    Line("Ukjent rusmiddel", measure="unknown", subject="ukjent rusmiddel", short="Ukjent"),
]


def needles() -> pd.DataFrame:
    """A total and six sites, two of them closed, one with a number missing."""
    rough = {NOW: "approximate"}
    return pd.concat([
        make_rows([*slope(372000, 233200, 20), 199228], marks={NOW: "printed"}),
        make_rows([*slope(292000, 211000, 20), 180000], place="big", marks=rough),
        make_rows([*slope(18000, 23000, 20), 20000], place="second", marks=rough),
        make_rows(slope(46000, 26000, 7), place="base", periods=HALVES[:7]),
        make_rows(slope(14000, 5000, 12), place="closed", periods=HALVES[:12]),
        make_rows([*slope(900, 350, 19), None, 350], place="street", marks=rough),
        make_rows([0] * 21, place="never"),
    ])  # fmt: skip


SITES = [
    Line("I alt", source="register", subject="kanylene", total=True),
    Line("Det store senteret", place="big"), Line("Det andre", place="second"),
    Line("Basen", place="base", closed="2019-1"), Line("Senteret som ble borte", place="closed", closed="2021-2"),
    Line("Gatetjenesten, oppsøkende virksomhet", place="street", short="Gatetjenesten"),
    Line("Aldri i bruk", place="never"),
]  # fmt: skip

PREPARATIONS = [
    Series("rivotril", "Rivotril", "#5B7F2B", "#4A6722"), Series("valium", "Valium", "#B07A10", "#85590A"),
    Series("sobril", "Sobril", "#3E7CB1", "#2A5F8C"), Series("xanor", "Xanor", "#A285D1", "#6F4FA6"),
    Series("ksalol", "Ksalol", "#F46A25", "#B34A10"),
    Series("uspesifisert", "uspesifiserte benzodiazepiner", "#7A7F87", "#4A525C"),
]  # fmt: skip


def levels(ksalol: float = 52) -> pd.DataFrame:
    """Levels of six preparations; one is new in 2021 and takes over."""
    ends = {"rivotril": (40, 8), "valium": (34, 21), "sobril": (28, 14), "xanor": (14, 26), "uspesifisert": (20, 30)}
    rows = [
        {"substance": key, "period": period, "level": level}
        for key, (first, last) in ends.items()
        for period, level in zip(HALVES, slope(first, last), strict=True)
    ]
    new = zip(HALVES[10:], slope(2, ksalol, 11), strict=True)
    return pd.DataFrame([*rows, *({"substance": "ksalol", "period": period, "level": level} for period, level in new)])


def samples() -> pd.DataFrame:
    """Panel and laboratories: one hidden, one not looked for, one not told apart."""
    nan = float("nan")
    rows = [
        ("xanor", 10, 34, 31, 410, "", ""), ("sobril", 7, 34, 28, 410, "", ""), ("rivotril", 11, 34, 22, 410, "", ""),
        ("valium", 9, 34, 44, 410, "", ""), ("ksalol", 14, 34, nan, nan, "", "–"),
        ("uspesifisert", nan, 34, 0, 410, ":", ""),
    ]  # fmt: skip
    names = ["substance", "knows", "asked", "positive", "analysed", "knows_sign", "positive_sign"]
    return pd.DataFrame(rows, columns=names)


def wastewater() -> pd.DataFrame:
    """Yearly campaigns, one year missing for one drug, one drug never measured."""
    years = [str(year) for year in range(2011, 2022)]
    of: dict[str, list[float | None]] = {
        "kokain": [53, 96, 70, 271, 151, 138, 93, 211, 219, 240, None],
        "heroin": [12, 89, 64, None, 122, 116, 64, 195, 159, 221, 50],
        "ketamin": [None] * 11,
    }
    return pd.concat(
        make_rows(values, "load", years, substance=key, frequency="campaign") for key, values in of.items()
    )


def wastewater_lines() -> list[Line]:
    return [
        Line(one.name, measure="load", substance=key, paint=one, subject=f"{one.name} i avløpsvannet")
        for key, one in SERIES.items()
        if key != "xanor"
    ]


PANDEMIC = [Span("2020-2", "2022-1", "pandemi")]
COUNTY = [Break("2020-1", "Det gamle fylket regnes som en del av det nye fra 2020")]


def line_figure(rows: pd.DataFrame, series: Sequence[Line], words: Words, **rest: object) -> Figure:
    """A line chart with the report's own period unless told otherwise."""
    options = {"what": "Personer", "period": NOW, **rest}
    return lines("figure", rows, series, options.pop("period"), words, CREDIT, **options)  # type: ignore[arg-type]


FIGURES: dict[str, Callable[[Words], Figure]] = {
    "overdoses": lambda w: line_figure(overdoses(), OVERDOSE_LINES, w, spans=PANDEMIC, breaks=COUNTY),
    "added up": lambda w: line_figure(
        overdoses(), [Line("I alt", subject="overdoseutrykningene", total=True), *OVERDOSE_LINES[1:]], w),
    "two lines": lambda w: line_figure(
        pd.concat([make_rows([*slope(252, 431, 20, 2), 406], "a"), make_rows([*slope(403, 239, 20, 3), 176], "b")]),
        [Line("Ruspåvirket kjøring", measure="a", subject="anmeldelser"), Line("Arrest", measure="b")], w),
    "all zero": lambda w: line_figure(make_rows([0] * 21), [Line("Aids")], w),
    "one period": lambda w: line_figure(make_rows([412]), [Line("Saker", subject="besittelsessakene")], w),
    "four periods": lambda w: line_figure(make_rows([388, 402, 371, 412]), [Line("Saker")], w),
    "gaps": lambda w: line_figure(make_rows([*slope(100, 300, 18), None, 280, None]), [Line("Utdelt")], w),
    "long name": lambda w: line_figure(make_rows(slope(1, 9)), [Line("Innleggelser ved akuttmedisinsk avdeling")], w),
    "huge": lambda w: line_figure(make_rows(slope(1_000_000, 9_876_543)), [Line("Enheter")], w),
    "same place": lambda w: line_figure(
        pd.concat([make_rows(slope(10, 50), "a"), make_rows(slope(90, 50), "b"), make_rows([50] * 21, "c")]),
        [Line("Den første gruppen", measure="a"), Line("Den andre gruppen", measure="b"), Line("C", measure="c")], w),
    "deaths": lambda w: line_figure(make_rows(slope(16, 38, 27, 4), periods=YEARS, frequency="year"),
                                    [Line("Fylket")], w, period="2022"),
    "sites": lambda w: sites("sites", needles(), SITES, NOW, w, CREDIT, what="Utdelte kanyler"),
    "columns": lambda w: columns("foil", make_rows([*slope(9100, 32600, 20), 50000], marks={NOW: "approximate"}),
                                 Line("Folie", subject="røykefolien"), NOW, w, CREDIT, what="Utdelte ark folie"),
    "columns with gaps": lambda w: columns("foil", make_rows([*slope(9100, 90000, 18), None, 95000, 30000]),
                                           Line("Folie"), NOW, w, CREDIT, what="Utdelte ark folie"),
    "ranks": lambda w: ranks("ranks", levels(), PREPARATIONS, NOW, w, CREDIT, limit=0.1),
    "measured": lambda w: measured("measured", samples(), PREPARATIONS, w, CREDIT,
                                    laboratories="Positive prøver ved det store sykehuset, det lille og fengslene"),
    "wastewater": lambda w: panels("water", wastewater(), wastewater_lines(), "2021", w, CREDIT,
                                   what="Milligram per 1 000 innbyggere per døgn"),
    "county and country": lambda w: panels(
        "deaths",
        pd.concat([make_rows([16, 11, None, *slope(24, 38, 24, 3)], periods=YEARS, place="county", frequency="year",
                             status={"1998": "suppressed"}),
                   make_rows(slope(197, 321, 27, 9), periods=YEARS, place="country", frequency="year")]),
        [Line("Fylket", place="county", subject="dødsfall i fylket"), Line("Landet", place="country")],
        "2022", w, CREDIT, what="Dødsfall", own_scales=True, none_sign=True),
}  # fmt: skip
