"""Sidecars: where each raw file comes from, and the checksum that tells whether it is still the same."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from forevar.errors import Fault, ForevarError, RegistryError, fault
from forevar.files import sha256_of, write_atomic
from forevar.params import load_profiles
from forevar.workspace import Workspace
from forevar.yaml_file import read_yaml

SUFFIX = ".yml"


class Origin(BaseModel):
    """Who made the file and how it came here."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    producer: str = ""
    title: str = ""
    url: str = ""
    received: dt.date | None = None
    from_: str = Field(default="", alias="from")
    licence: str = ""


class Sidecar(BaseModel):
    """``<file>.yml`` beside a raw file.

    Attributes:
        source: Key or keys of the sources it holds.
        access: ``restricted``: its content is never printed.
        data: What kind of numbers they are, when they are not simply the provider's: ``reconstructed``, ``printed``
            (typed from a report) or ``published``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: tuple[str, ...] = ()
    origin: Origin = Origin()
    access: Literal["open", "restricted"] = "open"
    data: Literal["reconstructed", "published", "printed", ""] = ""
    sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    bytes: int | None = None
    note: str = ""

    @field_validator("source", mode="before")
    @classmethod
    def _one_source(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value


@dataclass(frozen=True)
class RawFile:
    """A file in ``data/raw`` and what is known of it.

    Attributes:
        path: Absolute.
        file: From the workspace: ``data/raw/statistics/2026-1-customs.xlsx``.
        sha256: Of the file as it is now.
        sidecar: None when it is not registered.
        sources: Profiles that read it.
        of_restricted_source: Whether the register says that what the source gives is restricted.
    """

    path: Path
    file: str
    sha256: str
    bytes: int
    sidecar: Sidecar | None
    sources: tuple[str, ...] = ()
    of_restricted_source: bool = False

    @property
    def is_as_registered(self) -> bool:
        """Whether the file is the one that was registered."""
        return self.sidecar is not None and self.sidecar.sha256 == self.sha256

    @property
    def is_reconstructed(self) -> bool:
        """Whether its numbers are made, not a provider's."""
        return self.sidecar is not None and self.sidecar.data == "reconstructed"

    @property
    def is_restricted(self) -> bool:
        """Whether its content must not be shown."""
        return self.of_restricted_source or (self.sidecar is not None and self.sidecar.access == "restricted")


def sidecar_of(path: Path) -> Path:
    """Where the sidecar of a raw file lies."""
    return path.with_name(path.name + SUFFIX)


def read_sidecar(path: Path, workspace: Workspace) -> Sidecar | None:
    """The sidecar of a raw file, or None when there is none.

    Raises:
        RegistryError: It does not say what a sidecar says; every fault at once.
        ParamsError: It is not YAML.
    """
    beside = sidecar_of(path)
    if not beside.is_file():
        return None
    where = workspace.relative(beside)
    data = read_yaml(beside, where)
    try:
        return Sidecar.model_validate(data)
    except ValidationError as error:
        file = workspace.relative(path)
        raise RegistryError(
            fault("bad_sidecar", where, key=".".join(map(str, one["loc"])) or "-", why=one["msg"], file=file)
            for one in error.errors(include_url=False, include_context=False, include_input=False)
        ) from None


def look_at(path: Path, workspace: Workspace, sources: tuple[str, ...] = (), *, restricted: bool = False) -> RawFile:
    """A raw file with its checksum and sidecar.

    Args:
        path: The file.
        workspace: Whose it is.
        sources: Profiles that read it.
        restricted: Whether one of them is restricted.

    Raises:
        RegistryError: The sidecar is faulty.
    """
    sidecar = read_sidecar(path, workspace)
    return RawFile(path, workspace.relative(path), sha256_of(path), path.stat().st_size, sidecar, sources, restricted)


def faults_of(file: RawFile, *, final: bool = False) -> list[Fault]:
    """What is to be said of a file's registration: faults, and notices (exit code 0)."""
    beside = f"{file.file}{SUFFIX}"
    if file.sidecar is None:
        return [fault("no_sidecar_final" if final else "no_sidecar", file.file, file=file.file)]
    found = []
    if not file.is_as_registered:
        found.append(fault("changed_final" if final else "changed", file.file, file=file.file))
    says = file.sidecar.source
    for source in file.sources:
        if says and source not in says:
            found.append(fault("wrong_source", beside, says=", ".join(says), profile=source))
    return found


def register(path: Path, workspace: Workspace, *, today: dt.date | None = None, **told: Any) -> Path:
    """Write the sidecar of a raw file: checksum and size anew, everything else kept.

    Args:
        path: A file under ``data/raw``.
        workspace: Whose file it is.
        today: Date of receipt; today when left out. A file that is as it was registered keeps its date.
        told: What to set: ``source`` (left out: the profiles that read the file), ``access``, ``data``,
            ``note``, and the parts of ``origin`` (``producer``,
            ``title``, ``url``, ``received``, ``from_``, ``licence``). None leaves what was there.

    Returns:
        The sidecar's path.

    Raises:
        RegistryError: The file is not there, not under ``data/raw``, is itself a sidecar, or a value is wrong.
    """
    path = path.resolve()
    file = workspace.relative(path)
    if not path.is_file() or not path.is_relative_to(workspace.raw.resolve()):
        raise RegistryError(fault("not_raw", str(file)))
    if path.suffix == SUFFIX and path.with_suffix("").is_file():
        raise RegistryError(fault("is_sidecar", file, file=file.removesuffix(SUFFIX)))
    before = read_sidecar(path, workspace)
    data = before.model_dump(by_alias=True, exclude_defaults=True, mode="json") if before else {}
    digest = sha256_of(path)
    origin = dict(data.get("origin", {}))
    if before is None or before.sha256 != digest:
        origin["received"] = (today or dt.date.today()).isoformat()
    for name, value in told.items():
        if value is None:
            continue
        if name in ("producer", "title", "url", "received", "from_", "licence"):
            origin["from" if name == "from_" else name] = str(value)
        else:
            data[name] = list(value) if isinstance(value, tuple) else value
    if not data.get("source") and (found := readers_of(path, workspace)):
        data["source"] = list(found)
    data.update(origin=origin, sha256=digest, bytes=path.stat().st_size)
    data.setdefault("access", "open")
    try:
        sidecar = Sidecar.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        told_key = ".".join(map(str, first["loc"]))
        raise RegistryError(fault("bad_sidecar", file, key=told_key, why=first["msg"], file=file)) from None
    return write_atomic(sidecar_of(path), _as_yaml(sidecar))


def readers_of(path: Path, workspace: Workspace) -> tuple[str, ...]:
    """Sources whose profile reads a file; none when a profile is faulty, for that is said elsewhere."""
    below = path.resolve().relative_to(workspace.raw.resolve())
    try:
        profiles = load_profiles(workspace)
    except ForevarError:
        return ()
    return tuple(key for key, profile in profiles.items() if any(below.match(glob) for glob in profile.files))


def notices_of(path: Path, workspace: Workspace) -> list[Fault]:
    """What to know of a file that has just been registered: that no profile reads it yet."""
    return [] if readers_of(path, workspace) else [fault("unread", workspace.relative(path.resolve()))]


def _as_yaml(sidecar: Sidecar) -> str:
    """The sidecar in the order people read it; dates unquoted."""
    full = sidecar.model_dump(by_alias=True)
    source = list(full["source"])
    ordered = {
        "source": source[0] if len(source) == 1 else source,
        "origin": {key: value for key, value in full["origin"].items() if value not in ("", None)},
        "access": full["access"],
        "data": full["data"],
        "sha256": full["sha256"],
        "bytes": full["bytes"],
        "note": full["note"],
    }
    kept = {key: value for key, value in ordered.items() if value not in ("", [], {}, None)}
    text: str = yaml.safe_dump(kept, sort_keys=False, allow_unicode=True, width=110)
    return text
