"""The documentation: links that lead somewhere, commands that exist, and a tutorial that does what it says."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from forevar.change import CHANGE_COLUMNS
from forevar.check import check_edition
from forevar.cli import main, parser
from forevar.edition import open_edition
from forevar.score import SIGNAL_COLUMNS
from forevar.workspace import Workspace

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md"), ROOT / "examples" / "england" / "README.md"])
PAGES = [page for page in PAGES if "site" not in page.relative_to(ROOT).parts]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
FILE = re.compile(r"(Save|Add|save).*?`((?:params|data)/[^`]+)`[^`]*:\s*$", re.S)


def name(page):
    return page.relative_to(ROOT).as_posix()


def blocks(page, kind):
    return [text for lang, text in BLOCK.findall(page.read_text(encoding="utf-8")) if lang == kind]


def commands(page):
    """The forevar commands of a page, without comments."""
    lines = [line for text in blocks(page, "sh") for line in text.splitlines()]
    words = [shlex.split(line.removeprefix(".venv/bin/"), comments=True) for line in lines if "[-" not in line]
    return [line[1:] for line in words if line and line[0] == "forevar"]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_to_files_and_headings_that_are_there(page):
    text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), f"{name(page)} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_are_such_as_forevar_takes(page):
    for words in commands(page):
        if "..." in words or not words:
            continue
        parser().parse_args(words)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_yaml_blocks_are_yaml(page):
    for text in blocks(page, "yaml"):
        yaml.safe_load(text)


def test_every_verb_is_in_the_reference():
    verbs = next(action.choices for action in parser()._actions if action.dest == "verb")
    told = re.findall(r"^\| `([a-z-]+)", (DOCS / "reference" / "commands.md").read_text(encoding="utf-8"), re.M)
    assert sorted(told) == sorted(verbs)


def test_every_column_of_the_signals_is_described():
    page = (DOCS / "reference" / "tables.md").read_text(encoding="utf-8")
    described = set(re.findall(r"`(\w+)`", page[page.index("## The columns of `view.signals`") :]))
    assert {*SIGNAL_COLUMNS, *CHANGE_COLUMNS, "label", "short"} <= described


def test_every_page_is_in_the_contents():
    listed = re.findall(r"^([\w/-]+)$", (DOCS / "index.md").read_text(encoding="utf-8"), re.M)
    pages = {page.relative_to(DOCS).with_suffix("").as_posix() for page in PAGES if page.is_relative_to(DOCS)}
    assert set(listed) == pages - {"index"}


def test_limits_on_the_method_page_are_those_of_the_params():
    method = yaml.safe_load((ROOT / "params" / "method.yml").read_text(encoding="utf-8"))
    page = (DOCS / "method.md").read_text(encoding="utf-8")
    for limit in method["class_limits_percent"][:3]:
        assert f"{limit} %" in page or "otherwise" in page
    assert ", ".join(f"{limit:.2f}" for limit in method["panel"]["limits_balance"][:2]) in page
    assert f"max(*p*, *c*) < {method['few']['n_min']}" in page
    low, high = method["words"]["sub_score_cuts"]
    assert f"|*D*| ≤ {low} is *stable*, up to {high} *small*" in page


def test_charts_read_aloud_on_the_page_are_what_a_screen_reader_is_given(bergen):
    edition = open_edition("2026-1", workspace=bergen, lang="nb")
    charts = (
        edition.overview().long_term(), edition.substance("kokain").panel_known(),
        edition.consequences().figure("overdoses"),
    )  # fmt: skip
    page = (DOCS / "how-to" / "read-aloud.md").read_text(encoding="utf-8")
    quoted = [" ".join(one.replace("> ", "").split()) for one in re.findall(r"(?:^> .*\n)+", page, re.M)]
    assert quoted == [chart.alt.replace("\u00a0", " ") for chart in charts]


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory):
    """The tutorial followed to the letter: files saved, lines added, commands given; what each printed."""
    text = (DOCS / "tutorial.md").read_text(encoding="utf-8")
    text = text[text.index("## 2.") :]
    folder = here = tmp_path_factory.mktemp("tutorial")
    printed = {}
    before = 0
    for match in BLOCK.finditer(text):
        lang, body = match.groups()
        said = FILE.search(text[before : match.start()].rstrip().rsplit("\n\n", 1)[-1])
        before = match.end()
        if lang == "sh":
            for line in body.splitlines():
                words = shlex.split(line)
                if words[0] == "cd":
                    here = here / words[1]
                    continue
                run = subprocess.run(
                    [sys.executable, "-m", "forevar", *words[1:]], cwd=here, capture_output=True, text=True, check=False
                )
                assert run.returncode == 0, run.stderr
                printed.setdefault(line, []).append(run.stdout)
        else:
            assert said, f"where does this go?\n{body}"
            path = here / said[2]
            old = path.read_text(encoding="utf-8") if said[1] == "Add" else ""
            path.write_text(merged(old, body) if path.name == "phrases.yml" else old + body, encoding="utf-8")
    return Workspace((folder / "storvik").resolve()), printed


def merged(old, new):
    assert not set(yaml.safe_load(old)) & set(yaml.safe_load(new)), "a newcomer would have to merge two keys"
    return old + new


@pytest.mark.slow
def test_tutorial_changes_the_score_as_it_says(tutorial):
    _, printed = tutorial
    first, second = (re.search(r"kokain +use +(\d+)", text)[1] for text in printed["forevar score 2026-1"])
    page = (DOCS / "tutorial.md").read_text(encoding="utf-8")
    assert f"Cocaine's use stands at {first}." in page
    assert f"so cocaine's use is now {second}." in page


@pytest.mark.slow
def test_tutorial_ends_with_a_report_that_has_the_new_source_and_the_new_word(tutorial):
    town, _ = tutorial
    page = (town.reports("2026-1") / "report.html").read_text(encoding="utf-8")
    assert "lavterskeltilbudet" in page.casefold()
    assert "Hvor mye kan vi stole på dette?" in page
    assert check_edition(town, "2026-1").exit_code == 0


@pytest.mark.slow
def test_mistake_of_the_tutorial_is_named_by_line_and_column_and_leaves_the_report(tutorial, capsys):
    town, _ = tutorial
    report = (town.reports("2026-1") / "report.html").read_bytes()
    path = town.raw / "statistics" / "2026-1-drop_in.csv"
    right = path.read_bytes()
    path.write_bytes(right.replace(b"66", b"mange"))
    try:
        assert main(["--workspace", str(town.root), "check", "2026-1"]) == 11
        assert "C4" in capsys.readouterr().out
    finally:
        path.write_bytes(right)
    assert (town.reports("2026-1") / "report.html").read_bytes() == report
    assert open_edition("2026-1", workspace=town).scores("kokain")["use"][0] == 18


@pytest.mark.slow
def test_site_is_built_without_a_warning_and_needs_no_network(tmp_path):
    pytest.importorskip("sphinx", reason="Sphinx is not installed: pip install -e '.[dev]'")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", str(tmp_path / "trees")]
    made = subprocess.run([*command, str(DOCS), str(tmp_path / "site")], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    for page in (tmp_path / "site").rglob("*.html"):
        fetched = re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="(https?:[^"]+)', page.read_text(encoding="utf-8"))
        assert fetched == [], page.name
