"""recipe → executed notebooks: which ones, why, and all of them at once."""

from __future__ import annotations

import ast
import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from forevar import jobs as one
from forevar import progress as shown
from forevar import stamp
from forevar.errors import Fault, NotebookError
from forevar.jobs import Job, Outcome
from forevar.params import Params
from forevar.settings import Recipe
from forevar.workspace import Workspace

GENERIC = "substance"
Progress = Callable[[Iterator[Outcome], int, str], Iterator[Outcome]]


@dataclass(frozen=True)
class Planned:
    """One notebook of an edition.

    Attributes:
        name: As ``forevar list`` prints it.
        notebook: The file that runs.
        parameters: What it is given.
        output: Where the executed notebook lies.
        stamp: What holds now; ``reads`` is what it read last time.
        why: Why it would run; empty when it is up to date.
    """

    name: str
    notebook: Path
    parameters: Mapping[str, str]
    output: Path
    stamp: stamp.Stamp
    why: tuple[str, ...]


@dataclass(frozen=True)
class RunResult:
    """What became of an edition's notebooks.

    Attributes:
        edition: Its label.
        outcomes: One per notebook, in the order of the recipe.
    """

    edition: str
    outcomes: tuple[Outcome, ...]

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Those that did not run to their end."""
        return tuple(outcome for outcome in self.outcomes if outcome.fault)

    @property
    def made(self) -> tuple[Outcome, ...]:
        """Those that ran."""
        return tuple(outcome for outcome in self.outcomes if outcome.status == "made")

    def check(self) -> RunResult:
        """This result, when every notebook is there.

        Raises:
            NotebookError: Every notebook that failed.
        """
        faults = [outcome.fault for outcome in self.outcomes if outcome.fault]
        if faults:
            raise NotebookError(faults)
        return self


def notebooks_folder(workspace: Workspace, params: Params, edition: object, lang: str | None = None) -> Path:
    """Where an edition's executed notebooks lie; those in another language than the town's, apart."""
    folder = "notebooks" if lang in (None, params.town.lang) else f"notebooks.{lang}"
    return workspace.reports(str(edition)) / folder


def plan(workspace: Workspace, params: Params, recipe: Recipe, lang: str | None = None) -> tuple[Planned, ...]:
    """The notebooks of an edition, in its order, and why each would run.

    Raises:
        NotebookError: A chapter has no notebook, or its notebook does not take the parameters it would be given.
    """
    edition = str(recipe.period)
    inputs = stamp.digest_all(stamp.input_digests(workspace))
    faults: list[Fault] = []
    found: list[tuple[str, Path, stamp.Stamp]] = []
    for name in recipe.notebooks:
        notebook, parameters = _notebook_of(workspace, name, edition)
        if notebook is None:
            where = workspace.relative(workspace.edition(edition) / "edition.yml")
            faults.append(Fault(f"there is no notebook for {name!r}", where, f"make notebooks/{name}.ipynb"))
            continue
        source = notebook.read_bytes()
        faults += _refused(name, source, parameters)
        lang = lang or params.town.lang
        found.append(
            (
                name,
                notebook,
                stamp.Stamp(stamp.digest(source), parameters, lang, stamp.library_digest(), inputs, {}),
            )
        )
    if faults:
        raise NotebookError(faults)
    folder = notebooks_folder(workspace, params, edition, lang)
    return _with_reasons(workspace, edition, [(*each, folder / f"{each[0]}.ipynb") for each in found])


def run_edition(
    workspace: Workspace,
    params: Params,
    recipe: Recipe,
    *,
    only: Sequence[str] = (),
    force: bool = False,
    jobs: int | None = None,
    engine: Literal["inprocess", "nbclient"] = "inprocess",
    executor: Executor | None = None,
    timeout: float = 600,
    memory: float = 4,
    lang: str | None = None,
    progress: Progress | None = None,
) -> RunResult:
    """Run the notebooks of an edition that are not up to date.

    Args:
        workspace: Where notebooks are found and results lie.
        params: The workspace's params.
        recipe: The edition.
        only: Names as ``forevar list`` prints them; all when left out.
        force: Run also what is up to date.
        jobs: How many at a time; one per core when left out.
        engine: ``nbclient`` runs real kernels.
        executor: Runs the jobs instead of this machine's cores; any ``concurrent.futures.Executor``,
            for instance that of a cluster. Its workers must see the workspace under the same path.
        timeout: Seconds a notebook may take.
        memory: GiB a notebook may use; kept on Linux alone.
        lang: Language of the text; the town's own when left out.
        progress: Passes outcomes on as they come and shows them; a bar or lines on standard error when left out.

    Returns:
        One outcome per notebook. A failed notebook does not stop the others, and what it gave last time stays.

    Raises:
        NotebookError: A name in ``only`` is unknown, a chapter has no notebook, or its notebook refuses its parameters.
    """
    one.allow()
    with one.warm_up(workspace) if executor is None else contextlib.nullcontext():
        planned = plan(workspace, params, recipe, lang)
    names = [each.name for each in planned]
    unknown = [name for name in only if name not in names]
    if unknown:
        raise NotebookError(
            f"no such notebook in {recipe.period}: {', '.join(unknown)}; there are: {', '.join(names)}",
            mend=f"see the names with: forevar list {recipe.period}",
        )
    chosen = [each for each in planned if not only or each.name in only]
    inputs = stamp.input_digests(workspace) if executor else None
    folder = notebooks_folder(workspace, params, recipe.period, lang)
    failed = folder.with_name(folder.name.replace("notebooks", "failed"))
    work = [
        Job(
            workspace=workspace.root,
            name=each.name,
            notebook=each.notebook,
            output=each.output,
            failed=failed / f"{each.name}.ipynb",
            stamp=each.stamp,
            engine=engine,
            timeout=timeout,
            memory=memory,
            inputs=inputs,
        )
        for each in chosen
        if force or each.why
    ]
    # One of a kind first: what they take is unknown, and the many alike then fill the cores evenly.
    alike = Counter(job.notebook for job in work)
    work.sort(key=lambda job: alike[job.notebook])
    outcomes = {each.name: Outcome(each.name, "up to date", each.output) for each in chosen}
    if work:
        show = progress or shown.show
        with _pool(executor, jobs) as pool:
            for outcome in show(_ended(pool, work), len(work), str(recipe.period)):
                outcomes[outcome.name] = outcome
        _take_away_empty(failed)
    return RunResult(str(recipe.period), tuple(outcomes.values()))


@contextlib.contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """The executor of a running dask cluster, for ``run_edition``.

    Args:
        address: Of its scheduler: ``tcp://machine:8786``.

    Raises:
        NotebookError: dask is not installed, or nobody answers at the address.
    """
    try:
        import distributed
    except ImportError:
        raise NotebookError("--cluster needs dask", mend="pip install 'forevar[cluster]'") from None
    try:
        client: Any = distributed.Client(address, timeout=5)  # type: ignore[no-untyped-call]
    except (OSError, ValueError):
        raise NotebookError(f"no scheduler answers at {address}", mend="start one with: dask scheduler") from None
    with client:
        yield client.get_executor(pure=False)


@contextlib.contextmanager
def _pool(executor: Executor | None, jobs: int | None) -> Iterator[Executor]:
    """The executor; our own is threads, each of which only waits for the process of one notebook."""
    if executor is not None:
        yield executor
        return
    pool = ThreadPoolExecutor(jobs or one.cores())
    try:
        yield pool
    except BaseException:  # Ctrl-C above all
        one.end_all()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _ended(pool: Executor, work: Sequence[Job]) -> Iterator[Outcome]:
    """Outcomes as they come; what the pool itself could not do is an outcome too."""
    futures: dict[Future[Outcome], Job] = {pool.submit(one.run_job, job): job for job in work}
    try:
        for future in as_completed(futures):
            job = futures[future]
            try:
                yield future.result()
            except Exception as error:
                fault = Fault(f"the worker was lost ({type(error).__name__}: {error})", job.name, "run again")
                yield Outcome(job.name, "failed", job.output, 0.0, fault)
    finally:
        for future in futures:
            future.cancel()


def _take_away_empty(folder: Path) -> None:
    """Folders for failed notebooks, where none has failed."""
    for one_folder in (*sorted(folder.rglob("*"), reverse=True), folder):
        with contextlib.suppress(OSError):  # not empty, or a file
            one_folder.rmdir()


def _notebook_of(workspace: Workspace, name: str, edition: str) -> tuple[Path | None, dict[str, str]]:
    """The file behind a chapter, and what it is given."""
    own = workspace.notebook(name)
    if own is None and name.startswith("substances/"):
        return workspace.notebook(GENERIC), {"edition": edition, "substance": name.removeprefix("substances/")}
    return own, {"edition": edition}


def _refused(name: str, source: bytes, parameters: Mapping[str, str]) -> list[Fault]:
    """What the notebook does not take; papermill only warns of it."""
    try:
        cells = json.loads(source)["cells"]
        tagged = (cell for cell in cells if "parameters" in cell["metadata"].get("tags", []))
        taken = _assigned("".join(next(tagged, {"source": ""})["source"]))
    except (ValueError, KeyError, TypeError, SyntaxError):
        return [Fault("its parameters cannot be read", name, "save it from JupyterLab as a notebook of format 4")]
    return [
        Fault(
            f"its cell tagged parameters has no {key!r}; it has: {', '.join(taken) or 'none'}",
            name,
            f"write {key} = {value!r} in that cell",
        )
        for key, value in parameters.items()
        if key not in taken
    ]


def _assigned(source: str) -> list[str]:
    names: list[str] = []
    for node in ast.parse(source).body:
        targets: list[Any] = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names += [target.id for target in targets if isinstance(target, ast.Name)]
    return names


def _with_reasons(
    workspace: Workspace, edition: str, found: Sequence[tuple[str, Path, stamp.Stamp, Path]]
) -> tuple[Planned, ...]:
    """Compare with the stamps; what was read is looked at again only where a file has changed at all."""
    old = {name: stamp.read_stamp(output) for name, _, _, output in found}
    doubtful = {
        read
        for name, _, now, _ in found
        if (before := old[name]) is not None and before.inputs != now.inputs
        for read in before.reads
    }
    digests = _digests(workspace, edition, sorted(doubtful)) if doubtful else {}
    planned = []
    for name, notebook, now, output in found:
        before = old[name]
        same = before is not None and before.inputs == now.inputs
        why = stamp.changes(before, now, None if same else digests)
        if before is not None and not why and not same:
            stamp.Stamp(**{**vars(before), "inputs": now.inputs}).write(output)
        planned.append(Planned(name, notebook, now.parameters, output, now, why))
    return tuple(planned)


def _digests(workspace: Workspace, edition: str, names: Sequence[str]) -> Mapping[str, str]:
    from forevar import edition as faces  # brings pandas, so not before it is needed

    found: Mapping[str, str] = faces.digests(workspace, edition, names)
    return found
