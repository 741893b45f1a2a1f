"""Builders and folders that tests share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings
from IPython.core.interactiveshell import InteractiveShell
from load.office import Office

from forevar.params import Params, load_params
from forevar.store import Tables, make_tables
from forevar.workspace import Workspace

# Machines differ; what is tested here is never how fast one of them is.
settings.register_profile("steady", deadline=None, max_examples=60)
settings.load_profile("steady")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def bergen() -> Workspace:
    """The demonstration workspace: the repository itself."""
    return Workspace(ROOT)


@pytest.fixture(scope="session")
def bergen_params(bergen: Workspace) -> Params:
    return load_params(bergen)


@pytest.fixture(scope="session")
def bergen_tables(bergen: Workspace, bergen_params: Params) -> Tables:
    """Tables made from the raw files, never read from disk."""
    return make_tables(bergen, bergen_params)


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    """An IPython of this process, as a notebook's; gone afterwards, since one process may have only one."""
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


@pytest.fixture
def office(tmp_path: Path, bergen_params: Params) -> Office:
    """A made-up office in a temporary folder, for raw files a test writes itself."""
    return Office(tmp_path, replace(bergen_params, sources={}))
