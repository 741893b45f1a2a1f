"""An edition's main table as a workbook: the marks on one sheet, scores with certainty and reasons on another."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from forevar import doubt
from forevar.blocks import Table
from forevar.charts.caption import pair_of
from forevar.edition import Edition
from forevar.rows import records
from forevar.terms import AGGREGATE, SCORED_DIMENSIONS, Reason
from forevar.words import MINUS, capital

Record = Mapping[Any, Any]

RISE, FALL, STILL, FEW, UNKNOWN = "▲", "▼", "–", "○", "?"
# Light to strong, as in print; ink stands on the first two, white on the third.
RISES, FALLS = ("DCE7F2", "8DB0D3", "2F5D8C"), ("F8E6D6", "E7B388", "A9531B")
INK, WHITE, RULE = "1B1F24", "FFFFFF", "C9CED4"
SIGNED = f"+0.##;{MINUS}0.##;0"
WHOLE = f"+0;{MINUS}0;0"
HEAD_ROW = 4
UPRIGHT = 8
POINTS_A_LETTER = 6.5
REASONS_WIDTH = 80
_EDGE = Side(style="thin", color=RULE)
_RULE = Border(bottom=Side(style="medium", color=INK))


def main_table_xlsx(edition: Edition) -> bytes:
    """The workbook.

    First sheet: sources down, substances across; one to three triangles are the step, so that it is read in black and
    white, and a note behind each cell holds the numbers that may be printed. Second sheet: every score with its
    word, its interval, what it rests on, and the sources that gave none and why.

    Args:
        edition: Its language is the workbook's.
    """
    book = Workbook()
    book.properties.title = _title(edition)
    book.properties.creator = edition.params.town.owner
    book.properties.language = edition.words.lang
    marks = book.active
    assert isinstance(marks, Worksheet)
    _fill_marks(marks, edition)
    _fill_scores(book.create_sheet(edition.words("excel.sheet.scores")), edition)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _fill_marks(sheet: Worksheet, edition: Edition) -> None:
    words, table = edition.words, edition.overview().main_table()
    keys = edition.watched()
    sheet.title = words("excel.sheet.table")
    _head(sheet, edition, table, [column.label for column in table.columns], upright=len(keys) > UPRIGHT)
    signals = edition.labelled(edition.now("signals/all"))
    known = {(row["dimension"], row["label"], row["substance"]): row for row in records(signals)}
    scores = {(row["substance"], row["dimension"]): row["score"] for row in records(edition.now("differences/all"))}
    names = {capital(words(f"dimension.{one}")): one for one in SCORED_DIMENSIONS}
    at, dimension = HEAD_ROW, ""
    for number, row in enumerate(table.rows):
        if number in table.groups:
            at += 1
            dimension = str(names.get(table.groups[number], AGGREGATE))
            _write(sheet.cell(at, 1), table.groups[number], bold=True).border = _RULE
        at += 1
        _write(sheet.cell(at, 1), row[0], bold=number in table.strong)
        for key, content, column in zip(keys, row[1:], range(2, len(row) + 1), strict=True):
            cell = sheet.cell(at, column)
            if number in table.strong:
                _number(cell, scores.get((key, dimension), math.nan), bold=True)
                continue
            _mark(cell, content)
            record = known.get((dimension, row[0], key))
            if content != "" and record is not None:
                cell.comment = _note(record, edition)
    _key(sheet, at + 2, edition)
    sheet.column_dimensions["A"].width = 38
    for column in range(2, len(table.columns) + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 6 if len(keys) > UPRIGHT else 14
    _print_set_up(sheet, edition, table)


def _fill_scores(sheet: Worksheet, edition: Edition) -> None:
    words, table = edition.words, edition.overview().scores()
    heads = (
        words("excel.column.substance"), words("limits.dimension"), words("score.score"), words("score.word"),
        words("excel.column.from"), words("excel.column.to"), words("score.holds"), words("excel.column.scored"),
        words("excel.column.all"), words("excel.column.rests_on"), words("excel.column.without"),
        words("excel.column.word_without"), words("excel.column.unscored"),
    )  # fmt: skip
    _head(sheet, edition, table, heads)
    rows = edition.now("differences/all").merge(
        edition.now("certainty/all"), on=["substance", "dimension"], how="left", suffixes=("", "_sure")
    )
    scored = {(row["substance"], row["dimension"]): row for row in records(rows)}
    signals = edition.labelled(edition.now("signals/all"))
    agencies = doubt.agency_names(edition.params, words)
    at = HEAD_ROW
    for key in edition.watched():
        for dimension in (*SCORED_DIMENSIONS, AGGREGATE):
            row = scored.get((key, str(dimension)), {})
            at += 1
            _write(sheet.cell(at, 1), capital(edition.paint(key).name))
            _write(sheet.cell(at, 2), capital(words(f"dimension.{dimension}")), bold=dimension == AGGREGATE)
            _number(sheet.cell(at, 3), row.get("score", math.nan), bold=True)
            _write(sheet.cell(at, 4), edition.word(row.get("word") or "") or words("text.no_score"))
            for column, name in ((5, "low"), (6, "high"), (11, "score_without")):
                _number(sheet.cell(at, column), row.get(name, math.nan))
            if not pd.isna(share := row.get("same_word", math.nan)) and row["low"] < row["high"]:
                cell = sheet.cell(at, 7, math.floor(100 * share) / 100)
                cell.number_format, cell.alignment = "0 %", Alignment(horizontal="center")
            for column, name in ((8, "n_scored"), (9, "n_sources")):
                if not pd.isna(count := row.get(name, math.nan)):
                    sheet.cell(at, column, int(count)).alignment = Alignment(horizontal="center")
            rests_on = _text(row.get("rests_on"))
            _write(sheet.cell(at, 10), agencies.get(rests_on, rests_on))
            _write(sheet.cell(at, 12), edition.word(_text(row.get("word_without"))) if rests_on else "")
            of_row = signals[(signals["substance"] == key) & (signals["dimension"] == dimension)]
            unscored = _write(sheet.cell(at, 13), _unscored(of_row, edition))
            unscored.alignment = Alignment(wrap_text=True, vertical="top")
            sheet.row_dimensions[at].height = 15 * max(1, math.ceil(len(unscored.value or "") / REASONS_WIDTH))
    for column, width in enumerate((26, 20, 8, 18, 10, 10, 10, 10, 10, 26, 10, 18, REASONS_WIDTH), 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.auto_filter.ref = f"A{HEAD_ROW}:{get_column_letter(len(heads))}{at}"
    _print_set_up(sheet, edition, table)


def _head(sheet: Worksheet, edition: Edition, table: Table, labels: Sequence[str], upright: bool = False) -> None:
    """Title, what it rests on, and the row of headings with everything above and left of it frozen."""
    _write(sheet.cell(1, 1), _title(edition), bold=True).font = _font(bold=True, size=14)
    _write(
        sheet.cell(2, 1),
        " ".join(filter(None, (f"{table.credit.tag}." if table.credit.tag else "", table.credit.source))),
    )
    for column, label in enumerate(labels, 1):
        cell = _write(sheet.cell(HEAD_ROW, column), label, bold=True)
        turned = upright and column > 1
        cell.alignment = Alignment(
            text_rotation=90 if turned else 0, wrap_text=not turned, vertical="bottom",
            horizontal="center" if turned else "left",
        )  # fmt: skip
        cell.border = _RULE
    if upright:
        sheet.row_dimensions[HEAD_ROW].height = 12 + POINTS_A_LETTER * max(map(len, labels))
    sheet.freeze_panes = sheet.cell(HEAD_ROW + 1, 2)


def _mark(cell: Cell, content: object) -> None:
    """Triangles to count, a dash for stable, a ring for few, ``?`` for a missing comparison, or the sign as it is."""
    cell.alignment = Alignment(horizontal="center")
    if not isinstance(content, Mapping):
        _write(cell, str(content))
        return
    cell.border = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
    step, flag = content["step"], content.get("flag")
    if flag == "few" or step is None:
        _write(cell, FEW if flag == "few" else UNKNOWN)
        return
    _write(cell, (RISE if step > 0 else FALL) * abs(step) or STILL)
    if step:
        shade = (RISES if step > 0 else FALLS)[min(abs(step), 3) - 1]
        cell.fill = PatternFill("solid", start_color=shade, end_color=shade)
        cell.font = _font(color=WHITE if abs(step) == 3 else INK)


def _note(record: Record, edition: Edition) -> Comment:
    """What lies behind a mark, as far as it may be printed."""
    words = edition.words
    name = capital(edition.paint(record["substance"]).name)
    lines = [f"{name}: {record['label']}"]
    if record["flag"] == "few":
        lines.append(words("report.step.few"))
    elif pd.isna(record["value"]):
        lines.append(words(f"reason.{record['reason'] or Reason.NO_COMPARISON}"))
    else:
        if pd.isna(record["more"]):
            lines.append(pair_of(record, words) if edition.shown(record) else words("excel.hidden"))
        lines.append(edition.word(record["word"]))
        lines.append(
            words(
                "excel.weighed",
                weight=words.number(record["weight"], 0 if float(record["weight"]).is_integer() else 1),
                contribution=words.signed(
                    record["contribution"], 0 if float(record["contribution"]).is_integer() else 1
                ),
            )
        )
    return Comment("\n".join(lines), edition.params.town.owner, width=260, height=28 + 18 * len(lines))


def _unscored(signals: pd.DataFrame, edition: Edition) -> str:
    """``Kripos, beslag (få); OUS, prøver (ingen tall denne perioden)``."""
    words = edition.words
    named = [
        f"{row['label']} ({words('reason.' + (row['reason'] or Reason.FEW))})"
        for row in records(signals)
        if row["reason"] != Reason.UNWEIGHTED and (row["reason"] or row["flag"] == "few")
    ]
    return "; ".join(named)


def _key(sheet: Worksheet, at: int, edition: Edition) -> None:
    """What the signs mean, below the table."""
    words = edition.words
    steps = (
        (3, "strong_rise"),
        (2, "rise"),
        (1, "small_rise"),
        (0, "stable"),
        (-1, "small_fall"),
        (-2, "fall"),
        (-3, "strong_fall"),
    )
    entries = [({"step": step, "flag": ""}, edition.word(word)) for step, word in steps]
    entries.append(({"step": 0, "flag": "few"}, words("report.step.few")))
    entries.append(({"step": None, "flag": ""}, words("reason.no_comparison")))
    _write(sheet.cell(at, 1), words("excel.key"), bold=True)
    for row, (content, meaning) in enumerate(entries, at + 1):
        _write(sheet.cell(row, 1), meaning)
        _mark(sheet.cell(row, 2), content)
    for row, (sign, meaning) in enumerate(
        (("..", words("excel.silent")), ("", words("excel.empty"))), at + 1 + len(entries)
    ):
        _write(sheet.cell(row, 1), meaning)
        _mark(sheet.cell(row, 2), sign)


def _print_set_up(sheet: Worksheet, edition: Edition, table: Table) -> None:
    """Across one page, lying, with the headings on every page and what must be said of the data at the foot."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    assert sheet.sheet_properties.pageSetUpPr is not None
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    sheet.print_title_cols = "A:A"
    sheet.oddFooter.left.text = table.credit.tag.replace("&", "&&")
    sheet.oddFooter.right.text = edition.words("excel.page")


def _title(edition: Edition) -> str:
    words = edition.words
    name = words.name(edition.params.town.report_name)
    return words("excel.title", name=name, edition=edition.period.printed, period=words.span(edition.period))


def _write(cell: Cell, text: str, bold: bool = False) -> Cell:
    """A text as a text, even when it begins like a formula."""
    cell.value = text or None
    if text:
        cell.data_type = "s"
    if bold:
        cell.font = _font(bold=True)
    return cell


def _number(cell: Cell, value: float, bold: bool = False) -> None:
    """A signed number; an empty cell where there is none."""
    cell.alignment = Alignment(horizontal="center")
    if not pd.isna(value):
        cell.value = int(value) if float(value).is_integer() else float(value)
        cell.number_format = WHOLE if float(value).is_integer() else SIGNED
    if bold:
        cell.font = _font(bold=True)


def _font(color: str = INK, **given: Any) -> Font:
    return Font(name="Calibri", color=color, **given)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
