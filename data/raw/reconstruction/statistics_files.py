"""Statistics as their providers would send them: one function a provider, one shape each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from forevar.period import Period
from reconstruction import series
from reconstruction.outbox import Outbox
from reconstruction.series import NOW, RECENT
from reconstruction.wording import (
    COUNTS,
    DELIVERIES,
    LABELS,
    MONTHS,
    UNIT_OF,
    UNITS,
    letter,
    season,
    spaced,
    span,
    substances,
    until,
    value,
)

Cell = Any


def customs(out: Outbox) -> None:
    """Every delivery repeats the series; half-years merged over two columns; cannabis in kilos as two drugs."""
    for last in DELIVERIES:
        periods = until(last)
        top: list[Cell] = ["Stoff", "Enhet for mengde"]
        second: list[Cell] = [None, None]
        for period in periods:
            top += [span(period), None]
            second += ["Antall beslag", "Mengde"]
        rows: list[list[Cell]] = [
            ["Beslag av narkotika og legemidler, Bergen og omegn"],
            ["Tall fra Tolletaten"],
            [],
            top,
            second,
        ]
        for substance in substances("customs"):
            unit = UNIT_OF.get(("customs", "amount", substance), "")
            pairs = [
                (value("customs", "seizures", substance, p), value("customs", "amount", substance, p)) for p in periods
            ]
            if substance == "cannabis":
                rows += [_part_of_cannabis(name, share, pairs) for name, share in (("Hasj", 3), ("Marihuana", 1))]
                continue
            row: list[Cell] = [LABELS[substance]["seizures"], UNITS.get(unit)]
            rows.append(row + [cell for pair in pairs for cell in pair])
        rows += [[], ["Kilde: Tolletaten. Små beslag av samme stoff i samme sending er talt som ett."]]
        columns = range(3, 3 + 2 * len(periods), 2)
        merged = [f"{letter(one)}4:{letter(one + 1)}4" for one in columns] + ["A4:A5", "B4:B5"]
        out.book("statistics", "customs", last, {"Beslag": rows}, merged={"Beslag": merged})


def _part_of_cannabis(name: str, share: int, pairs: Iterable[tuple[int | None, int | None]]) -> list[Cell]:
    row: list[Cell] = [name, "kg"]
    for seizures, amount in pairs:
        assert seizures is not None
        assert amount is not None
        quarter, tenth = seizures // 4, amount // 10
        row += [seizures - quarter, (amount - tenth) / 1000] if share == 3 else [quarter, tenth / 1000]
    return row


def kripos(out: Outbox) -> None:
    """A long text file in Latin-1; the year only on the first row of its block."""
    for last in DELIVERIES:
        rows: list[list[Cell]] = [["År", "Halvår", "Stoff", "Antall beslag", "Mengde", "Enhet"]]
        for period in until(last):
            year: Cell = period.year
            for substance in substances("kripos"):
                if period not in COUNTS["kripos", "seizures", substance]:
                    continue
                seizures, amount = (value("kripos", one, substance, period) for one in ("seizures", "amount"))
                seizures = series.as_delivered("kripos", "seizures", substance, period, last) or seizures
                unit = UNITS.get(UNIT_OF.get(("kripos", "amount", substance), ""), "")
                half = "vår" if period.half == 1 else "høst"
                label = LABELS[substance]["seizures"]
                rows.append([year, half, label, seizures, spaced(amount), unit])
                year = ""
        out.text("statistics", "kripos", last, rows, encoding="latin-1", end="\r\n")


def prison_seizures(out: Outbox) -> None:
    """A half-year a workbook, the period above the table, footnotes below, words for none."""
    for period in RECENT:
        rows: list[list[Cell]] = [["Beslag i fengsel, region vest"], [f"Periode: {span(period)}"], []]
        rows.append(["Stoff", "Antall beslag", "Mengde", "Enhet"])
        for substance in substances("prison_seizures"):
            seizures, amount = (value("prison_seizures", one, substance, period) for one in ("seizures", "amount"))
            unit = UNITS[UNIT_OF["prison_seizures", "amount", substance]]
            rows.append([LABELS[substance]["seizures"], seizures or "ingen", amount or "-", unit])
        rows += [[], ["Kilde: Kriminalomsorgen"], ["Mengde er anslått ved beslag."]]
        out.book("statistics", "prison_seizures", period, {"Beslag": rows})


def prison_tests(out: Outbox) -> None:
    """A half-year a text file: analysed and positive."""
    samples = series.analysed("prison_tests")
    for period in RECENT:
        rows: list[list[Cell]] = [["Analyse", "Analyserte prøver", "Positive"]]
        for substance in substances("prison_tests"):
            positive = value("prison_tests", "positive", substance, period)
            rows.append([LABELS[substance]["laboratory"], samples[period], positive])
        out.text("statistics", "prison_tests", period, rows, encoding="utf-8-sig")


def mbf(out: Outbox) -> None:
    """Half-years down, analyses across, a column for the number of samples."""
    samples = series.analysed("mbf")
    for last in DELIVERIES:
        head: list[list[Cell]] = [["Positive prøvesvar, urin og blod"], ["Rekvirert i Bergen"], []]
        names = [LABELS[substance]["laboratory"] for substance in substances("mbf")]
        rows: list[list[Cell]] = [*head, ["Halvår", "Analyserte prøver", *names]]
        for period in until(last):
            found = [value("mbf", "positive", substance, period) for substance in substances("mbf")]
            rows.append([season(period), samples[period], *found])
        rows += [[], ["* Samme person kan ha flere prøver."]]
        out.book("statistics", "mbf", last, {"Prøvesvar": rows, "Om analysene": [["Metode: LC-MS/MS"]]})


def ous(out: Outbox) -> None:
    """Analyses down, half-years across, the number of samples as a row of its own; separated by commas."""
    samples = series.analysed("ous")
    for last in DELIVERIES:
        periods = until(last)
        rows: list[list[Cell]] = [["Stoff", *(period.printed for period in periods)]]
        rows.append(["Antall prøver", *(samples[period] for period in periods)])
        for substance in substances("ous"):
            found = [value("ous", "positive", substance, period) for period in periods]
            rows.append([LABELS[substance]["laboratory"], *found])
        out.text("statistics", "ous", last, rows, delimiter=",")


def afr(out: Outbox) -> None:
    """A half-year a workbook, diagnoses as labels, few patients hidden."""
    for period in RECENT:
        rows: list[list[Cell]] = [["Pasienter ved oppstart av utredning eller behandling"], [span(period)], []]
        rows.append(["Hoveddiagnose", "Antall pasienter"])
        for substance in substances("afr"):
            patients = value("afr", "patients", substance, period) or 0
            rows.append([LABELS[substance]["treatment"], patients if patients >= 5 else "<5"])
        rows.append(["F16, F18 Andre", "<5"])
        rows += [[], ["<5: skjult av hensyn til personvern"]]
        out.book("statistics", "afr", period, {"Oppstart": rows})


def ambulance(out: Outbox) -> None:
    """New in 2026-1 with figures back to 2023-2: one workbook, years over quarters."""
    quarters = [(period, quarter) for period in RECENT for quarter in series.quarters(period)]
    years = [quarter[0] for _, quarter in quarters]
    top: list[Cell] = ["Rusmiddel"] + [year if years.index(year) == n else None for n, year in enumerate(years)]
    rows: list[list[Cell]] = [
        ["Utrykninger etter rusmiddel, AMK Bergen"],
        top,
        [None, *(f"{q[1]}. kvartal" for _, q in quarters)],
    ]
    for substance in substances("ambulance"):
        row: list[Cell] = [LABELS[substance]["plain"]]
        for period in RECENT:
            total = value("ambulance", "callouts", substance, period)
            row += series.parts(total or 0, 2, "ambulance", substance, str(period))
        rows.append(row)
    merged = [
        f"{letter(years.index(y) + 2)}2:{letter(years.index(y) + 1 + years.count(y))}2" for y in sorted(set(years))
    ]
    note = "Ny kilde i 01/26, levert med tall tilbake til april 2023."
    out.book("statistics", "ambulance", NOW, {"Utrykninger": rows}, merged={"Utrykninger": merged}, note=note)


def brukerrommet(out: Outbox) -> None:
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
        out.text("statistics", "brukerrommet", last, rows, encoding="utf-8-sig")


def pharmacy_sales(out: Outbox) -> None:
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
        out.book("statistics", "pharmacy_sales", last, {"Salg": rows})


def alcohol_sales(out: Outbox) -> None:
    """Three sellers of alcohol, three shapes: two tables in a sheet, months as text, quarters in a workbook."""
    for last in DELIVERIES:
        periods = until(last)
        years: list[list[Cell]] = [["Liter ren alkohol per år"], ["År", "Liter"]]
        years += [[y, sum(_sold("wine_monopoly_sales", Period(y, h)) for h in (1, 2))] for y in range(2016, 2025)]
        halves: list[list[Cell]] = [["Liter ren alkohol per halvår"], ["Halvår", "Liter"]]
        halves += [[span(period), _sold("wine_monopoly_sales", period)] for period in periods]
        sheet: list[list[Cell]] = [["Salg i Bergen"], [], *years, [], *halves, [], ["Kilde: Vinmonopolet"]]
        out.book("statistics", "wine_monopoly_sales", last, {"Alkohol": sheet})
        rows: list[list[Cell]] = [["Måned", "Liter"]]
        quarterly: list[list[Cell]] = [["Kvartal", "Salg i liter ren alkohol"]]
        for period in periods:
            dealt = series.parts(_sold("shop_sales", period), 6, "shop_sales", str(period))
            rows += [[f"{y}M{m:02d}", spaced(n)] for (y, m), n in zip(series.months(period), dealt, strict=True)]
            dealt = series.parts(_sold("tax_free_sales", period), 2, "tax_free_sales", str(period))
            names = [f"{q}. kvartal {y}" for y, q in series.quarters(period)]
            quarterly += [[name, litres] for name, litres in zip(names, dealt, strict=True)]
        out.text("statistics", "shop_sales", last, rows, encoding="latin-1")
        out.book("statistics", "tax_free_sales", last, {"Salg": quarterly})


def _sold(source: str, period: Period) -> int:
    return value(source, "sales", "alkohol", period) or 0


def doping(out: Outbox) -> None:
    """New in 2026-1, with no figures from before."""
    ((number, _),) = series.consequence_series()["police_doping", "cases", ""].values()
    rows: list[list[Cell]] = [
        ["Anmeldte dopingovertredelser"],
        [f"Periode: {span(NOW)}"],
        [],
        ["Lovbrudd", "Saker"],
        ["Doping", number],
    ]
    out.book("statistics", "police_doping", NOW, {"Saker": rows}, note="Ny kilde i 01/26 uten tall fra før.")
