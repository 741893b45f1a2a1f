"""Broken files are told in words: a short run of the long one in benchmarks/fuzz.py."""

import importlib.util
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "benchmarks" / "fuzz.py"


def test_mutated_files_never_give_a_traceback(tmp_path):
    spec = importlib.util.spec_from_file_location("fuzz", SOURCE)
    fuzz = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fuzz)
    tried, wrong, slowest, _ = fuzz.fuzz(tmp_path, seconds=20, seed=2026, most=400)
    assert wrong == []
    assert min(tried[kind] for kind in ("workbook", "CSV", "YAML")) > 10
    assert tried["told in words"] > 5
    assert slowest < 10
