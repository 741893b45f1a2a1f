from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from forevar.params import Params

from .office import Office


@pytest.fixture
def office(tmp_path: Path, bergen_params: Params) -> Office:
    return Office(tmp_path, dataclasses.replace(bergen_params, sources={}))
