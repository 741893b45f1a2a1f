"""manual indicators → one workbook to fill in; what comes back is read like any other file.

A source is manual when its profile says what is asked for::

    # params/sources/outreach.yml
    manual:
      contacts: [kokain, ketamin]     # one row for each drug
      new_users: []                   # one row, of no single drug
"""

# openpyxl has no types.
# mypy: disable-error-code="no-untyped-call,attr-defined"
from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from forevar.errors import ParamsError
from forevar.params import Params, load_profiles
from forevar.period import Period
from forevar.profile import Profile
from forevar.terms import Status
from forevar.words import Words, capital

KEYS = ("source", "measure", "substance", "place")
NOTHING = "-"
_UNITS = {"g": ("g", "kg", "mg"), "litres": ("litres", "dl")}
_YELLOW = PatternFill("solid", fgColor="FFF7CC")
_WIDTHS = {"E": 34, "F": 44, "G": 22, "H": 22, "I": 12, "J": 22, "K": 40}
_HEADER = 5


@dataclass(frozen=True)
class Indicator:
    """One number asked for."""

    source: str
    measure: str
    substance: str
    place: str
    unit: str


def indicators(params: Params, profiles: Mapping[str, Profile], period: Period) -> Iterator[Indicator]:
    """Every number that sources still open are asked for, in the order of the register.

    Raises:
        ParamsError: A profile asks for a measure or a drug that params do not hold.
    """
    order = {key: place for place, key in enumerate(params.sources)}
    for key in sorted(profiles, key=lambda key: (order.get(key, len(order)), key)):
        profile = profiles[key]
        source = params.sources.get(key)
        if source is not None and ((source.last and source.last < period) or (source.first and source.first > period)):
            continue
        for measure, substances in profile.manual.items():
            told = (source.measures.get(measure) if source else None) or profile.measures.get(measure)
            unknown = [one for one in substances if one not in params.substances]
            if told is None or unknown:
                what = f"the measure {measure}" if told is None else f"the drug {unknown[0]}"
                raise ParamsError(f"{what} is not registered", f"params/sources/{key}.yml", "correct manual:")
            for substance in substances or (NOTHING,):
                yield Indicator(key, measure, substance, NOTHING, told.unit)


def make_form(
    params: Params,
    edition: Period | str,
    observations: pd.DataFrame,
    *,
    lang: str | None = None,
    sources: Collection[str] | None = None,
) -> bytes:
    """The workbook for a half-year: what is counted, last half-year's figure, and a yellow cell for this one's.

    Args:
        params: What people decided.
        edition: Half-year asked about.
        observations: Tidy observations, for the figures of the half-year before.
        lang: Language of the workbook; the town's own when left out.
        sources: Ask only these; everyone when left out. Figures of restricted sources are shown only in a
            workbook for that source alone.

    Returns:
        The content of an .xlsx file, to be saved as ``<half-year>-intake.xlsx``. Everything but the yellow cells
        is locked (without a password); the keys that the loader reads by stand in hidden columns.

    Raises:
        ParamsError: No source is manual, or one of them asks for what is not registered.
    """
    period, words = Period.parse(edition), params.words(lang)
    asked = [
        one
        for one in indicators(params, load_profiles(params.workspace), period)
        if sources is None or one.source in sources
    ]
    if not asked:
        raise ParamsError(
            "no source is manual", "params/sources/", "say manual: {measure: [drugs]} in the profile of a source"
        )
    book = Workbook()
    sheet = book.active
    sheet.title = words("form.sheet")
    _head(sheet, words, params, period)
    before = _figures(observations, period.previous)
    alone = len({one.source for one in asked}) == 1
    for row, one in enumerate(asked, _HEADER + 1):
        _row(sheet, row, one, before, words, params, alone=alone)
    _guard(sheet, words, _HEADER + 1, _HEADER + len(asked))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _head(sheet: Worksheet, words: Words, params: Params, period: Period) -> None:
    report = words.name(params.town.report_name)
    sheet["E1"] = words("form.title", report=report, span=words.span(period))
    sheet["E1"].font = Font(bold=True, size=14)
    sheet["E2"] = words("form.help")
    sheet["E3"] = words("form.save")
    spans = {"before": words.span(period.previous), "now": words.span(period)}
    names = ("who", "what", "before", "now", "unit", "missing", "note")
    labels = (*KEYS, *(words(f"form.column.{name}", span=spans.get(name, "")) for name in names))
    for column, label in enumerate(labels, 1):
        cell = sheet.cell(_HEADER, column, label)
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    for letter in "ABCD":
        sheet.column_dimensions[letter].hidden = True
    for letter, width in _WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = sheet.cell(_HEADER + 1, 5)


def _row(
    sheet: Worksheet,
    row: int,
    one: Indicator,
    before: Mapping[tuple[str, str, str, str], float | str],
    words: Words,
    params: Params,
    *,
    alone: bool,
) -> None:
    source = params.sources.get(one.source)
    measure = source.measures.get(one.measure) if source else None
    what = words.name(measure.name) if measure and measure.name else one.measure
    if one.substance != NOTHING:
        what = f"{what}: {words.name(params.substances[one.substance].name)}"
    figure = before.get((one.source, one.measure, one.substance.replace(NOTHING, ""), ""), "")
    if source is not None and source.access == "restricted" and not alone:
        figure = words("form.withheld")
    unit = words(f"form.unit.{one.unit}") if words.has(f"form.unit.{one.unit}") else one.unit
    who = capital(words.name(source.name) if source else one.source)
    told = words(f"form.{figure}") if figure in ("few", "not_available") else figure
    unit = one.unit if one.unit in _UNITS else unit
    keys = (one.source, one.measure, one.substance, one.place)
    cells = (*keys, who, capital(what), told, None, unit, None, None)
    for column, content in enumerate(cells, 1):
        cell = sheet.cell(row, column, content)
        cell.alignment = Alignment(wrap_text=column in (5, 6), vertical="top")
    for column in (8, 10, 11, *((9,) if one.unit in _UNITS else ())):
        cell = sheet.cell(row, column)
        cell.fill, cell.protection = _YELLOW, Protection(locked=False)
    if one.unit in _UNITS:
        choose = DataValidation("list", formula1=f'"{",".join(_UNITS[one.unit])}"', allow_blank=False)
        choose.error, choose.showErrorMessage = words("form.wrong_choice"), True
        sheet.add_data_validation(choose)
        choose.add(sheet.cell(row, 9).coordinate)


def _guard(sheet: Worksheet, words: Words, first: int, last: int) -> None:
    """Numbers only, a list to choose from, and everything else locked."""
    number = DataValidation("decimal", operator="greaterThanOrEqual", formula1="0", allow_blank=True)
    number.error, number.showErrorMessage = words("form.wrong_number"), True
    number.add(f"H{first}:H{last}")
    reason = DataValidation("list", formula1=f'"{words("form.few")},{words("form.not_available")}"', allow_blank=True)
    reason.error, reason.showErrorMessage = words("form.wrong_choice"), True
    reason.add(f"J{first}:J{last}")
    sheet.add_data_validation(number)
    sheet.add_data_validation(reason)
    sheet.protection.sheet = True
    sheet.protection.formatColumns = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _figures(observations: pd.DataFrame, period: Period) -> dict[tuple[str, str, str, str], float | str]:
    """The figures of a half-year, or the key of the word for why there is none."""
    rows = observations[(observations["period"] == str(period)) & (observations["frequency"] == "half_year")]
    words = {str(Status.SUPPRESSED): "few", str(Status.NOT_AVAILABLE): "not_available"}
    return {
        (row["source"], row["measure"], row["substance"], row["place"]): words.get(row["status"], row["value"])
        for row in rows.to_dict("records")
    }
