"""What went wrong, where, and how to mend it, in words an author understands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from string import Template

SPEECH = ("en", "nb")


@dataclass(frozen=True)
class Fault:
    """One fault, or one thing to notice, in one place.

    Attributes:
        what: The actual and the expected. Never the content of a restricted cell.
        where: ``file:sheet:cell``, ``file:line: key`` or ``notebook, cell n``, relative to the workspace.
        mend: An order: which file to change or which command to type.
        key: Entry of ``faults.toml`` the words come from; empty when they were written on the spot.
        values: What the entry's ``$names`` stand for.
    """

    what: str
    where: str = ""
    mend: str = ""
    key: str = ""
    values: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """``where: what`` and, on a line of its own, the way out."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  mend: {self.mend}" if self.mend else head

    def in_language(self, lang: str) -> Fault:
        """The same fault said in Norwegian (``nb``, ``nn``) or English; as it is when it has no key."""
        if not self.key:
            return self
        what, mend = _say(self.key, lang, dict(self.values))
        return replace(self, what=what, mend=mend)

    @property
    def exit_code(self) -> int:
        """That of the kind of error it belongs to: by its entry, else by its address; 0 for something to notice."""
        if self.key:
            return int(_entries()[self.key].get("exit", 0))
        return ParamsError.exit_code if self.where.startswith("params/") else ForevarError.exit_code


def fault(key: str, where: str = "", /, **values: object) -> Fault:
    """A fault worded by ``faults.toml``, in English until asked otherwise.

    Args:
        key: Entry of ``faults.toml``.
        where: Address.
        values: For the entry's ``$names``. ``None`` stands for content that must not be shown.
    """
    told = tuple((name, "" if value is None else str(value)) for name, value in values.items())
    what, mend = _say(key, "en", dict(told))
    return Fault(what, where, mend, key, told)


def say(key: str, lang: str, **values: object) -> str:
    """The words of an entry, filled: headings of the check report."""
    return _say(key, lang, {name: str(value) for name, value in values.items()})[0]


@cache
def _entries() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(files("forevar").joinpath("faults.toml").read_text(encoding="utf-8"))


def _say(key: str, lang: str, values: Mapping[str, str]) -> tuple[str, str]:
    entry = _entries()[key]
    lang = "en" if lang == "en" else "nb"
    withheld = _entries()["withheld"][lang]
    filled = {name: value or withheld for name, value in values.items()}
    return Template(entry[lang]).substitute(filled), Template(entry.get(f"{lang}_mend", "")).substitute(filled)


class ForevarError(Exception):
    """Faults to show to the user; ``exit_code`` tells a script which kind it was.

    Args:
        faults: One fault, several, or a text.
        where: Used when ``faults`` is a text.
        mend: Used when ``faults`` is a text.
    """

    exit_code = 1
    shown = 10

    def __init__(self, faults: str | Fault | Iterable[Fault], where: str = "", mend: str = "") -> None:
        if isinstance(faults, str):
            faults = Fault(faults, where, mend)
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__(str(self))

    def __reduce__(self) -> tuple[type[ForevarError], tuple[tuple[Fault, ...]]]:
        """Pickle by the faults, so that an error survives the way back from another process."""
        return type(self), (self.faults,)

    def __str__(self) -> str:
        """Every fault, numbered when there are several; the first ten and how many more."""
        if len(self.faults) == 1:
            return str(self.faults[0])
        lines = [f"{n}. {fault}" for n, fault in enumerate(self.faults[: self.shown], 1)]
        if len(self.faults) > self.shown:
            lines.append(f"... and {len(self.faults) - self.shown} more")
        return "\n".join(lines)

    def _render_traceback_(self) -> list[str]:
        """What IPython shows instead of a traceback."""
        return [str(self)]


class ParamsError(ForevarError):
    """A file in ``params/`` says something we cannot use."""

    exit_code = 10


class DataError(ForevarError):
    """A raw file holds something we cannot use."""

    exit_code = 11


class RegistryError(ForevarError):
    """A raw file and its sidecar disagree, or the sidecar is missing."""

    exit_code = 12


class NotebookError(ForevarError):
    """A notebook did not run to its end."""

    exit_code = 13


class ReportError(ForevarError):
    """The report could not be put together or written."""

    exit_code = 14


def error_for(faults: Iterable[Fault]) -> ForevarError:
    """The error of the worst kind among faults: params before data before registry."""
    faults = tuple(faults)
    codes = {one.exit_code for one in faults}
    kinds: tuple[type[ForevarError], ...] = (ParamsError, DataError, RegistryError)
    kind = next((kind for kind in kinds if kind.exit_code in codes), ForevarError)
    return kind(faults)
