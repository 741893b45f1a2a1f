"""changes/*.csv → the demonstration's raw files, as their providers would send them.

    python data/raw/reconstruct.py [FOLDER]

None of it is KORUS Bergen's data. The tables in ``changes/`` say which numbers are wanted; ``series.py`` and
``questionnaires.py`` work them out, this file pours each series into the shape of one provider. The seed is fixed:
run again, every cell is the same.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import provider_files as files
import questionnaires
import series
from series import BEFORE, HALF_YEARS, MARKS, NOW, RECENT

from forevar.period import Period

Cell = Any
MONTHS = "januar februar mars april mai juni juli august september oktober november desember".split()
UNITS = {"g": "gram", "tablets": "tabletter", "litres": "liter", "DDD": "DDD"}
DELIVERIES = (BEFORE, NOW)
PLACES = {
    "": "I alt", "gyldenpris": "MO-senteret Gyldenpris", "nesttun": "MO-senteret Nesttun", "omsorgsbasen": "Omsorgsbasen",
    "eidsvag": "MO-senteret Eidsvåg", "kirkens_bymisjon": "Kirkens Bymisjon", "gatesykepleien": "Gatesykepleien",
    "vestland": "Vestland", "bergen": "Bergen",
}  # fmt: skip
SERIES_NAMES = {
    "opiates": "Opiat", "ghb": "GHB/GBL", "unknown": "Ukjent rusmiddel", "hiv": "Hiv", "aids": "Aids",
    "hepatitis_c": "Hepatitt C",
}  # fmt: skip
COUNTS = series.all_counts()
LABELS = {row["substance"]: row for row in series.table("labels")}
UNIT_OF = {(row["source"], row["measure"], row["substance"]): row["unit"] for row in series.table("counts")}


def span(period: Period) -> str:
    """``oktober 2025–mars 2026``."""
    first, last = period.start, period.end
    return f"{MONTHS[first.month - 1]} {first.year}–{MONTHS[last.month - 1]} {last.year}"


def season(period: Period) -> str:
    """``vår 2026``."""
    return f"{'vår' if period.half == 1 else 'høst'} {period.year}"


def substances(source: str) -> list[str]:
    """Drugs a source has a series for, in the order of the main table."""
    have = {key[2] for key in COUNTS if key[0] == source}
    return [substance for substance in LABELS if substance in have]


def value(source: str, measure: str, substance: str, period: Period) -> int | None:
    """One number; None when there was no figure."""
    return COUNTS.get((source, measure, substance), {}).get(period)


def until(last: Period, periods: Sequence[Period] = HALF_YEARS) -> list[Period]:
    """The half-years a delivery repeats."""
    return [period for period in periods if period <= last]


class Maker:
    """Writes the files of one run into a folder, each with its sidecar."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def sidecar(self, path: Path, source: str, period: Period, note: str = "") -> None:
        """The made file's sidecar: producer, date of a delivery, checksum, and that it is reconstructed."""
        origin = {
            "producer": files.PRODUCER,
            "title": f"Slik en fil fra kilden {source} kan se ut",
            "received": period.end + dt.timedelta(days=20),
            "licence": files.LICENCE,
        }
        files.write_sidecar(path, source, origin, "reconstructed", f"{files.NOTE} {note}".strip())

    def book(self, family: str, source: str, period: Period, sheets: dict[str, files.Rows], **more: Any) -> None:
        """A workbook and its sidecar."""
        path = self.folder / family / f"{period}-{source}.xlsx"
        files.write_workbook(path, sheets, more.get("merged"))
        self.sidecar(path, source, period, more.get("note", ""))

    def text(self, family: str, source: str, period: Period, rows: files.Rows, **more: Any) -> None:
        """A delimited text file and its sidecar; ``part`` tells several of one delivery apart."""
        note, part = more.pop("note", ""), more.pop("part", "")
        path = self.folder / family / f"{period}-{source}{part}.csv"
        files.write_text(path, rows, **more)
        self.sidecar(path, source, period, note)

    # ------------------------------------------------------------------ seizures
    def customs(self) -> None:
        """Every delivery repeats the series; half-years merged over two columns; cannabis in kilos as two drugs."""
        for last in DELIVERIES:
            periods = until(last)
            top: list[Cell] = ["Stoff", "Enhet for mengde"]
            second: list[Cell] = [None, None]
            for period in periods:
                top += [span(period), None]
                second += ["Antall beslag", "Mengde"]
            rows = [["Beslag av narkotika og legemidler, Bergen og omegn"], ["Tall fra Tolletaten"], [], top, second]
            for substance in substances("customs"):
                unit = UNIT_OF.get(("customs", "amount", substance), "")
                pairs = [
                    (value("customs", "seizures", substance, p), value("customs", "amount", substance, p)) for p in periods
                ]
                if substance == "cannabis":
                    rows += [self._part_of_cannabis(name, share, pairs) for name, share in (("Hasj", 3), ("Marihuana", 1))]
                    continue
                row: list[Cell] = [LABELS[substance]["seizures"], UNITS.get(unit)]
                rows.append(row + [cell for pair in pairs for cell in pair])
            rows += [[], ["Kilde: Tolletaten. Små beslag av samme stoff i samme sending er talt som ett."]]
            columns = range(3, 3 + 2 * len(periods), 2)
            merged = [f"{_letter(one)}4:{_letter(one + 1)}4" for one in columns] + ["A4:A5", "B4:B5"]
            self.book("statistics", "customs", last, {"Beslag": rows}, merged={"Beslag": merged})

    @staticmethod
    def _part_of_cannabis(name: str, share: int, pairs: Iterable[tuple[int | None, int | None]]) -> list[Cell]:
        row: list[Cell] = [name, "kg"]
        for seizures, amount in pairs:
            assert seizures is not None and amount is not None
            quarter, tenth = seizures // 4, amount // 10
            row += [seizures - quarter, (amount - tenth) / 1000] if share == 3 else [quarter, tenth / 1000]
        return row

    def kripos(self) -> None:
        """A long text file in Latin-1; the year only on the first row of its block."""
        for last in DELIVERIES:
            rows: list[list[Cell]] = [["År", "Halvår", "Stoff", "Antall beslag", "Mengde", "Enhet"]]
            for period in until(last):
                year: Cell = period.year
                for substance in substances("kripos"):
                    if period not in COUNTS["kripos", "seizures", substance]:
                        continue
                    seizures, amount = (value("kripos", one, substance, period) for one in ("seizures", "amount"))
                    unit = UNITS.get(UNIT_OF.get(("kripos", "amount", substance), ""), "")
                    half = "vår" if period.half == 1 else "høst"
                    label = LABELS[substance]["seizures"]
                    rows.append([year, half, label, seizures, spaced(amount), unit])
                    year = ""
            self.text("statistics", "kripos", last, rows, encoding="latin-1", end="\r\n")

    def prison_seizures(self) -> None:
        """A half-year a workbook, the period above the table, footnotes below, words for none."""
        for period in RECENT:
            rows = [["Beslag i fengsel, region vest"], [f"Periode: {span(period)}"], []]
            rows.append(["Stoff", "Antall beslag", "Mengde", "Enhet"])
            for substance in substances("prison_seizures"):
                seizures, amount = (value("prison_seizures", one, substance, period) for one in ("seizures", "amount"))
                unit = UNITS[UNIT_OF["prison_seizures", "amount", substance]]
                rows.append([LABELS[substance]["seizures"], seizures or "ingen", amount or "-", unit])
            rows += [[], ["Kilde: Kriminalomsorgen"], ["Mengde er anslått ved beslag."]]
            self.book("statistics", "prison_seizures", period, {"Beslag": rows})

    # ------------------------------------------------------------------ laboratories
    def prison_tests(self) -> None:
        """A half-year a text file: analysed and positive."""
        samples = series.analysed("prison_tests")
        for period in RECENT:
            rows: list[list[Cell]] = [["Analyse", "Analyserte prøver", "Positive"]]
            for substance in substances("prison_tests"):
                positive = value("prison_tests", "positive", substance, period)
                rows.append([LABELS[substance]["laboratory"], samples[period], positive])
            self.text("statistics", "prison_tests", period, rows, encoding="utf-8-sig")

    def mbf(self) -> None:
        """Half-years down, analyses across, a column for the number of samples."""
        samples = series.analysed("mbf")
        for last in DELIVERIES:
            head = [["Positive prøvesvar, urin og blod"], ["Rekvirert i Bergen"], []]
            names = [LABELS[substance]["laboratory"] for substance in substances("mbf")]
            rows = [*head, ["Halvår", "Analyserte prøver", *names]]
            for period in until(last):
                found = [value("mbf", "positive", substance, period) for substance in substances("mbf")]
                rows.append([season(period), samples[period], *found])
            rows += [[], ["* Samme person kan ha flere prøver."]]
            self.book("statistics", "mbf", last, {"Prøvesvar": rows, "Om analysene": [["Metode: LC-MS/MS"]]})

    def ous(self) -> None:
        """Analyses down, half-years across, the number of samples as a row of its own; separated by commas."""
        samples = series.analysed("ous")
        for last in DELIVERIES:
            periods = until(last)
            rows: list[list[Cell]] = [["Stoff", *(period.printed for period in periods)]]
            rows.append(["Antall prøver", *(samples[period] for period in periods)])
            for substance in substances("ous"):
                found = [value("ous", "positive", substance, period) for period in periods]
                rows.append([LABELS[substance]["laboratory"], *found])
            self.text("statistics", "ous", last, rows, delimiter=",")

    # ------------------------------------------------------------------ treatment, emergencies, low threshold
    def afr(self) -> None:
        """A half-year a workbook, diagnoses as labels, few patients hidden."""
        for period in RECENT:
            rows = [["Pasienter ved oppstart av utredning eller behandling"], [span(period)], []]
            rows.append(["Hoveddiagnose", "Antall pasienter"])
            for substance in substances("afr"):
                patients = value("afr", "patients", substance, period) or 0
                rows.append([LABELS[substance]["treatment"], patients if patients >= 5 else "<5"])
            rows.append(["F16, F18 Andre", "<5"])
            rows += [[], ["<5: skjult av hensyn til personvern"]]
            self.book("statistics", "afr", period, {"Oppstart": rows})

    def ambulance(self) -> None:
        """New in 2026-1 with figures back to 2023-2: one workbook, years over quarters."""
        quarters = [(period, quarter) for period in RECENT for quarter in series.quarters(period)]
        years = [quarter[0] for _, quarter in quarters]
        top: list[Cell] = ["Rusmiddel"] + [year if years.index(year) == n else None for n, year in enumerate(years)]
        rows = [["Utrykninger etter rusmiddel, AMK Bergen"], top, [None, *(f"{q[1]}. kvartal" for _, q in quarters)]]
        for substance in substances("ambulance"):
            row: list[Cell] = [LABELS[substance]["plain"]]
            for period in RECENT:
                total = value("ambulance", "callouts", substance, period)
                row += series.parts(total or 0, 2, "ambulance", substance, str(period))
            rows.append(row)
        merged = [f"{_letter(years.index(y) + 2)}2:{_letter(years.index(y) + 1 + years.count(y))}2" for y in sorted(set(years))]
        note = "Ny kilde i 01/26, levert med tall tilbake til april 2023."
        self.book("statistics", "ambulance", NOW, {"Utrykninger": rows}, merged={"Utrykninger": merged}, note=note)

    def brukerrommet(self) -> None:
        """Drugs down, months across (``okt.25``), every delivery the whole series."""
        for last in DELIVERIES:
            periods = until(last)
            months = [f"{MONTHS[m - 1][:3]}.{y % 100:02d}" for p in periods for y, m in series.months(p)]
            rows: list[list[Cell]] = [["Rusmiddel som skal brukes", *months]]
            for substance in substances("brukerrommet"):
                row: list[Cell] = [LABELS[substance]["plain"]]
                for period in periods:
                    total = value("brukerrommet", "visits", substance, period)
                    key = ("brukerrommet", substance, str(period))
                    row += [""] * 6 if total is None else series.parts(total, 6, *key)
                rows.append(row)
            self.text("statistics", "brukerrommet", last, rows, encoding="utf-8-sig")

    # ------------------------------------------------------------------ sales
    def pharmacy_sales(self) -> None:
        """A row a month and medicine, months as date cells, ATC code before the name."""
        for last in DELIVERIES:
            rows: list[list[Cell]] = [["Måned", "ATC-kode og virkestoff", "Salg (DDD)"]]
            for period in until(last):
                for substance in substances("pharmacy_sales"):
                    total = value("pharmacy_sales", "sales", substance, period)
                    if total is None:
                        continue
                    dealt = series.parts(total, 6, "pharmacy_sales", substance, str(period))
                    for (year, month), sold in zip(series.months(period), dealt, strict=True):
                        rows.append([dt.date(year, month, 1), LABELS[substance]["pharmacy"], sold])
            self.book("statistics", "pharmacy_sales", last, {"Salg": rows})

    def alcohol_sales(self) -> None:
        """Three sellers of alcohol, three shapes: two tables in a sheet, months as text, quarters in a workbook."""
        for last in DELIVERIES:
            periods = until(last)
            years = [["Liter ren alkohol per år"], ["År", "Liter"]]
            years += [[y, sum(self._sold("wine_monopoly_sales", Period(y, h)) for h in (1, 2))] for y in range(2016, 2025)]
            halves = [["Liter ren alkohol per halvår"], ["Halvår", "Liter"]]
            halves += [[span(period), self._sold("wine_monopoly_sales", period)] for period in periods]
            sheet = [["Salg i Bergen"], [], *years, [], *halves, [], ["Kilde: Vinmonopolet"]]
            self.book("statistics", "wine_monopoly_sales", last, {"Alkohol": sheet})
            rows: list[list[Cell]] = [["Måned", "Liter"]]
            quarterly: list[list[Cell]] = [["Kvartal", "Salg i liter ren alkohol"]]
            for period in periods:
                dealt = series.parts(self._sold("shop_sales", period), 6, "shop_sales", str(period))
                rows += [[f"{y}M{m:02d}", spaced(n)] for (y, m), n in zip(series.months(period), dealt, strict=True)]
                dealt = series.parts(self._sold("tax_free_sales", period), 2, "tax_free_sales", str(period))
                names = [f"{q}. kvartal {y}" for y, q in series.quarters(period)]
                quarterly += [[name, litres] for name, litres in zip(names, dealt, strict=True)]
            self.text("statistics", "shop_sales", last, rows, encoding="latin-1")
            self.book("statistics", "tax_free_sales", last, {"Salg": quarterly})

    @staticmethod
    def _sold(source: str, period: Period) -> int:
        return value(source, "sales", "alkohol", period) or 0

    # ------------------------------------------------------------------ interest
    def rusinfo(self) -> None:
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
            self.text("statistics", "rusinfo", last, rows, encoding="latin-1")

    def bt(self) -> None:
        """The archive's list of hits: a row an article; titles are left out."""
        for period in RECENT:
            rows: list[tuple[dt.date, str]] = []
            for substance in substances("bt"):
                random = series.dice("bt", substance, str(period))
                days = random.integers(0, period.days, value("bt", "articles", substance, period) or 0)
                rows += [(period.start + dt.timedelta(days=int(day)), LABELS[substance]["search"]) for day in days]
            listed = [[day.strftime("%d.%m.%Y"), "Bergens Tidende", word, "(ikke gjengitt)"] for day, word in sorted(rows)]
            self.text("media", "bt", period, [["Dato", "Avis", "Søkeord", "Tittel"], *listed])

    def ba(self) -> None:
        """Months down, search words across, a half-year a workbook."""
        for period in RECENT:
            rows: list[list[Cell]] = [["Treff ved søk på nettstedet"]]
            rows.append(["Måned", *(LABELS[substance]["search"] for substance in substances("ba"))])
            dealt = [
                series.parts(value("ba", "hits", one, period) or 0, 6, "ba", one, str(period)) for one in substances("ba")
            ]
            for (year, month), hits in zip(series.months(period), zip(*dealt, strict=True), strict=True):
                rows.append([f"{MONTHS[month - 1]} {year}", *hits])
            self.book("media", "ba", period, {"Treff": rows})

    def google_trends(self) -> None:
        """Five terms an export, in Google's own form; all six exports fetched the same day and on one scale."""
        terms = substances("google_trends")
        for number in range(0, len(terms), 5):
            five = terms[number : number + 5]
            rows: list[list[Cell]] = [["Måned", *(f"{LABELS[one]['search']}: (Vestland)" for one in five)]]
            for period in RECENT:
                dealt = [
                    series.parts(value("google_trends", "hits", one, period) or 0, 6, "google", one, str(period)) for one in five
                ]
                for (year, month), hits in zip(series.months(period), zip(*dealt, strict=True), strict=True):
                    rows.append([f"{year}-{month:02d}", *hits])
            before = ("Kategori: Alle kategorier", "")
            note = "Eksport fra Google Trends: seks eksporter satt på samme skala."
            part = f"-{number // 5 + 1}"
            self.text("media", "google_trends", NOW, rows, delimiter=",", before=before, part=part, note=note)

    # ------------------------------------------------------------------ sources that no report names
    def added(self) -> None:
        """The invented sources: half-years down, drugs across, one delivery each (the closed one its last)."""
        keys = {(row["source"], row["measure"]) for row in series.table("counts") if row["basis"] == "invented"}
        known = {"wine_monopoly_sales", "shop_sales", "tax_free_sales"} | set(FULL)
        for source, measure in sorted(keys):
            if source in known:
                continue
            periods = [p for p in RECENT if any(value(source, measure, one, p) is not None for one in substances(source))]
            rows: list[list[Cell]] = [["Halvår", *(LABELS[one]["plain"] for one in substances(source))]]
            for period in periods:
                found = [value(source, measure, one, period) for one in substances(source)]
                rows.append([season(period), *("" if one is None else one for one in found)])
            family = "media" if measure == "articles" else "statistics"
            note = "Kilden finnes ikke; den er funnet på for demonstrasjonen."
            self.text(family, source, periods[-1], rows, note=note)

    # ------------------------------------------------------------------ consequences
    def consequences(self) -> None:
        """Series of figures 2–6, each number with a remark on where it comes from."""
        for (source, header), shape in CONSEQUENCES.items():
            rows: list[list[Cell]] = [list(header)]
            for (_, measure, place), numbers in sorted(
                (item for item in series.consequence_series().items() if item[0][0] == source), key=_in_order
            ):
                for period, (number, mark) in numbers.items():
                    rows.append(shape(period, measure, place, number, MARKS[mark]))
            rows[1:] = sorted(rows[1:], key=lambda row: [_time_key(row[0])])
            note = "Kolonnen Merknad sier hva som er trykt, omtrentlig og rekonstruert."
            if source == "msis":
                note += " Hordaland inngikk i Vestland fra 2020; tallene før er korrigert for dette."
            if source in ("overdose_callouts", "needles", "foil"):
                heading = [["Tall til Føre Var"], []]
                self.book("consequences", source, NOW, {"Tall": [*heading, *rows]}, note=note)
            else:
                self.text("consequences", source, NOW, rows, encoding="latin-1" if source == "driving" else "utf-8", note=note)

    def doping(self) -> None:
        """New in 2026-1, with no figures from before."""
        ((number, _),) = series.consequence_series()["police_doping", "cases", ""].values()
        rows = [["Anmeldte dopingovertredelser"], [f"Periode: {span(NOW)}"], [], ["Lovbrudd", "Saker"], ["Doping", number]]
        self.book("statistics", "police_doping", NOW, {"Saker": rows}, note="Ny kilde i 01/26 uten tall fra før.")

    # ------------------------------------------------------------------ people
    def people(self) -> None:
        """Questionnaires of the panel and the schools, and the register of focus groups."""
        for period in RECENT:
            note = "Anonyme svar; ingen av dem er gitt av noen."
            self.book("panel", "trend_panel", period, {"Svar": questionnaires.panel_rows(period)}, note=note)
            self.text("key_persons", "key_persons", period, questionnaires.key_person_rows(period), encoding="utf-8-sig", note=note)
        for period in DELIVERIES:
            held = [row for row in series.table("focus_groups") if row["period"] == str(period)]
            rows = [[dt.date.fromisoformat(r["date"]).strftime("%d.%m.%Y"), r["setting"], int(r["present"])] for r in held]
            self.text("focus_groups", "focus_groups", period, [["Dato", "Sted", "Antall til stede"], *rows])

    # ------------------------------------------------------------------ earlier main tables
    def main_tables(self) -> None:
        """Differences of the editions before the raw files begin: a text file to 2015, a workbook after."""
        header = ["Utgave", "Rusmiddel", "Bruk", "Tilgjengelighet", "Interesse", "Aggregert differanse"]
        rows: dict[bool, list[list[Cell]]] = {True: [header], False: [header]}
        for row in series.table("main_tables"):
            period = Period.parse(row["period"])
            scores = [int(row[one]) for one in ("use", "availability", "interest")]
            line = [period.printed, LABELS[row["substance"]]["question"], *scores, sum(scores)]
            rows[period <= Period(2015, 2)].append(line)
        note = "Følger ordene i tidligere utgaver der de er kjent, ellers rapportens omtale av kurvene."
        self.text("main_tables", "main_tables", Period(2015, 2), rows[True], note=note)
        self.book("main_tables", "main_tables", Period(2023, 2), {"Hovedtabell": rows[False]}, note=note)


def spaced(number: int | None) -> str:
    """``12 500``; nothing when there was no figure."""
    return "" if number is None else f"{number:,}".replace(",", " ")


def _letter(column: int) -> str:
    """Column 1 is A, 27 is AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _in_order(item: tuple[tuple[str, str, str], Any]) -> tuple[int, int]:
    _, measure, place = item[0]
    return list(SERIES_NAMES).index(measure) if measure in SERIES_NAMES else 0, list(PLACES).index(place)


def _time_key(label: str) -> int:
    half, year = label.split()
    return 2 * int(year) + (half == "høst")


Shape = Callable[[Period, str, str, int, str], list[Cell]]
_CATEGORY: Shape = lambda p, measure, place, number, mark: [season(p), SERIES_NAMES[measure], number, mark]  # noqa: E731
_SITE: Shape = lambda p, measure, place, number, mark: [season(p), PLACES[place], number, mark]  # noqa: E731
_ILLNESS: Shape = lambda p, measure, place, number, mark: [season(p), SERIES_NAMES[measure], PLACES[place], number, mark]  # noqa: E731
_PLAIN: Shape = lambda p, measure, place, number, mark: [season(p), number, mark]  # noqa: E731
CONSEQUENCES: dict[tuple[str, tuple[str, ...]], Shape] = {
    ("overdose_callouts", ("Halvår", "Kategori", "Utrykninger", "Merknad")): _CATEGORY,
    ("needles", ("Halvår", "Sted", "Kanyler", "Merknad")): _SITE,
    ("foil", ("Halvår", "Sted", "Folie", "Merknad")): _SITE,
    ("msis", ("Halvår", "Sykdom", "Bosted", "Personer", "Merknad")): _ILLNESS,
    ("drunk_cell", ("Halvår", "Innbringelser", "Merknad")): _PLAIN,
    ("driving", ("Halvår", "Anmeldelser", "Merknad")): _PLAIN,
    ("naloxone", ("Halvår", "Nesesprayer", "Merknad")): _PLAIN,
    ("acute_admissions", ("Halvår", "Innleggelser", "Merknad")): _PLAIN,
    ("police_possession", ("Halvår", "Saker", "Merknad")): _PLAIN,
}
FULL = (
    "customs", "kripos", "prison_seizures", "prison_tests", "mbf", "ous", "afr", "ambulance", "brukerrommet",
    "pharmacy_sales", "rusinfo", "bt", "ba", "google_trends",
)  # fmt: skip


def make(folder: Path) -> None:
    """All made files and their sidecars, into the subfolders of ``folder``."""
    maker = Maker(folder)
    for name in (*FULL, "alcohol_sales", "added", "consequences", "doping", "people", "main_tables"):
        getattr(maker, name)()


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
