"""A small report with a block of every kind, for the tests of page and paper."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
from hostile_strings import HOSTILE
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from forevar.blocks import Column, Credit, Facts, Figure, Finding, Findings, Table, Text
from forevar.period import Period
from forevar.report.document import Chapter, Document, compose, notices_of, text_chapter
from forevar.settings import Headline, Recipe, Town
from forevar.words import Words, flatten
from forevar.yaml_file import read_yaml

ROOT = Path(__file__).resolve().parents[1]
MADE = dt.datetime(2026, 5, 1, 12, 0, 0, tzinfo=dt.UTC)
CREDIT = Credit(
    "Kilde: Tolletaten. Periode: oktober 2025–mars 2026 mot april–september 2025. Avrundet.", "Rekonstruerte data"
)
STEPS = (1, 2, 3, 0, -1, -2, -3)


def words(lang: str = "nb") -> Words:
    table: dict[str, dict[str, str]] = {}
    for path in (ROOT / "params/phrases.yml", *sorted((ROOT / "params/phrases").glob("*.yml"))):
        table.update(flatten(read_yaml(path)))
    return Words(lang, table)


def town() -> Town:
    return Town(
        place="Bergen", report_name="Føre Var", title="Rusmiddeltrender i Bergen", owner="Demonstrasjon",
        numbering={"edition": "2003-1", "number": 1},
    )  # fmt: skip


def recipe(**changes: Any) -> Recipe:
    given = {"period": "2026-1", "chapters": ("kokain",), "authors": ("Demonstrasjon",), **changes}
    return Recipe(headlines=(Headline(substance="kokain", dimensions=("use",)),), **given)


def spec(width: int = 600, colour: str = "#801650", name: str = "beslag") -> dict[str, Any]:
    """A small line chart of exactly ``width`` pixels."""
    data = pd.DataFrame({"x": range(8), "y": [3, 5, 4, 8, 13, 11, 17, 26], "name": name})
    base = alt.Chart(data).encode(
        x=alt.X("x:Q", axis=alt.Axis(grid=False)), y=alt.Y("y:Q"), tooltip=[alt.Tooltip("name:N", title="navn")]
    )
    label = base.mark_text(align="right", limit=200).encode(text="name:N").transform_filter("datum.x == 7")
    chart = base.mark_line(color=colour) + base.mark_point(color=colour, filled=True) + label
    config = {"font": "IBM Plex Sans", "aria": False, "background": "white"}
    return chart.properties(width=width - 40, height=180).configure(**config).to_dict()


def figure(key: str = "course", title: str = "Beslagene av kokain øker fra 8 til 26", **changes: Any) -> Figure:
    given = {
        "subtitle": "Antall beslag per halvår.", "wide": spec(640), "narrow": spec(328), "credit": CREDIT,
        "alt": "Linjediagram, vår 2023–vår 2026. Beslagene øker fra 3 til 26. Rekonstruerte data.",
        "table": table("numbers", "Antall beslag"),
    }  # fmt: skip
    return Figure(key=key, title=title, **{**given, **changes})


def table(key: str = "scores", title: str = "Kokain, skår oktober 2025–mars 2026", cell: str = "sterk økning") -> Table:
    columns = (Column("Dimensjon"), Column("Skår", "right"), Column("Ord"), Column("Intervall"))
    rows = (
        ("Bruk", "+26", cell, "+10 til +42"),
        ("Tilgjengelighet", "+16", "økning", "−4 til +36"),
        ("Samlet", "+49", "", ""),
    )
    origins = (("", "data/raw/statistics/2026-1-customs.xlsx:Beslag:C7", "", ""),)
    return Table(key, title, columns, rows, CREDIT, strong=(2,), origins=origins)


def step_table() -> Table:
    cells = [{"step": step, "text": f"{10 + 2 * step}→20", "flag": ""} for step in STEPS]
    cells += [{"step": None, "text": "få", "flag": "few"}, {"step": None, "text": "..→26", "flag": "no_comparison"}, ""]
    rows = tuple((f"Kilde {number}", cell, cells[-1 - number]) for number, cell in enumerate(cells))
    columns = (Column("Kilde"), Column("Kokain", kind="step"), Column("Ketamin", kind="step"))
    return Table("main", "Kokain øker i de fleste kildene", columns, rows, CREDIT, groups={0: "Bruk", 5: "Interesse"})


def findings() -> Findings:
    rows = tuple(
        Finding(
            name, "sterk økning i bruk", "Ordet holder i 89 % av trekningene", score, key, colour, spec(150, colour)
        )
        for name, key, score, colour in (
            ("Heroin", "heroin", "−21", "#12436D"),
            ("Crack kokain", "kokain", "+49", "#801650"),
        )
    )
    return Findings(rows, "samlet", spec(500), "Linjediagram over skårene siden 2002.", CREDIT)


def cell(*shown: Any, source: str = "view.show()", tags: tuple[str, ...] = ("show",)) -> Any:
    """An executed cell that showed these blocks, pandas tables or charts."""
    outputs = []
    for one in shown:
        bundle = one._repr_mimebundle_() if hasattr(one, "_repr_mimebundle_") else {"text/plain": str(one)}
        if isinstance(one, pd.DataFrame):
            bundle = {"text/html": one.to_html(), "text/plain": str(one)}
        outputs.append(new_output("display_data", data=bundle))
    return new_code_cell(source, outputs=outputs, metadata={"tags": list(tags)})


def chapter(*cells: Any, name: str = "substances/kokain", title: str = "Kokain", **given: Any) -> Chapter:
    return Chapter(name, title, new_notebook(cells=list(cells)), **given)


def full_chapters() -> list[Chapter]:
    """Every kind of block, and what the reader must not see."""
    hidden = [
        cell(Text("Hjelp i JupyterLab"), tags=("guide",)),
        cell(Text("SKJULT"), source='edition = "2026-1"', tags=("parameters",)),
        cell(Text("SKJULT"), tags=("setup",)),
    ]
    frame = pd.DataFrame({"antall": [1, 2], "navn": ["<b>a</b>", "b"]})
    body = [
        cell(Text("# Kokain\n\nBruken øker sterkt, først og fremst **crack kokain**.", role="lead")),
        cell(table()),
        cell(Text("## Bruk\n\n30 av 34 kjenner til bruk.[^1] Se [siden](https://example.org).\n\n[^1]: En note.")),
        cell(figure(), Facts((("Pris", "1 000–1 200 kr per gram"), ("Inntak", "sniffing, røyking")))),
        cell(Text("Heroin: «nedgang» i overskriften. Velg ett ord.[^x]\n\n[^x]: Note i note.", role="note")),
        cell(Text("Sjekk dette"), tags=("check",)),
        cell(Text("## Tilgjengelighet\n\nEn kilde til.[^a]\n\n[^a]: En note til.")),
        cell(step_table(), frame),
        cell(figure("second", "Enda en figur viser det samme én gang til")),
    ]
    first = chapter(cell(Text("# Hovedfunn\n\nCrack kokain øker sterkt.", role="lead")), cell(findings()),
                    name="main_findings", title="Hovedfunn")  # fmt: skip
    plain = chapter(
        new_markdown_cell("## Fra forskeren\n\nVanlig *Markdown*."), cell("bare tekst"), name="own", title="Eget"
    )
    return [
        text_chapter("text/foreword", "Forord", "# Forord\n\nTakk til alle.[^1]\n\n[^1]: Særlig panelet."),
        first,
        chapter(*hidden, *body, substance="kokain", colour="#801650"),
        plain,
    ]


def document(
    chapters: list[Chapter] | None = None, *, lang: str = "nb", final: bool = False, code: bool = False
) -> Document:
    composed = compose(full_chapters() if chapters is None else chapters, words(lang), final=final, code=code)
    return Document(
        Period(2026, 1), lang, words(lang), town(), recipe(), composed, "final" if final else "draft",
        notices_of(composed), MADE, code=code,
    )  # fmt: skip


def hostile_chapters() -> list[Chapter]:
    """A chapter for each hostile text, which stands in every place a text can stand."""
    chapters = []
    for number, text in enumerate(HOSTILE):
        finding = Finding(text, text, text, text, "kokain", text, spec(150))
        shown = (
            Text(text), Text(text, role="lead"), Text(f"a[^1]\n\n[^1]: {text}"), Text(f"## {text}"),
            Text(text, role="note"),
            Facts(((text, text),)), table("t", text, text),
            figure("f", text, subtitle=text, alt=text, wide=spec(640, name=text), credit=Credit(text, text)),
            Findings((finding,), text, spec(500), text, Credit(text, text)),
        )  # fmt: skip
        chapters.append(chapter(cell(*shown), name=f"substances/h{number}", title=text, substance="x", colour=text))
    return chapters
