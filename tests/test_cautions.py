import math

import pandas as pd
import pytest
from doubt_builders import METHOD_FILE, method

from forevar import cautions
from forevar.words import Words, flatten
from forevar.yaml_file import read_yaml

PHRASES = METHOD_FILE.parent


def words(lang="nb"):
    table = {}
    for path in (PHRASES / "phrases.yml", *sorted((PHRASES / "phrases").glob("*.yml"))):
        table.update(flatten(read_yaml(path)))
    return Words(lang, table)


WORDS = words()


def test_every_text_about_certainty_stands_in_three_languages():
    table = flatten(read_yaml(PHRASES / "phrases" / "certainty.yml"))
    assert {key for key, texts in table.items() if set(texts) != {"nb", "nn", "en"}} == set()


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(2.178, "2,18 ganger"), (0.511, "0,51 ganger"), (12.34, "12,3 ganger"), (math.inf, "fra ingen"), (math.nan, "–")],
)
def test_ratio_is_told_in_times(ratio, text):
    assert cautions.ratio_text(ratio, WORDS) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [(0.295, 0.863, "0,30–0,86"), (1.177, math.inf, "1,18 og oppover"), (math.nan, math.nan, "–")],
)
def test_interval_has_two_ends_or_says_that_it_has_not(low, high, text):
    assert cautions.interval_text(low, high, WORDS) == text


@pytest.mark.parametrize(("p", "text"), [(0.0103, "0,010"), (0.00002, "<\u00a00,001"), (1.0, "1,000"), (math.nan, "–")])
def test_p_has_three_decimals(p, text):
    assert cautions.p_text(p, WORDS) == text


def test_remarks_name_what_a_reader_should_know():
    row = {"moves_apart": True, "activity_fell": False, "season_turns": True, "rank_10y": 1.0, "n_10y": 20.0}
    assert cautions.remarks(row, WORDS) == [
        "antall og andel går hver sin vei",
        "en annen retning mot samme halvår i fjor",
        "høyest av 20 halvår",
    ]


def test_a_rank_among_three_is_no_remark():
    assert cautions.remarks({"rank_10y": 1.0, "n_10y": 3.0}, WORDS) == []


def test_the_number_of_tests_is_told():
    rows = pd.DataFrame({"dimension": ["use"] * 3, "p": [0.001, 0.4, math.nan], "is_clear": [True, False, False]})
    sentence = cautions.tests_sentence(rows, "use", WORDS)
    assert sentence.startswith("For bruk er 2 endringer prøvd. Én av dem er klart større")
    assert "Ingen endringer kan prøves" in cautions.tests_sentence(rows, "interest", WORDS)


def test_words_that_hold_rest_on_one_or_flip_are_counted():
    table = pd.DataFrame(
        {"word": ["stable", "rise", ""], "same_word": [0.9, 0.5, math.nan], "rests_on_one": [False, True, False],
         "flips_equal_weights": [False, True, False]}
    )  # fmt: skip
    sentence = cautions.robust_sentence(table, 0.8, WORDS)
    assert sentence.startswith("Én av to ord holder i minst 80\u00a0% av trekningene. Én hviler på én kilde alene")


def test_season_is_told_by_source():
    rows = pd.DataFrame(
        {"label": ["Tolletaten, beslag", "Kripos, beslag"], "season_turns": [True, False], "year_ago": [4.0, 5.0],
         "is_unexpected": [False, False], "trend_p": [math.nan, 0.017], "trend_tau": [math.nan, -1.0]}
    )  # fmt: skip
    turned, trend = cautions.season_sentences(rows, method().certainty, WORDS)
    assert turned.startswith("Tolletaten (beslag) går en annen vei")
    assert trend == "Kripos (beslag) har gått jevnt ned over 5 like halvår."


ALERT = {"reason": "above", "current": 70.0, "previous": 40.0, "expected": 36.3, "bound": 54.0, "detail": ""}


def test_an_alert_tells_figure_bound_and_expectation():
    assert cautions.alert_text(ALERT, True, WORDS) == "70, over grensen på 54 som egen fortid gir (ventet 36)"


def test_a_hidden_figure_is_not_told_by_its_alert():
    assert not any(character.isdigit() for character in cautions.alert_text(ALERT, False, WORDS))


def test_a_panels_clear_change_has_no_figures():
    row = ALERT | {"reason": "clear", "current": math.nan}
    assert cautions.alert_text(row, True, WORDS) == "svarene går klart én vei"


def test_the_list_says_how_many_comparisons_and_the_measured_rate():
    count, rate = cautions.look_sentences(140, 315, method().signals, WORDS)
    assert "140 serier" in count
    assert "315 prøvde endringer" in count
    assert "0,5\u00a0%" in rate
    assert "satt til 1\u00a0%" in rate


@pytest.mark.parametrize("lang", ["nb", "nn", "en"])
def test_sentences_can_be_said_in_every_language(lang):
    spoken = words(lang)
    assert cautions.look_sentences(1, 1, method().signals, spoken)
    assert cautions.ratio_text(2.0, spoken)
    assert cautions.alert_text(ALERT, True, spoken)
