"""The lesson of docs/sources.md, followed to the letter."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from load.office import Office, noticed, said

from forevar.settings import Source

ROOT = Path(__file__).resolve().parent.parent
LESSON = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
PROFILE = re.findall(r"```yaml\n(.*?)```", LESSON, re.DOTALL)[0]


@pytest.fixture
def reader(office: Office) -> Office:
    for path in sorted((ROOT / "tests" / "realdata" / "data" / "raw" / "scotland").glob("*.xlsx")):
        office.raw(f"scotland/{path.name}", path.read_bytes())
    return office


def follow(reader: Office, *changes: tuple[str, str]) -> None:
    text = PROFILE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    reader.profile(text, "scotland_deaths", "")


def test_the_lines_that_step_5_shows_are_those_that_come_out(reader: Office) -> None:
    follow(reader, WORDS, DELIVERIES, FILE, SPELLING)
    rows = reader.load().observations
    shown = re.findall(
        r"^\| scotland_deaths \| deaths \| \| (\S+) \| (\d+) \| (\w+) \| …(.*?) \|$", LESSON, re.MULTILINE
    )
    assert len(shown) == 3
    for period, value, status, origin in shown:
        (row,) = rows[(rows["place"] == "") & (rows["period"] == period)].to_dict("records")
        assert (row["value"], row["status"]) == (float(value), status)
        assert row["origin"].endswith(origin)


def test_the_example_of_weights_is_an_entry_of_the_register() -> None:
    entry = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", LESSON, re.DOTALL)[-1])["register"]
    source = Source.model_validate(entry)
    assert set(source.weights) <= {one for measure in source.measures.values() for one in measure.dimension}


def test_what_the_list_says_in_the_lesson_is_what_the_program_says() -> None:
    faults = tomllib.loads((ROOT / "forevar" / "faults.toml").read_text(encoding="utf-8"))
    words = [re.sub(r"\$\w+", "…", entry["en"]) for entry in faults.values()]
    table = LESSON.partition("| the list says | do |")[2].partition("\n\n")[0]
    for quoted in re.findall(r"^\| \*(.*?)\* \|", table, re.MULTILINE):
        assert any(quoted.removesuffix(" …") in text for text in words), quoted


WORDS = ("time:", "words: {suppressed: [x]}\ntime:")
DELIVERIES = ("tables:\n", "deliveries: cumulative\ntables:\n")
FILE = ("    header: 2", "    file_is: SuspectedDRDs_{delivery}.xlsx\n    header: 2")
SPELLING = ('{Total: ""}', '{Total: "", "L: Argyll & West Dumbartonshire": l_argyll_west_dunbartonshire}')


def test_the_first_try_stops_at_the_hidden_numbers(reader: Office) -> None:
    follow(reader)
    faults = said(reader.load())
    assert {key for key, _ in faults} == {"not_a_number"}
    assert faults[0][1] == "scotland/SuspectedDRDs_AprJun2021.xlsx:A - Police Division:E12"


def test_saying_what_x_means_leaves_no_fault_and_doubles_nothing(reader: Office) -> None:
    follow(reader, WORDS)
    tidy = reader.load()
    assert said(tidy) == []
    assert not tidy.observations.duplicated(["place", "period"]).any()


def test_a_label_with_one_letter_changed_is_noticed(reader: Office) -> None:
    follow(reader, WORDS, DELIVERIES, FILE)
    assert "gone" in [key for key, _ in noticed(reader.load())]


def test_the_last_profile_gives_what_the_lesson_promises(reader: Office) -> None:
    follow(reader, WORDS, DELIVERIES, FILE, SPELLING)
    tidy = reader.load()
    assert said(tidy) == []
    assert {key for key, _ in noticed(tidy)} == {"partial"}
    town = tidy.observations[tidy.observations["place"] == ""].set_index("period")
    assert town.loc["2018-1", "value"] == 304 + 326
    assert town.index[[0, -1]].tolist() == ["2017-1", "2024-1"]
    assert town["status"].iloc[[0, -1]].tolist() == ["partial", "partial"]
    dumfries = tidy.observations[tidy.observations["place"] == "v_dumfries_galloway"].set_index("period")
    assert dumfries.loc["2018-1", "status"] == "suppressed"
