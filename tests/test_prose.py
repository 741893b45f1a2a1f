"""Sentences from the scored table."""

import pandas as pd
import pytest

from forevar.doubt import paragraph
from forevar.prose import amount, headline, lead, panel_sentence, sources_paragraph


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
    assert "sterkt, og interessen øker litt" in text
    assert "+49" in text


def test_verb_of_two_dimensions_is_plural_in_english(bergen_params):
    scores = {"use": (26, "strong_rise"), "availability": (16, "strong_rise"), "interest": (0, "stable")}
    text = lead(scores, bergen_params.words("en"))
    assert text.startswith("Use and availability are rising strongly, and interest is stable.")


@pytest.mark.parametrize(
    ("dimension", "text"),
    [("use", "Panelet melder om stabil bruk."), ("availability", "Trendpanelet melder om stabilt tilgjenge.")],
)
def test_panel_agrees_with_its_dimension_and_is_named_once(bergen_params, dimension, text):
    row = {"dimension": dimension, "word": "stable"}
    assert panel_sentence(row, "Trendpanelet", bergen_params.words("nn")) == text


def test_source_with_few_cases_is_never_called_stable(bergen_tables, bergen_params, nb):
    rows = bergen_tables.certainty
    of_interest = rows[
        (rows["period"] == "2026-1") & (rows["substance"] == "xanor") & (rows["dimension"] == "interest")
    ]
    text = paragraph(of_interest, bergen_params, nb)
    assert "ingen kilder ga utslag" in text
    assert "stabil" not in text


def test_word_that_varies_though_no_source_moved_is_told_with_its_share(bergen_tables, bergen_params, nb):
    rows = bergen_tables.certainty
    of_use = rows[(rows["period"] == "2026-1") & (rows["substance"] == "xanor") & (rows["dimension"] == "use")]
    assert "holder i" in paragraph(of_use, bergen_params, nb)
    assert "kan ikke prøves" not in paragraph(of_use, bergen_params, nb)


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
    assert text.index("Sterk økning") < text.index("liten økning") < text.index("Stabil") < text.index("For få")


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
    assert "Ingen register- eller mediekilder" in sources_paragraph(empty, bergen_params.sources, nb, lambda row: True)


@pytest.mark.parametrize("lang", ["nn", "en"])
def test_what_the_panel_answered_is_told_in_the_language_of_the_report(bergen_tables, bergen_params, lang):
    """Slang is quoted as it was said; everything else informants wrote has a text in each language."""
    words = bergen_params.words(lang)
    answers = bergen_tables.answers
    for question in ("intake", "bought_where", "combination", "consequence"):
        for term in answers[answers["question"] == question]["answer"].dropna().unique():
            is_name = term in bergen_params.substances or term == "GHB/GBL"
            assert is_name or words.has(f"term.{question}.{term}") or words.has(f"term.{term}"), (question, term)
