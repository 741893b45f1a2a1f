"""Tables for the chart tests: one ordinary edition with four substances, and odd ones."""

from __future__ import annotations

import io
from math import exp, log, sqrt
from pathlib import Path

import pandas as pd

from forevar.blocks import Credit
from forevar.charts.theme import Series
from forevar.words import Words, flatten
from forevar.yaml_file import read_yaml

PARAMS = Path(__file__).parents[1] / "params"
CREDIT = Credit("Kilde: kildene i figuren. Periode: oktober 2025–mars 2026.", "Rekonstruerte data")

SERIES = {
    "heroin": Series("heroin", "heroin", "#12436D", "#12436D"),
    "kokain": Series("kokain", "kokain", "#801650", "#801650"),
    "ketamin": Series("ketamin", "ketamin", "#28A197", "#17756D"),
    "xanor": Series("xanor", "Xanor", "#A285D1", "#6F4FA6"),
}

LABELS = {
    "trend_panel": "Trendpanelet", "brukerrommet": "Brukerrommet, besøk", "ambulance": "AMK, utrykninger",
    "mbf": "MBF, positive prøver", "ous": "OUS, positive prøver", "prison_tests": "Kriminalomsorgen, prøver",
    "afr": "AFR, pasienter", "pharmacy_sales": "Apotek, salg", "customs-seizures": "Tolletaten, beslag",
    "customs-amount": "Tolletaten, mengde", "kripos-seizures": "Kripos, beslag", "kripos-amount": "Kripos, mengde",
    "prison_seizures": "Kriminalomsorgen, beslag", "bt": "Bergens Tidende, artikler", "ba": "Bergensavisen, treff",
    "google_trends": "Google Trends, treff", "rusinfo": "Rusinfo, henvendelser",
}  # fmt: skip

ROWS = """substance,dimension,source,measure,unit,previous,current,weight,value,reason
heroin,use,trend_panel,change,answers,,2/7/2,2,0,
heroin,use,brukerrommet,visits,count,900,880,2,0,
heroin,use,ambulance,callouts,count,41,40,2,0,
heroin,use,mbf,positive,count,60,50,3,-1,
heroin,use,ous,positive,count,2,0,1,0,
heroin,use,prison_tests,positive,count,0,0,1,0,
heroin,availability,customs,seizures,count,12,10,2,-1,
heroin,availability,customs,amount,g,1500,1250,2,-1,
heroin,availability,kripos,seizures,count,24,20,2,-1,
heroin,availability,kripos,amount,g,900,400,2,-3,
heroin,availability,prison_seizures,seizures,count,6,5,1,-1,
heroin,availability,trend_panel,change,answers,,2/7/2,2,0,
heroin,interest,bt,articles,count,14,6,1,-3,
heroin,interest,ba,hits,count,85,83,1,0,
heroin,interest,google_trends,hits,index,150,148,1,0,
heroin,interest,rusinfo,calls,count,12,8,1,-2,
kokain,use,trend_panel,change,answers,,19/10/1,2,3,
kokain,use,afr,patients,count,20,32,3,3,
kokain,use,mbf,positive,count,150,172,3,1,
kokain,use,ous,positive,count,40,41,1,0,
kokain,use,prison_tests,positive,count,2,2,1,0,
kokain,use,ambulance,callouts,count,26,30,2,1,
kokain,use,brukerrommet,visits,count,120,260,2,3,
kokain,availability,customs,seizures,count,8,14,2,3,
kokain,availability,customs,amount,g,1200,3100,2,3,
kokain,availability,kripos,seizures,count,60,61,2,0,
kokain,availability,kripos,amount,g,2500,2100,2,-1,
kokain,availability,prison_seizures,seizures,count,3,3,1,0,
kokain,availability,trend_panel,change,answers,,18/11/1,2,3,
kokain,interest,bt,articles,count,30,40,1,2,
kokain,interest,ba,hits,count,60,80,1,2,
kokain,interest,google_trends,hits,index,200,270,1,2,
kokain,interest,rusinfo,calls,count,45,52,1,1,
ketamin,use,trend_panel,change,answers,,10/5/1,2,3,
ketamin,use,brukerrommet,visits,count,20,34,2,3,
ketamin,use,pharmacy_sales,sales,DDD,5000,5800,3,1,
ketamin,use,mbf,positive,count,15,20,3,2,
ketamin,use,ous,positive,count,3,3,1,0,
ketamin,use,ambulance,callouts,count,10,18,2,3,
ketamin,use,afr,patients,count,,,3,,silent
ketamin,availability,customs,seizures,count,4,3,2,0,
ketamin,availability,customs,amount,g,600,500,2,-1,
ketamin,availability,kripos,seizures,count,,26,2,,no_comparison
ketamin,availability,prison_seizures,seizures,count,6,0,1,-3,
ketamin,availability,trend_panel,change,answers,,4/11/1,2,1,
ketamin,interest,bt,articles,count,6,8,1,2,
ketamin,interest,ba,hits,count,4,4,1,0,
ketamin,interest,google_trends,hits,index,60,52,1,-1,
ketamin,interest,rusinfo,calls,count,9,12,1,2,
xanor,use,trend_panel,change,answers,,2/6/2,2,0,
xanor,use,ous,positive,count,8,8,1,0,
xanor,use,mbf,positive,count,30,31,3,0,
xanor,use,pharmacy_sales,sales,DDD,12000,11800,3,0,
xanor,use,ambulance,callouts,count,6,6,2,0,
xanor,availability,customs,seizures,count,10,12,2,1,
xanor,availability,customs,amount,tablets,2000,900,2,-3,
xanor,availability,prison_seizures,seizures,count,1,0,1,0,
xanor,availability,trend_panel,change,answers,,2/6/2,2,0,
xanor,interest,rusinfo,calls,count,2,2,1,0,
xanor,interest,bt,articles,count,1,1,1,0,
xanor,interest,ba,hits,count,3,2,1,0,
xanor,interest,google_trends,hits,index,3,3,1,0,
"""
STEPS = {-3: "strong_fall", -2: "fall", -1: "small_fall", 0: "stable", 1: "small_rise", 2: "rise", 3: "strong_rise"}


def words(lang: str = "nb") -> Words:
    """The words of the workspace in the repository."""
    table = {}
    for path in (PARAMS / "phrases.yml", *sorted((PARAMS / "phrases").glob("charts*.yml"))):
        table.update(flatten(read_yaml(path, path.name)))
    return Words(lang, table)


def with_intervals(signals: pd.DataFrame) -> pd.DataFrame:
    """``ratio, low, high, p``: Wald on the log scale, near enough to draw; no interval for amounts and indices."""

    def of_row(row: pd.Series) -> pd.Series:
        before, now = row["previous"], row["current"]
        if pd.isna(before) or pd.isna(now) or before + now == 0:
            return pd.Series([float("nan")] * 4)
        ratio = now / before if before else float("inf")
        if row["unit"] != "count":
            return pd.Series([ratio, float("nan"), float("nan"), float("nan")])
        centre = log((now + 0.5) / (before + 0.5))
        spread = 1.96 * sqrt(1 / (now + 0.5) + 1 / (before + 0.5))
        return pd.Series([ratio, exp(centre - spread), exp(centre + spread), 0.01 if abs(centre) > spread else 0.4])

    signals[["ratio", "low", "high", "p"]] = signals.apply(of_row, axis=1)
    return signals


def make_signals() -> pd.DataFrame:
    """Signals of 2026-1, four substances, with the columns the charts read."""
    frame = pd.read_csv(io.StringIO(ROWS), dtype={"previous": str, "current": str, "reason": str})
    panel = frame["current"].str.contains("/", na=False)
    counts = frame["current"].where(panel).str.split("/", expand=True).astype(float)
    frame[["more", "same", "less"]] = counts
    for column in ("previous", "current"):
        frame[column] = pd.to_numeric(frame[column].mask(panel))
    frame["period"] = "2026-1"
    frame["reason"] = frame["reason"].fillna("")
    few = (frame["unit"] == "count") & (frame[["previous", "current"]].max(axis=1) < 5) & (frame["reason"] == "")
    frame["flag"] = few.map({True: "few", False: ""})
    frame["contribution"] = frame["weight"] * frame["value"]
    frame["word"] = frame["value"].map(STEPS).fillna("")
    frame["agency"] = frame["source"]
    frame["kind"] = frame["source"].map({"trend_panel": "panel"}).fillna("statistics")
    keys = frame["source"].where(~frame["source"].isin(["customs", "kripos"]), frame["source"] + "-" + frame["measure"])
    frame["label"] = keys.map(LABELS)
    frame["short"] = frame["label"].str.split(",").str[0]
    frame["change"] = frame["current"] / frame["previous"] - 1
    return with_intervals(frame)


def make_differences(signals: pd.DataFrame) -> pd.DataFrame:
    """Sums per substance and dimension, and the aggregate."""
    scores = signals.groupby(["substance", "dimension"])["contribution"].sum(min_count=1).reset_index(name="score")
    total = scores.groupby("substance")["score"].sum(min_count=1).reset_index().assign(dimension="aggregate")
    scores = pd.concat([scores, total], ignore_index=True)
    scores["word"] = [
        word(s, 25 if d == "aggregate" else 15) for s, d in zip(scores["score"], scores["dimension"], strict=True)
    ]
    return scores.assign(period="2026-1")


def word(score: float, strong: float) -> str:
    """The word of a score with cuts 5 and ``strong``; empty when there is none."""
    if pd.isna(score):
        return ""
    degree = "" if abs(score) <= 5 else "small_" if abs(score) <= strong else "strong_"
    return f"{degree}{'rise' if score > 0 else 'fall'}" if degree else "stable"


def of(frame: pd.DataFrame, substance: str) -> pd.DataFrame:
    """One substance's rows."""
    return frame[frame["substance"] == substance].reset_index(drop=True)


def odd_signals() -> dict[str, pd.DataFrame]:
    """Frames of one substance that break careless charts, by what is odd."""
    base = make_signals()
    kokain = of(base, "kokain")
    falling = kokain.assign(value=-kokain["value"].abs(), contribution=-kokain["contribution"].abs())
    still = kokain.assign(value=0.0, contribution=0.0, word="stable")
    unscored = kokain.assign(
        value=float("nan"), contribution=float("nan"), word="", reason="silent", current=float("nan")
    )
    compared = kokain.assign(value=float("nan"), contribution=float("nan"), word="", reason="no_comparison")
    wordy = kokain.assign(label="Akuttmedisinsk kommunikasjonssentral, Helse Bergen, utrykninger ved overdose")
    huge = kokain.assign(weight=5, value=3.0, contribution=15.0, previous=1.0, current=123456.0, ratio=123456.0,
                         low=9000.0, high=9999999.0)  # fmt: skip
    halves = kokain.assign(weight=1.5, contribution=1.5 * kokain["value"])
    return {
        "all falling": falling, "all still": still, "all silent": unscored, "nothing to compare": compared,
        "long labels": wordy, "huge": huge, "half weights": halves, "one row": kokain.head(1),
        "one dimension": kokain[kokain["dimension"] == "interest"], "empty": kokain.head(0),
    }  # fmt: skip


CURVES = {
    "heroin": [(2002.5, 0), (2010.0, 83), (2016.0, 60), (2019.0, 36), (2024.0, 32), (2025.5, 27), (2026.0, 6)],
    "kokain": [(2002.5, 0), (2008.0, 58), (2015.0, 60), (2020.0, 116), (2022.0, 128), (2025.5, 206), (2026.0, 255)],
    "ketamin": [(2020.0, 0), (2023.0, 5), (2025.5, 63), (2026.0, 90)],
    "xanor": [(2002.5, 0), (2008.0, 8), (2013.0, -2), (2019.0, 3), (2024.0, -8), (2025.5, -6), (2026.0, -10)],
}


def make_trends(curves: dict[str, list[tuple[float, float]]] | None = None) -> pd.DataFrame:
    """Curves since 2002-2 through the given corners, with a little of the half-years' own noise."""
    frames = []
    for key, corners in (curves or CURVES).items():
        places = pd.Series(dict(corners), dtype=float)
        half_years = [places.index[0] + n / 2 for n in range(int(2 * (places.index[-1] - places.index[0])) + 1)]
        levels = places.reindex(half_years).interpolate("index").round()
        noise = [0 if x in places.index or x > 2024.5 else (7 * int(2 * x) + len(key)) % 5 - 2 for x in half_years]
        frame = pd.DataFrame({"substance": key, "x": half_years, "level": levels.to_numpy() + noise})
        frame["difference"] = frame["level"].diff()
        frame["period"] = [f"{int(x)}-{2 if x % 1 else 1}" for x in half_years]
        frame["basis"] = "main_table"
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def many_series(count: int) -> list[Series]:
    """Made-up substances with names of every length."""
    names = ["heroin", "kokain", "ketamin", "Xanor", "uspesifiserte benzodiazepiner", "syntetiske cannabinoider", "GHB",
             "amfetamin", "LSD", "opioide legemidler"]  # fmt: skip
    return [
        Series(f"s{n:02d}", names[n % 10] if n < 10 else f"{names[n % 10]} {n}", "#12436D", "#12436D")
        for n in range(count)
    ]


def many_trends(count: int) -> pd.DataFrame:
    """A curve for each of ``many_series``."""
    corners = [(2002.5, 0.0), (2010.0, 20.0), (2018.0, -15.0), (2026.0, 60.0)]
    return make_trends(
        {one.key: [(x, level * (n % 7 - 3) / 2) for x, level in corners] for n, one in enumerate(many_series(count))}
    )


GROUPS = {"risk": "Risikomiljø/etablerte rusmiljø", "nightlife": "Uteliv", "general": "Det generelle samfunn"}


def make_known() -> pd.DataFrame:
    """Who of 34 knows of use, three groups."""
    known = {"kokain": (11, 10, 9), "ketamin": (10, 3, 3), "heroin": (9, 1, 1), "xanor": (8, 2, 0)}
    return pd.DataFrame(
        [
            {"substance": key, "group": group, "knows": n, "n": size}
            for key, counts in known.items()
            for group, n, size in zip(GROUPS, counts, (12, 11, 11), strict=True)
        ]
    )


def make_prices() -> pd.DataFrame:
    """Prices per gram, and one in a unit of its own."""
    return pd.DataFrame(
        [
            ("kokain", "gram", 1000, 2000), ("heroin", "gram", 1000, 1100), ("ketamin", "gram", 500, 600),
            ("xanor", "stolpe", 100, 100), ("kokain", "inhalation", 100, 250),
        ],
        columns=["substance", "unit", "low", "high"],
    )  # fmt: skip


def make_key_persons() -> pd.DataFrame:
    """Twelve key persons on alkohol and cannabis."""
    return pd.DataFrame(
        [
            ("alkohol", "use", 5, 6, 1, 12), ("alkohol", "availability", 2, 9, 1, 12),
            ("cannabis", "use", 7, 4, 0, 12), ("cannabis", "availability", 8, 3, 0, 12),
        ],
        columns=["substance", "dimension", "more", "same", "less", "n"],
    )  # fmt: skip


PUPILS = [Series("alkohol", "alkohol", "#12436D", "#12436D"), Series("cannabis", "cannabis", "#28A197", "#17756D")]


def make_sources() -> pd.DataFrame:
    """35 statistical and 10 media sources, a panel, key persons, focus groups; three new, four silent, two closed."""
    rows = [(f"s{n}", "statistics", "scored" if n < 11 else "shown" if n < 31 else "silent", n in (9, 10, 11))
            for n in range(35)]  # fmt: skip
    rows += [(f"m{n}", "media", "scored" if n < 3 else "shown", False) for n in range(10)]
    rows += [("trend_panel", "panel", "scored", False), ("key_persons", "key_persons", "shown", False)]
    rows += [("focus_groups", "focus_groups", "shown", False)]
    rows += [("c1", "statistics", "closed", False), ("c2", "statistics", "closed", False)]
    return pd.DataFrame(rows, columns=["source", "kind", "state", "is_new"])


PEOPLE = {"panel": 34, "key_persons": 12, "focus_groups": 3}


WANTED = [("heroin", "use"), ("heroin", "availability"), ("kokain", "use"), ("ketamin", "use"), ("xanor", "use")]


def make_certainty() -> pd.DataFrame:
    """Certainty of five findings: firm, doubtful, and without any variation."""
    rows = [
        ("heroin", "use", -3, "stable", -9, 0, 0.739, -3, 0, 6, 6),
        ("heroin", "availability", -13, "small_fall", -24, -2, 0.503, -13, -5, 6, 4),
        ("kokain", "use", 26, "strong_rise", 10, 41, 0.899, 17, 26, 7, 7),
        ("ketamin", "use", 27, "strong_rise", 15, 35, 0.952, 21, 27, 6, 6),
        ("xanor", "use", 0, "stable", 0, 0, 1.0, 0, 0, 5, 5),
    ]
    columns = ["substance", "dimension", "score", "word", "low", "high", "same_word", "without_low", "without_high",
               "n_sources", "n_agencies"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
