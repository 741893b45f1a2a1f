"""Mutated workbooks, CSVs and YAML files against the loader: ``python benchmarks/fuzz.py [SECONDS] [SEED]``.

A fault told in words is what should happen. Anything else counts: another exception, more than ten seconds for one
file, or memory that keeps growing. The figures of the last long run stand in SECURITY.md.
"""

import io
import random
import resource
import signal
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from tiny import make_workspace, write

from forevar.errors import ForevarError
from forevar.params import load_edition, load_params
from forevar.tidy import load_tidy

TOO_LONG = 10
WORDS = [
    b"\0", b"\xff\xfe", b'"', b";", b",", b"\n", b"\r", b"'", b"=cmd|' /C calc'!A0", b"&a [*a,*a]",
    b"!!python/object:os.system", b"1e999", b"-1", b"99999999999999999999", b"nan", b"NaN", b"..", b"../../etc/passwd",
    b"{{7*7}}", b"$kokain", b"<x>", b"\xef\xbb\xbf", b"\xe2\x88\x925", b"2026-1", b"2026-3", b"Kokain", b"[", b"{",
    b"? ", b"- ", b": ", b"\t", b"0x", b"\xc2\xa0",
]  # fmt: skip
CSV = "Periode;Stoff;Besøk\n2025-2;Kokain;40\n2026-1;Kokain;30\n2025-2;Alkohol;100\n2026-1;Alkohol;115\n"
PROFILE = """
files: "statistics/*-clinic.csv"
tables:
  - columns: {Periode: time, Stoff: substance, Besøk: {measure: visits}}
"""


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The bytes with a few of them changed, cut, doubled or written over."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(out) + 1)
        kind = chance.randrange(6)
        if kind == 0 and out:
            out[at % len(out)] = chance.randrange(256)
        elif kind == 1:
            del out[at : at + chance.randint(1, 40)]
        elif kind == 2:
            out[at:at] = chance.choice(WORDS)
        elif kind == 3:
            part = out[at : at + chance.randint(1, 200)]
            out[at:at] = part * chance.randint(1, 4)
        elif kind == 4:
            out[at : at + 8] = chance.randbytes(chance.randint(0, 8))
        else:
            del out[chance.randrange(len(out) + 1) :]
    return bytes(out)


def mutated_workbook(data: bytes, chance: random.Random) -> bytes:
    """A workbook broken as a file, or whole as an archive with a broken part."""
    if chance.random() < 0.3:
        return mutated(data, chance)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two parts of one name are part of the game
        names = old.namelist()
        broken = chance.choice([name for name in names if "sheet" in name.lower() or "shared" in name.lower()])
        for name in names:
            body = old.read(name)
            if name == broken:
                body = mutated(body, chance)
            if chance.random() > 0.02:
                new.writestr(name, body)
    return out.getvalue()


def cases(folder: Path, chance: random.Random):
    """What to try, one after another: kind and call."""
    book, table, params = (make_workspace(folder / name) for name in ("book", "table", "params"))
    raw = book.raw / "statistics" / "2026-1-clinic.xlsx"
    whole = raw.read_bytes()
    (table.raw / "statistics" / "2026-1-clinic.xlsx").unlink()
    write(table.params / "sources" / "clinic.yml", PROFILE)
    for town in (book, table):  # one file at a time
        for other in ("statistics/2026-1-harbour.xlsx", "media/2026-1-paper.xlsx"):
            (town.raw / other).unlink()
    text = table.raw / "statistics" / "2026-1-clinic.csv"
    decided = [path for path in sorted(params.params.rglob("*.yml")) if path.name != "method.yml"]
    originals = {path: path.read_bytes() for path in (*decided, params.params / "method.yml")}
    of_book, of_table = load_params(book), load_params(table)
    while True:
        raw.write_bytes(mutated_workbook(whole, chance))
        yield "workbook", lambda: load_tidy(book, of_book).raise_faults()
        for _ in range(5):
            text.write_bytes(mutated(CSV.encode(), chance))
            yield "CSV", lambda: load_tidy(table, of_table).raise_faults()
        path = chance.choice(list(originals))
        path.write_bytes(mutated(originals[path], chance))
        yield "YAML", lambda: (load_params(params), load_edition(params, "2026-1"))
        path.write_bytes(originals[path])


def fuzz(folder: Path, seconds: float, seed: int, most: int = 10**9) -> tuple[Counter, list[str], float, list[int]]:
    """Run for a while.

    Returns:
        How many of each kind; what went wrong; the slowest case in seconds; memory in MB at ten moments.
    """

    def late(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, late)
    tried: Counter = Counter()
    wrong: list[str] = []
    slowest, memory = 0.0, []
    begin = time.monotonic()
    for number, (kind, call) in enumerate(cases(folder, random.Random(seed))):
        gone = time.monotonic() - begin
        if gone > seconds or number >= most:
            break
        if gone >= len(memory) * seconds / 10:
            memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
        started = time.monotonic()
        signal.alarm(TOO_LONG)
        try:
            call()
        except ForevarError:
            tried["told in words"] += 1
        except TimeoutError:
            wrong.append(f"{kind} {number} of seed {seed}: more than {TOO_LONG} s")
        except Exception as error:
            wrong.append(f"{kind} {number} of seed {seed}: {type(error).__name__}: {str(error)[:200]}")
            keep = Path(tempfile.gettempdir()) / "forevar-fuzz"
            keep.mkdir(exist_ok=True)
            for path in folder.rglob("2026-1-clinic.*"):
                (keep / f"{seed}-{number}-{path.name}").write_bytes(path.read_bytes())
        finally:
            signal.alarm(0)
        slowest = max(slowest, time.monotonic() - started)
        tried[kind] += 1
    return tried, wrong, slowest, memory


if __name__ == "__main__":
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as folder:
        tried, wrong, slowest, memory = fuzz(Path(folder), seconds, seed)
    total = tried["workbook"] + tried["CSV"] + tried["YAML"]
    print(f"{total} files: {dict(tried)}; slowest {slowest:.2f} s; memory {' '.join(map(str, memory))} MB")
    for line in wrong[:40]:
        print(line)
    print(f"{len(wrong)} went wrong")
    sys.exit(bool(wrong))
