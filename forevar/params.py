"""``params/*.yml`` → what people decided, checked and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from forevar.errors import Fault, ParamsError
from forevar.logo import read_logo
from forevar.period import Period
from forevar.profile import Profile
from forevar.settings import Method, Recipe, SeriesFigures, Source, Substance, Town
from forevar.terms import SCORED_DIMENSIONS
from forevar.words import Words, flatten
from forevar.workspace import Workspace, bundled
from forevar.yaml_file import Model, read_mapping, read_yaml, validate


@dataclass(frozen=True)
class Params:
    """Everything a workspace has decided, but for its editions."""

    workspace: Workspace
    method: Method
    substances: Mapping[str, Substance]
    sources: Mapping[str, Source]
    town: Town

    @cached_property
    def phrases(self) -> dict[str, dict[str, str]]:
        """Dotted key → language → text: those that come with forevar, and the town's own in their place."""
        files = tuple((path, path.read_bytes()) for path in phrase_files(self.workspace))
        return _phrases(files, self.workspace)

    def words(self, lang: str | None = None) -> Words:
        """The words of a language; the town's own when left out."""
        return Words(lang or self.town.lang, self.phrases)


@lru_cache(maxsize=8)
def _phrases(files: tuple[tuple[Path, bytes], ...], workspace: Workspace) -> dict[str, dict[str, str]]:
    """What these files say, put together once a process for as long as they say the same."""
    table: dict[str, dict[str, str]] = {}
    for path, _ in files:
        for key, texts in flatten(read_mapping(path, workspace.relative(path))).items():
            table[key] = {**table.get(key, {}), **texts}
    return table


def phrase_files(workspace: Workspace) -> list[Path]:
    """Where words come from, the later file's before the earlier's."""
    folders = dict.fromkeys(folder for folder in (bundled("params"), workspace.params) if folder is not None)
    return [
        path for folder in folders for path in (folder / "phrases.yml", *sorted((folder / "phrases").glob("*.yml")))
        if path.is_file()
    ]  # fmt: skip


def load_params(workspace: Workspace) -> Params:
    """Everything in ``params/`` but the editions.

    Raises:
        ParamsError: Every fault of the first faulty file, with ``file:line: key``.
    """
    folder = workspace.params
    method = _load(Method, folder / "method.yml", workspace)
    town = _load(Town, folder / "town.yml", workspace)
    read_logo(workspace, town.logo)
    substances = _load_entries(Substance, folder / "substances.yml", workspace)
    sources = _load_sources(workspace)
    params = Params(workspace, method, dict(sorted(substances.items(), key=lambda item: item[1].order)), sources, town)
    _check_together(params)
    return params


def load_series_figures(workspace: Workspace) -> SeriesFigures:
    """The figures of the chapter on consequences; none when the town has no such file."""
    path = workspace.params / "consequences.yml"
    return _load(SeriesFigures, path, workspace) if path.is_file() else SeriesFigures()


def load_edition(workspace: Workspace, edition: Period | str) -> Recipe:
    """The recipe of an edition.

    Raises:
        ParamsError: There is none, or something in it is wrong; existing editions are named.
    """
    try:
        period = Period.parse(edition)
    except ValueError as error:
        raise ParamsError(str(error), mend="for instance: forevar build 2026-1") from None
    path = workspace.edition(period) / "edition.yml"
    if not path.is_file():
        have = ", ".join(str(one) for one in editions(workspace)) or "none"
        raise ParamsError(
            f"there is no recipe for {period}; editions here: {have}",
            workspace.relative(path),
            f"make it with: forevar new {period}",
        )
    recipe = _load(Recipe, path, workspace)
    if recipe.period != period:
        raise ParamsError(
            f"period is {recipe.period}, but the folder is {period}",
            workspace.relative(path),
            f"write period: {period}",
        )
    return recipe


def editions(workspace: Workspace) -> list[Period]:
    """The editions that have a recipe, oldest first."""
    found = []
    for path in (workspace.params / "editions").glob("*/edition.yml"):
        try:
            found.append(Period.parse(path.parent.name))
        except ValueError:
            continue
    return sorted(found)


def _load(model: type[Model], path: Path, workspace: Workspace) -> Model:
    where = workspace.relative(path)
    return validate(model, read_yaml(path, where), path, where)


def _load_entries(model: type[Model], path: Path, workspace: Workspace) -> dict[str, Model]:
    where = workspace.relative(path)
    entries: dict[str, Model] = {}
    faults: list[Fault] = []
    for key, data in read_mapping(path, where).items():
        try:
            entries[str(key)] = validate(model, data, path, where, (str(key),))
        except ParamsError as error:
            faults += error.faults
    if faults:
        raise ParamsError(faults)
    return entries


def _load_sources(workspace: Workspace) -> dict[str, Source]:
    """The register: ``sources.yml``, and the ``register`` part of profiles whose source is not in it."""
    path = workspace.params / "sources.yml"
    where = workspace.relative(path)
    entries: dict[str, Any] = read_mapping(path, where) if path.is_file() else {}
    sources: dict[str, Source] = {}
    faults: list[Fault] = []
    for key, data in entries.items():
        try:
            sources[str(key)] = validate(Source, data, path, where, (str(key),))
        except ParamsError as error:
            faults += error.faults
    for profile in profile_files(workspace):
        if profile.stem in entries:
            continue
        place = workspace.relative(profile)
        try:
            data = read_yaml(profile, place)
            if isinstance(data, dict) and "dictionary" in data:
                continue
            if not isinstance(data, dict) or "register" not in data:
                raise ParamsError(
                    f"the source {profile.stem} is not registered",
                    place,
                    "add it to params/sources.yml, or a register: here",
                )
            sources[profile.stem] = validate(Source, data["register"], profile, place, ("register",))
        except ParamsError as error:
            faults += error.faults
    if faults:
        raise ParamsError(faults)
    return sources


def profile_files(workspace: Workspace) -> list[Path]:
    """Every ``params/sources/<key>.yml``, sorted."""
    return sorted((workspace.params / "sources").glob("*.yml"))


def load_profiles(workspace: Workspace) -> dict[str, Profile]:
    """How each source is read: key → profile, for the sources that have raw files.

    Raises:
        ParamsError: Every fault of every profile at once.
    """
    profiles: dict[str, Profile] = {}
    faults: list[Fault] = []
    for path in profile_files(workspace):
        where = workspace.relative(path)
        try:
            data = read_yaml(path, where)
            own = {key: value for key, value in data.items() if key != "register"} if isinstance(data, dict) else data
            profiles[path.stem] = validate(Profile, own, path, where)
        except ParamsError as error:
            faults += error.faults
    if faults:
        raise ParamsError(faults)
    return profiles


def _check_together(params: Params) -> None:
    """What one file says of another."""
    faults = []
    for key in params.method.source_overrides:
        if key not in params.sources:
            faults.append(
                Fault(f"there is no source {key!r}", f"params/method.yml: source_overrides.{key}", "correct it")
            )
    for key, source in params.sources.items():
        for dimension in source.weights:
            if dimension not in SCORED_DIMENSIONS:
                faults.append(Fault(f"{dimension} is not scored", f"params/sources.yml: {key}.weights", "take it away"))
            elif not any(dimension in measure.dimension for measure in source.measures.values()):
                faults.append(
                    Fault(
                        f"no measure of {key} is about {dimension}", f"params/sources.yml: {key}.weights", "correct it"
                    )
                )
    if faults:
        raise ParamsError(faults)
