"""Decisions: what is refused, and how it is said."""

import pytest
from tiny import make_workspace, write

from forevar.errors import ParamsError
from forevar.params import Params, editions, load_edition, load_params
from forevar.period import Period
from forevar.settings import Method
from forevar.yaml_file import read_yaml, validate


@pytest.fixture
def town(tmp_path):
    return make_workspace(tmp_path)


def message(town):
    with pytest.raises(ParamsError) as caught:
        load_params(town)
    return str(caught.value)


def replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    write(path, text.replace(old, new))


def test_workspace_loads(town):
    params = load_params(town)
    assert isinstance(params, Params)
    assert list(params.substances) == ["kokain", "alkohol"]
    assert editions(town) == [Period.parse("2026-1")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("zero_base_value: 3", "zero_base_valu: 3", "zero_base_valu: this key is not known here"),
        ("class_limits_percent: [10, 25, 50]", "class_limits_percent: [10, 50, 25]", "the limits must rise"),
        ("class_values: [0, 1, 2, 3]", "class_values: [0, 1, 2]", "has 3 limits, so class_values needs 4 values"),
        ("base: previous_half_year", "base: last_week", "params/method.yml:"),
        ("  n_min: 5", "  n_min: five", "few.n_min"),
    ],
)
def test_fault_in_the_method_names_file_line_and_key(town, old, new, expected):
    replace(town.params / "method.yml", old, new)
    shown = message(town)
    assert "params/method.yml:" in shown
    assert expected in shown


def test_every_fault_of_a_file_is_told_at_once(town):
    replace(town.params / "sources.yml", "kind: media", "kind: radio")
    replace(town.params / "sources.yml", "weights: {use: 3}", "weights: {user: 3}")
    shown = message(town)
    assert "paper.kind" in shown
    assert "clinic.weights.user" in shown


def test_weight_on_a_dimension_no_measure_is_about_is_refused(town):
    replace(town.params / "sources.yml", "weights: {use: 3}", "weights: {interest: 3}")
    assert "no measure of clinic is about interest" in message(town)


def test_key_written_twice_is_refused(town):
    write(town.params / "town.yml", (town.params / "town.yml").read_text(encoding="utf-8") + "place: Storvik\n")
    assert "'place' stands twice" in message(town)


def test_tabs_and_broken_yaml_are_told_with_their_line(town):
    write(town.params / "town.yml", "place: Lillevik\n\tlang: nb\n")
    assert "params/town.yml:2" in message(town)


def test_aliases_are_refused(town):
    write(town.params / "town.yml", "a: &a [x, x]\nplace: *a\n")
    assert "aliases" in message(town)


def test_profile_of_a_source_nobody_registered_is_refused(town):
    write(town.params / "sources" / "ghost.yml", "files: statistics/*.xlsx\ntables: []\n")
    assert "the source ghost is not registered" in message(town)


def test_source_can_stand_whole_in_one_file(town):
    table = "tables: [{columns: {A: time, B: {measure: calls}}}]"
    entry = f"register: {{name: Sentralen, kind: statistics}}\nfiles: statistics/*-x.xlsx\n{table}\n"
    write(town.params / "sources" / "central.yml", entry)
    assert load_params(town).sources["central"].name == "Sentralen"


def test_own_phrase_takes_the_place_of_the_one_that_comes_with_forevar(town):
    write(town.params / "phrases.yml", "change: {small_fall: {nb: svak nedgang}}\n")
    words = load_params(town).words("nb")
    assert words("change.small_fall") == "svak nedgang"
    assert words("change.small_rise") == "liten økning"


def test_recipe_must_be_of_its_own_folder(town):
    replace(town.edition("2026-1") / "edition.yml", "period: 2026-1", "period: 2025-2")
    with pytest.raises(ParamsError, match="period is 2025-2, but the folder is 2026-1"):
        load_edition(town, "2026-1")


def test_every_degree_of_freedom_of_the_demonstration_stands_in_its_method_file(bergen):
    path = bergen.params / "method.yml"
    method = validate(Method, read_yaml(path), path, "params/method.yml")
    unsaid = set(Method.model_fields) - method.model_fields_set
    assert unsaid == set()
    assert method.status == "example"


def test_weights_of_the_demonstration_are_marked_as_example(bergen_params):
    assert {source.weights_status for source in bergen_params.sources.values() if source.weights} == {"example"}
