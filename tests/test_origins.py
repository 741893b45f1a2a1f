"""Where a number stands, as the reader is told it; and nothing of what is restricted."""

import re

import pytest
from bs4 import BeautifulSoup
from tiny import make_workspace, write

from forevar.cli import main
from forevar.origins import address, cited


@pytest.mark.parametrize(
    ("origins", "told"),
    [
        (("a.xlsx:Ark:B2", "a.xlsx:Ark:B3"), "AFR: a.xlsx:Ark:B2 → B3"),
        (("a.xlsx:Ark:B2", "b.xlsx:Ark:B3"), "AFR: a.xlsx:Ark:B2 → b.xlsx:Ark:B3"),
        (("", "a.csv:B3"), "AFR: a.csv:B3"),
        ((None, float("nan")), ""),
        (("a.csv:B1,B2,B3,B4,B5",), "AFR: a.csv:B1,B2,B3,…,B5"),
        (("a.csv:B1; b.csv:B2; c.csv:B3; d.csv:B4",), "AFR: a.csv:B1; b.csv:B2; c.csv:B3; …"),
        (("panel.csv",), "AFR: panel.csv"),
    ],
)
def test_address_names_source_file_and_the_cells_that_are_needed(origins, told):
    assert address("AFR", *origins) == told


def test_name_of_a_source_begins_with_a_capital():
    assert address("politiet", "a.csv:B2") == "Politiet: a.csv:B2"


def test_text_is_the_same_with_and_without_its_origins():
    text = cited(lambda cite: f"AFR ({cite('14', 'AFR: a.csv:B2')} mot {cite('8', '')}).")
    assert text.markdown == "AFR (14 mot 8)."
    assert (text.sourced, text.origins) == ("AFR ([14]{0} mot 8).", ("AFR: a.csv:B2",))


def test_text_without_a_known_origin_is_plain():
    text = cited(lambda cite: cite("14", ""))
    assert (text.sourced, text.origins) == ("", ())


def built(town):
    assert main(["--workspace", str(town.root), "build", "2026-1"]) == 0
    return (town.reports("2026-1") / "report.html").read_text(encoding="utf-8")


def test_numbers_of_sentences_and_tables_tell_source_file_and_cell(tmp_path):
    page = BeautifulSoup(built(make_workspace(tmp_path / "town")), "html.parser")
    chapter = page.find(id="substances-kokain")
    clinic = "Klinikken: data/raw/statistics/2026-1-clinic.xlsx:Tall:"
    told = {one.get_text(): one["title"] for one in chapter.select("p .sourced")}
    assert (told["40"], told["30"]) == (f"{clinic}C2", f"{clinic}C3")
    scores = [one["title"] for one in chapter.select(".block.table td[title]")]
    assert f"Klinikken, besøk −6: {clinic.partition(' ')[2]}C2 → C3" in scores
    assert "Bruk −6\nTilgjengelighet +6\nInteresse +3" in scores
    figures = [one["title"] for one in chapter.select("figure details td[title]")]
    assert f"{clinic}C2 → C3" in figures
    score = page.select_one(".findings .score strong")
    assert (score.get_text(), score["title"]) == ("+3", "Bruk −6\nTilgjengelighet +6\nInteresse +3")


RESTRICTED_SOURCE = "sources.yml"
RESTRICTED_FILE = "sidecar"


@pytest.mark.parametrize("where", [RESTRICTED_SOURCE, RESTRICTED_FILE])
def test_no_address_of_a_restricted_file_stands_in_the_page(where, tmp_path):
    town = make_workspace(tmp_path / "town")
    if where == RESTRICTED_SOURCE:
        path = town.params / "sources.yml"
        text = path.read_text(encoding="utf-8")
        write(path, text.replace("  name: Klinikken\n", "  name: Klinikken\n  access: restricted\n"))
    else:
        raw = town.raw / "statistics" / "2026-1-clinic.xlsx"
        assert main(["--workspace", str(town.root), "register", str(raw), "--source", "clinic"]) == 0
        sidecar = raw.with_name(f"{raw.name}.yml")
        text = sidecar.read_text(encoding="utf-8")
        write(sidecar, re.sub(r"access: \w+", "access: restricted", text))
    page = built(town)
    assert "2026-1-clinic" not in page
    assert "2026-1-harbour.xlsx:Tall:C2" in page
    assert "Klinikken" in page
