from __future__ import annotations

import pytest
from load.office import Office, said, values

from forevar.corrections import load_corrections
from forevar.errors import ParamsError

BOOK = "statistics/2026-1-police.xlsx"
ENTRY = """
- where: data/raw/{where}
  action: {action}
  value: {value}
  expect: {expect}
  reason: Decimal slipped; confirmed by the provider 2026-10-20.
  status: reported
"""


@pytest.fixture
def shop(office: Office) -> Office:
    office.profile("files: statistics/*\ntables:\n  - columns: {Stoff: substance, Antall: {measure: seizures}}\n")
    office.book(BOOK, {"Beslag": [["Stoff", "Antall"], ["Kokain", 310], ["Heroin", 12]]})
    return office


def correct(office: Office, where: str = f"{BOOK}:Beslag:B2", **told: object) -> None:
    entry = {"action": "override", "value": 31, "expect": 310} | told
    office.correct(ENTRY.format(where=where, **entry))


def test_a_cell_is_overridden_before_it_is_read(shop: Office) -> None:
    correct(shop)
    assert values(shop.load("2026-1"), ["substance"]) == {"kokain": 31, "heroin": 12}


def test_a_correction_holds_whichever_edition_reads_the_cell(shop: Office) -> None:
    correct(shop)
    for edition in ("2025-2", None):
        assert values(shop.load(edition), ["substance"]) == {"kokain": 31, "heroin": 12}


def test_the_same_correction_in_two_editions_is_one(shop: Office) -> None:
    correct(shop)
    entry = (shop.workspace.edition("2026-1") / "corrections.yml").read_text()
    shop.correct(entry, "2026-2")
    assert values(shop.load(), ["substance"])["kokain"] == 31


def test_a_dropped_cell_is_silent(shop: Office) -> None:
    correct(shop, action="drop")
    assert values(shop.load("2026-1"), ["substance"]) == {"heroin": 12}


def test_a_flagged_cell_keeps_its_number_and_is_told(shop: Office) -> None:
    correct(shop, action="flag")
    tidy = shop.load("2026-1")
    assert values(tidy, ["substance"])["kokain"] == 310
    assert [(one.key, one.where) for one in tidy.notices] == [("flagged", f"data/raw/{BOOK}:Beslag:B2")]


def test_a_correction_is_refused_when_the_source_has_been_mended(shop: Office) -> None:
    correct(shop, expect=3100)
    tidy = shop.load("2026-1")
    assert said(tidy) == [("correction_expired", f"{BOOK}:Beslag:B2")]
    assert "'310'" in tidy.faults[0].what
    assert "corrections.yml" in tidy.faults[0].mend
    assert tidy.observations["value"].max() == 310


def test_a_correction_of_a_cell_that_is_never_read_is_refused(shop: Office) -> None:
    correct(shop, where=f"{BOOK}:Beslg:B2")
    tidy = shop.load("2026-1")
    assert [(one.key, one.exit_code) for one in tidy.faults] == [("correction_nowhere", 10)]


def test_text_is_corrected_as_well(shop: Office) -> None:
    shop.book(BOOK, {"Beslag": [["Stoff", "Antall"], ["Kokein", 8]]})
    correct(shop, where=f"{BOOK}:Beslag:A2", value="Kokain", expect="kokein")
    assert values(shop.load("2026-1"), ["substance"]) == {"kokain": 8}


def test_cells_of_text_files_have_addresses_too(shop: Office) -> None:
    shop.text("statistics/2025-2-police.csv", "Stoff;Antall\nKetamin;1,5\n")
    correct(shop, where="statistics/2025-2-police.csv:B2", value=15, expect="1,5")
    assert values(shop.load("2026-1"), ["substance"])["ketamin"] == 15


def test_an_empty_cell_can_be_filled(shop: Office) -> None:
    shop.book(BOOK, {"Beslag": [["Stoff", "Antall"], ["Kokain", None], ["Heroin", 1]]})
    correct(shop, expect="null", value=4)
    assert values(shop.load("2026-1"), ["substance"]) == {"kokain": 4, "heroin": 1}


def test_restricted_cells_are_not_quoted_when_a_correction_has_expired(shop: Office) -> None:
    shop.book(BOOK, {"Beslag": [["Stoff", "Antall"], ["Kokain", 777]]}, access="restricted")
    correct(shop, expect=888)
    fault = shop.load("2026-1").faults[0]
    assert "777" not in str(fault)
    assert "888" not in str(fault)


@pytest.mark.parametrize("wrong", ["reson: x", "action: mend"])
def test_a_correction_without_what_it_needs_names_the_line(shop: Office, wrong: str) -> None:
    shop.correct(f"- where: a:B2\n  action: drop\n  expect: 1\n  {wrong}\n")
    with pytest.raises(ParamsError, match=r"corrections\.yml:\d"):
        load_corrections(shop.workspace)
