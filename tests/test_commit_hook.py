"""A commit with a restricted raw file is stopped."""

import os
import subprocess
from pathlib import Path

import pytest

HOOK = Path(__file__).resolve().parents[1] / "hooks" / "pre-commit"
ALONE = {
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_AUTHOR_NAME": "a", "GIT_COMMITTER_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_EMAIL": "a@example.org",
}  # fmt: skip


@pytest.fixture
def repository(tmp_path):
    git(tmp_path, "init", "-q")
    put(tmp_path, "params/sources.yml", "clinic:\n  name: K\n  access: restricted\nkripos:\n  name: Kripos\n")
    return tmp_path


def git(folder, *words):
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return subprocess.run(
        ["git", *words], cwd=folder, env={**inherited, **ALONE}, capture_output=True, text=True, check=False
    )


def put(folder, name, text="x"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    git(folder, "add", "-f", name)


def hook(folder):
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return subprocess.run([HOOK], cwd=folder, env={**inherited, **ALONE}, capture_output=True, text=True, check=False)


def test_open_raw_file_and_sidecars_may_be_committed(repository):
    put(repository, "data/raw/statistics/2026-1-kripos.csv")
    put(repository, "data/raw/statistics/2026-1-clinic.xlsx.yml", "access: restricted\n")
    assert hook(repository).returncode == 0


@pytest.mark.parametrize(
    "name",
    ["data/raw/statistics/2026-1-clinic.xlsx", "data/raw/statistics/2026-clinic.csv", "data/processed/tidy/answers.csv",
     "reports/2026-1/notebooks/method.ipynb"],
)  # fmt: skip
def test_restricted_file_tidy_table_and_executed_notebook_are_stopped(name, repository):
    put(repository, name)
    done = hook(repository)
    assert done.returncode == 1
    assert name in done.stderr


def test_file_whose_sidecar_says_restricted_is_stopped(repository):
    put(repository, "data/raw/panel/2026-1-people.csv")
    assert hook(repository).returncode == 0
    put(repository, "data/raw/panel/2026-1-people.csv.yml", "source: people\naccess: restricted\n")
    assert hook(repository).returncode == 1


def test_hook_stops_a_commit_where_it_is_installed(repository):
    put(repository, "data/raw/statistics/2026-1-clinic.xlsx")
    hooks = repository / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    (hooks / "pre-commit").symlink_to(HOOK)
    assert git(repository, "commit", "-m", "x").returncode == 1
    assert git(repository, "rev-parse", "--verify", "-q", "HEAD").returncode != 0
