import pandas as pd
import pytest
from doubt_builders import method, observations

from forevar.score import aggregated_differences, score_signals
from forevar.sensitivity import all_choices, stands
from forevar.settings import Source
from forevar.terms import Dimension

NO_PANEL = pd.DataFrame(
    columns=["source", "substance", "dimension", "period", "group", "more", "same", "less", "origin"]
)
SOURCES = {
    "mbf": Source(name="MBF", kind="statistics", family="laboratory", weights={Dimension.USE: 3}),
    "afr": Source(name="AFR", kind="statistics", family="treatment", weights={Dimension.USE: 1}),
    "bt": Source(name="BT", kind="media", family="newspaper", weights={Dimension.INTEREST: 1}),
}
METHOD = method()
PARTS = [
    observations([20.0, 20, 30], source="bt", substance="ghb", dimension="interest"),
    observations([20.0, 100, 160], source="mbf"),
    observations([100.0, 100, 91], source="afr"),
]


@pytest.fixture(scope="module")
def choices():
    return all_choices(pd.concat(PARTS), NO_PANEL, "2026-1", METHOD, SOURCES)


def test_the_methods_own_combination_gives_the_methods_own_scores(choices):
    signals = score_signals(pd.concat(PARTS), NO_PANEL, METHOD, SOURCES)
    now = aggregated_differences(signals, METHOD)
    now = now[now["period"] == "2026-1"].set_index(["substance", "dimension"])["score"]
    own = choices[choices["is_set"]].set_index(["substance", "dimension"])["score"]
    assert own.to_dict() == now.to_dict()


def test_every_combination_is_tried_once(choices):
    combined = choices[["substance", "dimension", "limits", "few", "base", "weights"]]
    assert not combined.duplicated().any()
    heroin = choices[choices["substance"] == "heroin"]
    assert set(heroin["weights"]) == {"as_set", "equal", "without laboratory", "without treatment"}
    assert len(heroin) == 2 * 3 * 3 * 2 * 4


def test_leaving_out_a_family_that_says_nothing_is_no_choice(choices):
    ghb = choices[choices["substance"] == "ghb"]
    assert set(ghb["weights"]) == {"as_set", "equal", "without newspaper"}


def test_the_own_combination_always_stands(choices):
    assert choices.loc[choices["is_set"], "stands"].all()


def test_equal_weights_keep_the_reach_of_the_score(choices):
    row = choices[choices["is_set"] & (choices["dimension"] == "use")].iloc[0]
    alike = choices[
        (choices["dimension"] == "use") & (choices["weights"] == "equal")
        & (choices[["limits", "few", "base"]] == row[["limits", "few", "base"]]).all(axis=1)
    ]  # fmt: skip
    assert alike["score"].tolist() == [2 * 3 + 2 * 0]


def test_a_word_has_the_share_of_choices_under_which_it_stands(choices):
    row = stands(choices).set_index("dimension").loc["use"]
    part = choices[(choices["dimension"] == "use") & (choices["word"] != "")]
    assert row["share"] == pytest.approx((part["word"] == row["word"]).mean())
    assert row["n_choices"] == len(part)
    assert row["word"] not in row["others"]
    assert set(row["others"]) == set(part["word"]) - {row["word"]}


def test_one_choice_at_a_time_leaves_the_others_as_set(choices):
    row = stands(choices).set_index("dimension").loc["use"]
    # without the laboratory the treatment's small fall is left; the other weights keep the rise
    assert row["share_weights"] == pytest.approx(3 / 4)
    assert row["share_few"] == 1
