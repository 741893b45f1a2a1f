"""What a reader of the demonstration can learn of a hidden count, from all that is printed: nothing but its sign."""

import io
import itertools
import json
from dataclasses import replace

import openpyxl
import pytest
from test_disclosure import fitting, is_left_open, mark

from forevar.disclosure import given_away, least_of
from forevar.edition import Edition
from forevar.params import load_edition
from forevar.report.main_table_xlsx import FALL, FEW, RISE, STILL, main_table_xlsx
from forevar.store import scored

EDITIONS = ("2025-2", "2026-1")
KEYS = ["source", "measure", "substance", "period"]


def edition_of(params, tables, period):
    return Edition(params, load_edition(params.workspace, period), tables, params.words("nb"))


@pytest.fixture(scope="module")
def guarded(bergen_params):
    """Label of every guarded indicator → its key."""
    words = bergen_params.words("nb")
    opened = Edition(bergen_params, load_edition(bergen_params.workspace, EDITIONS[1]), None, words)
    keys = [
        (key, measure)
        for key, source in bergen_params.sources.items() if least_of(source, bergen_params.method) == 5
        for measure, one in source.measures.items() if one.unit == "count"
    ]  # fmt: skip
    return {opened.label(*key).casefold(): key for key in keys}


def printed_in(raw, guarded):
    """(indicator, drug) → what a reader of a main table sees: its mark, and whether the two counts stand there.

    Shares of samples are taken for counts: a reader may know how many samples there were.
    """
    sheet = openpyxl.load_workbook(io.BytesIO(raw)).worksheets[0]
    drugs = {cell.column: cell.value for cell in sheet[4][1:]}
    found = {}
    for line in sheet.iter_rows(min_row=5):
        key = guarded.get(str(line[0].value).casefold())
        for cell in line[1:]:
            text = str(cell.value or "")
            if key is None or cell.comment is None or not text or text.strip(RISE + FALL + STILL + FEW):
                continue
            step = "few" if text == FEW else text.count(RISE) - text.count(FALL)
            found[(*key, drugs[cell.column])] = (step, "→" in cell.comment.text.splitlines()[1])
    return found


@pytest.mark.slow
def test_reader_of_two_editions_workbooks_recovers_no_hidden_count(bergen_params, bergen_tables, guarded):
    books = [main_table_xlsx(edition_of(bergen_params, bergen_tables, period)) for period in EDITIONS]
    before, now = (printed_in(book, guarded) for book in books)
    paint = edition_of(bergen_params, bergen_tables, EDITIONS[1]).paint
    names = {paint(key).name.casefold(): key for key in bergen_params.substances}
    unasked = {
        key: source.model_copy(update={"disclosure": source.disclosure.model_copy(update={"agreed": None})})
        for key, source in bergen_params.sources.items()
    }  # fmt: skip
    told = given_away(bergen_tables.signals, unasked, bergen_params.method)
    told = set(told[["source", "measure", "substance"]].itertuples(index=False, name=None))
    true = bergen_tables.observations.set_index(KEYS)["value"].to_dict()
    attacked, recovered = 0, []
    for key, seen in now.items():
        source, measure, drug = key[0], key[1], names[key[2].casefold()]
        pairs = [before[key], seen] if key in before else [seen]
        periods = ["2025-1", "2025-2", "2026-1"][-len(pairs) - 1 :]
        counts = [true.get((source, measure, drug, period), 0) for period in periods]
        printed = {n + one: counts[n + one] for n, (_, stands) in enumerate(pairs) if stands for one in (0, 1)}
        left = fitting([step for step, _ in pairs], printed) if max(counts) < 40 else []
        for values, count, period in zip(left, counts, periods, strict=False):
            assert count in values
            if 0 < count < 5:
                attacked += 1
                if not is_left_open(values) and (source, measure, drug) not in told:
                    recovered.append((key, period, values))
    assert attacked > 50
    assert recovered == []


# --- another hidden count, the same report ----------------------------------------------------------------------------


def others(observations, sources, method):
    """Observations with every small guarded count, where that is possible, another that gives the same marks."""
    counted = observations[(observations["unit"] == "count") & (observations["dimension"] != "consequences")]
    guarded = [key for key, source in sources.items() if least_of(source, method)]
    values = observations["value"].copy()
    changed = 0
    for _, rows in counted[counted["source"].isin(guarded)].sort_values("period").groupby(KEYS[:3]):
        series = rows["value"].tolist()
        for n, count in enumerate(series):
            near = [one for one in (n - 1, n + 1) if 0 <= one < len(series) and series[one] == series[one]]
            for guess in (1, 2, 3, 4) if 0 < count < 5 else ():
                tried = [*series[:n], guess, *series[n + 1 :]]
                pairs = [sorted((n, one)) for one in near]
                if guess != count and all(mark(tried[a], tried[b]) == mark(series[a], series[b]) for a, b in pairs):
                    series[n], changed = guess, changed + 1
                    break
        values[rows.index] = series
    assert changed > 100
    return observations.assign(value=values)


def everything(edition):
    """All that the chapters, the special focus and the workbook show, as text."""
    sure, focus, overview = edition.sureness(), edition.focus("benzodiazepines"), edition.overview()
    blocks = {"main": overview.main_table(), "ranks": focus.ranks(), "measured": focus.measured()}
    for key in edition.watched():
        view = edition.substance(key)
        blocks |= {f"{key} changes": view.changes(), f"{key} adds": view.contributions(), f"{key} why": view.why()}
        blocks |= {f"{key} {one}": view.sources(one) for one in ("use", "availability", "interest")}
        blocks |= {f"{key} limits": view.limits(), f"{key} sure": sure.change_table(key)}
    texts = {
        key: json.dumps(block._repr_mimebundle_(), default=str, sort_keys=True)
        for key, block in blocks.items() if block is not None
    }  # fmt: skip
    book = openpyxl.load_workbook(io.BytesIO(main_table_xlsx(edition)))
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    texts["workbook"] = "\n".join(f"{cell.value} {cell.comment.text if cell.comment else ''}" for cell in cells)
    return texts


@pytest.mark.slow
def test_nothing_shown_changes_when_the_hidden_counts_are_others(bergen_params, bergen_tables):
    params, tables = bergen_params, bergen_tables
    observations = others(tables.observations, params.sources, params.method)
    signals = scored(observations, tables.answers, params)["signals"]
    other = replace(tables, observations=observations, signals=signals)
    assert (signals["value"].fillna(9) == tables.signals["value"].fillna(9)).all()
    shown, again = (everything(edition_of(params, one, EDITIONS[1])) for one in (tables, other))
    assert [key for key in shown if shown[key] != again[key]] == []


def test_marks_of_the_attack_are_those_of_the_report(bergen_tables):
    rows = bergen_tables.signals
    rows = rows[(rows["unit"] == "count") & rows["value"].notna() & rows["previous"].notna()]
    pairs = rows[["previous", "current"]].itertuples(index=False, name=None)
    expected = ["few" if flag == "few" else value for flag, value in zip(rows["flag"], rows["value"], strict=True)]
    assert [mark(*pair) for pair in pairs] == expected
    assert len(set(itertools.chain(expected))) == 8
