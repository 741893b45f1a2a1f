"""changes/*.csv → the demonstration's raw files, as their providers would send them.

    python data/raw/reconstruct.py [FOLDER]

None of it is KORUS Bergen's data. The tables in ``changes/`` say which numbers are wanted; in ``reconstruction/``,
``series.py`` and ``questionnaires.py`` work them out, ``statistics_files.py`` and ``other_files.py`` pour each series
into the shape of one provider. The seed is fixed: run again, every cell is the same.
"""

from __future__ import annotations

import sys
from pathlib import Path

from reconstruction import other_files as other
from reconstruction import statistics_files as statistics
from reconstruction.outbox import Outbox

MAKERS = (
    statistics.customs, statistics.kripos, statistics.prison_seizures, statistics.prison_tests, statistics.mbf,
    statistics.ous, statistics.afr, statistics.ambulance, statistics.brukerrommet, statistics.pharmacy_sales,
    statistics.alcohol_sales, statistics.doping, other.rusinfo, other.bt, other.ba, other.google_trends, other.added,
    other.consequences, other.people, other.main_tables,
)  # fmt: skip


def make(folder: Path) -> None:
    """All made files and their sidecars, into the subfolders of ``folder``."""
    outbox = Outbox(folder)
    for maker in MAKERS:
        maker(outbox)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
