"""What went wrong, where, and how to mend it, in words an author understands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One fault in one place.

    Attributes:
        what: The actual and the expected. Never the content of a restricted cell.
        where: ``file:sheet:cell``, ``file:line: key`` or ``notebook, cell n``, relative to the workspace.
        mend: An order: which file to change or which command to type.
    """

    what: str
    where: str = ""
    mend: str = ""

    def __str__(self) -> str:
        """``where: what`` and, on a line of its own, the way out."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}\n  mend: {self.mend}" if self.mend else head


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
