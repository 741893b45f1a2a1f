"""courses → sentences: titles and descriptions that stay true when the numbers change.

A title says what the latest number is and which way it went. "Nearly unchanged" is said only when the caller's
change test says stable; no title calls a level low or high.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from math import floor, isnan, log10, sqrt

from forevar.blocks import Credit
from forevar.charts.caption import description, shortest_of
from forevar.charts.course import Course, Point, during, span, sum_of, when
from forevar.words import HARD_SPACE, Words, capital

AREA = "charts_consequences"


def direction(course: Course) -> str:
    """``unchanged``, ``steady``, ``fall``, ``rise``, ``first_time``, ``missing`` (no number now) or ``empty``."""
    if course.change is None:
        return "empty" if not course.known else "first_time" if course.now.is_known else "missing"
    before, now = course.change
    if now == before:
        return "unchanged"
    if course.line.step == 0 and not course.line.is_notable:
        return "steady"
    return "fall" if now < before else "rise"


def verb(course: Course) -> str:
    """The same, with ``halved`` and ``doubled`` in three shades where the ratio rounds to a half or to two."""
    plain = direction(course)
    if course.change is None or plain not in ("fall", "rise"):
        return plain
    return _multiple(*course.change) or plain


def _multiple(before: float, now: float) -> str:
    """``nearly_halved``, ``doubled`` …; empty when the ratio is not near a half, two or beyond."""
    if before > 0 and round(now / before, 1) <= 0.5:
        return "halved" if 2 * now == before else "more_than_halved" if 2 * now < before else "nearly_halved"
    if before > 0 and round(now / before, 1) >= 2:
        return "doubled" if now == 2 * before else "more_than_doubled" if now > 2 * before else "nearly_doubled"
    return ""


def about(value: float, words: Words, bare: bool = False) -> str:
    """A difference as one says it: ``nær 34 000``, ``vel 1 200``, ``100``; two digits from 1 000 up, alone if bare."""
    places = max(0, floor(log10(value)) - 1) if value >= 1000 else 0
    unit = Decimal(1).scaleb(places)
    rounded = (Decimal(repr(value)) / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit
    shown = words.number(float(rounded))
    if bare or places == 0 or rounded == Decimal(repr(value)):
        return shown
    return words(f"{AREA}.about.{'under' if Decimal(repr(value)) < rounded else 'over'}", number=shown)


def change_title(course: Course, words: Words, with_difference: bool = False) -> str:
    """What happened to one series, with its numbers.

    Args:
        course: The series.
        words: For the sentence.
        with_difference: ``199 228, nær 34 000 færre`` rather than ``23 mot 45``.
    """
    which = verb(course)
    if which in ("steady", "unchanged") and (longer := _while_multiple(course, words)):
        return longer
    facts: dict[str, object] = {"subject": course.line.name, "now": course.now.text}
    facts["when"] = when(course.now.period, words)
    if course.scope != "half_year":
        facts["now"] = f"{course.now.text} {during(course.now.period, words)}"
    if which == "missing" and course.last is not None:
        facts |= {"last": course.last.text, "last_when": when(course.last.period, words)}
    if course.change is not None and course.before is not None:
        before, now = course.change
        facts |= {"before": course.before.text, "since": since(course, words)}
        if with_difference and now != before and which != "steady":
            facts["difference"] = difference(course, words)
            which = "fall_by" if now < before else "rise_by"
    return _sentence(which, words, **facts)


def difference(course: Course, words: Words) -> str:
    """How far the latest number is from the one before, in words that fit how well both are known."""
    if course.change is None or course.before is None:
        return words(f"{AREA}.sign.unknown")
    before, now = course.change
    if "approximate" not in (course.now.mark, course.before.mark):
        return about(abs(now - before), words)
    rough = about(abs(now - before), words, bare=True)
    return words(f"{AREA}.approximate", number=rough).replace(" ", HARD_SPACE)


def _while_multiple(course: Course, words: Words) -> str:
    """``… er nær uendret, men halvert siden høsten 2024``, when two years hold a peak or trough that far away."""
    recent = [point for point in course.points[-5:-2] if point.is_known and point.value > 0]
    told = [(point, _multiple(point.value, course.now.value)) for point in recent]
    far = max(
        (pair for pair in told if pair[1]),
        key=lambda pair: abs(log10((course.now.value or 1) / pair[0].value)),
        default=None,
    )
    if far is None:
        return ""
    multiple = words(f"{AREA}.multiple.{far[1]}")
    key = f"{direction(course)}_but"
    return _sentence(key, words, subject=course.line.name, multiple=multiple, when=when(far[0].period, words))


def since(course: Course, words: Words) -> str:
    """``halvåret før``, ``året før``, or the period when it is further back."""
    if course.follows_on or course.before is None:
        return words(f"{AREA}.since.{course.scope}")
    return during(course.before.period, words)


def shared_title(pair: Sequence[Course], words: Words) -> str:
    """Two series in one sentence; what one of them has done in the long run is added where it differs and fits."""
    ways = [direction(course) for course in pair]
    if not set(ways) <= {"fall", "rise"}:
        return change_title(most_changed(pair), words)
    names = [course.line.name for course in pair]
    last = words(f"{AREA}.last.{pair[0].scope}")
    if ways[0] == ways[1]:
        key, facts = f"both_{ways[0]}", {"subject": words.join(names)}
    else:
        key, facts = f"{ways[0]}_and_{ways[1]}", {"subject": names[0], "other": names[1]}
    title, bare = (_sentence(key, words, **facts, last=text).strip() for text in (f" {last}", ""))
    contrasts = [course for course in pair if _turned(course)]
    if not contrasts:
        return shortest_of(title, bare)
    course = max(contrasts, key=lambda each: max(_long_ratio(each), 1 / _long_ratio(each)))
    more = "more" if _long_ratio(course) > 1 else "fewer"
    but = words(f"{AREA}.title.but_{more}", subject=course.line.name, first=when(course.known[0].period, words))
    return shortest_of(title + but, bare + but, title, bare)


def _long_ratio(course: Course) -> float:
    """Latest number against the first, one added to both so that zero is no trouble."""
    return (course.known[-1].value + 1) / (course.known[0].value + 1)


def _turned(course: Course) -> bool:
    """Whether the latest step goes against the whole span."""
    return len(course.known) > 2 and (_long_ratio(course) - 1) * (1 if direction(course) == "fall" else -1) > 0


def parts_title(parts: Sequence[Course], total: Course, words: Words) -> str:
    """Which part is the largest now, of how many, and whether it was so at the start."""
    at_first = [course.points[0].value for course in parts]
    at_last = [course.now.value for course in parts]
    if not total.now.is_known or any(map(isnan, [*at_first, *at_last])) or at_last.count(max(at_last)) > 1:
        return change_title(total, words)
    largest = parts[at_last.index(max(at_last))]
    still = largest.points[0].value == max(at_first)
    return _sentence(
        "still_largest" if still else "now_largest",
        words,
        subject=largest.line.name,
        part=largest.now.text,
        total=total.now.text,
    )


def most_changed(several: Sequence[Course]) -> Course:
    """The series whose half-year change is largest against what chance moves counts by; else the first with numbers."""

    def surprise(course: Course) -> float:
        if course.change is None or direction(course) not in ("fall", "rise"):
            return -1.0
        before, now = course.change
        return abs(now - before) / sqrt(now + before)

    return max(several, key=lambda course: (surprise(course), bool(course.known)))


def lines_title(several: Sequence[Course], words: Words) -> str:
    """The title of a figure with one or more lines."""
    total = sum_of(several)
    if total is not None:
        return parts_title([course for course in several if course is not total], total, words)
    if len(several) == 2:
        return shared_title(several, words)
    return change_title(most_changed(several), words)


def in_a_row(course: Course) -> int:
    """How many periods on end the series has gone the way it went last; 0 when it stood still or can't be compared."""
    way = direction(course)
    if way not in ("fall", "rise"):
        return 0
    run = 0
    for later, earlier in zip(reversed(course.points), reversed(course.points[:-1]), strict=False):
        if not (later.is_known and earlier.is_known):
            break
        if later.value == earlier.value or (later.value > earlier.value) != (way == "rise"):
            break
        run += 1
    return run


def run_title(course: Course, words: Words) -> str:
    """``… har gått opp to halvår på rad: ca. 50 000 mot 33 000 halvåret før``; one step is told as any change."""
    run = in_a_row(course)
    if run < 2 or course.scope != "half_year" or course.before is None:
        return change_title(course, words)
    facts = {"subject": course.line.name, "count": words.count_word(run), "now": course.now.text}
    against = words(f"{AREA}.title.against", before=course.before.text, since=since(course, words))
    title = _sentence(f"{direction(course)}_in_a_row", words, **facts)
    return shortest_of(title + against, title)


def _sentence(key: str, words: Words, **facts: object) -> str:
    return capital(words(f"{AREA}.title.{key}", **facts))


def latest(several: Iterable[Course], words: Words) -> str:
    """``Vår 2026: opiater 77, GHB/GBL 32.``: the newest number of each series, or why there is none."""
    listed = list(several)
    without = words(f"{AREA}.alt.without")
    numbers = ", ".join(f"{one.line.label} {one.now.text if one.now.is_known else without}" for one in listed)
    return capital(words(f"{AREA}.alt.latest", when=when(listed[0].now.period, words), numbers=numbers))


def from_to(several: Iterable[Course], words: Words) -> str:
    """How far each series has moved since its first number."""
    told = [
        words(
            f"{AREA}.alt.from_to",
            label=course.line.label,
            first=course.first.text,
            first_when=when(course.first.period, words),
            last=course.last.text,
        )
        for course in several
        if course.first is not None and course.last is not None and course.first is not course.last
    ]
    return capital(words(f"{AREA}.alt.moved", moves="; ".join(told))) if told else ""


def peaks(several: Iterable[Course], words: Words) -> str:
    """The highest and lowest number of each series and when."""

    def told(course: Course, end: str, choose: Callable[..., Point]) -> str:
        point = choose(course.known, key=lambda known: known.value)
        return words(f"{AREA}.alt.{end}", label=course.line.label, number=point.text, when=during(point.period, words))

    known = [course for course in several if len({point.value for point in course.known}) > 1]
    return (
        capital("; ".join(told(c, "highest", max) + ", " + told(c, "lowest", min) for c in known)) + "."
        if known
        else ""
    )


def lines_alt(several: Sequence[Course], words: Words, credit: Credit, extra: Iterable[str] = ()) -> str:
    """Description of a line chart: kind and span, newest numbers, movement, what the caller adds, the data's tag."""
    kind = words(
        f"{AREA}.alt.{'lines' if len(several) > 1 else 'line'}",
        count=words.count_word(len(several)),
        span=span(several[0].points, words),
        per=words(f"{AREA}.per.{several[0].scope}"),
    )
    alone = [words(f"{AREA}.alt.alone")] if all(direction(course) == "first_time" for course in several) else []
    told = [kind, latest(several, words), *extra, *alone, from_to(several, words), peaks(several, words)]
    return description(told, credit)
