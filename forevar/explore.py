"""Asking further in a notebook: why a score is what it is, one linked chart, two drugs at once, and what if."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from forevar import prose
from forevar.blocks import VEGALITE, Bundle, Column, Table
from forevar.charts.theme import INK
from forevar.errors import ParamsError
from forevar.origins import ORIGINS, address
from forevar.rows import records
from forevar.store import scored
from forevar.terms import AGGREGATE, SCORED_DIMENSIONS
from forevar.words import Words, capital

if TYPE_CHECKING:
    from forevar.edition import Edition
    from forevar.substance import SubstanceView

WIDTH = 560
TINTS = {
    -3: "#A9531B", -2: "#E7B388", -1: "#F8E6D6", 0: "#FFFFFF", 1: "#DCE7F2", 2: "#8DB0D3", 3: "#2F5D8C",
}  # fmt: skip
"""Steps as the report's tables tint them."""


MOST_PARTS = 8
"""Sources told of a score on hover, the weightiest first."""


@dataclass(frozen=True)
class LinkedChart:
    """A chart to explore with; drawn by JupyterLab itself, without a network.

    Attributes:
        spec: Vega-Lite specification.
        title: What is seen.
    """

    spec: Bundle
    title: str

    def _repr_mimebundle_(self, **_: object) -> Bundle:
        return {VEGALITE: self.spec, "text/plain": self.title}


def why(view: SubstanceView, dimension: str = AGGREGATE) -> Table:
    """What a score is made of, down to file and cell.

    Args:
        view: A substance in an edition.
        dimension: ``use``, ``availability``, ``interest`` or ``aggregate`` (all three).

    Returns:
        A row per source: the two figures, the step, the weight, what it adds, and the cells the figures stand in.
        Figures that may not be shown are ``:``; unscored sources say why.

    Raises:
        ParamsError: No such dimension.
    """
    edition, words = view.edition, view.edition.words
    if dimension not in (*SCORED_DIMENSIONS, AGGREGATE):
        raise ParamsError(
            f"there is no dimension {dimension!r}",
            mend=f"use one of: {', '.join((*SCORED_DIMENSIONS, AGGREGATE))}",
        )
    rows = view.signals if dimension == AGGREGATE else view.signals[view.signals["dimension"] == dimension]
    cells = tuple(
        (
            capital(words(f"dimension.{row['dimension']}")), row["label"],
            *(row[f"{name}_shown"] or _amount(row, name, edition) for name in ("previous", "current")),
            "–" if pd.isna(row["value"]) else words.signed(row["value"]), f"{row['weight']:g}",
            words.signed(row["contribution"]) if pd.notna(row["value"]) else words(f"reason.{row['reason'] or 'few'}"),
            " → ".join(place for place in (row["origin_previous"], row["origin_current"]) if place and pd.notna(place)),
        )
        for row in records(rows)
    )  # fmt: skip
    columns = tuple(
        Column(words(f"explore.{name}"), "left" if name in ("dimension", "source", "cells") else "right")
        for name in ("dimension", "source", "previous", "current", "step", "weight", "adds", "cells")
    )
    score = view.edition.scores(view.key).get(dimension, (float("nan"), ""))[0]
    title = words(
        "explore.why",
        substance=capital(view.name),
        dimension=words(f"dimension.{dimension}"),
        score=words.signed(score),
    )
    return Table(f"why-{view.key}-{dimension}", title, columns, cells, view.credit())


def made_of(dimension: str, scores: Mapping[str, tuple[float, str]], signals: pd.DataFrame, words: Words) -> str:
    """What a score is the sum of, a line each: what a source adds, and the cells its figures stand in.

    Args:
        dimension: One of the three, or ``aggregate``, which is the sum of their scores.
        scores: Dimension → (score, word's key) of one substance.
        signals: The same substance's signals of the half-year, as ``Edition.labelled`` gives them.
        words: The language.

    Returns:
        Empty for what has no score.
    """
    if not scores.get(dimension, (0, ""))[1]:
        return ""
    if dimension == AGGREGATE:
        named = [str(one) for one in SCORED_DIMENSIONS if scores.get(str(one), (0, ""))[1]]
        return "\n".join(f"{capital(words(f'dimension.{one}'))} {words.signed(scores[one][0])}" for one in named)
    rows = records(signals[(signals["dimension"] == dimension) & signals["value"].notna()])
    lines = []
    for row in sorted(rows, key=lambda row: -abs(row["contribution"]))[:MOST_PARTS]:
        adds = f"{capital(row['label'])} {words.signed(row['contribution'])}"
        lines.append(address(adds, *(row.get(name) for name in ORIGINS)) or adds)
    return "\n".join([*lines, "…"] if len(rows) > MOST_PARTS else lines)


def explore(view: SubstanceView, *others: str) -> LinkedChart:
    """One linked chart: scores above, the steps behind them below, and the figures of the source that is picked.

    Dimension, source and half-year are picked in the lists below the chart, a source also by clicking on a step.
    Dragging over the half-years of the scores keeps those years alone; a double click brings the others back. Hovering
    over a step tells its figures, or why there is none.

    Args:
        view: A substance in an edition.
        others: Keys of substances to lay beside it.
    """
    import altair as alt  # takes half a second, which only who explores should wait

    edition, words = view.edition, view.edition.words
    paints = [edition.paint(key) for key in dict.fromkeys((view.key, *others))]
    table = _steps(edition, [one.key for one in paints])
    names = [capital(one.name) for one in paints]
    periods, rows = list(table["period"].unique()), list(table["row"].unique())

    def pick(field: str, options: list[str], **given: Any) -> Any:
        chosen = alt.binding_select(
            options=[None, *options], labels=[words("explore.every"), *options], name=f"{words(f'explore.{field}')}  "
        )
        return alt.selection_point(fields=[field], name=field, bind=chosen, **given)

    def tips(*fields: str) -> list[Any]:
        return [alt.Tooltip(f"{one}:N", title=words(f"explore.{one}")) for one in fields]

    years = alt.selection_interval(encodings=["x"], name="years")
    dimension = pick("dimension", list(table["dimension"].unique()))
    source = pick("source", sorted(table["source"].unique(), key=str.casefold), on="click", clear="dblclick")
    period = pick("period", periods)
    colour = alt.Color(
        "substance:N", scale=alt.Scale(domain=names, range=[one.colour for one in paints]),
        legend=alt.Legend(title=None, orient="top") if others else None,
    )  # fmt: skip
    x = alt.X("period:N", title=None, sort=periods, scale=alt.Scale(domain=periods), axis=alt.Axis(labelAngle=0))
    scored = (
        alt.Chart(table).transform_filter(dimension).transform_filter(source)
        .transform_filter("isValid(datum.contribution)")
        .transform_aggregate(score="sum(contribution)", groupby=["substance", "period"])
        .encode(x=x, y=alt.Y("score:Q", title=words("explore.score")), color=colour,
                tooltip=tips("substance", "period", "score"))
    )  # fmt: skip
    # a line that draws its own points would have its selection twice, which the Vega-Lite of JupyterLab refuses
    scores = (scored.mark_line() + scored.mark_point(filled=True, size=60, opacity=1).add_params(years)).properties(
        width=WIDTH, height=150
    )
    figures = (
        alt.Chart(table).transform_filter("isValid(datum.figure)")
        .transform_filter(alt.ParameterPredicate(param="source", empty=False))
        .encode(x=x, y=alt.Y("figure:Q", title=words("explore.now")), color=colour.legend(None),
                tooltip=tips("substance", "source", "period", "now"))
    )  # fmt: skip
    picked = (figures.mark_line() + figures.mark_point(filled=True, size=60, opacity=1)).properties(
        width=WIDTH, height=100,
        title=alt.Title(words("explore.picked"), fontSize=12, fontWeight="normal", anchor="start"),
    )  # fmt: skip
    below = alt.Chart(table).transform_filter(dimension).transform_filter(period).transform_filter(years)
    steps = below.encode(
        x=alt.X("period:N", title=None, sort=periods,
                axis=alt.Axis(labelAngle=0, orient="top", domain=False, ticks=False)),
        y=alt.Y("row:N", title=None, sort=rows, axis=alt.Axis(labelLimit=280, domain=False, ticks=False)),
        opacity=alt.condition(source, alt.value(1), alt.value(0.25)),
        tooltip=tips("source", "dimension", "period", "before", "now", "step", "weight", "adds", "remark"),
    )  # fmt: skip
    tint = alt.Color("value:O", scale=alt.Scale(domain=list(TINTS), range=list(TINTS.values())), legend=None)
    ink = alt.condition("abs(datum.value) == 3", alt.value("#FFFFFF"), alt.value(INK))
    matrices: list[Any] = []
    for name in names:
        own = steps.encode(y=steps.encoding.y.axis(None)) if matrices else steps
        tiles = own.mark_rect(stroke="#FFFFFF", strokeWidth=2, cursor="pointer").encode(color=tint)
        signs = own.mark_text(cursor="pointer").encode(text="step:N", color=ink)
        matrices.append(
            (tiles.add_params(dimension, period, source) + signs)
            .transform_filter(alt.datum.substance == name)
            .properties(width=alt.Step(62), height=alt.Step(21), title=alt.Title(name, anchor="start"))
        )  # fmt: skip
    with warnings.catch_warnings():  # what is picked in one matrix is picked in all; altair takes it for a mistake
        warnings.filterwarnings("ignore", "Automatically deduplicated selection parameter")
        beside = alt.hconcat(*matrices).resolve_scale(y="shared")
        spec = alt.vconcat(scores, picked, beside).resolve_scale(color="independent").to_dict()
    del spec["$schema"]  # JupyterLab draws it with its own, older Vega-Lite, and would warn
    return LinkedChart(spec, words.join(names))


def _steps(edition: Edition, substances: Iterable[str]) -> pd.DataFrame:
    """What ``explore`` shows, a row per signal, every text in the reader's language.

    Figures stand as text for hovering and as numbers for drawing; one that may not be shown is missing in both.
    """
    words, order = edition.words, [str(one) for one in SCORED_DIMENSIONS]
    made = []
    for key in substances:
        rows = edition.rows(f"signals/{key}")
        for row in records(edition.labelled(rows[rows["kind"] != "history"])):
            dimension, scored = words(f"dimension.{row['dimension']}"), pd.notna(row["value"])
            remark = row["reason"] or row["flag"]
            made.append({
                "at": row["period"], "order": order.index(row["dimension"]),
                "substance": capital(edition.paint(key).name), "period": words.period(row["period"]),
                "dimension": capital(dimension), "source": row["label"], "row": f"{row['label']} · {dimension}",
                "value": row["value"], "contribution": row["contribution"] if scored else None,
                "figure": row["current"] if edition.shown(row) else None,
                "before": row["previous_shown"] or _amount(row, "previous", edition),
                "now": row["current_shown"] or _amount(row, "current", edition),
                "step": words.signed(row["value"]) if scored else "–", "weight": f"{row['weight']:g}",
                "adds": words.signed(row["contribution"]) if scored else "–",
                "remark": words(f"reason.{remark}") if remark else "–",
            })  # fmt: skip
    return pd.DataFrame(made).sort_values(["at", "order", "source"], kind="stable").drop(columns=["at", "order"])


def compare(edition: Edition, *substances: str) -> Table:
    """The scores of several substances beside each other, each with its word and its share of the largest possible.

    Raises:
        ParamsError: Fewer than two substances, or one that is not there.
    """
    if len(substances) < 2:
        raise ParamsError("name two substances or more", mend='for instance: edition.compare("ketamin", "kokain")')
    words = edition.words
    views = [edition.substance(key) for key in substances]
    scores = [{row["dimension"]: row for row in records(view.scores)} for view in views]
    cells = tuple(
        (capital(words(f"dimension.{one}")), *(_score(rows.get(str(one)), edition) for rows in scores))
        for one in (*SCORED_DIMENSIONS, AGGREGATE)
    )
    columns = (Column(words("explore.dimension")), *(Column(capital(view.name)) for view in views))
    title = words("explore.compare", substances=words.join([capital(view.name) for view in views]))
    return Table("compare-" + "-".join(substances), title, columns, cells, views[0].credit(), strong=(3,))


def with_method(edition: Edition, **changes: Any) -> Edition:
    """The edition as it would be under another method; nothing is written.

    Args:
        edition: An opened edition.
        changes: Keys of ``params/method.yml`` with their new values, or ``weights="equal"``: every source weighs 1.

    Raises:
        ParamsError: A key or value is not one of the method's.
    """
    sources = edition.params.sources
    if changes.pop("weights", None) == "equal":
        sources = {
            key: one.model_copy(update={"weights": dict.fromkeys(one.weights, 1.0)}) for key, one in sources.items()
        }
    method = edition.params.method
    if unknown := sorted(set(changes) - set(type(method).model_fields)):
        raise ParamsError(
            f"the method has no {', '.join(unknown)}", "params/method.yml",
            f"use weights='equal' or one of: {', '.join(type(method).model_fields)}",
        )  # fmt: skip
    try:
        method = type(method).model_validate({**dict(method), **changes})
    except ValueError as error:
        raise ParamsError(str(error), "params/method.yml", "give a value the method allows") from None
    return _scored_again(replace(edition, params=replace(edition.params, method=method, sources=sources)), ())


def without(edition: Edition, *sources: str) -> Edition:
    """The edition as it would be had some sources not reported; nothing is written.

    Raises:
        ParamsError: There is no such source.
    """
    if unknown := [key for key in sources if key not in edition.params.sources]:
        raise ParamsError(
            f"there is no source {', '.join(unknown)}", "params/sources.yml",
            f"use one of: {', '.join(edition.params.sources)}",
        )  # fmt: skip
    return _scored_again(edition, sources)


def _scored_again(edition: Edition, left_out: Iterable[str]) -> Edition:
    """Signals to trends worked out anew from the tidy tables."""
    params, tables, gone = edition.params, edition.tables, set(left_out)
    observations = tables.observations[~tables.observations["source"].isin(gone)]
    answers = tables.answers[~tables.answers["source"].isin(gone)]
    made = scored(observations, answers, params)
    return replace(edition, tables=replace(tables, observations=observations, answers=answers, **made))


def _amount(row: dict[Any, Any], column: str, edition: Edition) -> str:
    return "–" if pd.isna(row[column]) else prose.amount(row[column], row["unit"], edition.words)


def _score(row: dict[Any, Any] | None, edition: Edition) -> str:
    words = edition.words
    if row is None or pd.isna(row["score"]) or not row["word"]:
        return words("text.no_score")
    share = f" ({words.number(100 * abs(row['score']) / row['maximum'])} %)" if row["maximum"] else ""
    return f"{words.signed(row['score'])} {edition.word(row['word'])}{share}"
