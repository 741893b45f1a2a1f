"""``logo:`` in ``params/town.yml`` → the picture on both covers, looked through before it is let in."""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from forevar.errors import Fault, ParamsError
from forevar.workspace import Workspace
from forevar.yaml_file import line_of

LARGEST = 500_000
_PNG = b"\x89PNG\r\n\x1a\n"
_ACTIVE = {"script", "foreignobject", "iframe", "handler", "listener", "animate", "set"}


@dataclass(frozen=True)
class Logo:
    """A town's mark.

    Attributes:
        data: The file as it is.
        format: ``svg`` or ``png``.
    """

    data: bytes
    format: str

    @property
    def uri(self) -> str:
        """The picture inside the page; what an ``<img>`` shows can neither run nor fetch anything."""
        kind = "image/svg+xml" if self.format == "svg" else "image/png"
        return f"data:{kind};base64,{base64.b64encode(self.data).decode()}"


def read_logo(workspace: Workspace, name: str) -> Logo | None:
    """The logo of a town; None when it names none.

    Args:
        workspace: The town's folder.
        name: File in ``params/``.

    Raises:
        ParamsError: It is not there, lies elsewhere, is too large, is neither SVG nor PNG, or holds more than a
            drawing: a script, an animation, or something fetched from outside.
    """
    if not name:
        return None
    path = workspace.params / name
    if not path.resolve().is_relative_to(workspace.params.resolve()):
        raise _refused(workspace, f"{name} lies outside params/", "put the file into params/ and name it here")
    if not path.is_file():
        raise _refused(workspace, f"there is no file params/{name}", "put the file there, or take the line away")
    if path.stat().st_size > LARGEST:
        raise _refused(workspace, f"params/{name} is larger than {LARGEST // 1000} kB", "save a smaller one")
    data = path.read_bytes()
    if data.startswith(_PNG):
        return Logo(data, "png")
    if problem := _problem(data):
        raise _refused(workspace, f"params/{name} {problem}", "save it as a plain SVG, or as a PNG")
    return Logo(data, "svg")


def _problem(data: bytes) -> str:
    """Why the bytes are not an SVG that only draws; empty when they are."""
    if b"<!ENTITY" in data.replace(b"\0", b""):  # a few lines of them can unfold to gigabytes
        return "defines entities"
    try:
        root = ET.fromstring(data)
    except ET.ParseError:
        return "is neither SVG nor PNG"
    if _local(root.tag) != "svg":
        return "is neither SVG nor PNG"
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        if _local(element.tag) in _ACTIVE:
            return f"holds <{_local(element.tag)}>, and a logo only draws"
        texts = [element.text or ""] if _local(element.tag) == "style" else []
        for key, value in element.attrib.items():
            name = _local(key)
            if name.startswith("on"):
                return f"holds {name}=, and a logo only draws"
            if name in ("href", "src") and not value.strip().startswith(("#", "data:image/png", "data:image/jpeg")):
                return "fetches something from outside"
            texts.append(value)
        if any("@import" in text or "url(" in text.replace("url(#", "").replace("url('#", "") for text in texts):
            return "fetches something from outside"
    return ""


def _local(name: str) -> str:
    return name.rpartition("}")[2].lower()


def _refused(workspace: Workspace, what: str, mend: str) -> ParamsError:
    path = workspace.params / "town.yml"
    line = line_of(path, ("logo",))
    return ParamsError(Fault(what, f"{workspace.relative(path)}:{line}: logo", mend))
