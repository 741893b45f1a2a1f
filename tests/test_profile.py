from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from pydantic import ValidationError

from forevar.profile import Profile, profile_schema

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "params" / "schema" / "source.json"
PROFILES = sorted([*(ROOT / "params" / "sources").glob("*.yml"), *(ROOT / "tests" / "realdata").rglob("sources/*.yml")])
SMALL = {"files": "a/*.csv", "tables": [{"columns": {"Stoff": "substance", "Antall": {"measure": "seizures"}}}]}


def test_the_schema_for_editors_is_that_of_the_models() -> None:
    anew = "python -c 'import forevar.profile as p; print(p.profile_schema(), end=\"\")' > params/schema/source.json"
    assert SCHEMA.read_text(encoding="utf-8") == profile_schema(), f"write it anew: {anew}"


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_every_profile_passes_the_schema(path: Path) -> None:
    data = json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))
    jsonschema.validate(data, json.loads(SCHEMA.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"colums": {}}, "colums"),
        ({"files": "/etc/*.csv"}, "below data/raw"),
        ({"files": []}, "files"),
        ({"tables": []}, "tables:, answers: or dictionary:"),
        ({"time": {"every": "fortnight"}}, "half_year"),
        ({"time": {"year_starts": "apr"}}, "april"),
        ({"tables": [{"columns": {"Stoff": "substance"}}]}, "no column of numbers"),
        ({"tables": [{"columns": {"Stoff": "substance"}, "wide": "tme"}]}, "tme"),
        ({"tables": [{"columns": {"Stoff": "substance"}, "wide": ["time", "time"]}]}, "one for each row"),
        ({"labels": {"substance": {"Benzo*": "xanor"}}}, r"no \* in labels"),
        ({"answers": {"questions": [{"column": "Merknad", "ask": "slang", "substance": "ghb"}]}}, "free text"),
        ({"answers": {"questions": [{"column": "Kjenner?", "ask": "knows", "scale": "x"}]}}, "no scale 'x'"),
    ],
)
def test_a_profile_that_cannot_be_meant_is_refused(change: dict[str, object], told: str) -> None:
    Profile.model_validate(SMALL)
    with pytest.raises(ValidationError, match=told):
        Profile.model_validate({**SMALL, **change})


def test_yes_and_no_are_words_whatever_yaml_takes_them_for() -> None:
    question = "{column: '{substance}', ask: knows, scale: s}"
    text = f"files: a\nanswers: {{scales: {{s: {{Ja: yes, Nei: no}}}}, questions: [{question}]}}"
    answers = Profile.model_validate(yaml.safe_load(text)).answers
    assert answers is not None
    assert answers.scales == {"s": {"Ja": "yes", "Nei": "no"}}


def test_no_module_of_the_package_names_a_provider() -> None:
    register = yaml.safe_load((ROOT / "params" / "sources.yml").read_text(encoding="utf-8"))
    providers = {str(one.get("provider", "")).casefold() for one in register.values()} - {""}
    keys = {key for key in register if len(key) > 4}
    texts = {path: path.read_text(encoding="utf-8").casefold() for path in (ROOT / "forevar" / "load").rglob("*.py")}
    texts |= {path: path.read_text(encoding="utf-8").casefold() for path in (ROOT / "forevar").glob("tidy.py")}
    assert [(path.name, name) for path, text in texts.items() for name in providers | keys if name in text] == []
