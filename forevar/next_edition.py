"""``forevar new 2026-2``: the next edition's recipe, texts to write, and the list of sources to ask."""

from __future__ import annotations

import re
from pathlib import Path

from forevar.errors import ParamsError
from forevar.files import write_atomic
from forevar.params import Params, editions, load_edition
from forevar.period import Period
from forevar.workspace import Workspace


def make_edition(workspace: Workspace, params: Params, period: Period) -> list[Path]:
    """Write the folder of a new edition from the latest one before it of the same season, else the latest.

    Args:
        workspace: The town's folder.
        params: Sources and their measures, for the list of what to ask for.
        period: The new edition.

    Returns:
        The files written: recipe, one text per text of the model edition with the old words as a comment, and
        ``checklist.md``.

    Raises:
        ParamsError: The edition is there already, or there is none to begin from.
    """
    folder = workspace.edition(period)
    if (folder / "edition.yml").exists():
        raise ParamsError(
            f"the edition {period} is there already",
            workspace.relative(folder / "edition.yml"),
            "edit it, or move it away",
        )
    earlier = [one for one in editions(workspace) if one < period]
    if not earlier:
        raise ParamsError("there is no earlier edition to begin from", "params/editions", "write edition.yml by hand")
    same = [one for one in earlier if one.half == period.half]
    model = (same or earlier)[-1]
    source = workspace.edition(model)
    recipe = (source / "edition.yml").read_text(encoding="utf-8").replace(str(model), str(period))
    recipe = re.sub(r"^status: \w+", "status: draft", recipe, flags=re.M)
    recipe = re.sub(r"^#.*\n", "", recipe, flags=re.M)
    head = f"# The recipe of edition {period}, begun from {model}: go through chapters and headlines.\n"
    made = [write_atomic(folder / "edition.yml", head + recipe)]
    for text in sorted((source / "text").rglob("*.md")):
        name = text.relative_to(source).as_posix().replace(str(model), str(period))
        made.append(write_atomic(folder / name, _begun(text.read_text(encoding="utf-8-sig"), model)))
    made.append(write_atomic(folder / "checklist.md", _checklist(workspace, params, period, model)))
    return made


def _begun(text: str, model: Period) -> str:
    """The headings, ready to write under, and last time's words as a comment that no report shows."""
    headings = "\n\n".join(re.findall(r"^#{1,2} .+$", text, flags=re.M))
    old = text.strip().replace("--", "\u2013")
    return f"{headings}\n\n<!-- {model}:\n\n{old}\n\n-->\n"


def _checklist(workspace: Workspace, params: Params, period: Period, model: Period) -> str:
    """What to ask for, from whom, and what to do then."""
    latest, words = load_edition(workspace, model), params.words()
    ask = [
        f"- [ ] {words.name(source.name)} (`{key}`)"
        for key, source in params.sources.items()
        if source.kind != "history" and not (source.last and source.last < period)
    ]
    steps = (
        f"forevar form {period}", "forevar register FILE", f"forevar check {period}", f"forevar build {period}",
    )  # fmt: skip
    lines = [
        f"# {period}", "", "## Sources to ask", "", *ask, "", "## Texts to write", "",
        *(f"- [ ] {name}" for name in latest.chapters), "", "## Then", "", *(f"- [ ] `{step}`" for step in steps),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"
