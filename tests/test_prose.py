"""Sentences from the scored table."""

import pandas as pd
import pytest

from forevar.prose import amount, headline, lead, sources_paragraph


@pytest.fixture
def nb(bergen_params):
    return bergen_params.words("nb")


@pytest.mark.parametrize(
    ("scores", "text"),
    [
        ({"use": "stable", "availability": "small_fall"}, "stabil bruk og nedgang i tilgjengelighet"),
        ({"use": "strong_rise"}, "sterk økning i bruk"),
        ({"use": ""}, "ingen skår for bruk"),
    ],
)
def test_headline_as_printed(nb, scores, text):
    assert headline(scores, nb, drop_small=True) == text


def test_headline_can_keep_the_small_word_and_call_it_weak(nb):
    assert headline({"use": "small_fall"}, nb, drop_small=False) == "liten nedgang i bruk"
    assert headline({"use": "small_fall"}, nb, drop_small=False, small="svak") == "svak nedgang i bruk"


def test_lead_names_agreeing_dimensions_together(nb):
    scores = {"use": (26, "strong_rise"), "availability": (16, "strong_rise"), "interest": (7, "small_rise"),
              "aggregate": (49, "strong_rise")}  # fmt: skip
    text = lead(scores, nb)
    assert text.startswith("Bruken og tilgjengeligheten øker sterkt")
    assert "interessen øker litt" in text
    assert "+49" in text


def test_lead_says_when_nothing_could_be_compared(nb):
    assert "Ingen kilder kunne sammenlignes for bruk" in lead({}, nb)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1250, "g", "1,3\u00a0kg"),
        (900, "g", "900\u00a0g"),
        (2000, "tablets", "2\u00a0000\u00a0tabletter"),
        (26, "count", "26"),
        (0.5, "g", "0,5\u00a0g"),
    ],
)
def test_amounts_have_their_unit(nb, value, unit, text):
    assert amount(value, unit, nb) == text


def rows(bergen_tables, substance, dimension):
    now = bergen_tables.signals
    now = now[(now["period"] == "2026-1") & (now["substance"] == substance) & (now["dimension"] == dimension)]
    return now[now["kind"] != "panel"]


def test_source_without_comparison_is_told_with_its_figure_and_no_word_of_change(bergen_tables, bergen_params, nb):
    text = sources_paragraph(
        rows(bergen_tables, "ketamin", "availability"), bergen_params.sources, nb, lambda row: True
    )
    assert "Uten tall å sammenligne med: Kripos (26 beslag)." in text


def test_both_measures_of_a_source_stand_together(bergen_tables, bergen_params, nb):
    text = sources_paragraph(rows(bergen_tables, "kokain", "availability"), bergen_params.sources, nb, lambda row: True)
    assert text.count("Tolletaten") == 1
    assert "14 mot 8" in text


def test_hidden_counts_are_left_out_of_the_sentence(bergen_tables, bergen_params, nb):
    text = sources_paragraph(rows(bergen_tables, "kokain", "use"), bergen_params.sources, nb, lambda row: False)
    assert not any(character.isdigit() for character in text)
    assert "Brukerrommet" in text


def test_strongest_comes_first_and_few_after_what_is_said(bergen_tables, bergen_params, nb):
    text = sources_paragraph(rows(bergen_tables, "kokain", "use"), bergen_params.sources, nb, lambda row: True)
    assert text.index("Sterk økning") < text.index("Liten økning") < text.index("Stabil") < text.index("For få")


def test_every_count_is_handed_over_with_its_cell_and_changes_no_word(bergen_tables, bergen_params, nb):
    now, told = rows(bergen_tables, "kokain", "availability"), {}

    def cite(number, place):
        told[number] = place
        return number

    text = sources_paragraph(now, bergen_params.sources, nb, lambda row: True, cite)
    assert text == sources_paragraph(now, bergen_params.sources, nb, lambda row: True)
    customs = now[(now["source"] == "customs") & (now["measure"] == "seizures")].iloc[0]
    assert told["14"] == f"Tolletaten: {customs['origin_current']}"
    assert told["8"] == f"Tolletaten: {customs['origin_previous']}"


def test_drug_no_source_covers_is_said_so(bergen_params, nb):
    empty = pd.DataFrame(columns=["reason", "value", "flag", "word", "source"])
    assert "Ingen kilder" in sources_paragraph(empty, bergen_params.sources, nb, lambda row: True)
