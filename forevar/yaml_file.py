"""YAML file → checked model, with ``file:line: key`` for whatever is wrong."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from forevar.errors import Fault, ParamsError, fault

Model = TypeVar("Model", bound=BaseModel)
_BASE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
ALIAS = object()


class _Loader(_BASE):  # type: ignore[misc,valid-type]
    """Safe YAML that refuses a key written twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands twice", key.start_mark)
            seen.add(key.value)
        result: dict[Any, Any] = super().construct_mapping(node, deep)
        return result


def read_yaml(path: Path, where: str | None = None) -> Any:
    """The content of a YAML file, which is not to be changed; an empty file is an empty mapping.

    Args:
        path: The file.
        where: How the file is named in errors; its name when left out.

    Raises:
        ParamsError: It cannot be read, is not YAML, writes a key twice, or uses aliases.
    """
    where = where or path.name
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ParamsError(f"the file cannot be read ({_reason(error)})", where, "save it as UTF-8 text") from None
    try:
        data = _parsed(text)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        place = f"{where}:{mark.line + 1}" if mark else where
        problem = getattr(error, "problem", None) or getattr(error, "context", None) or "not readable as YAML"
        raise ParamsError(str(problem), place, "mend the line; indentation and quotes are the usual causes") from None
    if data is ALIAS:
        raise ParamsError("aliases (&name, *name) are not used here", where, "write the value out")
    return {} if data is None else data


@functools.lru_cache(maxsize=1024)
def _parsed(text: str) -> Any:
    """What a YAML text holds, parsed once a process: every notebook asks for the same words. Nobody may change it."""
    if "*" in text and any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text, _BASE)):
        return ALIAS
    return yaml.load(text, _Loader)


def read_mapping(path: Path, where: str | None = None) -> dict[Any, Any]:
    """The same for a file of entries by key.

    Raises:
        ParamsError: As ``read_yaml``, or it holds something else.
    """
    data = read_yaml(path, where)
    if not isinstance(data, dict):
        raise ParamsError("the file holds no entries by key", where or path.name, "write one entry a line: key: …")
    return data


def validate(model: type[Model], data: Any, path: Path, where: str, within: tuple[str | int, ...] = ()) -> Model:
    """The model filled from the data.

    Args:
        model: A pydantic model.
        data: What ``read_yaml`` gave, or a part of it.
        path: The file, to find line numbers in.
        where: How the file is named in errors.
        within: Keys from the file's top to ``data``.

    Raises:
        ParamsError: Every fault at once, each with ``file:line: key``.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        faults = []
        for detail in error.errors(include_url=False, include_context=False, include_input=False):
            loc = (*within, *detail["loc"])
            faults.append(_as_fault(detail["type"], detail["msg"], _place(path, where, loc)))
        raise ParamsError(faults) from None


def line_of(path: Path, loc: tuple[str | int, ...]) -> int | None:
    """The line a key stands on, 1 for the first; that of the nearest key above when it is missing."""
    node = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=_BASE)
    line: int | None = None
    for step in loc:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if str(key.value) == str(step)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
    return line


def _place(path: Path, where: str, loc: tuple[str | int, ...]) -> str:
    try:
        line = line_of(path, loc)
    except (OSError, ValueError, yaml.YAMLError):
        line = None
    key = ".".join(str(step) for step in loc)
    return f"{where}:{line}: {key}" if line else f"{where}: {key}"


def _as_fault(kind: str, message: str, place: str) -> Fault:
    if kind == "extra_forbidden":
        return fault("param_unknown", place)
    if kind == "missing":
        return fault("param_missing", place)
    message = message.removeprefix("Value error, ")
    return fault("param_wrong", place, why=message[:1].lower() + message[1:])


def _reason(error: Exception) -> str:
    return (
        "not UTF-8" if isinstance(error, UnicodeDecodeError) else getattr(error, "strerror", None) or "no reason given"
    )
