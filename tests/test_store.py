"""Tables on disk: what is committed is what the code makes, and what is read is what was written."""

import io

import pandas as pd
import pytest
from tiny import make_workspace

from forevar.store import make_tables, read_tables, write_tables

SCORED = ("differences", "certainty", "trends")


@pytest.mark.parametrize("name", SCORED)
def test_committed_scores_are_what_the_raw_files_give(bergen, bergen_tables, name):
    committed = pd.read_csv(bergen.processed / "scored" / f"{name}.csv")
    text = getattr(bergen_tables, name).to_csv(index=False, float_format="%.12g")
    pd.testing.assert_frame_equal(committed, pd.read_csv(io.StringIO(text)), rtol=1e-9)


def test_tables_read_are_those_written(tmp_path):
    from forevar.params import load_params

    town = make_workspace(tmp_path)
    params = load_params(town)
    made = make_tables(town, params)
    write_tables(town, params, made)
    read = read_tables(town)
    for name in ("observations", "signals", *SCORED):
        pd.testing.assert_frame_equal(
            getattr(read, name), getattr(made, name), check_dtype=False, check_index_type=False, rtol=1e-9
        )


def test_tables_older_than_a_raw_file_are_not_read(tmp_path):
    from forevar.params import load_params

    town = make_workspace(tmp_path)
    params = load_params(town)
    write_tables(town, params, make_tables(town, params))
    (town.raw / "statistics" / "2026-1-new.csv").write_text("a", encoding="utf-8")
    assert read_tables(town) is None
