"""A made-up town of two substances and three sources: a workspace small enough to build in a test."""

from pathlib import Path

import openpyxl

from forevar.workspace import Workspace

METHOD = Path(__file__).parent.parent / "params" / "method.yml"
TOWN = """
place: Lillevik
lang: nb
report_name: Varsel
title: Rusmiddeltrender i Lillevik
owner: Lillevik kommune
numbering: {edition: 2025-2, number: 1}
"""
SUBSTANCES = """
kokain: {name: {nb: kokain, nn: kokain, en: cocaine}, group: stimulants, order: 1, colour: "#801650"}
alkohol: {name: {nb: alkohol, nn: alkohol, en: alcohol}, group: alcohol, order: 2, colour: "#12436D"}
"""
SOURCES = """
harbour:
  name: Havnepolitiet
  kind: statistics
  measures: {seizures: {dimension: availability, unit: count, name: beslag}}
  weights: {availability: 2}
clinic:
  name: Klinikken
  kind: statistics
  measures: {visits: {dimension: use, unit: count, name: besøk}}
  weights: {use: 3}
paper:
  name: Lokalavisen
  kind: media
  measures: {articles: {dimension: interest, unit: count, name: artikler}}
  weights: {interest: 1}
"""
PROFILE = """
files: "{family}/*-{source}.xlsx"
tables:
  - columns: {{Periode: time, Stoff: substance, {head}: {{measure: {measure}}}}}
"""
EDITION = """
period: 2026-1
chapters: [text/foreword, main_findings, substances/kokain, substances/alkohol, main_table]
headlines: [{substance: kokain, dimensions: [use]}]
authors: [Lillevik kommune]
"""
COUNTS = {
    "harbour": ("statistics", "seizures", "Antall", {"kokain": (10, 20), "alkohol": (8, 8)}),
    "clinic": ("statistics", "visits", "Besøk", {"kokain": (40, 30), "alkohol": (100, 115)}),
    "paper": ("media", "articles", "Artikler", {"kokain": (6, 9), "alkohol": (2, 1)}),
}
# kokain: clinic 40 to 30 is -25 %, -2 x 3; harbour doubles, 3 x 2; paper +50 %, 3 x 1
# alkohol: clinic +15 %, 1 x 3; harbour stable; paper few
SCORES = {
    ("kokain", "use"): -6, ("kokain", "availability"): 6, ("kokain", "interest"): 3, ("kokain", "aggregate"): 3,
    ("alkohol", "use"): 3, ("alkohol", "availability"): 0, ("alkohol", "interest"): 0, ("alkohol", "aggregate"): 3,
}  # fmt: skip


def make_workspace(root: Path) -> Workspace:
    """Write the whole workspace into a folder."""
    workspace = Workspace(root.resolve())
    write(
        workspace.params / "method.yml",
        METHOD.read_text(encoding="utf-8").replace("scored_from: 2024-1", "scored_from: 2026-1"),
    )
    write(workspace.params / "town.yml", TOWN)
    write(workspace.params / "substances.yml", SUBSTANCES)
    write(workspace.params / "sources.yml", SOURCES)
    write(workspace.edition("2026-1") / "edition.yml", EDITION)
    write(workspace.edition("2026-1") / "text" / "foreword.md", "# Forord\n\nSkåren for kokain er $kokain_use_score.\n")
    for source, (family, measure, head, counts) in COUNTS.items():
        profile = PROFILE.format(family=family, source=source, head=head, measure=measure)
        write(workspace.params / "sources" / f"{source}.yml", profile)
        write_workbook(workspace.raw / family / f"2026-1-{source}.xlsx", head, counts)
    return workspace


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_workbook(path: Path, head: str, counts: dict[str, tuple[object, object]]) -> None:
    """Period, substance and figure in three columns, sheet «Tall»."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Tall"
    sheet.append(["Periode", "Stoff", head])
    for substance, pair in counts.items():
        for period, value in zip(("2025-2", "2026-1"), pair, strict=True):
            sheet.append([period, substance.capitalize(), value])
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
