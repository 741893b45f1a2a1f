"""Imported once by the fork server: every notebook process is a copy of it, with imports done and caches filled.

Nothing here may open a socket, start a thread or call vl_convert: none of them survives a fork.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
from collections.abc import Iterable

import forevar  # noqa: F401  (its guard must come before altair and papermill)
from forevar.files import MAKING

# OpenBLAS starts its threads when numpy is imported; one notebook has one core.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
WANTED = (
    "pandas", "papermill.execute", "nbclient", "forevar.kernel", "forevar.edition", "forevar.substance",
    "forevar.overview", "forevar.pupils", "forevar.focus",
)  # fmt: skip
# What few notebooks need and takes long (scipy): only while there is nothing else to do.
WANTED_BY_FEW = ("forevar.consequences", "forevar.sureness")


def warm() -> None:
    """Do once what every notebook would do first: each step may fail, and the notebook then does it itself."""
    _import(WANTED)
    for step in (_tables, _notebook, _wait, _workspace):
        with contextlib.suppress(Exception):
            step()
    # What is here now is never garbage; frozen, its pages stay shared between all copies.
    gc.collect()
    gc.freeze()


def _import(names: Iterable[str]) -> None:
    for name in names:
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def _tables() -> None:
    import io

    import pandas as pd

    text = "period,substance,value\n2026-1,kokain,1.5\n2025-2,heroin,\n"
    table = pd.read_csv(io.StringIO(text), dtype={"value": "float64"})
    table.groupby("substance")["value"].sum()
    table.merge(table, on="substance").pivot_table(index="substance", columns="period_x", values="value_x")
    table.sort_values("period").to_html()


def _notebook() -> None:
    """One small notebook in the engine itself: kernel, display machinery, validation and saving."""
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook, new_output
    from papermill.engines import NotebookExecutionManager

    from forevar.kernel import InProcessClient

    source = "from IPython.display import HTML, display\ndisplay(HTML('<b>1</b>'))\nprint(1)\n1"
    notebook = new_notebook(cells=[new_code_cell(source, outputs=[new_output("stream", text="x")])])
    for cell in notebook.cells:
        cell.metadata["papermill"] = {}
    notebook.metadata["papermill"] = {}
    manager = NotebookExecutionManager(notebook, progress_bar=False)
    InProcessClient(manager).execute()  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    nbformat.reads(nbformat.writes(notebook), 4)


def _wait() -> None:
    """Until the tables are made, if whoever started us is making them."""
    import fcntl

    making = os.environ.pop(MAKING, None)
    if making is None:
        return
    with open(making, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            _import(WANTED_BY_FEW)
            fcntl.flock(file, fcntl.LOCK_SH)


def _workspace() -> None:
    """What the workspace has decided and counted; kept by content, so a copy never works with what has changed."""
    from forevar.edition import open_edition
    from forevar.params import editions
    from forevar.store import read_tables
    from forevar.workspace import find_workspace

    workspace = find_workspace()
    if read_tables(workspace) is not None:
        edition = open_edition(editions(workspace)[-1], workspace)
        edition.substance(edition.watched()[0]).lead()


signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started us; they end us
warm()
