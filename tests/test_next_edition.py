"""A new edition begins from the last one and edits no code."""

import pytest
from tiny import make_workspace

from forevar.cli import main


@pytest.fixture
def town(tmp_path):
    return make_workspace(tmp_path)


def test_new_edition_has_recipe_texts_and_checklist(town, capsys):
    assert main(["--workspace", str(town.root), "new", "2026-2"]) == 0
    assert capsys.readouterr().out.split() == [
        f"params/editions/2026-2/{name}" for name in ("edition.yml", "text/foreword.md", "checklist.md")
    ]
    recipe = (town.edition("2026-2") / "edition.yml").read_text(encoding="utf-8")
    assert "period: 2026-2" in recipe
    text = (town.edition("2026-2") / "text" / "foreword.md").read_text(encoding="utf-8")
    assert text.startswith("# Forord")
    assert "<!-- 2026-1:" in text
    checklist = (town.edition("2026-2") / "checklist.md").read_text(encoding="utf-8")
    assert "- [ ] Klinikken (`clinic`)" in checklist


def test_old_words_in_a_comment_never_reach_the_report(town, capsys):
    main(["--workspace", str(town.root), "new", "2026-2"])
    capsys.readouterr()
    from forevar.edition import open_edition

    text = open_edition("2026-2", workspace=town).text("foreword")
    assert "Skåren for kokain" not in text.markdown


def test_edition_that_is_there_is_left_alone(town, capsys):
    before = (town.edition("2026-1") / "edition.yml").read_bytes()
    assert main(["--workspace", str(town.root), "new", "2026-1"]) == 10
    assert "is there already" in capsys.readouterr().err
    assert (town.edition("2026-1") / "edition.yml").read_bytes() == before


def test_first_edition_of_all_says_what_to_do(town, capsys):
    assert main(["--workspace", str(town.root), "new", "2020-1"]) == 10
    assert "no earlier edition" in capsys.readouterr().err
