"""raw readings → tidy tables: the one door to what the raw files say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from forevar.errors import Fault, error_for, fault
from forevar.load.deliveries import is_tenfold
from forevar.load.raw import Progress, load_raw
from forevar.params import Params
from forevar.period import Period
from forevar.registry import RawFile
from forevar.terms import Status
from forevar.workspace import Workspace

_SERIES = ["source", "measure", "substance", "dimension", "place"]
_TEXT = ("source", "measure", "substance", "dimension", "place", "period", "frequency", "unit", "status", "mark")


@dataclass(frozen=True)
class Tidy:
    """What the raw files say, in long form.

    Attributes:
        observations: One row per source, measure, substance, dimension, place and period; columns
            ``terms.OBSERVATION_COLUMNS``. ``value`` and ``denominator`` are floats, missing where nothing is told;
            every other column is text, empty where it does not apply. Sorted.
        answers: One row per informant, question and answer; columns ``terms.ANSWER_COLUMNS``, all text.
        faults: What must be mended before a report is made.
        notices: What to know.
        files: The raw files behind it.
    """

    observations: pd.DataFrame
    answers: pd.DataFrame
    faults: tuple[Fault, ...] = ()
    notices: tuple[Fault, ...] = ()
    files: tuple[RawFile, ...] = field(default_factory=tuple)

    def raise_faults(self) -> None:
        """Stop when there is any fault.

        Raises:
            ParamsError | DataError | RegistryError: With every fault; the class is that of the worst.
        """
        if self.faults:
            raise error_for(self.faults) from None

    def reconstructed(self, sources: Iterable[str] | None = None) -> bool:
        """Whether a file behind these sources (all, when left out) holds reconstructed numbers."""
        wanted = None if sources is None else set(sources)
        return any(one.is_reconstructed and (wanted is None or wanted & set(one.sources)) for one in self.files)


def load_tidy(
    workspace: Workspace,
    params: Params,
    edition: Period | str | None = None,
    progress: Progress | None = None,
    *,
    final: bool = False,
) -> Tidy:
    """Everything the raw files say, checked and in long form.

    Args:
        workspace: Whose raw files.
        params: What people decided.
        edition: Half-year whose tenfold jumps are warned of.
        progress: Called before each source with number, how many, and key.
        final: A raw file that is not the one registered is then a fault.

    Returns:
        Tables and faults; call ``raise_faults`` before anything is made of them.

    Raises:
        ParamsError: A profile or the corrections cannot be used.
    """
    raw = load_raw(workspace, params, final=final, progress=progress)
    observations = raw.observations.sort_values([*_SERIES, "period"], kind="stable", ignore_index=True)
    observations = observations.astype({"value": float, "denominator": float} | dict.fromkeys(_TEXT, object))
    notices = [*raw.notices]
    if edition is not None:
        restricted = {source for one in raw.files if one.is_restricted for source in one.sources}
        notices += _jumps(observations, Period.parse(edition), restricted)
    return Tidy(observations, raw.answers, tuple(raw.faults), tuple(notices), tuple(raw.files))


def _jumps(observations: pd.DataFrame, period: Period, restricted: set[str]) -> list[Fault]:
    """Series that are ten times, or a tenth of, what they were the half-year before."""
    rows = observations[(observations["status"] == Status.OK) & (observations["frequency"] == "half_year")]
    now = rows[rows["period"] == str(period)].set_index(_SERIES)
    before = rows[rows["period"] == str(period.previous)].set_index(_SERIES)
    was = before[["value", "origin"]].add_suffix("_before")
    both = now.join(was, how="inner")
    found = []
    for index, (then, origin_then, value, origin) in zip(
        both.index, both[["value_before", "origin_before", "value", "origin"]].itertuples(index=False), strict=True
    ):
        if is_tenfold(float(then), float(value)):
            told = (None, None) if index[0] in restricted else (f"{then:g}", f"{value:g}")
            series = ", ".join(part for part in index if part)
            found.append(fault("tenfold", str(origin), before=told[0], after=told[1], other=origin_then, series=series))
    return found
