"""changes/panel.csv, answers.csv and key_persons.csv → the rows an online form would export."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import numpy as np

from forevar.period import Period
from reconstruction.series import dice, table

GROUPS = {"general": "Det generelle samfunn", "nightlife": "Uteliv", "risk": "Risikomiljø/etablerte rusmiljø"}
INTAKE = ("Svelger", "Sniffer", "Røyker", "Injiserer", "Annet")
CHANGES = {"more": ("Økt litt", "Økt mye"), "same": ("Uendret",), "less": ("Redusert litt", "Redusert mye")}
LISTS = {
    "slang": "Slang",
    "combination": "Brukes sammen med",
    "consequence": "Konsekvenser",
    "bought_where": "Kjøpes hvor?",
}
COMMENTS = ("Brukes mer åpenlyst enn før.", "Flere blander.", "Vanskelig å vite hva pillene inneholder.")
Cells = dict[str, str | int]


def panel_rows(period: Period) -> list[list[str | int | None]]:
    """Header and one row an informant, in the order the form asks."""
    tables = [row for row in table("panel") if row["period"] == str(period)]
    names = {row["substance"]: row["question"] for row in table("labels")}
    substances = [key for key in names if any(row["substance"] == key for row in tables)]
    people = [group for group in GROUPS for _ in range(_persons(tables, group))]
    answers: list[Cells] = [{"Hvilket miljø kjenner du best?": GROUPS[group]} for group in people]
    for substance in substances:
        _answer(answers, people, [row for row in tables if row["substance"] == substance], names[substance], period)
    random = dice("panel", str(period), "order")
    order = [int(one) for one in random.permutation(len(people))]
    for number, comment in zip(order, COMMENTS, strict=False):
        answers[number]["Andre kommentarer"] = comment
    header = ["Svar-ID", "Levert", "Hvilket miljø kjenner du best?"]
    header += [column for substance in substances for column in columns_of(names[substance])] + ["Andre kommentarer"]
    rows: list[list[str | int | None]] = [list(header)]
    for number, one in enumerate(order, 1):
        day = period.end - dt.timedelta(days=int(random.integers(3, 25)))
        cells = answers[one] | {"Svar-ID": number, "Levert": day.strftime("%d.%m.%Y")}
        rows.append([cells.get(column) for column in header])
    return rows


def columns_of(name: str) -> list[str]:
    """The form's questions about one drug."""
    return [
        f"{name}: Kjenner du til bruk det siste halve året?",
        f"{name}: Hvordan har bruken endret seg?",
        f"{name}: Hvordan har tilgjengeligheten endret seg?",
        *(f"{name}: Inntaksmåte [{way}]" for way in INTAKE),
        f"{name}: Pris i kroner",
        f"{name}: Pris per",
        *(f"{name}: {question}" for question in LISTS.values()),
    ]


def _persons(rows: list[dict[str, str]], group: str) -> int:
    return next(int(row["persons"]) for row in rows if row["group"] == group)


def _answer(answers: list[Cells], people: list[str], rows: list[dict[str, str]], name: str, period: Period) -> None:
    """Fill in what the table says of one drug, person by person."""
    substance = rows[0]["substance"]
    random = dice("panel", str(period), substance)
    knows, use, availability, *_ = columns_of(name)
    informed: list[int] = []
    for row in rows:
        group = [number for number, one in enumerate(people) if one == row["group"]]
        chosen = sorted(int(one) for one in random.permutation(group)[: int(row["knows"])])
        for number in group:
            answers[number][knows] = "Ja" if number in chosen else "Nei"
        for column, question in ((use, "use"), (availability, "availability")):
            said = [one for one in CHANGES for _ in range(int(row[f"{question}_{one}"]))]
            for number, one in zip(chosen, random.permutation(said), strict=True):
                words = CHANGES[str(one)]
                answers[number][column] = words[int(random.integers(len(words)))]
        informed += chosen
    _details(answers, informed, substance, name, random, _share(substance, len(informed)))


def _share(substance: str, informed: int) -> float:
    """How many know now against spring 2026, for which the details are given."""
    now = sum(int(r["knows"]) for r in table("panel") if r["substance"] == substance and r["period"] == "2026-1")
    return min(1.0, informed / now) if now else 0.0


def _details(
    answers: list[Cells], informed: list[int], substance: str, name: str, random: np.random.Generator, share: float
) -> None:
    """Intake, price, slang and the rest, dealt out among those who know."""
    lists: dict[tuple[int, str], list[str]] = defaultdict(list)
    priced: list[int] = [int(one) for one in random.permutation(informed)]
    for row in (row for row in table("answers") if row["substance"] == substance):
        count = min(round(int(row["persons"]) * share), len(informed))
        if row["question"] == "price":
            told, priced = priced[:count], priced[count:]
            for number in told:
                answers[number][f"{name}: Pris i kroner"] = int(row["answer"])
                answers[number][f"{name}: Pris per"] = row["unit"]
            continue
        for number in sorted(int(one) for one in random.permutation(informed)[:count]):
            if row["question"] == "intake":
                answers[number][f"{name}: Inntaksmåte [{row['answer']}]"] = "X"
            else:
                lists[number, LISTS[row["question"]]].append(row["answer"])
    for (number, question), said in lists.items():
        answers[number][f"{name}: {question}"] = ", ".join(said) if question == "Slang" else "; ".join(said)


def key_person_rows(period: Period) -> list[list[str]]:
    """Header and one row a school."""
    tables = [row for row in table("key_persons") if row["period"] == str(period)]
    names = {row["substance"]: row["question"].lower() for row in table("labels")}
    rows: list[list[str]] = [[str(number)] for number in range(1, int(tables[0]["persons"]) + 1)]
    header = ["Nr"]
    for table_row in tables:
        name, random = names[table_row["substance"]], dice("key_persons", str(period), table_row["substance"])
        header += [f"Kjenner du til bruk av {name} blant elevene?"]
        header += [f"Endring i bruk av {name}", f"Endring i tilgjengelighet av {name}"]
        chosen = [int(one) for one in random.permutation(len(rows))[: int(table_row["knows"])]]
        for number, row in enumerate(rows):
            row += ["Ja" if number in chosen else "Nei", "", ""]
        for place, question in ((-2, "use"), (-1, "availability")):
            said = [one for one in ("more", "same", "less") for _ in range(int(table_row[f"{question}_{one}"]))]
            for number, one in zip(sorted(chosen), random.permutation(said), strict=True):
                rows[number][place] = {"more": "Økning", "same": "Uendret", "less": "Nedgang"}[str(one)]
    return [header, *rows]
