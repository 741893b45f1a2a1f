"""Asking further in a notebook: why, one linked chart, two drugs at once, and what if."""

import subprocess
import sys

import pytest

from forevar.edition import open_edition
from forevar.errors import ParamsError
from forevar.start import start_workspace


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    return open_edition("2026-1", workspace=start_workspace(tmp_path_factory.mktemp("town") / "storvik", "Storvik"))


@pytest.fixture(scope="module")
def view(edition):
    return edition.substance("kokain")


def test_why_tells_the_cells_each_figure_stands_in(view):
    rows = {row[1]: row for row in view.why("use").rows}
    laboratory = rows["laboratoriet, positive prøver"]
    assert laboratory[2:7] == ("41", "58", "+2", "3", "+6")
    file = "data/raw/statistics/2026-1-laboratory.csv"
    assert laboratory[7] == f"{file}:F6 → {file}:F7"


def test_why_adds_up_to_the_score(edition, view):
    for dimension in ("use", "availability", "interest", "aggregate"):
        adds = [float(row[6]) for row in view.why(dimension).rows if row[4] != "–"]
        assert sum(adds) == edition.scores("kokain")[dimension][0]


def test_why_hides_figures_that_may_not_be_shown(edition):
    rows = {row[1]: row for row in edition.substance("heroin").why("availability").rows}
    assert rows["politiet, beslag"][2:4] == (":", ":")


def test_why_names_the_dimensions_when_there_is_no_such(view):
    with pytest.raises(ParamsError, match="use, availability, interest, aggregate"):
        view.why("bruk")


def test_explore_is_one_linked_chart_that_shows_no_hidden_figure(edition, view):
    chart = view.explore("heroin")
    told = chart._repr_mimebundle_()["application/vnd.vegalite.v5+json"]
    names = {parameter["name"] for parameter in told["params"]}
    assert {"years", "source", "dimension"} <= names
    rows = next(iter(told["datasets"].values()))
    hidden = [row for row in rows if row["substance"] == "Heroin" and row["source"] == "politiet, beslag"]
    assert [(row["figure"], row["now"]) for row in hidden if row["period"] == "vår 2026"] == [(None, ":")]
    assert "$schema" not in told


def test_explore_says_why_a_series_has_no_step(bergen_tables, bergen):
    told = open_edition("2026-1", workspace=bergen).substance("doping").explore().spec
    remarks = {row["remark"] for row in next(iter(told["datasets"].values())) if row["step"] == "–"}
    assert "ikke sammenligningsgrunnlag" in remarks


def test_explore_warns_of_nothing(edition, recwarn):
    edition.substance("kokain").explore("heroin", "kokain")
    assert [str(one.message) for one in recwarn] == []


@pytest.mark.parametrize(
    "look",
    [
        lambda edition: edition, lambda edition: edition.substance("kokain"), lambda edition: edition.overview(),
        lambda edition: edition.sureness(), lambda edition: edition.consequences(), lambda edition: edition.pupils(),
        lambda edition: edition.focus("central"), lambda edition: edition.glance(), lambda edition: edition.beside(),
        lambda edition: edition.without("laboratory"),
    ],
)  # fmt: skip
def test_every_view_shows_itself_as_a_table_or_a_sentence(edition, look):
    shown = look(edition)._repr_mimebundle_()
    assert {"text/html", "text/markdown"} & set(shown)
    assert 0 < len(shown["text/plain"]) < 2000
    assert len(repr(look(edition))) < 200


def test_edition_shows_which_it_is(edition):
    assert edition._repr_mimebundle_()["text/plain"].startswith("Halvårsvarsel 01/26, Storvik: ")


def test_compare_lays_scores_beside_each_other_with_their_share_of_the_maximum(edition):
    table = edition.compare("kokain", "cannabis")
    assert [column.label for column in table.columns] == ["Dimensjon", "Kokain", "Cannabis"]
    assert table.rows[0][1] == "+12 liten økning (80 %)"


@pytest.mark.parametrize("keys", [("kokain",), ("kokain", "tobakk")])
def test_compare_wants_two_substances_that_are_there(edition, keys):
    with pytest.raises(ParamsError):
        edition.compare(*keys)


def test_edition_without_a_source_loses_what_it_added(edition):
    assert edition.without("laboratory").scores("kokain")["use"][0] == 6
    assert edition.scores("kokain")["use"][0] == 12


def test_edition_under_other_limits_and_equal_weights(edition):
    assert edition.with_method(class_limits_percent=(5, 15, 30)).scores("kokain")["use"][0] == 15
    assert edition.with_method(weights="equal").scores("kokain")["use"][0] == 5
    assert edition.params.method.class_limits_percent == (10, 25, 50)


def test_what_if_shows_itself_like_any_edition(edition):
    table = edition.without("laboratory").substance("kokain").score_table()
    assert table.rows[0][1] == "+6"


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda edition: edition.without("tolletaten"), "there is no source tolletaten"),
        (lambda edition: edition.with_method(limits=(1, 2, 3)), "the method has no limits"),
        (lambda edition: edition.with_method(class_limits_percent=(50, 10, 20)), "must rise"),
    ],
)
def test_what_if_refuses_what_is_not_there(edition, ask, words):
    with pytest.raises(ParamsError, match=words):
        ask(edition)


def test_chapters_do_not_wait_for_the_chart_library_of_those_who_explore():
    code = "import sys, forevar.substance, forevar.explore; sys.exit('altair' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_notebook_shows_a_fault_in_its_own_words_and_no_traceback(shell, capsys):
    code = "from forevar.errors import DataError\nraise DataError('few', 'data/raw/x.xlsx:Ark1:C7', 'ask')"
    shell.run_cell(code)
    told = capsys.readouterr()
    assert "data/raw/x.xlsx:Ark1:C7: few" in told.out + told.err
    assert "mend: ask" in told.out + told.err
    assert "Traceback" not in told.out + told.err
