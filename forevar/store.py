"""``data/processed``: tidy and scored tables, rebuilt whenever what they were made from has changed.

``tidy/`` may hold what restricted sources lent: it is ignored by git and readable by its owner alone.
``scored/`` is for review: it holds no figure of a restricted source, and of a guarded one only what may be printed.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from forevar.disclosure import HIDDEN_COLUMNS, add_hidden, as_shown, small_past
from forevar.files import sha256_of, write_atomic
from forevar.params import Params
from forevar.workspace import Workspace

Progress = Callable[[int, int, str], None]
FIGURES = (
    "previous", "current", "denominator_previous", "denominator_current", "more", "same", "less", "change",
    "ratio", "low", "high", "p", "q", "share_ratio", "dispersion", "rank_10y",
)  # fmt: skip
CLAIMS = frozenset({
    "is_new", "is_registered", "is_notable",
     "is_clear", "is_hidden", "moves_apart", "activity_fell", "rests_on_one", "flips_equal_weights",
})  # fmt: skip
NUMBERS = frozenset({
    *FIGURES, "value", "denominator", "exposure_previous", "exposure_current", "weight", "contribution", "score",
    "maximum", "n_sources", "n_scored", "weight_scored", "weight_total", "x", "difference", "level", "n_tests", "n_10y",
    "se", "same_word", "n_agencies", "score_without", "without_low", "without_high", "equal_score",
})  # fmt: skip
MANIFEST = "manifest.json"
MOST_KEPT = 32
_parsed: dict[str, pd.DataFrame] = {}  # sha256 → table: every notebook asks for the same ones


@dataclass(frozen=True)
class Tables:
    """Everything that numbers are taken from.

    Attributes:
        observations: Tidy figures, OBSERVATION_COLUMNS.
        answers: Tidy questionnaires, ANSWER_COLUMNS.
        signals: One row per indicator and half-year from ``trend.scored_from`` on, SIGNAL_COLUMNS, the change's
            test, CHANGE_COLUMNS, and what of it may be printed, HIDDEN_COLUMNS.
        differences: Scores, DIFFERENCE_COLUMNS.
        certainty: How sure each score is, CERTAINTY_COLUMNS.
        trends: Long-term curves, TREND_COLUMNS.
        files: The raw files behind it: path, source, sha256, data (``reconstructed`` …), access, changed.
        notices: What is worth knowing though it is no fault.
    """

    observations: pd.DataFrame
    answers: pd.DataFrame
    signals: pd.DataFrame
    differences: pd.DataFrame
    certainty: pd.DataFrame
    trends: pd.DataFrame
    files: pd.DataFrame
    notices: pd.DataFrame


def make_tables(workspace: Workspace, params: Params, progress: Progress | None = None) -> Tables:
    """Load, tidy and score every raw file; writes nothing.

    Raises:
        ForevarError: Every fault of every file at once.
    """
    from forevar.tidy import load_tidy  # brings scipy and statsmodels, and who reads finished tables needs neither

    tidy = load_tidy(workspace, params, progress=progress)
    tidy.raise_faults()
    made = scored(tidy.observations, tidy.answers, params)
    files = [
        {
            "path": one.file, "source": key, "data": one.sidecar.data if one.sidecar else "",
            "access": "restricted" if one.is_restricted else "open", "sha256": one.sha256,
            "is_registered": one.is_as_registered,
        }
        for one in tidy.files for key in one.sources
    ]  # fmt: skip
    return Tables(
        tidy.observations, tidy.answers, made["signals"], made["differences"], made["certainty"], made["trends"],
        pd.DataFrame(files, columns=["path", "source", "data", "access", "sha256", "is_registered"]),
        pd.DataFrame(
            [(one.key, one.where, one.what, one.in_language("nb").what) for one in tidy.notices],
            columns=["key", "where", "what", "what_nb"],
        ),
    )  # fmt: skip


def scored(observations: pd.DataFrame, answers: pd.DataFrame, params: Params) -> dict[str, pd.DataFrame]:
    """``signals``, ``differences``, ``certainty`` and ``trends`` of tidy tables, as in ``Tables``."""
    # Here and not above: they bring scipy and statsmodels.
    from forevar.certainty import certainty_table
    from forevar.change import add_change
    from forevar.score import aggregated_differences, panel_counts, score_signals
    from forevar.trend import long_term_trends

    method, sources, substances = params.method, params.sources, params.substances
    signals = score_signals(observations, panel_counts(answers, sources), method, sources)
    differences = aggregated_differences(signals, method)
    # what came before the first half-year with complete files is history: curves need it, doubt does not
    signals = signals[signals["period"] >= str(method.trend.scored_from or "")]
    breaks = {key: list(one.breaks) for key, one in substances.items() if one.breaks}
    signals = add_hidden(add_change(signals, observations, method, breaks), observations, sources, method)
    certainty = certainty_table(signals, method, answers)
    certainty["would_change_if"] = certainty["would_change_if"].map(" ".join)
    trends = long_term_trends(differences, observations, method, substances)
    return {"signals": signals, "differences": differences, "certainty": certainty, "trends": trends}


def write_tables(workspace: Workspace, params: Params, tables: Tables) -> dict[str, int]:
    """Write all tables, each whole or not at all, and last the manifest that vouches for them.

    Returns:
        Path from the workspace → number of rows.
    """
    restricted = {key for key, source in params.sources.items() if source.access == "restricted"}
    last = str(tables.signals["period"].max())
    true = tables.signals.drop(columns=list(HIDDEN_COLUMNS))
    hidden = tables.signals["is_hidden"].to_numpy(dtype=bool)
    shown = as_shown(true, hidden, small_past(tables.signals, last, params.method), params.sources)[[*true]]
    shown.loc[shown["source"].isin(restricted) | hidden, list(FIGURES)] = float("nan")
    made = {
        "tidy/observations.csv": tables.observations, "tidy/answers.csv": tables.answers,
        "tidy/signals.csv": tables.signals, "tidy/files.csv": tables.files, "tidy/notices.csv": tables.notices,
        "scored/signals.csv": shown, "scored/differences.csv": tables.differences,
        "scored/certainty.csv": tables.certainty, "scored/trends.csv": tables.trends,
    }  # fmt: skip
    sums = {}
    for name, table in made.items():
        text = table.to_csv(index=False, float_format="%.12g", lineterminator="\n")
        path = workspace.processed / name
        if not path.is_file() or path.read_bytes() != text.encode():
            write_atomic(path, text, private=name.startswith("tidy/"))
        sums[name] = hashlib.sha256(text.encode()).hexdigest()
    rows = {name: len(table) for name, table in made.items()}
    manifest = {"inputs": input_hashes(workspace), "tables": sums, "rows": rows}
    write_atomic(workspace.processed / "tidy" / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    return {workspace.relative(workspace.processed / name): count for name, count in rows.items()}


def read_tables(workspace: Workspace) -> Tables | None:
    """The tables on disk, or None when they are missing, damaged or older than their inputs."""
    try:
        manifest = json.loads((workspace.processed / "tidy" / MANIFEST).read_text(encoding="utf-8"))
        if manifest["inputs"] != input_hashes(workspace):
            return None
        parts = {
            name: _read(workspace.processed / name, manifest["tables"][name])
            for name in (
                "tidy/observations.csv",
                "tidy/answers.csv",
                "tidy/signals.csv",
                "scored/differences.csv",
                "scored/certainty.csv",
                "scored/trends.csv",
                "tidy/files.csv",
                "tidy/notices.csv",
            )
        }
    except (OSError, ValueError, KeyError):
        return None
    return Tables(*parts.values())


def current_tables(workspace: Workspace, params: Params, progress: Progress | None = None) -> Tables:
    """The tables on disk when they are up to date, else made anew and written.

    Raises:
        DataError: The raw files have faults.
    """
    tables = read_tables(workspace)
    if tables is None:
        tables = make_tables(workspace, params, progress)
        write_tables(workspace, params, tables)
    return tables


def input_hashes(workspace: Workspace) -> dict[str, str]:
    """Everything the tables depend on: raw files, decisions and the library, path → sha256."""
    raw = (path for path in workspace.raw.rglob("*") if path.is_file() and not path.name.startswith((".", "~$")))
    decided = [workspace.params / f"{name}.yml" for name in ("method", "substances", "sources")]
    decided += sorted((workspace.params / "sources").glob("*.yml"))
    decided += sorted((workspace.params / "editions").glob("*/corrections.yml"))
    hashes = {workspace.relative(path): sha256_of(path) for path in (*sorted(raw), *decided) if path.is_file()}
    return {**hashes, "forevar": library_hash()}


@functools.cache
def library_hash() -> str:
    """One hash over the library's own modules, as they were when first asked for."""
    whole = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        whole.update(path.read_bytes())
    return whole.hexdigest()


def digest(tables: Mapping[str, pd.DataFrame] | Iterable[tuple[str, pd.DataFrame]]) -> str:
    """One hash over the rows of some tables; the same rows give the same hash."""
    whole = hashlib.sha256()
    for name, table in dict(tables).items():
        whole.update(json.dumps([name, *table.columns]).encode())
        whole.update(pd.util.hash_pandas_object(table, index=False, categorize=False).to_numpy().tobytes())
    return whole.hexdigest()


def _read(path: Path, expected: str) -> pd.DataFrame:
    if expected not in _parsed or sha256_of(path) != expected:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != expected:
            raise ValueError(f"{path.name} was changed by another hand")
        while len(_parsed) >= MOST_KEPT:
            _parsed.pop(next(iter(_parsed)))
        _parsed[expected] = _table(content)
    return _parsed[expected].copy(deep=False)


def _table(content: bytes) -> pd.DataFrame:
    head = content.partition(b"\n")[0].decode().split(",")
    types: dict[str, type] = {name: float if name in NUMBERS else bool if name in CLAIMS else str for name in head}
    numbers = {name: [""] for name in head if name in NUMBERS}
    return pd.read_csv(io.BytesIO(content), dtype=types, keep_default_na=False, na_values=numbers)
