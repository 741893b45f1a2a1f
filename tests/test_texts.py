"""Authors' Markdown: sections, names, footnotes."""

import pytest

from forevar.errors import ParamsError
from forevar.texts import fill, sections, title_of

TEXT = """# Kokain

Kokain virker oppkvikkende.[^a]

## Bruk

Mest i helgene.

[^a]: Se referansene.
"""


def test_text_is_cut_at_its_headings_and_the_title_left_out():
    parts = sections(TEXT)
    assert parts["Bruk"] == "Mest i helgene."
    assert parts[""].startswith("Kokain virker")
    assert title_of(TEXT) == "Kokain"


def test_footnote_follows_the_section_that_cites_it():
    parts = sections(TEXT)
    assert parts[""].endswith("[^a]: Se referansene.")
    assert "[^a]" not in parts["Bruk"]


def test_names_are_filled_and_braces_harmless():
    assert fill("{Skår} $use_score, pris 5 $$", {"use_score": "+26"}, "x.md") == "{Skår} +26, pris 5 $"


def test_every_unknown_name_is_listed_with_its_line():
    with pytest.raises(ParamsError) as caught:
        fill("a $ukjent\nb\nc $feil og 5 $ igjen", {"use": "1"}, "text/x.md")
    shown = str(caught.value)
    assert "text/x.md:1: the name $ukjent is not known" in shown
    assert "text/x.md:3: the name $feil is not known" in shown
    assert "text/x.md:3: a $ that names nothing" in shown
    assert "use one of: $use" in shown


def test_value_with_a_dollar_sign_is_not_filled_again():
    assert fill("$name", {"name": "$andre"}, "x.md") == "$andre"
