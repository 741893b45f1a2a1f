"""YAML that is not what a file should hold is told in words."""

import pytest

from forevar.errors import ParamsError
from forevar.yaml_file import read_mapping, read_yaml


@pytest.mark.parametrize("text", ["hello", "[1, 2]", "3", "- a\n- b"])
def test_file_of_entries_that_holds_something_else_is_refused(tmp_path, text):
    path = tmp_path / "sources.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ParamsError, match="no entries by key"):
        read_mapping(path)


@pytest.mark.parametrize(
    "text", ["? [a, b]\n: 1", "{{7*7}}: 1", "!!python/object/apply:os.system [ls]", "a: &x 1\nb: *x"]
)
def test_key_tag_and_alias_that_are_not_plain_are_refused(tmp_path, text):
    path = tmp_path / "sources.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ParamsError, match=r"sources\.yml"):
        read_yaml(path)


def test_laughs_by_the_billion_are_refused_at_once(tmp_path):
    path = tmp_path / "sources.yml"
    lines = ["a0: &a0 [ha, ha]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40))]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ParamsError, match="aliases"):
        read_yaml(path)


def test_empty_file_is_no_entries(tmp_path):
    path = tmp_path / "sources.yml"
    path.write_text("", encoding="utf-8")
    assert read_mapping(path) == {}
