"""The demonstration, read by its profiles: the printed numbers, the counts behind them, and who told us."""

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from forevar import panel, score
from forevar.coverage import kind_counts, source_coverage
from forevar.params import load_params
from forevar.period import Period
from forevar.tidy import load_tidy
from forevar.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
PUBLISHED = ROOT / "tests" / "published" / "2026-1"
NOW, BEFORE = "2026-1", "2025-2"


def published(name: str) -> list[dict[str, str]]:
    with (PUBLISHED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def params():
    return load_params(Workspace(ROOT))


@cache
def tidy():
    return load_tidy(Workspace(ROOT), params(), NOW)


@cache
def signals():
    panels = score.panel_counts(tidy().answers, params().sources)
    return score.score_signals(tidy().observations, panels, params().method, params().sources)


@cache
def coverage():
    return source_coverage(params().sources, tidy().observations, tidy().answers, signals(), Period.parse(NOW))


def figure(row: dict[str, str], period: str) -> tuple[float, str]:
    """Value and mark of one consequence figure."""
    table = tidy().observations
    chosen = table[
        (table["source"] == row["source"])
        & (table["measure"] == row["measure"])
        & (table["place"] == row["place"])
        & (table["period"] == period)
    ]
    (found,) = chosen[["value", "mark"]].to_numpy().tolist()
    return found[0], found[1]


def name(row: dict[str, str]) -> str:
    return "-".join(row[one] for one in ("substance", "dimension", "source", "measure", "place") if row.get(one))


def test_every_raw_file_is_read_without_fault():
    assert [str(fault) for fault in tidy().faults] == []


def test_the_one_revised_figure_is_all_there_is_to_notice():
    told = [(notice.key, notice.where.partition(":")[0]) for notice in tidy().notices]
    changes = ("unread_folder", "data/raw/changes")  # the tables that the demonstration's files are made from
    assert sorted(told) == [("revised", "data/raw/statistics/2026-1-kripos.csv"), changes]


@pytest.mark.parametrize("row", published("fixture"), ids=name)
def test_signal_has_the_counts_and_the_step_that_give_the_printed_table(row):
    table = signals()
    chosen = table[
        (table["period"] == NOW) & (table[["substance", "dimension", "source", "measure"]] == [
            row[one] for one in ("substance", "dimension", "source", "measure")
        ]).all(axis=1)
    ]  # fmt: skip
    (signal,) = chosen.to_dict("records")
    if row["source"] == "trend_panel":
        assert "/".join(str(int(signal[one])) for one in ("more", "same", "less")) == row["current"]
    else:
        for one in ("previous", "current"):
            assert np.array_equal(signal[one], float(row[one] or "nan"), equal_nan=True)
    assert signal["weight"] == float(row["weight"])
    for one in ("value", "contribution"):
        assert np.array_equal(signal[one], float(row[one] or "nan"), equal_nan=True)


@pytest.mark.parametrize("substance", ["heroin", "kokain", "ketamin", "xanor"])
def test_no_other_source_scores_the_drug(substance):
    table = signals()
    scored = table[(table["period"] == NOW) & (table["substance"] == substance) & table["value"].notna()]
    wanted = {(r["source"], r["measure"], r["dimension"]) for r in published("fixture")
              if r["substance"] == substance and r["value"]}  # fmt: skip
    assert set(map(tuple, scored[["source", "measure", "dimension"]].to_numpy())) == wanted


@pytest.mark.parametrize("row", published("source_words"), ids=name)
def test_source_goes_the_way_the_report_says(row):
    """The direction is printed for all; the degree too where the report gives it."""
    table = signals()
    chosen = table[
        (table["period"] == NOW) & (table[["substance", "dimension", "source", "measure"]] == [
            row[one] for one in ("substance", "dimension", "source", "measure")
        ]).all(axis=1)
    ]  # fmt: skip
    (signal,) = chosen.to_dict("records")
    if row["word"] == "unscored":
        assert signal["reason"] == "no_comparison"
    elif row["word"] == "stable":
        assert signal["value"] == 0
    elif row["word"].endswith("rise"):
        assert signal["value"] > 0
    elif row["word"].endswith("fall"):
        assert signal["value"] < 0
    if row["word"] in ("small_rise", "small_fall", "strong_rise", "strong_fall"):
        assert signal["word"] == row["word"]


@pytest.mark.parametrize("row", published("consequences"), ids=lambda row: f"{name(row)}-{row['period']}")
def test_printed_consequence_figure_is_in_the_files_and_marked(row):
    value, mark = figure(row, row["period"])
    assert value == float(row["value"])
    assert mark == ("approximate" if row["is_approximate"] == "yes" else "printed")


@pytest.mark.parametrize("row", published("consequence_words"), ids=name)
def test_consequence_series_changes_as_the_report_says(row):
    rows = [row]
    if row["measure"] == "total":
        rows = [row | {"measure": one} for one in ("opiates", "ghb", "unknown")]
    now, before = (sum(figure(one, period)[0] for one in rows) for period in (NOW, BEFORE))
    limits = params().method.class_limits_percent
    step = sum(abs(now - before) * 100 >= limit * before for limit in limits)
    words = ("stable", "small_{}", "{}", "strong_{}")
    assert words[step].format("rise" if now > before else "fall") == row["word"]


def test_naloxone_halved_since_autumn_2024_and_is_stable_since():
    row = {"source": "naloxone", "measure": "sprays", "place": ""}
    now, before, earlier = (figure(row, period)[0] for period in (NOW, BEFORE, "2025-1"))
    assert now / figure(row, "2024-2")[0] == 0.5
    assert max(now, before, earlier) < 1.1 * min(now, before, earlier)


@pytest.mark.parametrize("row", published("coverage"), ids=lambda row: row["what"])
def test_coverage_is_counted_as_the_report_prints_it(row):
    kinds = kind_counts(coverage())
    answers = tidy().answers
    counted = {
        "statistics": kinds["statistics"],
        "media": kinds["media"],
        "trend_panel_informants": int(panel.informants(answers, "trend_panel", NOW).sum()),
        "key_persons": answers[(answers["source"] == "key_persons") & (answers["period"] == NOW)][
            "informant"
        ].nunique(),
        "focus_groups": int(tidy().observations.query("source == 'focus_groups' and period == @NOW")["value"].sum()),
        "new_sources": int(coverage()["is_new"].sum()),
        "report_number": params().town.number_of(Period.parse(NOW)),
        "knows_kokain": int(panel.knows(answers, "trend_panel", NOW, "kokain")["knows"].sum()),
    }
    assert counted[row["what"]] == int(row["number"])


@pytest.mark.parametrize(
    ("substance", "dimension", "low", "high"),
    [
        ("cannabis", "aggregate", -5, 5),
        ("kokain", "use", 6, 15),
        ("kokain", "availability", 6, 15),
        ("benzodiazepiner_uspesifisert", "use", -5, 5),
        ("benzodiazepiner_uspesifisert", "availability", -5, 5),
        ("ketamin", "use", 6, 99),
        ("ketamin", "availability", 6, 99),
    ],
)
def test_scores_of_spring_2024_follow_the_words_of_that_edition(substance, dimension, low, high):
    table = score.aggregated_differences(signals(), params().method)
    chosen = table.query("period == '2024-1' and substance == @substance and dimension == @dimension")
    assert low <= chosen["score"].item() <= high


def test_autumn_edition_has_scores_for_at_least_25_drugs():
    table = score.aggregated_differences(signals(), params().method)
    scored = table.query("period == @BEFORE and dimension == 'aggregate' and score.notna()")
    assert scored["substance"].nunique() >= 25


def test_eight_sources_reach_back_to_2016():
    table = tidy().observations.query("frequency == 'half_year' and dimension != 'aggregate'")
    first = table.groupby("source")["period"].min()
    long = {"overdose_callouts", "customs", "kripos", "mbf", "ous", "brukerrommet", "pharmacy_sales", "rusinfo"}
    assert set(first[first == "2016-1"].index) >= long
