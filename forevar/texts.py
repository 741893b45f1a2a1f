"""Authors' Markdown → text with its ``$names`` filled, or a clear word about the name that is unknown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from string import Template

from forevar.errors import Fault, ParamsError
from forevar.period import Period
from forevar.workspace import Workspace


def text_file(workspace: Workspace, edition: Period, name: str, lang: str, own: str) -> Path | None:
    """Where the text of a chapter lies: the edition's own, else the one for every edition, else None.

    Args:
        workspace: The town's folder.
        edition: The edition.
        name: ``foreword``, ``substances/kokain``.
        lang: The language asked for.
        own: The town's language, whose texts lie directly in ``text/``.
    """
    folders = (workspace.edition(edition) / "text", workspace.params / "text")
    for folder in folders:
        path = (folder if lang == own else folder / lang) / f"{name}.md"
        if path.is_file():
            return path
    return None


def sections(markdown: str) -> dict[str, str]:
    """The parts of a text by their ``##`` heading; what stands before the first one is under ``""``.

    A ``#`` heading is the chapter's title and is left out, and so are ``<!-- comments -->``; footnote definitions go
    with the part that cites them.
    """
    markdown = re.sub(r"<!--.*?-->", "", markdown, flags=re.S)
    notes = dict(re.findall(r"^(\[\^[^\]]+\]):[ \t]*(.+(?:\n(?:[ \t]+.+))*)$", markdown, re.M))
    body = re.sub(r"^\[\^[^\]]+\]:[ \t]*.+(?:\n(?:[ \t]+.+))*$", "", markdown, flags=re.M)
    parts = re.split(r"^## +(.+?) *$", body, flags=re.M)
    found = {"": re.sub(r"\A\s*# .+$", "", parts[0], count=1, flags=re.M)}
    found |= dict(zip(parts[1::2], parts[2::2], strict=True))
    return {
        name: "\n\n".join([text.strip(), *(f"{mark}: {note}" for mark, note in notes.items() if mark in text)]).strip()
        for name, text in found.items()
    }


def title_of(markdown: str) -> str:
    """The first ``#`` heading, else empty."""
    match = re.search(r"^# +(.+?) *$", markdown, re.M)
    return match[1] if match else ""


def fill(markdown: str, values: Mapping[str, object], where: str) -> str:
    """The text with every ``$name`` replaced; ``$$`` is a dollar sign.

    Raises:
        ParamsError: A name is not known: each with its line, and the names there are.
    """
    faults = []
    spoken = re.sub(r"<!--.*?-->", lambda match: re.sub(r"\S", " ", match[0]), markdown, flags=re.S)
    for number, line in enumerate(spoken.splitlines(), 1):
        for match in Template.pattern.finditer(line):
            name = match["named"] or match["braced"]
            if match["invalid"] is not None:
                faults.append(Fault("a $ that names nothing", f"{where}:{number}", "write $$ for a dollar sign"))
            elif name and name not in values:
                known = ", ".join(f"${one}" for one in sorted(values)) or "none"
                faults.append(Fault(f"the name ${name} is not known", f"{where}:{number}", f"use one of: {known}"))
    if faults:
        raise ParamsError(faults)
    return Template(spoken).substitute(values)
