"""Two towns for one edition: beside each other under the same rules, refused under different ones."""

from pathlib import Path

import pytest

from forevar.edition import open_edition
from forevar.errors import ParamsError
from forevar.start import start_workspace


@pytest.fixture
def towns(tmp_path):
    return [start_workspace(tmp_path / place.lower(), place) for place in ("Horten", "Stord")]


def change(town, name, old, new):
    path = town.params / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8", newline="\n")


def beside(towns):
    return open_edition("2026-1", workspace=towns[0]).beside(towns[1].root)


def test_words_and_shares_of_the_maximum_stand_beside_each_other(towns):
    change(towns[1], "sources.yml", "weights: {use: 3}", "weights: {use: 1}")
    view = beside(towns)
    table = view.scores()
    assert [column.label for column in table.columns] == [
        "Dimensjon",
        "Horten",
        "Andel",
        "Skåret",
        "Stord",
        "Andel",
        "Skåret",
    ]
    first = next(row for row, name in table.groups.items() if name == "Kokain")
    # use: 3·2 + 2·3 of 3·5, and 1·2 + 2·3 of 3·3
    assert table.rows[first][2] == "+80\u00a0%"
    assert table.rows[first][5] == "+89\u00a0%"


def test_dimension_without_a_score_says_so(towns):
    change(towns[1], "sources.yml", "  weights: {interest: 1}\n", "")
    assert beside(towns).scores().rows[2][4:] == ("ingen skår", "–", "0")


def test_sources_behind_are_counted_by_kind(towns):
    rows = {row[0]: row[1:] for row in beside(towns).coverage().rows}
    assert rows["Statistikk"] == ("3 av 5 skåret", "3 av 5 skåret")
    assert "Nøkkelpersoner" not in rows


def test_substances_are_paired_by_key_or_name_and_the_rest_is_listed(towns):
    change(towns[1], "substances.yml", "heroin:\n  name: {nb: heroin", "diamorphine:\n  name: {nb: heroin")
    for name in ("paper", "trend_panel"):
        change(towns[1], f"sources/{name}.yml", "kokain, heroin]", "kokain, diamorphine]")
    change(towns[0], "substances.yml", "alkohol:", "khat: {name: khat, group: stimulants, order: 9}\nalkohol:")
    view = beside(towns)
    assert view.pairs["heroin"] == "diamorphine"
    assert view.alone().markdown == "Bare Horten følger: khat."


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "class_limits_percent: [10, 25, 50]",
            "class_limits_percent: [5, 15, 30]",
            "class_limits_percent is (10.0, 25.0, 50.0) in Horten and (5.0, 15.0, 30.0) in Stord",
        ),
        ("  n_min: 5\n", "  n_min: 10\n", "few.n_min is 5 in Horten and 10 in Stord"),
        ("aggregate_cuts: [5, 25]", "aggregate_cuts: [5, 15]", "words.aggregate_cuts is"),
    ],
)
def test_towns_of_different_methods_are_refused_with_every_difference(towns, old, new, said):
    change(towns[1], "method.yml", old, new)
    with pytest.raises(ParamsError) as raised:
        beside(towns)
    assert said in str(raised.value)
    assert "cannot be compared" in str(raised.value)


def test_where_the_curves_start_is_no_reason_to_refuse(towns):
    change(towns[1], "method.yml", "start: 2023-2", "start: 2024-1")
    assert beside(towns).title().markdown == "# Horten og Stord, vår 2026"


def test_town_without_the_edition_is_named(towns):
    england = Path(__file__).parent.parent / "examples" / "england"
    with pytest.raises(ParamsError, match="no recipe for 2026-1"):
        open_edition("2026-1", workspace=towns[0]).beside(england)


def test_made_up_town_stands_in_when_none_is_named(towns):
    view = open_edition("2026-1", workspace=towns[0]).beside()
    assert "Eksempelby" in view.title().markdown
    assert not view.other.workspace.root.exists()
    assert "Rekonstruerte data" in view.scores().credit.tag


def test_glance_names_what_is_missing_and_links_to_the_chapters(towns):
    (towns[0].params / "text" / "substances" / "kokain.md").unlink()
    (towns[0].raw / "statistics" / "2026-1-police.csv.yml").unlink()
    view = open_edition("2026-1", workspace=towns[0]).glance()
    assert "Horten" in view.title().markdown
    missing = view.missing().markdown
    assert "substances/kokain.md" in missing
    assert "forevar register data/raw/statistics/2026-1-police.csv" in missing
    assert "(main_findings.ipynb)" in view.links().markdown
