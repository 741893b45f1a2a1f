"""Every raw file of a workspace → observations, answers, and what is wrong or to be known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from forevar.corrections import load_corrections
from forevar.errors import Fault, ForevarError, fault
from forevar.load.deliveries import resolve
from forevar.load.halfyear import to_half_years
from forevar.load.label import normal
from forevar.load.meaning import Found
from forevar.load.source import Known, Shelf, delivered, read_file, read_names, read_questionnaire, unknown_keys
from forevar.params import Params, load_profiles
from forevar.profile import Profile
from forevar.registry import SUFFIX, RawFile, faults_of, look_at
from forevar.terms import ANSWER_COLUMNS, OBSERVATION_COLUMNS
from forevar.workspace import Workspace

Progress = Callable[[int, int, str], None]
NOT_RAW = (".md", ".py", ".gitkeep", ".gitignore")


@dataclass
class Raw:
    """What the raw files of a workspace say.

    Attributes:
        observations: Tidy rows; see ``terms.OBSERVATION_COLUMNS``. Unsorted.
        answers: Tidy questionnaire rows; see ``terms.ANSWER_COLUMNS``.
        faults: Everything that must be mended, of every file.
        notices: What to know: revised, tenfold, newly suppressed, partial, unread …
        files: Every raw file, with checksum and sidecar.
    """

    observations: pd.DataFrame
    answers: pd.DataFrame
    faults: list[Fault] = field(default_factory=list)
    notices: list[Fault] = field(default_factory=list)
    files: list[RawFile] = field(default_factory=list)

    def note(self, found: list[Fault]) -> None:
        """Put each where it belongs: what has exit code 0 is a notice."""
        for one in found:
            (self.faults if one.exit_code else self.notices).append(one)


def load_raw(
    workspace: Workspace,
    params: Params,
    *,
    final: bool = False,
    progress: Progress | None = None,
) -> Raw:
    """Read everything under ``data/raw`` by the profiles of ``params/sources/``.

    Args:
        workspace: Whose files.
        params: What labels, measures and places are known.
        final: A file that is not the one registered is a fault, not a notice.
        progress: Called before each source with number, how many, and key.

    Returns:
        Tables with whatever could be read, and every fault. Nothing is raised for what a raw file holds.

    Raises:
        ParamsError: A profile or the corrections cannot be used.
    """
    profiles = load_profiles(workspace)
    corrections = load_corrections(workspace)
    raw = Raw(pd.DataFrame(), pd.DataFrame())
    _register_of(workspace, params, profiles, raw, final=final)
    shelf = Shelf(corrections.apply)
    known = known_to(params)
    for key, profile in profiles.items():
        raw.faults += unknown_keys(key, profile, known)
        if profile.dictionary:
            for _, one in delivered(profile, [file for file in raw.files if key in file.sources]):
                names, faults = read_names(profile, one, shelf)
                known.names.setdefault(key, {}).update(names)
                raw.note(faults)
    rows: list[dict[str, Any]] = []
    answers: list[dict[str, str]] = []
    for number, (key, profile) in enumerate(profiles.items()):
        if progress:
            progress(number, len(profiles), key)
        mine = [one for one in raw.files if key in one.sources]
        rows += _observations_of(key, profile, mine, shelf, known, raw)
        if profile.answers:
            for _, one in delivered(profile, mine):
                answered = read_questionnaire(key, profile, one, shelf, known)
                raw.note([*answered.faults, *answered.notices])
                answers += [{"source": key, **vars(answer)} for answer in answered.answers]
    raw.note([*corrections.faults, *corrections.notices, *corrections.leftovers()])
    raw.observations = pd.DataFrame(rows, columns=list(OBSERVATION_COLUMNS))
    raw.answers = pd.DataFrame(answers, columns=list(ANSWER_COLUMNS))
    return raw


def known_to(params: Params) -> Known:
    """Labels, measures and places that need not stand in a profile."""
    substances: dict[str, str] = {}
    for key, one in params.substances.items():
        names = one.name.values() if not isinstance(one.name, str) else (one.name,)
        substances.update({normal(name): key for name in (key, *names, *one.aliases)})
    measures, places = {}, {}
    for source, register in params.sources.items():
        measures[source] = {name: (tuple(map(str, one.dimension)), one.unit) for name, one in register.measures.items()}
        places[source] = {
            normal(label): key
            for key, place in register.places.items()
            for label in (key, *([place.name] if isinstance(place.name, str) else place.name.values()))
        }
    return Known(substances, measures, places)


def _register_of(workspace: Workspace, params: Params, profiles: dict[str, Profile], raw: Raw, *, final: bool) -> None:
    """Every raw file with the profiles that read it; what is wrong with sidecars is noted."""
    readers: dict[Path, list[str]] = {}
    for key, profile in profiles.items():
        matched = sorted({path for glob in profile.files for path in workspace.raw.glob(glob) if _is_raw(path)})
        if not matched:
            raw.notices.append(fault("no_files", f"params/sources/{key}.yml", globs=", ".join(profile.files)))
        for path in matched:
            readers.setdefault(path, []).append(key)
    unread: dict[Path, list[RawFile]] = {}
    for path in sorted(one for one in workspace.raw.rglob("*") if one.is_file() and _is_raw(one)):
        sources = tuple(readers.get(path, ()))
        restricted = any(s in params.sources and params.sources[s].access == "restricted" for s in sources)
        try:
            one = look_at(path, workspace, sources, restricted=restricted)
        except ForevarError as error:
            raw.faults += error.faults
            continue
        if sources:
            raw.note(faults_of(one, final=final))
            raw.files.append(one)
        else:
            unread.setdefault(path.parent, []).append(one)
    for folder, strays in unread.items():
        if (
            len(strays) > 1
            and folder not in {path.parent for path in readers}
            and not any(one.sidecar for one in strays)
        ):
            raw.notices.append(fault("unread_folder", workspace.relative(folder), files=len(strays)))
        else:
            raw.notices += [fault("unread", one.file) for one in strays]
    for beside in sorted(workspace.raw.rglob(f"*{SUFFIX}")):
        if not beside.with_suffix("").exists() and beside.with_suffix("").suffix:
            raw.notices.append(fault("sidecar_without_file", workspace.relative(beside)))


def _is_raw(path: Path) -> bool:
    return not (path.name.startswith((".", "~$")) or path.suffix in (SUFFIX, *NOT_RAW) or "__pycache__" in path.parts)


def _observations_of(
    key: str, profile: Profile, files: list[RawFile], shelf: Shelf, known: Known, raw: Raw
) -> list[dict[str, Any]]:
    found = Found()
    if profile.tables:
        for delivery, one in delivered(profile, files):
            read = read_file(key, profile, one, delivery, shelf, known)
            found.readings += read.readings
            raw.note([*read.faults, *read.notices])
    resolved = resolve(found.readings, profile.deliveries, key)
    halves = to_half_years(resolved.readings, key)
    raw.note([*resolved.faults, *resolved.notices, *halves.faults, *halves.notices])
    return [
        {
            "source": key, "measure": one.measure, "substance": one.substance, "dimension": one.dimension,
            "place": one.place, "period": period,
            "frequency": one.every if one.every in ("year", "campaign") else "half_year",
            "value": one.value, "denominator": one.denominator, "unit": one.unit, "status": one.status,
            "mark": one.mark, "origin": one.origin,
        }
        for period, one in halves.rows
    ]  # fmt: skip
