"""A table with small counts → which cells to leave out, so that no hidden one can be worked out from the rest.

The cell suppression problem, solved exactly: for every hidden cell there must be two tables that agree with all that
is printed and lie ``min_n`` apart in that cell.
Fischetti and Salazar-González (2001), Management Science 47, 1008–1027.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from forevar.errors import ReportError

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]


def hidden_cells(
    counts: ArrayLike,
    sums: Sequence[Mapping[int, int]],
    small: ArrayLike,
    min_n: int,
    known: ArrayLike | None = None,
) -> Flags:
    """Which cells of a table to leave out, the small ones among them.

    Of all choices that protect, the one with fewest cells; among those, the one that hides the smallest sum.

    Args:
        counts: Every printed cell, totals among them: whole, 0 or more; missing is not printed anyway.
        sums: Cell → factor; the products of each mapping add up to 0. A total: ``{0: 1, 1: 1, 2: -1}``.
        small: Cells that must be hidden.
        min_n: What an outsider cannot rule out must span this much, in every hidden cell.
        known: Cells an outsider has from elsewhere: public, or in an edition already sent. Never hidden.

    Raises:
        ReportError: Nothing protects, since too much is known already.
    """
    number = np.asarray(counts, dtype=float)
    must = np.asarray(small, dtype=bool)
    if not must.any():
        return must
    absent = np.isnan(number)
    number = np.where(absent, 0, number)
    links = _links([one for one in sums if not any(absent[cell] for cell in one)], len(number))
    fixed = np.zeros(len(number), dtype=bool) if known is None else np.asarray(known, dtype=bool) & ~must
    pairs, whole = np.flatnonzero(must & ~absent).tolist(), False
    while True:
        hidden = _fewest(number, links, must, fixed, pairs, min_n, whole)
        weak = [cell for cell in np.flatnonzero(hidden) if width(number, links, hidden, int(cell), min_n) < min_n]
        if not weak:
            return hidden
        new = [int(cell) for cell in weak if cell not in pairs]
        if not new and whole:  # cannot be: whole tables were asked for and found
            raise _unprotected()
        pairs, whole = pairs + new, whole or not new


def width(counts: Numbers, links: sparse.csr_array, hidden: Flags, cell: int, min_n: int) -> float:
    """How far apart the values of a hidden cell lie that agree with what is printed; no more than is asked about."""
    reach = 4 * min_n
    low, high = np.where(hidden, np.maximum(counts - reach, 0), counts), np.where(hidden, counts + reach, counts)
    ends = []
    for sign in (1, -1):
        goal = np.zeros(len(counts))
        goal[cell] = sign
        rows = LinearConstraint(links, 0, 0) if links.shape[0] else ()
        found = milp(goal, constraints=rows, bounds=Bounds(low, high), integrality=np.ones(len(counts), dtype=int))
        if found.x is None:
            raise _unprotected()
        ends.append(float(found.x[cell]))
    return round(ends[1] - ends[0])


def _links(sums: Sequence[Mapping[int, int]], n: int) -> sparse.csr_array:
    table = np.zeros((len(sums), n))
    for row, one in enumerate(sums):
        table[row, list(one)] = list(one.values())
    return sparse.csr_array(table)


def _fewest(
    counts: Numbers, links: sparse.csr_array, must: Flags, fixed: Flags, pairs: Sequence[int], min_n: int, whole: bool
) -> Flags:
    """The cheapest choice for which every cell of ``pairs``, if hidden, has two tables ``min_n`` apart."""
    n, copies = len(counts), 2 * len(pairs)
    reach = np.full(n, 2.0 * min_n)
    same, down = sparse.identity(copies), np.minimum(counts, reach)
    one = sparse.identity(n)
    stack = np.ones((copies, 1))
    rows = [  # each copy adds up, and differs from the truth only where the truth is hidden
        sparse.hstack([sparse.csr_array((copies * links.shape[0], n)), sparse.kron(same, links)]),
        sparse.hstack([sparse.kron(stack, -sparse.diags_array(reach)), sparse.kron(same, one)]),
        sparse.hstack([sparse.kron(stack, sparse.diags_array(down)), sparse.kron(same, one)]),
    ]
    apart = np.zeros((len(pairs), n * (1 + copies)))
    for row, cell in enumerate(pairs):
        apart[row, cell] = -min_n
        apart[row, n * (1 + 2 * row) + cell], apart[row, n * (2 + 2 * row) + cell] = 1, -1
    truth, nothing = np.tile(counts, copies), np.zeros(copies * links.shape[0])
    limits = LinearConstraint(
        sparse.csr_array(sparse.vstack([*rows, sparse.csr_array(apart)])),
        np.concatenate([nothing, np.full(n * copies, -np.inf), truth, np.zeros(len(pairs))]),
        np.concatenate([nothing, truth, np.full(n * copies + len(pairs), np.inf)]),
    )
    free = np.full(n * copies, np.inf)
    found = milp(
        np.concatenate([1 + counts / (counts.sum() + 1), 0 * truth]),
        constraints=limits,
        bounds=Bounds(np.concatenate([must, 0 * truth]), np.concatenate([~fixed, free])),
        integrality=np.concatenate([np.ones(n, dtype=int), np.full(n * copies, int(whole))]),
        options={"mip_rel_gap": 0},
    )
    if found.x is None:
        raise _unprotected()
    return np.asarray(found.x[:n] > 0.5, dtype=bool)


def _unprotected() -> ReportError:
    return ReportError(
        "a small count cannot be protected: what is already known gives it away",
        mend="leave the figure out, or ask the data owner for a lower min_n in params/sources.yml",
    )
