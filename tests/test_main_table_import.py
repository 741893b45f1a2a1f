"""An office's Excel main table becomes history by the loader of the other main tables."""

import openpyxl
import pytest

from forevar.cli import main
from forevar.errors import DataError, ParamsError
from forevar.main_table_import import import_main_table, read_main_table
from forevar.params import load_params
from forevar.period import Period
from forevar.start import start_workspace
from forevar.store import make_tables

ARROWS = [
    ["", "Kokain", "Heroin"],
    ["Bruk", None, None],
    ["Laboratoriet", "↑↑", "↓"],
    ["Trendpanelet", "↑↑↑", "→"],
    ["Tilgjengelighet", None, None],
    ["Politiet", "▲", "–"],
    ["Trendpanelet", "=", None],
    ["Interesse", None, None],
    ["Rustelefonen", "↓↓", "↑"],
]
# use: laboratory weighs 3, the panel 2; availability: the police 2; interest: the helpline 1
SUMS = {
    "kokain": {"use": 12, "availability": 2, "interest": -2, "aggregate": 12},
    "heroin": {"use": -3, "interest": 1, "aggregate": -2},
}
BY_DRUG = [
    ["Rusmiddel", "Bruk", "Tilgjengelighet", "Interesse", "Aggregert differanse"],
    ["Kokain", 12, 2, -2, 12],
    ["Heroin", -3, None, 1, -2],
]


@pytest.fixture
def town(tmp_path):
    town = start_workspace(tmp_path / "town", "Storvik")
    path = town.params / "sources.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("short: {nb: politiet", "short: {nb: Politiet"), encoding="utf-8")
    return town


def workbook(tmp_path, rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    path = tmp_path / "hovedtabell.xlsx"
    book.save(path)
    return path


def changed(rows, row, column, value):
    return [[value if (r, c) == (row, column) else cell for c, cell in enumerate(line)] for r, line in enumerate(rows)]


def flipped(rows):
    """Substances down and sources across; the part each source belongs to has gone, so one dimension only."""
    part = [rows[0], *rows[7:]]
    return [list(column) for column in zip(*(row for row in part if row[0] != "Interesse"), strict=True)]


def test_arrows_are_steps_times_the_weight_of_their_source(town, tmp_path):
    assert read_main_table(workbook(tmp_path, ARROWS), load_params(town)) == SUMS


def test_sums_by_drug_are_taken_as_printed(town, tmp_path):
    assert read_main_table(workbook(tmp_path, BY_DRUG), load_params(town)) == SUMS


def test_table_may_lie_the_other_way_round(town, tmp_path):
    found = read_main_table(workbook(tmp_path, flipped(ARROWS)), load_params(town))
    assert found == {"kokain": {"interest": -2, "aggregate": -2}, "heroin": {"interest": 1, "aggregate": 1}}


def test_numbers_beyond_the_steps_are_weighted_already(town, tmp_path):
    rows = changed(changed(ARROWS, 2, 1, 6), 3, 1, "+6")
    assert read_main_table(workbook(tmp_path, rows), load_params(town))["kokain"]["use"] == 12


def test_numbers_within_the_steps_are_steps(town, tmp_path):
    assert read_main_table(workbook(tmp_path, changed(ARROWS, 2, 2, "−1")), load_params(town)) == SUMS


def test_empty_cells_are_silence_and_not_zero(town, tmp_path):
    found = read_main_table(workbook(tmp_path, ARROWS), load_params(town))
    assert "availability" not in found["heroin"]


@pytest.mark.parametrize(
    ("row", "column", "value", "where", "words"),
    [
        (2, 0, "Havnepolitiet", "A3", "'Havnepolitiet' is no source"),
        (2, 1, "opp", "B3", "'opp' is neither an arrow nor a number"),
        (0, 2, "Brunost", "C1", "'Brunost' is no source"),
        (2, 0, "Amfetamin", "A3", "'Amfetamin' and 'Kokain' are no source and substance"),
        (1, 0, None, "B4", "speaks of several dimensions"),
    ],
)
def test_what_is_not_understood_is_named_with_its_cell(town, tmp_path, row, column, value, where, words):
    path = workbook(tmp_path, changed(ARROWS, row, column, value))
    with pytest.raises(DataError) as raised:
        read_main_table(path, load_params(town))
    assert f"hovedtabell.xlsx:Sheet:{where}" in str(raised.value)
    assert words in str(raised.value)


def test_label_that_is_not_known_is_told_once_and_no_sum_is_blamed_for_it(town, tmp_path):
    rows = [*changed(ARROWS, 2, 0, "Havnepolitiet")[:4], ["Sum bruk", 12, -3], *ARROWS[4:]]
    with pytest.raises(DataError) as raised:
        read_main_table(workbook(tmp_path, rows), load_params(town))
    assert [fault.where for fault in raised.value.faults] == ["hovedtabell.xlsx:Sheet:A3"]


def test_sum_row_that_names_its_dimension_may_stand_anywhere(town, tmp_path):
    assert read_main_table(workbook(tmp_path, [*ARROWS, ["Sum bruk", 12, -3]]), load_params(town)) == SUMS
    with pytest.raises(DataError, match="the sum is 13, but the sources give 12"):
        read_main_table(workbook(tmp_path, [*ARROWS, ["Sum bruk", 13, -3]]), load_params(town))


@pytest.mark.parametrize("name", ["hovedtabell.csv", "hovedtabell.pdf", "hovedtabell"])
def test_file_that_is_no_workbook_is_told_how_to_save_it(town, tmp_path, name):
    (tmp_path / name).write_text("hei", encoding="utf-8")
    with pytest.raises(DataError, match=r"no workbook.*\n.*save it from Excel as \.xlsx"):
        read_main_table(tmp_path / name, load_params(town))


def test_title_above_merged_headings_and_empty_rows_are_passed_over(town, tmp_path):
    book = openpyxl.Workbook()
    for row in (["Hovedtabell 02/24"], ["Kilde", "Alle stoffer"], *ARROWS[:4], [], ["Tall fra kontoret"], *ARROWS[4:]):
        book.active.append(row)
    book.active.merge_cells("A1:C1")
    book.active.merge_cells("B2:C2")
    book.save(tmp_path / "pynt.xlsx")
    assert read_main_table(tmp_path / "pynt.xlsx", load_params(town)) == SUMS


def test_sum_that_does_not_fit_is_a_fault(town, tmp_path):
    rows = [*ARROWS[:4], ["Sum bruk", 11, -3], *ARROWS[4:]]
    with pytest.raises(DataError, match="the sum is 11, but the sources give 12"):
        read_main_table(workbook(tmp_path, rows), load_params(town))


def test_imported_table_is_read_into_the_long_term_curve(town, tmp_path, capsys):
    before = make_tables(town, load_params(town)).trends
    path = workbook(tmp_path, ARROWS)
    assert main(["--workspace", str(town.root), "import-main-table", str(path), "--edition", "2023-2"]) == 0
    assert capsys.readouterr().out.strip() == "data/raw/main_tables/2023-2-main_tables.csv"
    observations = make_tables(town, load_params(town)).observations
    rows = observations[(observations["source"] == "main_tables") & (observations["substance"] == "kokain")]
    assert dict(zip(rows["dimension"], rows["value"], strict=True)) == SUMS["kokain"]
    assert set(rows["period"]) == {"2023-2"}
    assert not before.empty


def test_same_edition_is_not_imported_twice(town, tmp_path):
    path = workbook(tmp_path, ARROWS)
    import_main_table(path, town, load_params(town), Period.parse("2023-2"))
    with pytest.raises(DataError, match="already"):
        import_main_table(path, town, load_params(town), Period.parse("2023-2"))


def test_town_without_history_is_told_how_to_register_one(town, tmp_path):
    path = town.params / "sources.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("main_tables:")], encoding="utf-8")
    (town.params / "sources" / "main_tables.yml").unlink()
    with pytest.raises(ParamsError, match="no source of earlier main tables"):
        import_main_table(workbook(tmp_path, ARROWS), town, load_params(town), Period.parse("2023-2"))


def test_table_without_names_is_refused(town, tmp_path):
    with pytest.raises(DataError, match="no row holds the name"):
        read_main_table(workbook(tmp_path, [["a", "b"], ["c", 1]]), load_params(town))
