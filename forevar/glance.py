"""``edition.glance()``: where an edition stands, for the one who opens JupyterLab in the morning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from forevar.blocks import Bundle, Text
from forevar.words import capital

if TYPE_CHECKING:
    from forevar.edition import Edition


@dataclass(frozen=True, repr=False)
class Glance:
    """What there is, what is missing, and where the chapters are."""

    edition: Edition

    def _repr_mimebundle_(self, **_: object) -> Bundle:
        return Text(
            "\n\n".join(one.markdown for one in (self.title(), self.missing(), self.links()))
        )._repr_mimebundle_()

    def title(self) -> Text:
        """``# Føre Var 01/26, Bergen`` and how many files and figures stand behind."""
        edition, words = self.edition, self.edition.words
        place, name = edition.params.town.place, words.name(edition.params.town.report_name)
        told = words(
            "glance.counts", files=words.number(edition.tables.files["path"].nunique()),
            figures=words.number(len(edition.now("observations/all"))), period=words.span(edition.period),
        )  # fmt: skip
        return Text(f"# {name} {edition.period.printed}, {place}\n\n{told}")

    def missing(self) -> Text:
        """Silent sources, files without a sidecar, chapters without a text, and what loading noticed."""
        edition, words = self.edition, self.edition.words
        silent = edition.coverage[edition.coverage["state"] == "silent"]["source"]
        files = edition.tables.files
        lines = [words("glance.silent", source=words.name(edition.params.sources[key].name)) for key in silent]
        lines += [
            words("glance.unregistered", file=path)
            for path in files[~files["is_registered"].astype(bool)]["path"].unique()
        ]
        lines += [
            words("glance.text", file=f"{name}.md")
            for name in edition.recipe.chapters
            if name.startswith(("text/", "substances/")) and not edition.parts(name.removeprefix("text/"))
        ]
        what = "what" if words.lang == "en" else "what_nb"
        lines += [f"{row['where']}: {row[what]}" for row in edition.tables.notices.to_dict("records")]
        told = "\n".join(f"- {line}" for line in lines) or words("glance.nothing")
        return Text(f"## {words('glance.missing')}\n\n{told}")

    def links(self) -> Text:
        """The chapters as links to their notebooks, and what else may be opened."""
        edition, words = self.edition, self.edition.words
        lines = []
        for name in edition.recipe.notebooks:
            own = edition.workspace.notebook(name)
            kind, _, key = name.partition("/")
            is_general = own is None and kind == "substances"
            target = "substance" if is_general else name
            known = edition.params.substances.get(key)
            label = capital(words.name(known.name)) if known else self._title(name)
            note = words("glance.general", substance=key) if is_general else ""
            lines.append(f"- [{label}]({target}.ipynb) {note}".rstrip())
        return Text(f"## {words('glance.chapters')}\n\n" + "\n".join(lines))

    def _title(self, name: str) -> str:
        """``Hovedfunn``: a chapter as the report heads it; its name where nothing heads it but its own notebook."""
        words, focus = self.edition.words, self.edition.words.name(self.edition.recipe.focus)
        if name.startswith("special_focus/") and focus:
            return words("report.chapter.special-focus-about", focus=focus)
        key = f"report.chapter.{name.replace('_', '-')}"
        return words(key) if words.has(key) else name
