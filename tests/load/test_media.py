"""Google Trends exports, hit counts and newspapers' search lists."""

# ruff: noqa: E501 - a line of a profile is kept whole
from __future__ import annotations

import pytest

from .office import Office, noticed, said, values

TRENDS = """
files: media/*-trends*.csv
deliveries: newest
time: {every: month, rule: mean}
words: {as: {"<1": 0.5}}
tables:
  - {columns: {"[A]": time}, wide: ["{substance}: ({place})", "{substance}"], measure: hits, unknown: {place: ignore}, labels: {place: {Norge: "", Norway: "", Norwegen: "", Norvège: ""}}}
"""
HITS = "measures: {hits: {dimension: interest, unit: index}, articles: {dimension: interest, unit: count}}\n"
NAME = "media/2026-1-trends.csv"
MONTHS = [f"2025-{m:02}" for m in range(10, 13)] + [f"2026-{m:02}" for m in range(1, 4)]


def export(preamble: str, header: str, cells: list[str]) -> str:
    return preamble + header + "\n" + "\n".join(f"{month},{cell}" for month, cell in zip(MONTHS, cells, strict=True))


@pytest.mark.parametrize(
    ("preamble", "header"),
    [
        ("Kategori: Alle kategorier\n\n", "Måned,kokain: (Norge)"),
        ("Category: All categories\n\n", "Month,kokain: (Norway)"),
        ("Kategorie: Alle Kategorien\n\n", "Monat,kokain: (Norwegen)"),
        ("Catégorie : Toutes catégories\n\n", "Mois,kokain: (Norvège)"),
        ("", "Måned,Kokain: (Norge)"),
        ("", "Month,kokain"),
        ("\ufeffKategori: Alle kategorier\n\n", "Måned,kokain"),
    ],
)
def test_trends_are_read_in_any_language_with_either_header(office: Office, preamble: str, header: str) -> None:
    office.profile(TRENDS, "trends", HITS)
    office.text(NAME, export(preamble, header, ["20"] * 6))
    assert values(office.load()) == pytest.approx({("kokain", "2026-1"): 20})


def test_less_than_one_has_the_value_the_profile_gives_it(office: Office) -> None:
    office.profile(TRENDS.replace("mean", "sum"), "trends", HITS)
    office.text(NAME, export("", "Måned,ketamin: (Norge)", ["<1", "<1", "0", "1", "2", "3"]))
    assert values(office.load()) == {("ketamin", "2026-1"): 7}


def test_several_terms_in_one_export_and_several_exports_of_one_delivery(office: Office) -> None:
    office.profile(TRENDS, "trends", HITS)
    office.text(NAME, export("", "Måned,heroin: (Norge),kokain: (Norge)", ["10,20"] * 6))
    office.text("media/2026-1-trends-2.csv", export("", "Måned,ketamin: (Norge)", ["5"] * 6))
    office.text("media/2025-2-trends.csv", export("", "Måned,ketamin: (Norge)", ["99"] * 6))
    assert values(office.load(), ["substance"]) == pytest.approx({"heroin": 10, "kokain": 20, "ketamin": 5})


def test_another_place_in_the_same_export_is_left_out(office: Office) -> None:
    office.profile(TRENDS, "trends", HITS)
    office.text(NAME, export("", "Måned,kokain: (Norge),kokain: (Tyskland)", ["20,90"] * 6))
    assert values(office.load()) == pytest.approx({("kokain", "2026-1"): 20})


def test_weekly_exports_cross_the_border_of_half_years(office: Office) -> None:
    office.profile(TRENDS.replace("every: month", "every: week"), "trends", HITS)
    weeks = "Category: All categories\n\nWeek,kokain: (Norway)\n2025-09-28,70\n2025-10-05,10\n"
    office.text(NAME, weeks)
    rows = office.load().observations
    assert rows["status"].tolist() == ["partial", "partial"]
    assert rows["value"].tolist() == pytest.approx([70, (4 * 70 + 7 * 10) / 11])


LIST = """
files: media/*-paper.csv
time: {every: event}
tables:
  - {columns: {Dato: time, Søkeord: substance, Tittel: skip}, count: {measure: articles, each: [heroin, kokain, ketamin]}}
"""
ARTICLES = "Dato;Søkeord;Tittel\n03.10.2025;kokain;Beslag; \n14.1.2026;kokain;Dom\n2026-03-31;heroin;Rus\n"


def test_a_search_list_is_counted_by_half_year(office: Office) -> None:
    office.profile(LIST, "paper", HITS)
    office.text("media/2026-1-paper.csv", ARTICLES)
    tidy = office.load()
    assert values(tidy, ["substance"]) == {"kokain": 2, "heroin": 1, "ketamin": 0}
    assert set(tidy.observations["status"]) == {"ok"}


def test_amounts_of_events_are_added_within_the_files_half_year(office: Office) -> None:
    office.profile(
        "files: statistics/*\ntime: {every: event}\ntables:\n"
        "  - {columns: {Dato: time, Stoff: substance, Gram: {measure: amount}}}\n"
        "  - {columns: {Dato: time, Stoff: substance, Gram: skip}, count: {measure: seizures}}\n"
    )
    office.text("statistics/2026-1-police.csv", "Dato;Stoff;Gram\n1.10.2025;Kokain;3\n1.10.2025;Kokain;4,5\n")
    tidy = office.load()
    assert values(tidy, ["measure"]) == {"amount": 7.5, "seizures": 2}
    assert set(tidy.observations["status"]) == {"ok"}


def test_a_list_without_a_hit_is_none_and_not_silence(office: Office) -> None:
    office.profile(LIST, "paper", HITS)
    office.text("media/2026-1-paper.csv", "Dato;Søkeord;Tittel\n")
    assert values(office.load(), ["substance"]) == {"kokain": 0, "heroin": 0, "ketamin": 0}


def test_two_lists_of_one_half_year_that_disagree_are_a_fault(office: Office) -> None:
    office.profile(LIST, "paper", HITS)
    office.text("media/2026-1-paper.csv", ARTICLES)
    office.text("media/2026-1-b-paper.csv", "Dato;Søkeord;Tittel\n")
    assert {key for key, _ in said(office.load())} == {"disagrees"}


def test_a_date_outside_the_files_half_year_is_named(office: Office) -> None:
    office.profile(LIST, "paper", HITS)
    office.text("media/2026-1-paper.csv", ARTICLES + "1.4.2026;kokain;Sent\n")
    assert said(office.load()) == [("outside_file", "media/2026-1-paper.csv:A5")]


def test_a_list_over_years_counts_the_half_years_between_its_ends(office: Office) -> None:
    office.profile(LIST.replace("every: event", "every: event, covers: rows"), "paper", HITS)
    rows = ["1.2.2025;kokain", "3.4.2025;kokain", "3.5.2025;heroin", "1.10.2025;kokain", "2.11.2025;kokain"]
    office.text("media/paper-2026-1-paper.csv", "Dato;Søkeord;Tittel\n" + "".join(f"{row};\n" for row in rows))
    frame = office.load().observations
    mine = frame[frame["substance"] == "kokain"]
    assert mine[["period", "value", "status"]].to_numpy().tolist() == [
        ["2025-1", 1, "partial"], ["2025-2", 1, "ok"], ["2026-1", 2, "partial"],
    ]  # fmt: skip


def test_hit_counts_are_a_plain_table(office: Office) -> None:
    office.profile(
        "files: media/*-search.csv\ntables:\n  - columns: {Søkeord: substance, Treff: {measure: hits}}\n",
        "search",
        HITS,
    )
    office.text("media/2026-1-search.csv", "Søkeord;Treff\nKokain;80\nHeroin;0\n")
    tidy = office.load()
    assert values(tidy, ["substance"]) == {"kokain": 80, "heroin": 0}
    assert not noticed(tidy)
