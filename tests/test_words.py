"""Numbers and names as a reader sees them."""

import pandas as pd
import pytest

from forevar import Period
from forevar.doubt import paragraph, short_sentence
from forevar.errors import ParamsError
from forevar.words import Words, flatten


@pytest.fixture
def nb(bergen_params):
    return bergen_params.words("nb")


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (199228, 0, "199\u00a0228"), (1234.56, 0, "1\u00a0235"), (1234.56, 1, "1\u00a0234,6"),
        (1234.56, 2, "1\u00a0234,56"),
        (1.25, 1, "1,3"), (-13, 0, "\u221213"), (0, 0, "0"), (float("nan"), 0, ".."), (0.5, 0, "1"), (-0.4, 0, "0"),
    ],
)  # fmt: skip
def test_numbers_have_hard_spaces_comma_and_a_real_minus(nb, value, decimals, text):
    assert nb.number(value, decimals) == text


def test_numbers_in_english_have_comma_and_point(bergen_params):
    assert bergen_params.words("en").number(199228.5, 1) == "199,228.5"


@pytest.mark.parametrize(("score", "text"), [(26, "+26"), (-13, "\u221213"), (0, "0"), (-0.0, "0"), (0.2, "0")])
def test_signed_scores_always_show_their_sign_but_zero(nb, score, text):
    assert nb.signed(score) == text


def test_per_cent_has_a_hard_space(nb):
    assert nb.percent(0.1234, 1) == "12,3\u00a0%"


def test_names_of_periods(nb):
    spring, autumn = Period.parse("2026-1"), Period.parse("2025-2")
    assert (nb.period(spring), nb.period(autumn)) == ("vår 2026", "høst 2025")
    assert nb.span(spring) == "oktober 2025–mars 2026"
    assert nb.span(autumn) == "april–september 2025"
    assert nb.date(spring.end) == "31. mars 2026"


def test_lists_end_with_and(nb):
    assert nb.join(["heroin", "kokain", "ketamin"]) == "heroin, kokain og ketamin"
    assert nb.join(["heroin"]) == "heroin"


def test_numbers_that_are_compared_are_written_alike(nb):
    assert nb.count_words(8, 12) == ["åtte", "tolv"]
    assert nb.count_words(8, 16) == ["8", "16"]


def test_missing_key_names_itself_and_the_file():
    words = Words("nn", {"a.b": {"nb": "ja"}})
    with pytest.raises(ParamsError, match=r"params/phrases.yml: no nn text for 'a.b'"):
        words("a.b")


def test_missing_name_in_a_text_names_itself():
    words = Words("nb", flatten({"a": {"nb": "$score poeng"}}))
    with pytest.raises(ParamsError, match=r"uses \$score"):
        words("a", value=1)


def test_comma_outside_quotes_cuts_no_phrase_short(bergen_params):
    assert [key for key in bergen_params.phrases if key.rpartition(".")[2] in ("nb", "nn", "en")] == []


@pytest.mark.parametrize("lang", ["nb", "nn", "en"])
def test_every_phrase_has_a_text_in_every_language(bergen_params, lang):
    missing = [key for key, texts in bergen_params.phrases.items() if not texts.get(lang)]
    assert missing == []


def test_stable_sources_are_told_without_their_number(bergen_params):
    still = {"word": "stable", "rests_on": "", "word_without": "", "score_without": 0.0, "low": 0.0, "high": 0.0}
    row = {"dimension": "use", "same_word": 1.0, **still}
    told = [tell(pd.DataFrame([row]), bergen_params, bergen_params.words("en")) for tell in (short_sentence, paragraph)]
    assert told[0] == "No source moved."
    assert "no source moved" in told[1]


def test_no_text_in_english_has_norwegian_quotation_marks(bergen_params):
    english = {key: texts.get("en", "") for key, texts in bergen_params.words("en").table.items()}
    assert [key for key, text in english.items() if "«" in text or "»" in text] == []


def test_per_cent_never_breaks_from_its_number(bergen_params):
    table = bergen_params.words("nb").table
    assert [key for key, texts in table.items() if " %" in texts["nb"] + texts["nn"] and key != "number.percent"] == []
