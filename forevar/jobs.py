"""One notebook, run in a process of its own that starts warm, ends in time and dies with whoever asked for it."""

from __future__ import annotations

import functools
import json
import logging
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import connection, forkserver
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path
from types import ModuleType
from typing import Any

from forevar import errors, reads, stamp
from forevar.errors import Fault
from forevar.files import MAKE_ROOM, MAKING, UNWRITABLE
from forevar.workspace import Workspace

WORKERS = "dask worker ADDRESS --nthreads 1 --no-nanny"
GIB = 1024**3
_running: set[multiprocessing.process.BaseProcess] = set()
_stopped = threading.Event()
_starting = threading.Lock()


@dataclass(frozen=True)
class Job:
    """Everything a process, here or on another machine, needs to run one notebook.

    Attributes:
        workspace: Its root.
        name: As ``forevar list`` prints it.
        notebook: The file to run.
        output: Where the executed notebook ends up when all went well.
        failed: Where it ends up when a cell failed; ``output`` is then left as it was.
        stamp: What it rests on, but for what it will read.
        engine: ``inprocess``, or ``nbclient`` for a real kernel.
        timeout: Seconds.
        memory: Most it may use, in GiB; kept on Linux alone.
        inputs: File → digest that must hold where it runs; None when that is this machine.
    """

    workspace: Path
    name: str
    notebook: Path
    output: Path
    failed: Path
    stamp: stamp.Stamp
    engine: str
    timeout: float
    memory: float
    inputs: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of one notebook.

    Attributes:
        name: As ``forevar list`` prints it.
        status: ``made``, ``up to date`` or ``failed``.
        path: The executed notebook; after a failure the last good one, which may not exist.
        seconds: Wall time.
        fault: What went wrong.
    """

    name: str
    status: str
    path: Path
    seconds: float = 0.0
    fault: Fault | None = None


@functools.cache
def processes() -> ForkServerContext | SpawnContext:
    """How processes start: from a warm fork server on Linux, anew elsewhere (system libraries of macOS don't fork)."""
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["forevar.warm"])
    return context


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def warm_up(workspace: Workspace) -> Iterator[None]:
    """Start the fork server, without waiting for it, before the tables are made that notebooks read.

    It makes itself ready beside what the body does, and reads the tables once the body has ended.
    """
    if not isinstance(processes(), ForkServerContext):
        yield
        return
    import fcntl

    with tempfile.NamedTemporaryFile(prefix="forevar-") as making:
        fcntl.flock(making, fcntl.LOCK_EX)  # the system lets go of it however the body ends
        told = {"FOREVAR_WORKSPACE": str(workspace.root), MAKING: making.name}  # a server is given no words
        before = {name: os.environ.get(name) for name in told}
        os.environ |= told
        try:
            forkserver.ensure_running()
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
        yield


@contextmanager
def without_main() -> Iterator[None]:
    """Keep processes started meanwhile from importing our ``__main__``.

    They need nothing from it; and it may have no file (a console), no guard (a script) or take long (pytest).
    """
    with _starting:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


def run_job(job: Job) -> Outcome:
    """Run one notebook in a fresh process; may be called from any thread, process or machine.

    Returns:
        The outcome. A notebook's failure is an outcome too, never an exception.
    """
    began = time.perf_counter()
    fault = _refusal(job) or _in_own_process(job)
    return Outcome(job.name, "failed" if fault else "made", job.output, time.perf_counter() - began, fault)


def end_all() -> None:
    """End every notebook of this process at once, with whatever it has started; none starts afterwards."""
    _stopped.set()
    for process in tuple(_running):
        _end(process.pid)
    # The fork server ends by itself, but not before it is warm.
    server = getattr(forkserver, "_forkserver", None)
    _end(getattr(server, "_forkserver_pid", None))


def allow() -> None:
    """Let notebooks start again after ``end_all``."""
    _stopped.clear()


def _after_fork() -> None:
    """A forked copy of this process must not use our fork server, which is not its own child."""
    _running.clear()
    processes.cache_clear()
    server: Any = getattr(forkserver, "_forkserver", None)
    if server is not None:
        server.__init__()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _refusal(job: Job) -> Fault | None:
    """Why this machine must not run the job."""
    if multiprocessing.current_process().daemon:
        return Fault("this worker may not start processes", job.name, f"start it with: {WORKERS}")
    if job.inputs is None:
        return None
    host = socket.gethostname()
    if stamp.library_digest() != job.stamp.library:
        return Fault(
            f"the worker on {host} has another forevar, Python, pandas or altair than the machine that asks",
            job.name,
            "install the same versions on both (constraints.txt), then start the worker again",
        )
    here = stamp.input_digests(Workspace(job.workspace))
    differing = sorted(file for file in {*here, *job.inputs} if here.get(file) != job.inputs.get(file))
    if differing:
        more = f" and {len(differing) - 1} more" if len(differing) > 1 else ""
        return Fault(
            f"the worker on {host} sees another {differing[0]}{more} than the machine that asks",
            job.name,
            "let all machines share one workspace folder, under the same path",
        )
    return None


def _in_own_process(job: Job) -> Fault | None:
    ours, theirs = processes().Pipe(duplex=False)
    process = processes().Process(target=_work, args=(job, dict(os.environ), theirs), name=job.name)
    stopped = Fault("stopped before it was finished", job.name)
    if _stopped.is_set():
        return stopped
    with without_main():
        process.start()
    theirs.close()
    _running.add(process)
    try:
        if _stopped.is_set():
            return stopped
        if not ours.poll(job.timeout):
            return Fault(
                f"not finished after {job.timeout:g} s", job.name, "mend what hangs, or give it longer with --timeout"
            )
        answer: Fault | None = ours.recv()
        return answer
    except EOFError:
        process.join(5)
        code = process.exitcode or 0
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return Fault(
            f"its process was ended from outside ({how})",
            job.name,
            "if it was memory, use fewer at a time: --jobs 1",
        )
    finally:
        _running.discard(process)
        if process.exitcode is None:
            process.join(1)
        if process.exitcode is None:
            _end(process.pid)
        process.join()
        process.close()
        ours.close()


def _end(pid: int | None) -> None:
    """End a process and all it has started; None is no process."""
    import psutil

    if pid is None:
        return

    find: Any = psutil.Process  # untyped

    try:
        top = find(pid)
        for one in (*top.children(recursive=True), top):
            one.kill()
    except psutil.NoSuchProcess:
        pass


def _work(job: Job, environment: dict[str, str], answer: connection.Connection) -> None:
    """What the fresh process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches whoever asked, and they end us
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.clear()
    os.environ.update(environment)
    _limit_memory(job.memory)
    try:
        answer.send(_execute(job))
    except BaseException as error:  # the pool must hear of it, whatever it is
        answer.send(_fault(job, error))
    os._exit(0)  # a thread the notebook left behind must not keep us


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        _end(os.getpid())


def _limit_memory(gib: float) -> None:
    if sys.platform == "linux":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (int(gib * GIB), hard))


def _execute(job: Job) -> Fault | None:
    """Run the notebook here and put it and its stamp in place; or say what went wrong."""
    import papermill.execute as papermill
    from papermill.exceptions import PapermillExecutionError

    logging.getLogger("papermill").setLevel(logging.ERROR)
    papermill.write_ipynb = _write  # type: ignore[attr-defined]  # this process runs one notebook and ends
    job.failed.parent.mkdir(parents=True, exist_ok=True)
    job.output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="forevar-") as folder:
        notes = Path(folder, "reads")
        os.environ |= {
            "FOREVAR_WORKSPACE": str(job.workspace), "FOREVAR_LANG": job.stamp.lang, reads.VARIABLE: str(notes),
        }  # fmt: skip
        try:
            papermill.execute_notebook(
                _literal(job.notebook),
                _literal(job.failed),
                dict(job.stamp.parameters),
                engine_name=job.engine,
                cwd=job.notebook.parent,
                progress_bar=False,
                request_save_on_cell_execute=False,
                autosave_cell_every=0,
            )
        except PapermillExecutionError as error:
            return _cell_fault(job, error)
        finished = replace(job.stamp, reads=reads.recorded(notes))
    # In this order a kill in between leaves a notebook without a stamp, which runs again.
    stamp.stamp_path(job.output).unlink(missing_ok=True)
    os.replace(job.failed, job.output)
    finished.write(job.output)
    return None


def _write(notebook: Any, path: str) -> None:
    """Write a notebook as papermill does but for line breaks, which take a tenth of the time of a whole notebook."""
    Path(path).write_text(json.dumps(notebook, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def _literal(path: Path) -> str:
    """The path, where papermill would fill in what stands in braces."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _cell_fault(job: Job, error: Exception) -> Fault:
    """A failed cell, pointed out as the author sees it; errors of ours keep their own words."""
    name, value, index = error.ename, str(error.evalue), error.cell_index  # type: ignore[attr-defined]
    cells = json.loads(job.notebook.read_bytes())["cells"]
    tags = [cell["metadata"].get("tags", []) for cell in cells]
    first = next((place for place, tag in enumerate(tags) if "parameters" in tag), -1)
    index -= index > first  # papermill put a cell in
    where = f"{job.name}, cell {index + 1}" + (f" ({tags[index][0]})" if tags[index] else "")
    what, _, mend = value.partition("\n  mend: ")
    if issubclass(getattr(errors, name, object), errors.ForevarError):
        return Fault(what, where, mend)
    if name == "MemoryError":
        return Fault(f"it needs more than {job.memory:g} GiB of memory", where, "give it more with --memory")
    line = next(iter(value.splitlines()), "")
    return Fault(f"{name}: {line}" if line else name, where, f"open {Workspace(job.workspace).relative(job.failed)}")


def _fault(job: Job, error: BaseException) -> Fault:
    if isinstance(error, OSError) and error.errno in UNWRITABLE:
        return Fault(f"it could not be written ({error.strerror})", job.name, MAKE_ROOM)
    line = next(iter(str(error).splitlines()), "")
    return Fault(f"{type(error).__name__}: {line}", job.name)
