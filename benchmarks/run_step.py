"""The run step: forevar against papermill's command line, a pool of real kernels, and plain warm Python.

    python benchmarks/run_step.py [--rounds 3] [--chapters 160] [--sample 5]

All sides run the same notebooks in one environment, start-up included, one after the other in every round. The
papermill command line is serial, so ``--sample 5`` measures every fifth notebook and multiplies.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import (
    EDITION,
    FOREVAR,
    Chapter,
    Took,
    arguments,
    bench_workspace,
    chapters_of,
    machine,
    papermill_line,
    show_ratio,
    timed,
)  # fmt: skip

POOL = """
import forevar, json, os, sys
from concurrent.futures import ProcessPoolExecutor
def one(job):
    notebook, output, parameters, folder = job
    from papermill.execute import execute_notebook
    execute_notebook(notebook, output, parameters, cwd=folder, progress_bar=False, autosave_cell_every=0,
                     request_save_on_cell_execute=False)
with ProcessPoolExecutor(2) as pool:
    list(pool.map(one, json.load(sys.stdin if len(sys.argv) < 2 else open(sys.argv[1]))))
"""
PLAIN = """
import forevar, json, ast, sys
import altair, pandas
def one(cells, parameters):
    names = {"display": print_nothing}
    for cell in cells:
        if "parameters" in cell["metadata"].get("tags", []):
            exec("".join(cell["source"]), names); names.update(parameters); continue
        body = ast.parse("".join(cell["source"])).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), "cell", "exec"), names)
        if last is not None:
            show(eval(compile(ast.Expression(last.value), "cell", "eval"), names))
def print_nothing(*values):
    for value in values: show(value)
def show(value):
    for one in value if isinstance(value, (list, tuple)) else [value]:
        if hasattr(one, "_repr_mimebundle_"): json.dumps(one._repr_mimebundle_())
for notebook, output, parameters, folder in json.load(open(sys.argv[1])):
    cells = [cell for cell in json.load(open(notebook))["cells"] if cell["cell_type"] == "code"]
    one(cells, parameters)
"""


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--chapters", type=int, help="how many notebooks (default: an autumn edition)")
    parser.add_argument("--sample", type=int, default=1, help="papermill's command line on every n-th notebook only")
    given = parser.parse_args()
    with bench_workspace(given.workspace, given.chapters) as root, TemporaryDirectory() as folder:
        output = Path(folder)
        timed([[*FOREVAR, "--workspace", root, "score", EDITION]], root)
        chapters = chapters_of(root)
        jobs = output / "jobs.json"
        jobs.write_text(json.dumps([job(chapter, output) for chapter in chapters]), encoding="utf-8")
        print(f"{machine()}; {len(chapters)} notebooks; {given.rounds} rounds; time of the other : time of forevar")
        sides: dict[str, list[Took]] = {"forevar": [], "papermill": [], "pool": [], "plain": []}
        for number in range(given.rounds):
            print(f"round {number + 1}", file=sys.stderr, flush=True)
            some = chapters[:: given.sample]
            serial = timed([papermill_line(chapter, output) for chapter in some], root)
            sides["papermill"].append(Took(serial.seconds * len(chapters) / len(some)))
            sides["forevar"].append(timed([[*FOREVAR, "--workspace", root, "run", EDITION, "--force"]], root))
            sides["pool"].append(timed([[sys.executable, "-c", POOL, jobs]], root))
            sides["plain"].append(timed([[sys.executable, "-c", PLAIN, jobs]], root))
        seconds = {side: [one.seconds for one in took] for side, took in sides.items()}
        note = f" (every {given.sample}th, scaled)" if given.sample > 1 else ""
        quick = seconds["forevar"]
        target = "target 18 and more" if len(chapters) >= 160 else "target 12 and more"
        show_ratio(f"papermill, one command per notebook{note}", seconds["papermill"], quick, target)
        show_ratio("two processes, each with real kernels", seconds["pool"], quick, "target 4 and more")
        show_ratio(
            "forevar : plain warm Python, one process, nothing written", quick, seconds["plain"], "target 1.5 and less"
        )


def job(chapter: Chapter, output: Path) -> list[object]:
    """What the pool and plain Python are told of a notebook."""
    target = output / f"pool-{chapter.name.replace('/', '-')}.ipynb"
    return [str(chapter.notebook), str(target), chapter.parameters, str(chapter.notebook.parent)]


if __name__ == "__main__":
    main()
