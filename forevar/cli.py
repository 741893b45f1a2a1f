"""``forevar``: the few verbs a researcher would say.

Results go to standard output, one thing a line; progress and advice to standard error. Nothing heavy is imported
before a verb is known, so that help and mistakes in typing are answered at once.
"""

from __future__ import annotations

import argparse
import atexit
import gc
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from forevar import commands
from forevar.console import say
from forevar.errors import ForevarError
from forevar.workspace import Workspace, find_workspace

# At its end the program is no longer searched for what could be thrown away: half a second after a report.
atexit.register(gc.freeze)

Command = Callable[[argparse.Namespace, Workspace], int]

WRITE = ("score", "run", "report", "build")
"""Verbs that hold the workspace while they work."""
TRACEBACK = "FOREVAR_TRACEBACK"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: The words after ``forevar``; those of the command line when left out.

    Returns:
        0; 2 for a mistake in typing; 10 params, 11 data, 12 registry, 13 notebook, 14 report, 15 the gate or the
        record found something; 1 for what nobody foresaw; 130 when stopped.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console may not be UTF-8
            stream.reconfigure(encoding="utf-8", errors="replace")
    given = parser().parse_args(argv)
    command: Command = given.command
    try:
        if given.verb == "init":
            return commands.init(given)
        workspace = find_workspace(given.workspace)
        if given.verb not in WRITE:
            return command(given, workspace)
        from forevar.lock import building

        with building(workspace, tell=say):
            return command(given, workspace)
    except ForevarError as error:
        say(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        say("stopped; what was done is kept")
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        # the error's own words may hold what a restricted cell said
        say(f"forevar met something it did not foresee ({type(error).__name__}); the last good report is still there")
        say(f"  mend: set {TRACEBACK}=1, run the command again and send the text to those who look after forevar")
        return 1


def parser() -> argparse.ArgumentParser:
    """Every verb and its options."""
    top = argparse.ArgumentParser(
        prog="forevar", description="Watch a town's drug market and write its early-warning report."
    )
    top.add_argument(
        "--workspace", metavar="DIR", help="folder with params/ and data/; else FOREVAR_WORKSPACE, else found"
    )
    verbs = top.add_subparsers(dest="verb", metavar="COMMAND", required=True)

    def verb(name: str, command: Command, words: str, edition: bool = True) -> argparse.ArgumentParser:
        sub = verbs.add_parser(name, help=words, description=words)
        sub.set_defaults(command=command)
        if edition:
            sub.add_argument("edition", metavar="EDITION", help="for instance 2026-1")
        return sub

    sub = verb("init", commands.init, "make a new town's workspace", edition=False)
    sub.add_argument("folder", metavar="DIR", type=Path)
    sub.add_argument("--place", required=True, help="the town's name")
    sub.add_argument("--lang", choices=["nb", "nn", "en"], default="nb", help="language of the report")

    sub = verb("register", commands.register, "write the sidecar of a raw file", edition=False)
    sub.add_argument("file", type=Path)
    sub.add_argument("--source", help="key in params/sources.yml; found from the file's name when left out")
    sub.add_argument("--provider", default="", help="who sent it")
    sub.add_argument("--title", default="")
    sub.add_argument("--licence", default="")
    sub.add_argument("--received", default="", metavar="DATE", help="2026-10-14; today when left out")
    sub.add_argument("--access", choices=["open", "restricted"])
    sub.add_argument("--note", default="")

    sub = verb(
        "import-main-table", commands.import_table, "an earlier main table from Excel into the history", edition=False
    )
    sub.add_argument("file", type=Path)
    sub.add_argument("--edition", required=True, help="the edition it was printed in, for instance 2024-2")

    sub = verb("list", commands.list_names, "print what an edition is made of, one name a line")
    sub.add_argument("--why", action="store_true", help="also why each would run")

    sub = verb("check", commands.check, "load everything, write nothing, list every fault")
    sub.add_argument("--lang", choices=["nb", "en"], default="nb", help="language of the list")
    sub.add_argument("--final", action="store_true", help="as for the final report")
    sub.add_argument("--format", choices=["text", "json"], default="text")

    sub = verb("score", commands.score, "load, tidy and score; write and print the scores")
    sub.add_argument("--format", choices=["table", "csv"], default="table")

    sub = verb("run", commands.run, "run the notebooks that are not up to date")
    _run_options(sub)

    sub = verb("report", commands.report, "put executed notebooks together: HTML and PDF")
    _report_options(sub)

    sub = verb("build", commands.build, "check, score, run and report", edition=False)
    sub.add_argument("edition", metavar="EDITION", nargs="?", help="2026-1, or a range 2024-1..2026-1")
    sub.add_argument("--all", action="store_true", help="every edition that has a recipe")
    _run_options(sub)
    _report_options(sub)

    sub = verb("gate", commands.gate, "open finished files and list what must not be sent", edition=False)
    sub.add_argument("files", type=Path, nargs="+", metavar="FILE")
    sub.add_argument("--edition", help="where the file does not say")

    sub = verb("verify", commands.verify, "hold a report against the record of its build")
    sub.add_argument("files", type=Path, nargs="*", metavar="FILE", help="copies that were sent")
    sub.add_argument("--lang", choices=["nb", "nn", "en"], help="language of the report")

    sub = verb("diff", commands.diff, "what changed in numbers and words, and why", edition=False)
    sub.add_argument("editions", metavar="EDITION", nargs="*", help="one: since its last build; two: between them")
    sub.add_argument("--drafts", action="store_true", help="the last draft against the one before")
    sub.add_argument("--lang", choices=["nb", "nn", "en"], help="language of what is told")

    verb("new", commands.new, "begin the next edition: recipe, texts, checklist")

    sub = verb("form", commands.form, "write the workbook that small services fill in")
    sub.add_argument("--source", action="append", help="only this source; may be repeated")
    sub.add_argument("--lang", choices=["nb", "nn", "en"], help="language of the workbook")

    verb("lab", commands.lab, "open JupyterLab on the notebooks", edition=False)
    return top


def _run_options(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--only", action="append", default=[], metavar="NAME", help="as list prints it; may be repeated")
    sub.add_argument("--force", action="store_true", help="run also what is up to date")
    sub.add_argument("--jobs", type=int, help="notebooks at a time (default: one per core)")
    sub.add_argument("--engine", choices=["inprocess", "nbclient"], default="inprocess")
    sub.add_argument("--timeout", type=float, default=600, metavar="SECONDS", help="for each notebook")
    sub.add_argument("--memory", type=float, default=4, metavar="GIB", help="most a notebook may use (Linux)")
    sub.add_argument("--cluster", metavar="ADDRESS", help="run on a dask cluster")
    if not any(action.dest == "lang" for action in sub._actions):
        sub.add_argument("--lang", choices=["nb", "nn", "en"], help="language of the report")


def _report_options(sub: argparse.ArgumentParser) -> None:
    if not any(action.dest == "lang" for action in sub._actions):
        sub.add_argument("--lang", choices=["nb", "nn", "en"], help="language of the report")
    sub.add_argument("--final", action="store_true", help="no notes to co-authors; refuses what is not settled")
    sub.add_argument("--code", action="store_true", help="the variant with code, for researchers")
