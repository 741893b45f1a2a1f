"""A small town whose panel answers with hostile texts: terms of word lists, ways of intake, units of prices."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
from hostile_strings import HOSTILE
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from tiny import SUBSTANCES, make_workspace, write

from forevar.workspace import Workspace

UNPRINTABLE = ("Z\u0351", "😀")  # the report's font has no such letters, and a PDF without them is refused in words
ANSWERS = [
    text for text in HOSTILE
    if text.strip() and len(text) < 300 and not text.startswith(UNPRINTABLE) and not ILLEGAL_CHARACTERS_RE.search(text)
]  # fmt: skip
UNLISTED = "<script>window.hacked='unlisted'</script>"
DRUGS = ("kokain", "alkohol", "heroin", "ketamin")
QUESTIONS = {"slang": "Slang", "combination": "Sammen med", "bought_where": "Kjøpes", "consequence": "Konsekvenser"}
AT_ONCE = 6  # terms of one question that a chapter shows
BETWEEN = "\u00a6"
PROFILE = """
files: panel/*-panel.xlsx
answers:
  sheet: Svar
  min_n: 2
  group: {column: MILJØ, labels: {GROUP: general}}
  scales:
    yes_no: {YES: yes, Nei: no}
    intake: INTAKE
  questions:
    - {column: "{substance}: Kjenner du til bruk?", ask: knows, scale: yes_no}
    - {column: "{substance}: Inntak", ask: intake, scale: intake}
    - {column: "{substance}: Pris", ask: price, unit_column: "{substance}: Enhet", units: {UNIT: [UNIT]}}
"""
SOURCE = """
panel:
  name: Panelet
  kind: panel
  family: panel
  measures: {change: {dimension: [use, availability], unit: answers, name: vurdering}}
  weights: {use: 2, availability: 2}
  disclosure: {unit: persons, public: false, min_n: 5}
"""


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def terms_of(drug: str, question: str) -> list[str]:
    """Which of the texts the panel answers to one question about one drug."""
    first = (DRUGS.index(drug) * len(QUESTIONS) + list(QUESTIONS).index(question)) * AT_ONCE
    return ANSWERS[first : first + AT_ONCE]


def answered_town(folder: Path) -> Workspace:
    """The workspace; seven informants, of whom one answers what is in no list."""
    town = make_workspace(folder)
    more = "".join(f"{key}: {{name: {key}, group: g, order: {n}}}\n" for n, key in enumerate(DRUGS[2:], 3))
    write(town.params / "substances.yml", SUBSTANCES + more)
    sources = (town.params / "sources.yml").read_text(encoding="utf-8")
    write(town.params / "sources.yml", sources + SOURCE)
    intake = {text: text for text in ANSWERS[:AT_ONCE]}
    profile = PROFILE.replace("MILJØ", quoted(ANSWERS[7])).replace("GROUP", quoted(ANSWERS[8]))
    profile = profile.replace("YES", quoted(ANSWERS[9])).replace("UNIT", quoted(ANSWERS[10]))
    profile = profile.replace("INTAKE", json.dumps(intake, ensure_ascii=False))
    lists = {key: {text: [] for drug in DRUGS for text in terms_of(drug, key)} for key in QUESTIONS}
    profile += "".join(
        f'    - {{column: "{{substance}}: {head}", ask: {key}, terms: {key}, split: "{BETWEEN}"}}\n'
        for key, head in QUESTIONS.items()
    )
    write(town.params / "sources" / "panel.yml", f"{profile}  terms: {json.dumps(lists, ensure_ascii=False)}\n")
    chapters = ", ".join(f"substances/{drug}" for drug in DRUGS)
    write(
        town.edition("2026-1") / "edition.yml",
        f"period: 2026-1\nchapters: [main_findings, {chapters}, main_table]\n"
        "headlines: [{substance: kokain, dimensions: [use]}]\nauthors: [Lillevik kommune]\n",
    )
    for period in ("2025-2", "2026-1"):
        _write_answers(town.raw / "panel" / f"{period}-panel.xlsx")
    return town


def _write_answers(path: Path) -> None:
    heads = [ANSWERS[7]]
    row = [ANSWERS[8]]
    unlisted = [ANSWERS[8]]
    for drug in DRUGS:
        name = drug.capitalize()
        heads += [
            f"{name}: {part}" for part in ("Kjenner du til bruk?", "Inntak", "Pris", "Enhet", *QUESTIONS.values())
        ]
        answers = [BETWEEN.join(terms_of(drug, question)) for question in QUESTIONS]
        row += [ANSWERS[9], ANSWERS[DRUGS.index(drug)], "500", ANSWERS[10], *answers]
        unlisted += [ANSWERS[9], ANSWERS[DRUGS.index(drug)], UNLISTED, UNLISTED, *[UNLISTED] * len(QUESTIONS)]
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Svar"
    for number, line in enumerate([heads, *[row] * 6, unlisted], 1):
        for column, text in enumerate(line, 1):
            cell = sheet.cell(number, column, text)
            cell.data_type = "s"  # as it was typed, also where it begins like a formula
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
