"""Asking further in a notebook: why a score is what it is, one linked chart, two drugs at once, and what if."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from forevar.blocks import VEGALITE, Bundle, Column, Table
from forevar.errors import ParamsError
from forevar.terms import AGGREGATE, SCORED_DIMENSIONS
from forevar.words import capital

if TYPE_CHECKING:
    from forevar.edition import Edition
    from forevar.substance import SubstanceView


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
    records = rows.to_dict("records")
    cells = tuple(
        (
            capital(words(f"dimension.{row['dimension']}")), row["label"],
            *(row[f"{name}_shown"] or _figure(row[name], edition) for name in ("previous", "current")),
            "–" if pd.isna(row["value"]) else words.signed(row["value"]), f"{row['weight']:g}",
            words.signed(row["contribution"]) if pd.notna(row["value"]) else words(f"reason.{row['reason'] or 'few'}"),
            " → ".join(place for place in (row["origin_previous"], row["origin_current"]) if place and pd.notna(place)),
        )
        for row in records
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


def explore(view: SubstanceView, *others: str) -> LinkedChart:
    """One linked chart: drag over the years above, pick a source by its name, hover for the numbers.

    Args:
        view: A substance in an edition.
        others: Keys of substances to lay beside it.
    """
    import altair as alt  # takes half a second, which only who explores should wait

    edition, words = view.edition, view.edition.words
    keys = (view.key, *others)
    paints = [edition.paint(key) for key in keys]
    rows = pd.concat([edition.labelled(edition.rows(f"signals/{key}")) for key in keys], ignore_index=True)
    figures = [row["current"] if edition.shown(row) else None for row in rows.to_dict("records")]
    table = pd.DataFrame({
        "period": rows["period"],
        "substance": [capital(edition.paint(key).name) for key in rows["substance"]],
        "source": rows["label"], "dimension": [capital(words(f"dimension.{one}")) for one in rows["dimension"]],
        "step": rows["value"],
        "shown": ["" if pd.isna(one) else words.signed(one) for one in rows["value"]],
        "contribution": rows["contribution"],
        "figure": figures,
    })  # fmt: skip
    colour = alt.Color(
        "substance:N", title=None,
        scale=alt.Scale(domain=[capital(one.name) for one in paints], range=[one.colour for one in paints]),
    )  # fmt: skip
    years = alt.selection_interval(encodings=["x"], name="years")
    source = alt.selection_point(fields=["source"], name="source")
    pick = alt.selection_point(
        fields=["dimension"], name="dimension",
        bind=alt.binding_select(options=[None, *sorted(table["dimension"].unique())], name=words("explore.dimension")),
    )  # fmt: skip
    tips = ["substance", "source", "dimension", "period", "figure", "step", "contribution"]
    x = alt.X("period:O", title=None, axis=alt.Axis(labelAngle=0))
    base = alt.Chart(table).transform_filter(pick)
    sums = (
        base.transform_filter(source)
        .mark_line(point=True)
        .encode(x=x, y=alt.Y("sum(contribution):Q", title=words("explore.score")), color=colour)
        .properties(width=560, height=140)
        .add_params(years, pick)
    )
    steps = (
        base.transform_filter(years)
        .mark_text(fontSize=13, fontWeight="bold")
        .encode(
            x=x, y=alt.Y("source:N", title=None), color=colour,
            text="shown:N",opacity=alt.condition(source, alt.value(0.9), alt.value(0.15)),
            yOffset="substance:N", tooltip=tips,
        )
        .properties(width=560)
        .add_params(source)
    )  # fmt: skip
    spec = alt.vconcat(sums, steps).to_dict()
    del spec["$schema"]  # JupyterLab draws it with its own, older Vega-Lite, and would warn
    return LinkedChart(spec, words.join([capital(one.name) for one in paints]))


def compare(edition: Edition, *substances: str) -> Table:
    """The scores of several substances beside each other, each with its word and its share of the largest possible.

    Raises:
        ParamsError: Fewer than two substances, or one that is not there.
    """
    if len(substances) < 2:
        raise ParamsError("name two substances or more", mend='for instance: edition.compare("ketamin", "kokain")')
    words = edition.words
    views = [edition.substance(key) for key in substances]
    scores = [{row["dimension"]: row for row in view.scores.to_dict("records")} for view in views]
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
    from forevar.certainty import certainty_table
    from forevar.change import add_change
    from forevar.score import aggregated_differences, panel_counts, score_signals
    from forevar.trend import long_term_trends

    params, tables, gone = edition.params, edition.tables, set(left_out)
    observations = tables.observations[~tables.observations["source"].isin(gone)]
    answers = tables.answers[~tables.answers["source"].isin(gone)]
    signals = score_signals(observations, panel_counts(answers, params.sources), params.method, params.sources)
    differences = aggregated_differences(signals, params.method)
    signals = signals[signals["period"] >= str(params.method.trend.scored_from or "")]
    breaks = {key: list(one.breaks) for key, one in params.substances.items() if one.breaks}
    signals = add_change(signals, observations, params.method, breaks)
    certainty = certainty_table(signals, params.method, answers)
    certainty["would_change_if"] = certainty["would_change_if"].map(" ".join)
    trends = long_term_trends(differences, observations, params.method, params.substances)
    return replace(
        edition,
        tables=replace(
            tables, observations=observations, answers=answers, signals=signals, differences=differences,
            certainty=certainty, trends=trends,
        ),
    )  # fmt: skip


def _figure(number: float, edition: Edition) -> str:
    return "–" if pd.isna(number) else edition.words.number(number)


def _score(row: dict[Any, Any] | None, edition: Edition) -> str:
    words = edition.words
    if row is None or pd.isna(row["score"]) or not row["word"]:
        return words("text.no_score")
    share = f" ({words.number(100 * abs(row['score']) / row['maximum'])} %)" if row["maximum"] else ""
    return f"{words.signed(row['score'])} {edition.word(row['word'])}{share}"
