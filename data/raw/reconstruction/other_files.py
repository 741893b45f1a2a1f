"""Media, consequences, people and earlier main tables, in the shapes they come in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from forevar.period import Period
from reconstruction import questionnaires, series
from reconstruction.outbox import Outbox
from reconstruction.series import HALF_YEARS, MARKS, NOW, RECENT
from reconstruction.wording import DELIVERIES, LABELS, MONTHS, season, substances, until, value

Cell = Any
PLACES = {
    "": "I alt",
    "gyldenpris": "MO-senteret Gyldenpris",
    "nesttun": "MO-senteret Nesttun",
    "omsorgsbasen": "Omsorgsbasen",
    "eidsvag": "MO-senteret Eidsvåg",
    "kirkens_bymisjon": "Kirkens Bymisjon",
    "gatesykepleien": "Gatesykepleien",
    "vestland": "Vestland",
    "bergen": "Bergen",
}
SERIES_NAMES = {
    "opiates": "Opiat", "ghb": "GHB/GBL", "unknown": "Ukjent rusmiddel", "hiv": "Hiv", "aids": "Aids",
    "hepatitis_c": "Hepatitt C",
}  # fmt: skip
HEADERS = {
    "overdose_callouts": ("Halvår", "Kategori", "Utrykninger", "Merknad"),
    "needles": ("Halvår", "Sted", "Kanyler", "Merknad"),
    "foil": ("Halvår", "Sted", "Folie", "Merknad"),
    "msis": ("Halvår", "Sykdom", "Bosted", "Personer", "Merknad"),
    "drunk_cell": ("Halvår", "Innbringelser", "Merknad"),
    "driving": ("Halvår", "Anmeldelser", "Merknad"),
    "naloxone": ("Halvår", "Nesesprayer", "Merknad"),
    "acute_admissions": ("Halvår", "Innleggelser", "Merknad"),
    "police_possession": ("Halvår", "Saker", "Merknad"),
}


def rusinfo(out: Outbox) -> None:
    """Themes down, quarters across (``2025K4``), Latin-1."""
    for last in DELIVERIES:
        periods = until(last)
        rows: list[list[Cell]] = [["Tema", *(f"{y}K{q}" for p in periods for y, q in series.quarters(p))]]
        for substance in substances("rusinfo"):
            row: list[Cell] = [LABELS[substance]["plain"]]
            for period in periods:
                total = value("rusinfo", "calls", substance, period)
                key = ("rusinfo", substance, str(period))
                row += ["", ""] if total is None else series.parts(total, 2, *key)
            rows.append(row)
        out.text("statistics", "rusinfo", last, rows, encoding="latin-1")


def bt(out: Outbox) -> None:
    """The archive's list of hits: a row an article; titles are left out."""
    for period in RECENT:
        rows: list[tuple[dt.date, str]] = []
        for substance in substances("bt"):
            random = series.dice("bt", substance, str(period))
            days = random.integers(0, period.days, value("bt", "articles", substance, period) or 0)
            rows += [(period.start + dt.timedelta(days=int(day)), LABELS[substance]["search"]) for day in days]
        listed = [[day.strftime("%d.%m.%Y"), "Bergens Tidende", word, "(ikke gjengitt)"] for day, word in sorted(rows)]
        out.text("media", "bt", period, [["Dato", "Avis", "Søkeord", "Tittel"], *listed])


def ba(out: Outbox) -> None:
    """Months down, search words across, a half-year a workbook."""
    for period in RECENT:
        rows: list[list[Cell]] = [["Treff ved søk på nettstedet"]]
        rows.append(["Måned", *(LABELS[substance]["search"] for substance in substances("ba"))])
        dealt = [_by_month("ba", one, period) for one in substances("ba")]
        for (year, month), hits in zip(series.months(period), zip(*dealt, strict=True), strict=True):
            rows.append([f"{MONTHS[month - 1]} {year}", *hits])
        out.book("media", "ba", period, {"Treff": rows})


def _by_month(source: str, substance: str, period: Period) -> list[int]:
    """Hits of a half-year dealt out to its months."""
    return series.parts(value(source, "hits", substance, period) or 0, 6, source, substance, str(period))


def google_trends(out: Outbox) -> None:
    """Five terms an export, in Google's own form; all six exports fetched the same day and on one scale."""
    terms = substances("google_trends")
    for number in range(0, len(terms), 5):
        five = terms[number : number + 5]
        rows: list[list[Cell]] = [["Måned", *(f"{LABELS[one]['search']}: (Vestland)" for one in five)]]
        for period in RECENT:
            dealt = [_by_month("google_trends", one, period) for one in five]
            for (year, month), hits in zip(series.months(period), zip(*dealt, strict=True), strict=True):
                rows.append([f"{year}-{month:02d}", *hits])
        before = ("Kategori: Alle kategorier", "")
        note = "Eksport fra Google Trends: seks eksporter satt på samme skala."
        part = f"-{number // 5 + 1}"
        out.text("media", "google_trends", NOW, rows, delimiter=",", before=before, part=part, note=note)


def added(out: Outbox) -> None:
    """The invented sources: half-years down, drugs across, one delivery each (the closed one its last)."""
    rows_of = [row for row in series.table("counts") if row["basis"] == "invented source"]
    for source, measure in sorted({(row["source"], row["measure"]) for row in rows_of}):
        named = substances(source)
        periods = [p for p in RECENT if any(value(source, measure, one, p) is not None for one in named)]
        rows: list[list[Cell]] = [["Halvår", *(LABELS[one]["plain"] for one in named)]]
        for period in periods:
            rows.append([season(period), *(value(source, measure, one, period) for one in named)])
        family = "media" if measure == "articles" else "statistics"
        note = "Kilden finnes ikke; den er funnet på for demonstrasjonen."
        out.text(family, source, periods[-1], rows, note=note)


def consequences(out: Outbox) -> None:
    """Series of figures 2–6, each number with a remark on where it comes from."""
    for source, header in HEADERS.items():
        mine = [(key, numbers) for key, numbers in series.consequence_series().items() if key[0] == source]
        rows: list[list[Cell]] = [list(header)]
        for period in HALF_YEARS:
            for (_, measure, place), numbers in mine:
                if period in numbers:
                    number, mark = numbers[period]
                    name = SERIES_NAMES.get(measure)
                    said = {"Halvår": season(period), "Kategori": name, "Sykdom": name, "Merknad": MARKS[mark]}
                    said |= {"Sted": PLACES[place], "Bosted": PLACES[place]}
                    rows.append([said.get(column, number) for column in header])
        note = "Kolonnen Merknad sier hva som er trykt, omtrentlig og rekonstruert."
        if source == "msis":
            note += " Hordaland inngikk i Vestland fra 2020; tallene før er korrigert for dette."
        if source in ("overdose_callouts", "needles", "foil"):
            out.book("consequences", source, NOW, {"Tall": [["Tall til Føre Var"], [], *rows]}, note=note)
        else:
            encoding = "latin-1" if source == "driving" else "utf-8"
            out.text("consequences", source, NOW, rows, encoding=encoding, note=note)


def people(out: Outbox) -> None:
    """Questionnaires of the panel and the schools, and the register of focus groups."""
    for period in RECENT:
        note = "Anonyme svar; ingen av dem er gitt av noen."
        out.book("panel", "trend_panel", period, {"Svar": questionnaires.panel_rows(period)}, note=note)
        schools = questionnaires.key_person_rows(period)
        out.text("key_persons", "key_persons", period, schools, encoding="utf-8-sig", note=note)
    for period in DELIVERIES:
        held = [row for row in series.table("focus_groups") if row["period"] == str(period)]
        days = [dt.date.fromisoformat(row["date"]).strftime("%d.%m.%Y") for row in held]
        rows: list[list[Cell]] = [
            [day, row["setting"], int(row["present"])] for day, row in zip(days, held, strict=True)
        ]
        out.text("focus_groups", "focus_groups", period, [["Dato", "Sted", "Antall til stede"], *rows])


def main_tables(out: Outbox) -> None:
    """Differences of the editions before the raw files begin: a text file to 2015, a workbook after."""
    header = ["Utgave", "Rusmiddel", "Bruk", "Tilgjengelighet", "Interesse", "Aggregert differanse"]
    rows: dict[bool, list[list[Cell]]] = {True: [header], False: [header]}
    for row in series.table("main_tables"):
        period = Period.parse(row["period"])
        scores = [int(row[one]) for one in ("use", "availability", "interest")]
        line = [period.printed, LABELS[row["substance"]]["question"], *scores, sum(scores)]
        rows[period <= Period(2015, 2)].append(line)
    note = "Følger ordene i tidligere utgaver der de er kjent, ellers rapportens omtale av kurvene."
    out.text("main_tables", "main_tables", Period(2015, 2), rows[True], note=note)
    out.book("main_tables", "main_tables", Period(2023, 2), {"Hovedtabell": rows[False]}, note=note)
