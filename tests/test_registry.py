from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest
import yaml

from forevar.errors import RegistryError
from forevar.registry import look_at, notices_of, read_sidecar, register, sidecar_of
from forevar.workspace import Workspace

DAY, LATER = dt.date(2026, 4, 20), dt.date(2026, 5, 2)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "data" / "raw" / "statistics").mkdir(parents=True)
    return Workspace(tmp_path)


@pytest.fixture
def raw(workspace: Workspace) -> Path:
    path = workspace.raw / "statistics" / "2026-1-customs.csv"
    path.write_text("Stoff;Antall\nKokain;8\n")
    return path


def test_the_sidecar_stands_beside_the_file_and_knows_its_checksum(raw: Path, workspace: Workspace) -> None:
    beside = register(raw, workspace, source="customs", producer="Tolletaten", licence="NLOD", today=DAY)
    assert beside == raw.with_name("2026-1-customs.csv.yml")
    assert yaml.safe_load(beside.read_text()) == {
        "source": "customs",
        "origin": {"producer": "Tolletaten", "received": DAY, "licence": "NLOD"},
        "access": "open",
        "sha256": hashlib.sha256(raw.read_bytes()).hexdigest(),
        "bytes": raw.stat().st_size,
    }


def test_registering_anew_changes_checksum_and_date_and_keeps_the_rest(raw: Path, workspace: Workspace) -> None:
    register(
        raw, workspace, source="customs", producer="Tolletaten", access="restricted", note="Ring Tolletaten.", today=DAY
    )
    before = read_sidecar(raw, workspace)
    raw.write_text("Stoff;Antall\nKokain;9\n")
    register(raw, workspace, today=LATER)
    after = read_sidecar(raw, workspace)
    assert before is not None
    assert after is not None
    assert after.sha256 != before.sha256
    assert after.origin.received == LATER
    assert (after.source, after.access, after.note) == (before.source, before.access, before.note)
    assert after.origin.producer == "Tolletaten"


def test_registering_an_unchanged_file_keeps_its_date(raw: Path, workspace: Workspace) -> None:
    register(raw, workspace, source="customs", today=DAY)
    register(raw, workspace, note="Sett gjennom.", today=LATER)
    sidecar = read_sidecar(raw, workspace)
    assert sidecar is not None
    assert (sidecar.origin.received, sidecar.note) == (DAY, "Sett gjennom.")


def test_a_changed_file_is_not_as_registered(raw: Path, workspace: Workspace) -> None:
    register(raw, workspace, source="customs", data="reconstructed")
    assert look_at(raw, workspace).is_as_registered
    raw.write_text("Stoff;Antall\nKokain;9\n")
    seen = look_at(raw, workspace)
    assert not seen.is_as_registered
    assert seen.is_reconstructed


def test_a_file_without_a_sidecar_is_known_as_such(raw: Path, workspace: Workspace) -> None:
    assert read_sidecar(raw, workspace) is None
    assert not look_at(raw, workspace).is_as_registered


@pytest.mark.parametrize("where", ["elsewhere.csv", "data/processed/x.csv"])
def test_only_files_under_data_raw_are_registered(workspace: Workspace, where: str) -> None:
    path = workspace.root / where
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    with pytest.raises(RegistryError, match="not a file under data/raw"):
        register(path, workspace)


def test_a_sidecar_is_not_registered(raw: Path, workspace: Workspace) -> None:
    beside = register(raw, workspace)
    with pytest.raises(RegistryError, match="this is a sidecar"):
        register(beside, workspace)


def test_a_sidecar_that_says_something_unknown_is_refused_with_a_way_out(raw: Path, workspace: Workspace) -> None:
    register(raw, workspace)
    beside = sidecar_of(raw)
    beside.write_text(beside.read_text() + "acess: open\n")
    with pytest.raises(RegistryError) as caught:
        look_at(raw, workspace)
    assert caught.value.exit_code == 12
    assert "acess" in str(caught.value)
    assert "forevar register data/raw/statistics/2026-1-customs.csv" in str(caught.value)


def test_the_source_is_found_by_the_profiles_when_it_is_not_told(raw: Path, workspace: Workspace) -> None:
    profile = "files: statistics/*-customs.csv\ntables: [{columns: {Stoff: substance, Antall: {measure: seizures}}}]\n"
    (workspace.params / "sources").mkdir(parents=True)
    (workspace.params / "sources" / "customs.yml").write_text(profile)
    register(raw, workspace)
    sidecar = read_sidecar(raw, workspace)
    assert sidecar is not None
    assert sidecar.source == ("customs",)
    assert notices_of(raw, workspace) == []


def test_a_registered_file_that_no_profile_reads_is_told_with_what_to_do(raw: Path, workspace: Workspace) -> None:
    register(raw, workspace)
    (notice,) = notices_of(raw, workspace)
    assert (notice.key, notice.where) == ("unread", "data/raw/statistics/2026-1-customs.csv")
    assert "files: in params/sources/" in notice.mend


def test_a_wrong_value_is_refused_before_anything_is_written(raw: Path, workspace: Workspace) -> None:
    with pytest.raises(RegistryError, match="access"):
        register(raw, workspace, access="secret")
    assert not sidecar_of(raw).exists()
