"""What may be printed of small counts: by the oracles of others, and under attack."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from score_builders import METHOD

from forevar.cells import hidden_cells
from forevar.disclosure import (
    add_hidden,
    as_shown,
    given_away,
    has_small_past,
    hidden_pairs,
    hide_series,
    is_small,
    least_of,
    middle_for_hidden,
    rounded,
    small_past,
)
from forevar.errors import ReportError
from forevar.score import marks_of
from forevar.settings import Disclosure, Method, Source
from forevar.yaml_file import read_yaml, validate


@pytest.fixture(scope="module")
def method():
    return validate(Method, read_yaml(METHOD, "params/method.yml"), METHOD, "params/method.yml")


def source(**rule):
    return Source(name="S", kind="statistics", disclosure=Disclosure(**rule))


def with_totals(inner):
    """A table with its totals, row by row, and what adds up."""
    inner = np.asarray(inner)
    rows, columns = inner.shape
    full = np.zeros((rows + 1, columns + 1), dtype=int)
    full[:rows, :columns] = inner
    full[rows, :columns] = inner.sum(axis=0)
    full[:, columns] = full[:, :columns].sum(axis=1)
    cell = np.arange(full.size).reshape(full.shape)
    sums = [dict.fromkeys(cell[r, :columns].tolist(), 1) | {int(cell[r, columns]): -1} for r in range(rows + 1)]
    sums += [dict.fromkeys(cell[:rows, c].tolist(), 1) | {int(cell[rows, c]): -1} for c in range(columns)]
    return full, sums


def hide(inner, most, zeros):
    full, sums = with_totals(inner)
    small = (full <= most) & ((full > 0) | zeros)
    return hidden_cells(full.ravel(), sums, small.ravel(), most + 1).reshape(full.shape)


# --- oracles: the same small cells, at least the same protection, no more cells ------------------------------------


def test_example_of_three_countries_hides_the_four_cells_of_the_published_answer():
    # GaussSuppression, vignette: young 5 2 0, old 6 3 4, maxN 1
    hidden = hide([[5, 2, 0], [6, 3, 4]], 1, zeros=True)
    assert np.argwhere(hidden).tolist() == [[0, 1], [0, 2], [1, 1], [1, 2]]


def test_example_with_zeros_printed_hides_no_more_cells_than_the_published_answer():
    # the same, maxN 4, protectZeros FALSE: seven cells there
    hidden = hide([[5, 2, 0], [6, 3, 4]], 4, zeros=False)
    assert hidden[0, 1]
    assert hidden[1, 1]
    assert hidden[1, 2]
    assert hidden[2, 2]
    assert hidden.sum() <= 7


@pytest.mark.parametrize(
    ("parts", "expected"), [([77, 32, 91, 3], [1, 3]), ([77, 32, 91, 3, 2], [3, 4]), ([77, 32, 91, 12], [])]
)
def test_row_with_a_printed_total_hides_the_smallest_second_cell_only_when_it_must(parts, expected):
    counts = [*parts, sum(parts)]
    sums = [dict.fromkeys(range(len(parts)), 1) | {len(parts): -1}]
    assert np.flatnonzero(hidden_cells(counts, sums, is_small(counts, 5), 5)).tolist() == expected


def test_two_periods_with_totals_hide_both_figures_of_two_drugs_and_keep_the_third():
    hidden = hide([[23, 19], [45, 60], [3, 12]], 4, zeros=False)
    assert np.argwhere(hidden).tolist() == [[0, 0], [0, 1], [2, 0], [2, 1]]


@pytest.mark.parametrize(
    ("value", "to", "expected"),
    [(8, 5, 10), (16, 5, 15), (23, 5, 25), (18, 5, 20), (44, 5, 45), (0, 5, 0), (2.5, 5, 5), (-8, 5, -10)],
)
def test_rounding_goes_to_the_nearest_multiple(value, to, expected):
    assert rounded(value, to) == expected


# --- attack ---------------------------------------------------------------------------------------------------------


def spans(full, sums, hidden):
    """What linear programming leaves open of every hidden cell, worked out without the suppressor's code."""
    flat, gone = full.ravel(), np.flatnonzero(hidden.ravel())
    matrix = np.zeros((len(sums), flat.size))
    for row, one in enumerate(sums):
        matrix[row, list(one)] = list(one.values())
    shown = np.where(hidden.ravel(), 0, flat)
    right = -matrix @ shown
    found = {}
    for number, cell in enumerate(gone):
        ends = []
        for sign in (1, -1):
            goal = np.zeros(len(gone))
            goal[number] = sign
            answer = linprog(goal, A_eq=matrix[:, gone], b_eq=right, bounds=(0, 10_000), method="highs")
            assert answer.status == 0
            ends.append(answer.x[number])
        found[int(cell)] = ends[1] - ends[0]
    return found


def random_table(number):
    chance = np.random.default_rng(number)
    shape = chance.integers(2, 6), chance.integers(2, 4)
    return chance.poisson(chance.choice([1, 3, 8, 15, 60], size=shape))


@pytest.mark.slow
@pytest.mark.parametrize("block", range(20))
def test_attacker_recovers_no_hidden_cell_of_random_tables(block):
    recovered, attacked = [], 0
    for number in range(50 * block, 50 * block + 50):
        full, sums = with_totals(random_table(number))
        hidden = hidden_cells(full.ravel(), sums, is_small(full.ravel(), 5), 5)
        assert hidden[is_small(full.ravel(), 5)].all()
        for cell, span in spans(full, sums, hidden.reshape(full.shape)).items():
            attacked += 1
            if span < 5 - 1e-6:
                recovered.append((number, cell, span))
    assert attacked > 100
    assert recovered == []


def test_attacker_does_recover_a_cell_that_stands_alone():
    full, sums = with_totals([[23, 19], [45, 60], [3, 12]])
    hidden = np.zeros(full.shape, dtype=bool)
    hidden[2, 0] = True
    assert spans(full, sums, hidden) == {6: 0}


@pytest.mark.parametrize("seed", range(8))
def test_no_choice_with_fewer_cells_protects(seed):
    full, sums = with_totals(np.random.default_rng(seed).poisson([[2, 9], [12, 20]]))
    small = is_small(full.ravel(), 5)
    if not small.any():
        small[0] = True
    hidden = hidden_cells(full.ravel(), sums, small, 5)
    free = [cell for cell in range(full.size) if not small[cell]]
    for extra in range(int(hidden.sum() - small.sum())):
        for chosen in itertools.combinations(free, extra):
            tried = small.copy()
            tried[list(chosen)] = True
            assert min(spans(full, sums, tried.reshape(full.shape)).values()) < 5


def test_cell_known_from_elsewhere_is_never_the_one_that_protects():
    counts, sums = [77, 32, 91, 3, 203], [{0: 1, 1: 1, 2: 1, 3: 1, 4: -1}]
    known = [False, True, False, False, False]
    assert np.flatnonzero(hidden_cells(counts, sums, is_small(counts, 5), 5, known)).tolist() == [0, 3]


def test_table_that_cannot_be_protected_is_refused():
    counts, sums = [77, 3, 80], [{0: 1, 1: 1, 2: -1}]
    with pytest.raises(ReportError, match="gives it away"):
        hidden_cells(counts, sums, is_small(counts, 5), 5, known=[True, False, True])


def test_missing_cell_needs_no_protection_and_gives_none():
    counts, sums = [float("nan"), 3, 40, 43], [{1: 1, 2: 1, 3: -1}]
    assert np.flatnonzero(hidden_cells(counts, sums, is_small(counts, 5), 5)).tolist() == [1, 2]


# --- rules of a source ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "least"),
    [
        ({"unit": "persons"}, 5),
        ({"unit": "persons", "min_n": 3}, 3),
        ({"unit": "persons", "public": True}, 0),
        ({"unit": "persons", "public": True, "min_n": 9}, 0),
        ({"unit": "items"}, 0),
        ({"unit": "items", "min_n": 5}, 5),
        ({"unit": "articles"}, 0),
        ({"unit": "index"}, 0),
    ],
)
def test_least_count_is_the_sources_own_or_that_of_its_unit(rule, least, method):
    assert least_of(source(**rule), method) == least


def test_none_is_printed_and_few_are_not():
    assert is_small([0, 1, 4, 5, float("nan")], 5).tolist() == [False, True, True, False, False]


# --- series and pairs -----------------------------------------------------------------------------------------------


def series(values, place="", substance=""):
    return [
        {
            "source": "clinic", "measure": "visits", "dimension": "consequences", "place": place,
            "substance": substance, "period": f"{2025 + n // 2}-{n % 2 + 1}", "value": float(value), "status": "ok",
        }
        for n, value in enumerate(values)
    ]  # fmt: skip


def test_site_is_hidden_with_a_second_one_when_the_sum_over_sites_is_printed(method):
    rows = series([3], "a") + series([32], "b") + series([91], "c") + series([126])
    shown = hide_series(pd.DataFrame(rows), {"clinic": source(unit="persons")}, method)
    assert shown["status"].tolist() == ["suppressed", "suppressed", "ok", "ok"]
    assert shown["value"].isna().tolist() == [True, True, False, False]


def test_public_series_keeps_its_small_counts(method):
    frame = pd.DataFrame(series([3, 8, 1]))
    shown = hide_series(frame, {"clinic": source(unit="persons", public=True)}, method)
    pd.testing.assert_frame_equal(shown, frame)


def test_series_is_rounded_as_agreed_after_hiding(method):
    shown = hide_series(pd.DataFrame(series([3, 8, 16, 23])), {"clinic": source(min_n=8, round_to=5)}, method)
    assert shown["value"].fillna(-1).tolist() == [-1, 10, 15, 25]


def signals(*counts, source_key="clinic"):
    """One series as signals: a row per half-year with its step by the method's limits."""

    rows = pd.DataFrame(
        {
            "source": source_key, "measure": "visits", "substance": "kokain", "dimension": "use", "unit": "count",
            "kind": "statistics", "reason": "", "more": np.nan, "same": np.nan, "less": np.nan,
            "period": [f"{2020 + n // 2}-{n % 2 + 1}" for n in range(1, len(counts))],
            "previous": [float(one) for one in counts[:-1]], "current": [float(one) for one in counts[1:]],
        }
    )  # fmt: skip
    return rows


@pytest.fixture
def scored(method):
    def make(*counts):
        rows = signals(*counts)
        step, flag = marks_of(rows, method)
        return rows.assign(value=step, flag=flag)

    return make


GUARDED = {"clinic": source(unit="persons")}


def test_pair_is_hidden_as_a_whole_when_one_count_is_small(scored, method):
    assert hidden_pairs(scored(20, 3, 9, 14), GUARDED, method).tolist() == [True, True, False]


def test_count_that_would_give_away_the_hidden_one_before_it_is_hidden_too(scored, method):
    # from 4 to 5 is +25 per cent, step 2: beside a printed 5 only 4 gives it
    assert hidden_pairs(scored(4, 5, 9), GUARDED, method).tolist() == [True, True]
    assert hidden_pairs(scored(4, 30, 33), GUARDED, method).tolist() == [True, False]


def test_count_further_on_is_hidden_when_the_steps_between_lead_back_to_a_small_one(scored, method):
    # 9 alone leaves 5 or 6 before it, and of these only 5 can follow a small count at +25 per cent
    assert hidden_pairs(scored(4, 5, 9, 12), GUARDED, method).tolist() == [True, True, True]


def test_step_that_narrows_a_small_count_beside_a_figure_already_sent_is_found(scored, method):
    rows = scored(8, 7, 4)  # 7 was printed; a step of -2 from 7 leaves 4 and 5
    assert given_away(rows, GUARDED, method)["period"].tolist() == ["2021-1"]
    assert given_away(scored(21, 20, 4), GUARDED, method).empty


def test_step_that_tells_a_small_count_beside_few_alone_is_found_until_the_owner_agrees(scored, method):
    rows = scored(3, 4, 5)  # few, then a rise of 25 per cent: only from 4
    assert given_away(rows, GUARDED, method)["period"].tolist() == ["2021-1"]
    agreed = {"clinic": source(unit="persons", agreed={"by": "the clinic"})}
    assert given_away(rows, agreed, method).empty


def test_step_of_a_count_never_printed_gives_nothing_away(scored, method):
    assert given_away(scored(3, 6, 4), GUARDED, method).empty


def test_step_that_is_not_printed_tells_nothing(scored, method):
    rows = scored(4, 5, 9).assign(value=np.nan, flag="", reason="unweighted")
    assert hidden_pairs(rows, GUARDED, method).tolist() == [True, False]


def test_panel_with_a_small_answer_is_hidden(method):
    rows = signals(0, 0).assign(unit="answers", previous=np.nan, current=np.nan, value=3.0, flag="")
    for less, expected in ((1, True), (0, False), (7, False)):
        answered = rows.assign(more=10.0, same=12.0, less=float(less))
        assert hidden_pairs(answered, GUARDED, method).tolist() == [expected]


# --- attack on many editions: what is printed of a series, and every whole number that fits it ------------------------


def mark(before, after):
    """What the main table prints, by the rule as it stands in the report: fewer than 5 in both is few."""
    if max(before, after) < 5:
        return "few"
    if before == 0:
        return 3
    share = abs(after - before) / before
    size = 3 if share >= 0.5 else 2 if share >= 0.25 else 1 if share >= 0.1 else 0
    return size if after > before else -size


def fitting(marks, printed):
    """Every value each count can have, by walking all whole numbers up to 40 from both ends."""
    values = [{printed[n]} if n in printed else set(range(40)) for n in range(len(marks) + 1)]
    ahead = [values[0]]
    for n, one in enumerate(marks):
        ahead.append({b for b in values[n + 1] if any(mark(a, b) == one for a in ahead[n])})
    back = [ahead[-1]]
    for n in reversed(range(len(marks))):
        back.append({a for a in ahead[n] if any(mark(a, b) == marks[n] for b in back[-1])})
    return list(reversed(back))


def is_left_open(values):
    return max(values) - min(values) >= 5 or {1, 2, 3, 4} <= values


@pytest.mark.slow
def test_attacker_with_every_edition_recovers_no_count_from_the_figures(scored, method):
    chance = np.random.default_rng(11)
    recovered, attacked = [], 0
    for _ in range(400):
        counts = chance.poisson(chance.choice([2, 4, 6, 9]), size=5).tolist()
        rows = scored(*counts)
        hidden = hidden_pairs(rows, GUARDED, method)
        told = set(given_away(rows, GUARDED, method)["period"])
        marks = [mark(*pair) for pair in itertools.pairwise(counts)]
        assert [one for one in marks if one != "few"] == rows.loc[rows["flag"] != "few", "value"].tolist()
        for editions in range(1, 5):
            pairs = [n for n in range(editions) if not hidden[n] and marks[n] != "few"]
            printed = {n + one: counts[n + one] for n in pairs for one in (0, 1)}
            left = fitting(marks[:editions], printed)
            for n in range(editions + 1):
                if 0 < counts[n] < 5:
                    attacked += 1
                    if not is_left_open(left[n]) and not told & set(rows["period"][:editions]):
                        recovered.append((counts, n, left[n]))
    assert attacked > 1000
    assert recovered == []


def test_attacker_does_recover_a_count_whose_neighbour_is_printed():
    assert fitting([2], {1: 5})[0] == {4}
    assert is_left_open(fitting([3], {1: 30})[0])


# --- rounded, and drawn -----------------------------------------------------------------------------------------------


def test_rounded_pair_is_printed_with_what_follows_from_it_and_no_more(scored, method):
    tested = {"ratio": 1.4375, "low": 0.9, "high": 2.2, "p": 0.12, "change": 0.4375, "test": "poisson"}
    rows = scored(16, 23).assign(**tested)
    rules = {"clinic": source(unit="persons", round_to=5)}
    (shown,) = as_shown(rows, hidden_pairs(rows, rules, method), np.array([False]), rules).to_dict("records")
    assert [shown[name] for name in ("previous", "current", "ratio", "value")] == [15, 25, 25 / 15, 2]
    assert all(np.isnan(shown[name]) for name in ("low", "high", "p"))


def test_editions_that_differ_by_one_print_the_same_rounded_count(scored, method):
    rules = {"clinic": source(unit="persons", round_to=5)}
    rows = [scored(40, count) for count in (33, 34)]
    printed = [as_shown(one, np.array([False]), np.array([False]), rules)["current"].item() for one in rows]
    assert printed == [35, 35]


def test_hidden_pair_keeps_its_step_and_no_figure_made_from_its_counts(scored, method):
    tested = {
        "ratio": 3.0,
        "low": 0.9,
        "high": 9.2,
        "p": 0.02,
        "q": 0.1,
        "change": 2.0,
        "rank_10y": 1.0,
        "test": "poisson",
    }
    rows = scored(3, 9).assign(**tested)
    (shown,) = as_shown(rows, hidden_pairs(rows, GUARDED, method), np.array([False]), GUARDED).to_dict("records")
    figures = ("previous", "current", "ratio", "low", "high", "p", "q", "change", "rank_10y")
    assert all(np.isnan(shown[name]) for name in figures)
    assert (shown["value"], shown["previous_shown"], shown["current_shown"]) == (3, ":", ":")


@given(counts=st.lists(st.integers(0, 30), min_size=2, max_size=9))
def test_what_is_hidden_of_a_half_year_stays_as_it_was_whatever_comes_later(method, counts):
    rows = signals(*counts)
    step, flag = marks_of(rows, method)
    rows = rows.assign(value=step, flag=flag)
    whole = hidden_pairs(rows, GUARDED, method)
    for last in range(1, len(rows)):
        assert hidden_pairs(rows.iloc[:last], GUARDED, method).tolist() == whole[:last].tolist()


def test_small_past_is_known_from_its_first_half_year_on(scored, method):
    past = pd.DataFrame(series([12, 3, 30, 40], substance="kokain"))
    long = method.certainty.dispersion_points
    rows = add_hidden(scored(30, 40).assign(n_10y=long), past, GUARDED, method)
    first = past["period"].iloc[1]
    assert rows["small_since"].tolist() == [first]
    assert small_past(rows, first, method).tolist() == [True]
    assert small_past(rows, past["period"].iloc[0], method).tolist() == [False]
    assert small_past(rows.assign(n_10y=long - 1), first, method).tolist() == [False]


def test_interval_whose_scatter_rests_on_a_hidden_count_is_not_printed(scored, method):
    rows = scored(30, 40).assign(ratio=1.33, low=0.9, high=2.0, p=0.2, q=0.3, dispersion=1.7, test="quasi_poisson")
    past = pd.DataFrame(series([3, 12, 30, 40], substance="kokain"))
    flags = has_small_past(rows, past, GUARDED, method)
    (shown,) = as_shown(rows, np.array([False]), flags, GUARDED).to_dict("records")
    assert shown["ratio"] == 1.33
    assert np.isnan(shown["low"])
    assert not has_small_past(rows, past[past["value"] > 5], GUARDED, method).any()


def test_what_is_drawn_of_sums_is_the_same_whatever_the_hidden_count_is(scored, method):
    def drawn(few):
        counts = [few, 30, 33]
        rows = pd.DataFrame(series(counts, substance="kokain")).assign(period=["2020-1", "2020-2", "2021-1"])
        made = scored(*counts).assign(period=["2020-2", "2021-1"])
        return middle_for_hidden(rows, made, GUARDED, method).tolist()

    assert drawn(1) == drawn(2) == drawn(4) == [2.5, 30, 33]


def test_count_near_a_hidden_one_is_not_drawn(scored, method):
    rows = pd.DataFrame(series([4, 5], substance="kokain")).assign(period=["2020-1", "2020-2"])
    made = scored(4, 5).assign(period=["2020-2"])
    assert middle_for_hidden(rows, made, GUARDED, method).tolist() == [2.5, 2.5]
