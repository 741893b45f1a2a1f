"""What each verb of ``forevar`` does. Nothing heavy is imported before a verb is known."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from forevar.console import loading, put, say
from forevar.errors import ParamsError
from forevar.period import Period, period_range
from forevar.workspace import Workspace

if TYPE_CHECKING:
    from forevar.params import Params
    from forevar.settings import Recipe


def _open(given: argparse.Namespace, workspace: Workspace) -> tuple[Params, Recipe]:
    from forevar.params import load_edition, load_params

    return load_params(workspace), load_edition(workspace, given.edition)


def init(given: argparse.Namespace, _: Workspace | None = None) -> int:
    """Make a new workspace; the one verb that needs none."""
    from forevar.start import start_workspace

    start_workspace(given.folder, given.place, given.lang)
    put(str(given.folder))
    say(f"next: forevar --workspace {given.folder} build 2026-1; then read {given.folder / 'README.md'}")
    return 0


def register(given: argparse.Namespace, workspace: Workspace) -> int:
    """Write or renew the sidecar of a raw file."""
    from forevar.registry import notices_of
    from forevar.registry import register as write

    told = {
        "source": given.source, "producer": given.provider, "title": given.title, "licence": given.licence,
        "received": given.received, "access": given.access, "note": given.note,
    }  # fmt: skip
    sidecar = write(given.file, workspace, **{name: value or None for name, value in told.items()})
    put(workspace.relative(sidecar))
    for notice in notices_of(given.file, workspace):
        say(str(notice))
    say("next: forevar check EDITION")
    return 0


def import_table(given: argparse.Namespace, workspace: Workspace) -> int:
    """Read a workbook of sources and substances into the history."""
    from forevar.main_table_import import import_main_table
    from forevar.params import load_params

    try:
        edition = Period.parse(given.edition)
    except ValueError as error:
        raise ParamsError(str(error), mend="for instance: --edition 2024-2") from None
    path = import_main_table(given.file, workspace, load_params(workspace), edition)
    put(workspace.relative(path))
    say("next: forevar check EDITION; the curves have it from the next forevar score on")
    return 0


def list_names(given: argparse.Namespace, workspace: Workspace) -> int:
    """The notebooks of an edition, by the names ``--only`` takes."""
    params, recipe = _open(given, workspace)
    if not given.why:
        for name in recipe.notebooks:
            put(name)
        return 0
    from forevar.run import plan

    for planned in plan(workspace, params, recipe):
        put(f"{planned.name}\t{', '.join(planned.why) or 'up to date'}")
    return 0


def check(given: argparse.Namespace, workspace: Workspace) -> int:
    """Every fault at once, then what is silent, new, closed, partial, revised or few."""
    from forevar.check import check_edition

    result = check_edition(workspace, given.edition, final=given.final, progress=loading)
    put(result.as_json(given.lang) if given.format == "json" else result.as_text(given.lang))
    return result.exit_code


def score(given: argparse.Namespace, workspace: Workspace) -> int:
    """Write the tidy and scored tables and print the edition's scores."""
    from forevar.scores import score_table
    from forevar.store import make_tables, write_tables

    params, recipe = _open(given, workspace)
    tables = make_tables(workspace, params, progress=loading)
    made = write_tables(workspace, params, tables)
    table = score_table(tables.differences, recipe.period, params)
    put(
        (
            table.to_csv(index=False, lineterminator="\n") if given.format == "csv" else table.to_string(index=False)
        ).rstrip()
    )
    for path, rows in made.items():
        say(f"{path}: {rows} rows")
    say(f"next: forevar run {recipe.period}")
    return 0


def run(given: argparse.Namespace, workspace: Workspace) -> int:
    """Run notebooks; score first when the tables are missing or stale."""
    params, recipe = _open(given, workspace)
    _score(given, workspace, params)
    _run(given, workspace, params, recipe)
    say(f"next: forevar report {recipe.period}")
    return 0


def _score(given: argparse.Namespace, workspace: Workspace, params: Params) -> None:
    """Make the tables, where they are missing or stale, while what runs notebooks makes itself ready."""
    from contextlib import nullcontext

    from forevar.jobs import warm_up

    with warm_up(workspace) if given.engine == "inprocess" and not given.cluster else nullcontext():
        from forevar.store import current_tables  # brings pandas

        current_tables(workspace, params, progress=loading)


def _run(given: argparse.Namespace, workspace: Workspace, params: Params, recipe: Recipe) -> dict[str, Path]:
    from contextlib import nullcontext

    from forevar.run import cluster, run_edition

    with cluster(given.cluster) if given.cluster else nullcontext() as executor:
        result = run_edition(
            workspace, params, recipe, only=given.only, force=given.force, jobs=given.jobs, engine=given.engine,
            executor=executor, timeout=given.timeout, memory=given.memory, lang=given.lang,
        )  # fmt: skip
    result.check()
    say(f"{len(result.made)} notebooks run, {len(result.outcomes) - len(result.made)} up to date")
    return executed(workspace, params, recipe, given.lang)


def executed(workspace: Workspace, params: Params, recipe: Recipe, lang: str | None) -> dict[str, Path]:
    """Name → where its executed notebook lies."""
    from forevar.run import notebooks_folder

    folder = notebooks_folder(workspace, params, recipe.period, lang)
    return {name: folder / f"{name}.ipynb" for name in recipe.notebooks}


def report(given: argparse.Namespace, workspace: Workspace) -> int:
    """Stitch what has been run."""
    params, recipe = _open(given, workspace)
    notebooks = executed(workspace, params, recipe, given.lang)
    _report(given, workspace, params, recipe, notebooks)
    return 0


def _report(
    given: argparse.Namespace, workspace: Workspace, params: Params, recipe: Recipe, notebooks: dict[str, Path]
) -> list[Path]:
    from forevar.report.make import make_report

    made = make_report(
        workspace, params, recipe, notebooks, lang=given.lang, final=given.final, code=given.code, progress=say
    )
    _put_report(workspace, recipe.period, made)
    texts = workspace.relative(workspace.edition(recipe.period) / "text")
    say(f"next: open {workspace.relative(made[0])}; authors' texts lie in {texts}")
    return made


def _put_report(workspace: Workspace, edition: Period, files: Sequence[Path]) -> None:
    """The report's own files, one a line; not the pictures and notebooks it is made of."""
    for path in files:
        if path.parent == workspace.reports(edition):
            put(workspace.relative(path))


def build(given: argparse.Namespace, workspace: Workspace) -> int:
    """Check, score, run and report one edition, a range or all of them; nothing where nothing has changed."""
    from forevar import built

    mark = (f".{given.lang}" if given.lang else "") + (".code" if given.code else "")
    for edition in _editions(given, workspace):
        state = built.state_of(workspace, edition, final=given.final)
        files = None if given.force or given.only else built.unchanged(workspace, edition, mark, state)
        if files is not None:
            say(f"edition {edition}: nothing has changed since it was built")
            _put_report(workspace, edition, files)
            continue
        files = _build(given, workspace, edition)
        if not given.only:
            built.remember(workspace, edition, mark, state, files)
    return 0


def _build(given: argparse.Namespace, workspace: Workspace, edition: Period) -> list[Path]:
    """All of one edition; the report's files and the executed notebooks."""
    from forevar.drafts import keep_draft
    from forevar.params import load_edition, load_params
    from forevar.record import write_record
    from forevar.store import current_tables

    params, recipe = load_params(workspace), load_edition(workspace, edition)
    say(f"edition {edition}: checking and scoring")
    if given.final:
        _refuse_unsettled(workspace, edition)
    _score(given, workspace, params)
    # What sets the report takes half a second to import, and this process only waits while notebooks run.
    Thread(target=import_module, args=("forevar.report.make",), daemon=True).start()
    notebooks = _run(given, workspace, params, recipe)
    never_run = [name for name, path in notebooks.items() if not path.is_file()]
    if never_run and given.only and not given.final:
        say(f"left out, since they were never run: {', '.join(never_run)}")
        kept = tuple(name for name in recipe.chapters if name not in never_run)
        recipe = recipe.model_copy(update={"chapters": kept})
        notebooks = {name: path for name, path in notebooks.items() if name not in never_run}
    files = _report(given, workspace, params, recipe, notebooks)
    status = "final" if given.final else "draft"
    asked = () if given.final else ("not asked",)  # make_report refuses a final that the gate does not pass
    mark = f".{given.lang}" if given.lang else ""
    lang = given.lang or params.town.lang
    tables = current_tables(workspace, params)
    write_record(workspace, edition, tables, files, lang=lang, status=status, mark=mark, gate=asked)
    if not given.only:
        keep_draft(workspace, params, tables, edition)
    return [*files, *notebooks.values()]


def _refuse_unsettled(workspace: Workspace, edition: Period) -> None:
    """What a draft may live with and a final report may not: files that are not as registered."""
    from forevar.check import check_edition
    from forevar.errors import error_for

    found = check_edition(workspace, edition, final=True, progress=loading)
    faults = [one for group in found.faults.values() for one in group]
    if faults:
        raise error_for(faults)


def _editions(given: argparse.Namespace, workspace: Workspace) -> list[Period]:
    from forevar.params import editions

    have = editions(workspace)
    if given.all:
        return have
    if not given.edition:
        raise ParamsError("which edition?", mend="for instance: forevar build 2026-1, or forevar build --all")
    first, dots, last = given.edition.partition("..")
    try:
        if not dots:
            return [Period.parse(first)]
        chosen = [period for period in period_range(Period.parse(first), Period.parse(last)) if period in have]
    except ValueError as error:
        raise ParamsError(str(error), mend="for instance: forevar build 2024-1..2026-1") from None
    if not chosen:
        raise ParamsError(f"no edition between {first} and {last} has a recipe", mend="see params/editions/")
    return chosen


def gate(given: argparse.Namespace, workspace: Workspace) -> int:
    """Every finding on a line; 0 when the files may be sent, else 15."""
    from forevar.gate.check import gate as open_gate

    findings = open_gate(workspace, given.files, given.edition)
    for finding in findings:
        put(str(finding))
    say("nothing found" if not findings else f"{len(findings)} findings: the files must not be sent")
    return 15 if findings else 0


def verify(given: argparse.Namespace, workspace: Workspace) -> int:
    """Whether inputs, numbers and files still agree with the record; 0 when they do, else 15."""
    from forevar.params import load_params
    from forevar.record import verify as compare

    mark = f".{given.lang}" if given.lang else ""
    faults = compare(workspace, load_params(workspace), _period(given.edition), mark, sent=given.files)
    for fault in faults:
        put(str(fault))
    say("everything agrees with the record" if not faults else f"{len(faults)} differences")
    return 15 if faults else 0


def diff(given: argparse.Namespace, workspace: Workspace) -> int:
    """What changed in numbers and words, and why: since the last build, between two drafts or two editions."""
    from forevar.changed import changed, drafts_of
    from forevar.edition import open_edition
    from forevar.params import editions

    labels = [_period(label) for label in given.editions]
    if not labels and given.drafts:
        labels = [one for one in editions(workspace) if workspace.reports(one).is_dir()][-1:]
    if len(labels) not in ((1,) if given.drafts else (1, 2)):
        raise ParamsError(
            "which edition?", mend="for instance: forevar diff 2026-1, forevar diff 2025-2 2026-1, or "
            "forevar diff 2026-1 --drafts"
        )  # fmt: skip
    edition = open_edition(labels[-1], workspace, given.lang)
    if given.drafts:
        put(drafts_of(edition).as_text())
    else:
        put(changed(edition, "build" if len(labels) == 1 else str(labels[0])).as_text())
    return 0


def new(given: argparse.Namespace, workspace: Workspace) -> int:
    """Begin an edition."""
    from forevar.next_edition import make_edition
    from forevar.params import load_params

    for path in make_edition(workspace, load_params(workspace), _period(given.edition)):
        put(workspace.relative(path))
    say(f"next: go through params/editions/{given.edition}/checklist.md")
    return 0


def _period(text: str) -> Period:
    try:
        return Period.parse(text)
    except ValueError as error:
        raise ParamsError(str(error), mend="for instance: 2026-2") from None


def form(given: argparse.Namespace, workspace: Workspace) -> int:
    """Write the intake workbook of an edition beside the raw files."""
    from forevar.files import write_atomic
    from forevar.form import make_form
    from forevar.params import load_params
    from forevar.store import current_tables

    params, period = load_params(workspace), _period(given.edition)
    observations = current_tables(workspace, params, progress=loading).observations
    path = workspace.root / f"{period}-intake.xlsx"
    write_atomic(path, make_form(params, period, observations, lang=given.lang, sources=given.source))
    put(workspace.relative(path))
    say("next: send it; when it comes back, put it in data/raw/intake/ and say: forevar register FILE")
    return 0


def lab(given: argparse.Namespace, workspace: Workspace) -> int:
    """Open JupyterLab on the start notebook, once every notebook lies in the workspace, where it can be saved."""
    import os
    import subprocess

    from forevar.start import lay_notebooks

    if laid := lay_notebooks(workspace):
        say(f"{len(laid)} notebooks copied into notebooks/; they are yours now: delete one to have forevar's own again")
    start = workspace.root / "notebooks" / "start.ipynb"
    if not start.is_file():
        raise ParamsError("the start notebook is not there", mend="install forevar again")
    environment = {**os.environ, "FOREVAR_WORKSPACE": str(workspace.root)}
    words = [sys.executable, "-m", "jupyterlab", str(start), f"--ServerApp.root_dir={workspace.root}"]
    return subprocess.call(words, cwd=workspace.root, env=environment)
