"""Builds of a tiny edition killed at random moments: ``python benchmarks/kill.py [TIMES]``.

After each the last report and the tables are opened; in the end the next build must succeed.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from test_never_half import SHORT, kill_at_random, make_workspace, mends, run, write

if __name__ == "__main__":
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        town = make_workspace(Path(folder) / "town")
        write(town.edition("2026-1") / "edition.yml", SHORT)
        if run(town).returncode:
            sys.exit("the first build failed")
        for begun in range(0, times, 10):
            kill_at_random(town, min(10, times - begun), begun)
            mends(town)
            print(f"{min(begun + 10, times)} of {times} killed; the last report whole each time, the next build good")
