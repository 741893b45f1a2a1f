"""What the raw files give is what was printed. The library never opens the files these tests read."""

import math
from pathlib import Path

import pandas as pd
import pytest

from forevar.consequences import ConsequencesView, _word
from forevar.edition import Edition
from forevar.params import load_edition
from forevar.period import Period
from forevar.scores import score_table

PRINTED = Path(__file__).parent / "published" / "2026-1"
MAIN = ("heroin", "kokain", "ketamin", "xanor")


def printed(name: str) -> list[dict]:
    return pd.read_csv(PRINTED / name, dtype=str, keep_default_na=False).to_dict("records")


@pytest.fixture(scope="module")
def edition(bergen, bergen_params, bergen_tables):
    return Edition(bergen_params, load_edition(bergen, "2026-1"), bergen_tables, bergen_params.words("nb"))


@pytest.fixture(scope="module")
def scores(bergen_params, bergen_tables):
    table = score_table(bergen_tables.differences, Period.parse("2026-1"), bergen_params)
    return table.set_index(["substance", "dimension"])


@pytest.mark.parametrize("row", printed("scores.csv"), ids=lambda row: f"{row['substance']}-{row['dimension']}")
def test_score_is_the_printed_one(scores, row):
    assert scores.loc[(row["substance"], row["dimension"]), "score"] == row["score"]


@pytest.mark.parametrize(
    "row",
    [row for row in printed("scores.csv") if row["word"]],
    ids=lambda row: f"{row['substance']}-{row['dimension']}",
)
def test_word_is_the_printed_one(scores, row):
    ours = scores.loc[(row["substance"], row["dimension"])]
    assert (ours["word"], ours["word_nb"]) == (row["word"], row["word_nb"])


@pytest.mark.parametrize(
    "row",
    printed("fixture.csv"),
    ids=lambda row: "-".join((row["substance"], row["source"], row["measure"], row["dimension"])),
)
def test_signal_is_that_of_the_reconstruction(bergen_tables, row):
    ours = bergen_tables.signals
    for column in ("substance", "source", "measure", "dimension"):
        ours = ours[ours[column] == row[column]]
    ours = ours[ours["period"] == "2026-1"]
    assert len(ours) == 1
    signal = ours.iloc[0]
    assert signal["weight"] == float(row["weight"])
    if not row["value"]:
        assert math.isnan(signal["value"])
        assert signal["reason"] == "no_comparison"
        return
    assert (signal["value"], signal["contribution"]) == (float(row["value"]), float(row["contribution"]))
    if row["source"] == "trend_panel":
        assert "/".join(f"{signal[name]:g}" for name in ("more", "same", "less")) == row["current"]
    else:
        assert (signal["previous"], signal["current"]) == (float(row["previous"]), float(row["current"]))


def test_only_the_sources_of_the_report_speak_of_its_four_drugs(bergen_tables):
    now = bergen_tables.signals
    now = now[(now["period"] == "2026-1") & now["substance"].isin(MAIN) & now["value"].notna()]
    named = {(row["substance"], row["source"], row["measure"], row["dimension"]) for row in printed("fixture.csv")}
    ours = set(now[["substance", "source", "measure", "dimension"]].itertuples(index=False, name=None))
    assert ours <= named


@pytest.mark.parametrize(
    "row",
    printed("consequences.csv"),
    ids=lambda row: "-".join((row["source"], row["measure"], row["place"], row["period"])),
)
def test_consequence_count_is_the_printed_one(bergen_tables, row):
    ours = bergen_tables.observations
    for column in ("source", "measure", "place", "period"):
        ours = ours[ours[column] == row[column]]
    assert ours["value"].tolist() == [float(row["value"])]
    assert ours["mark"].tolist() == ["approximate" if row["is_approximate"] == "yes" else "printed"]


def test_hepatitis_c_can_not_be_called_stable(edition):
    view = ConsequencesView(edition)
    row = view.changes[("msis", "hepatitis_c", "vestland")]
    assert (row["previous"], row["current"], row["value"], row["is_notable"]) == (45, 23, -2, True)
    assert round(row["p"], 3) == 0.01
    figure = next(one for one in view.plan.figures if one.key == "infections")
    line = next(one for one in figure.series if one.of == "msis.hepatitis_c.vestland")
    assert "stabil" not in view.sentence(line, figure)
    assert "23 mot 45" in view.sentence(line, figure)


@pytest.mark.parametrize(
    "row", printed("consequence_words.csv"), ids=lambda row: f"{row['source']}-{row['measure']}-{row['place']}"
)
def test_consequence_series_changed_as_the_report_says(edition, row):
    source = "overdoses" if row["measure"] == "total" else row["source"]
    change = ConsequencesView(edition).changes[(source, row["measure"], row["place"])]
    assert _word(change["value"]) == row["word"]


@pytest.mark.parametrize("row", printed("coverage.csv"), ids=lambda row: row["what"])
def test_coverage_is_counted_as_printed(edition, row):
    counts = {"statistics": edition.values["n_statistics"], "media": edition.values["n_media"]}
    counts |= {
        "trend_panel_informants": edition.values["n_trend_panel"],
        "key_persons": edition.values["n_key_persons"],
    }
    counts |= {"new_sources": str(int(edition.coverage["is_new"].sum()))}
    counts |= {"focus_groups": str(edition.overview()._people().get("focus_groups"))}
    counts |= {"report_number": edition.values["number"]}
    counts |= {"knows_kokain": str(int(edition.substance("kokain").known()["knows"].sum()))}
    assert counts[row["what"]] == row["number"]


def test_report_number_counts_from_the_first_edition(bergen_params):
    assert bergen_params.town.number_of(Period.parse("2026-1")) == 47


def test_recipe_can_say_another_number(bergen, bergen_params):
    recipe = load_edition(bergen, "2026-1")
    assert recipe.number_in(bergen_params.town) == 47
    assert recipe.model_copy(update={"number": 48}).number_in(bergen_params.town) == 48


def test_trondheim_counts_from_its_own_first_edition(bergen_params):
    numbering = bergen_params.town.numbering.model_copy(update={"edition": Period.parse("2018-2"), "number": 1})
    trondheim = bergen_params.town.model_copy(update={"numbering": numbering})
    assert [trondheim.number_of(Period.parse(text)) for text in ("2018-2", "2021-1", "2022-2")] == [1, 6, 9]


@pytest.mark.parametrize(
    ("substance", "text"),
    [("heroin", "stabil bruk og nedgang i tilgjengelighet"), ("kokain", "sterk økning i bruk"),
     ("ketamin", "sterk økning i bruk"), ("xanor", "stabil bruk")],
)  # fmt: skip
def test_headline_is_the_printed_one(edition, substance, text):
    overview = edition.overview()
    headline = next(one for one in overview.headlines if one.substance == substance)
    assert overview.headline_text(headline) == text


def test_curve_of_ketamin_starts_in_the_spring_of_2020(bergen_tables):
    curve = bergen_tables.trends[bergen_tables.trends["substance"] == "ketamin"]
    assert (curve["period"].min(), curve["level"].iloc[0], curve["basis"].iloc[0]) == ("2020-1", 0, "start")


def test_curve_is_the_running_sum_of_printed_and_scored_differences(bergen_tables):
    curve = bergen_tables.trends[bergen_tables.trends["substance"] == "kokain"]
    assert curve["level"].iloc[-1] == curve["difference"].sum()
    assert set(curve[curve["period"] <= "2023-2"]["basis"]) == {"start", "main_table"}
    assert set(curve[curve["period"] >= "2024-1"]["basis"]) == {"raw"}
