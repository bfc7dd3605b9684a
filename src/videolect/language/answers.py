"""What label records say under a specification: what is asked, what is kept, what breaks a rule, what follows.

Functions over ``Parsed``, so that the checker can try examples before there is a ``Spec``.
"""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from videolect.language.parse import Parsed
from videolect.language.rules import Named, Rule, fields_of
from videolect.language.table import Sides, Table, evaluate, rows_of
from videolect.language.values import Expected, Field, Segment, Violation

Answers = Mapping[str, object]


# ------------------------------------------------------------------------------------------------------ one record


def plain(spec: Parsed, answers: Answers) -> dict[str, object]:
    """Answers to known fields whose value the field allows: whatever else stands there counts as left open."""
    kept: dict[str, object] = {}
    for id_, given in {**spec.missing, **answers}.items():
        asked = spec.fields.get(id_)
        answer = fitting(asked, spec.missing.get(id_) if given is None else given) if asked else None
        if answer is not None:
            kept[id_] = answer
    return kept


def fitting(asked: Field, answer: object) -> object:
    """The answer as it is kept, or None where the field does not allow it."""
    answer = _frozen(asked, answer)
    if answer is None or _why_not(asked, answer) is not None:
        return None
    return " ".join(answer.split()) if asked.kind == "text" and isinstance(answer, str) else answer


def _frozen(asked: Field, answer: object) -> object:
    """JSON lists as tuples, and segments as segments where they can be read as such."""
    if not isinstance(answer, list | tuple):
        return answer
    return tuple(_segment(each) for each in answer) if asked.kind == "segments" else tuple(answer)


def _segment(given: object) -> object:
    known = {"movements", "start_frame", "end_frame"}
    if not isinstance(given, Mapping) or not known.issuperset(given):
        return given
    movements, start, end = given.get("movements"), given.get("start_frame"), given.get("end_frame")
    if not isinstance(movements, list | tuple) or not all(isinstance(each, str) for each in movements):
        return given
    if any(isinstance(at, bool) or not isinstance(at, int | None) for at in (start, end)):
        return given
    return Segment(movements=tuple(movements), start_frame=start, end_frame=end)


def follows(spec: Parsed, answers: Answers) -> dict[str, object]:
    """The single answers that follow from lists of segments: each movement's, 'both' where two differ, else 'no'.

    Only fields of kind choice whose options ``both`` and ``no`` exist can follow.
    """
    found: dict[str, object] = {}
    for id_, asked in spec.fields.items():
        given = answers.get(id_)
        if asked.kind != "segments" or not isinstance(given, tuple) or not given:
            continue
        sets: dict[str, list[object]] = {field: [] for option in asked.options for field in option.sets}
        for segment in given:
            for movement in segment.movements:
                option = asked.option(movement)
                for field, value in option.sets.items() if option else ():
                    sets[field].append(value)
        for field, values in sets.items():
            found[field] = _sum(spec.fields[field], values)
    return found


def _sum(asked: Field, values: list[object]) -> object:
    if asked.kind == "flag":
        return True in values
    return values[0] if len(set(values)) == 1 else "both" if values else "no"


def normalise(spec: Parsed, answers: Answers) -> dict[str, object]:
    """The record as it is meant: see ``Spec.normalise``."""
    kept = plain(spec, answers)
    kept = {**kept, **follows(spec, kept)}
    table = tabulate(spec, [kept])
    settle(spec, table)
    known: dict[str, object] = {}
    for id_, asked in spec.fields.items():
        if table.answered.get(id_):
            answer = kept[id_]
            if asked.kind == "list" and isinstance(answer, tuple):
                answer = tuple(option.value for option in asked.options if option.value in answer)
            known[id_] = answer
    return known


def applicable(spec: Parsed, answers: Answers) -> set[str]:
    """The fields that are asked, given these answers."""
    table = settled(spec, [answers])
    return {id_ for id_, asked in spec.fields.items() if applies(spec, asked, table)[0]}


# ------------------------------------------------------------------------------------------------ records in a table


def tabulate(spec: Parsed, records: Sequence[Answers]) -> Table:
    """A table of plain records, as given."""
    table = Table(len(records))
    for row, answers in enumerate(records):
        for id_, answer in answers.items():
            add(table, spec.fields[id_], 1 << row, answer)
    return table


def add(table: Table, asked: Field, rows: int, answer: object) -> None:
    """These rows give that answer, which the field allows."""
    if isinstance(answer, tuple):
        table.add(rows, asked.id, () if asked.kind == "segments" else answer, filled=bool(answer))
    elif asked.kind == "text":
        table.add(rows, asked.id, (), filled=bool(answer))
    else:
        table.add(rows, asked.id, (answer,))


def settled(spec: Parsed, records: Iterable[Answers]) -> Table:
    """A table of records as they are meant."""
    meant = []
    for answers in records:
        kept = plain(spec, answers)
        meant.append({**kept, **follows(spec, kept)})
    table = tabulate(spec, meant)
    settle(spec, table)
    return table


def settle(spec: Parsed, table: Table) -> None:
    """Drop the answers to questions that the other answers rule out."""
    going = True
    while going:  # dropping one answer can make another question go away; every round drops at least one
        gone = {}
        for id_, answered in table.answered.items():
            asked = spec.fields[id_]
            if asked.applies_when is not None and (rows := answered & applies(spec, asked, table)[1]):
                gone[id_] = rows
        for id_, rows in gone.items():
            table.drop(rows, id_)
        going = bool(gone)


def sides_of(spec: Parsed, rule: Rule, table: Table) -> Sides:
    """The state of a rule that speaks of answers and conditions."""

    def named(part: Named) -> Sides:
        if part.kind != "condition":
            return 0, 0
        return table.once(f"condition {part.id}", lambda: evaluate(spec.conditions[part.id], table, named))

    return evaluate(rule, table, named)


def applies(spec: Parsed, asked: Field, table: Table) -> Sides:
    """Whether the question is asked: neither yes nor no where that hangs on a question nobody has answered."""
    return (table.every, 0) if asked.applies_when is None else sides_of(spec, asked.applies_when, table)


@dataclass(frozen=True, slots=True)
class Standing:
    """The rows where a primitive's question does not arise, and those where each of its rules holds.

    Where both rules hold, a fault of the specification, it is neither yes nor no.
    """

    outside: int
    yes: int
    no: int

    @property
    def is_yes(self) -> int:
        """The rows where it is yes."""
        return self.yes & ~self.no

    @property
    def is_no(self) -> int:
        """The rows where it is no."""
        return self.no & ~self.yes

    def at(self, row: int) -> Expected:
        """How it stands in one row, as examples say it."""
        if self.outside >> row & 1:
            return "does_not_apply"
        return "yes" if self.is_yes >> row & 1 else "no" if self.is_no >> row & 1 else "undetermined"


def standings(spec: Parsed, table: Table) -> dict[str, Standing]:
    """For each primitive how the rows stand. The specification has no cycles: the checker saw to that."""
    found: dict[str, Standing] = {}

    def named(part: Named) -> Sides:
        if part.kind == "condition":
            return table.once(f"condition {part.id}", lambda: evaluate(spec.conditions[part.id], table, named))
        one = of(part.id)
        return one.is_yes, one.is_no

    def of(id_: str) -> Standing:
        if id_ not in found:
            primitive = spec.primitives[id_]
            inside, outside = table.every, 0
            if primitive.applies_when is not None:
                inside, outside = evaluate(primitive.applies_when, table, named)
            yes = inside & evaluate(primitive.yes_when, table, named)[0]
            no = inside & evaluate(primitive.no_when, table, named)[0]
            found[id_] = Standing(outside, yes, no)
        return found[id_]

    return {id_: of(id_) for id_ in spec.primitives}


# ------------------------------------------------------------------------------------------------ what breaks a rule


def check_answers(spec: Parsed, answers: Answers) -> Iterator[Violation]:
    """Every rule that the record breaks, as given (before anything is dropped)."""
    for id_, answer in answers.items():
        asked = spec.fields.get(id_)
        if asked is None:
            yield Violation(fields=(id_,), rule=f"The form has no question {str(id_)[:60]!r}.", mend="Remove it.")
        elif answer is not None and (why := _why_not(asked, _frozen(asked, answer))):
            yield Violation(fields=(id_,), rule=why[0], mend=why[1])
    kept = plain(spec, answers)
    following = follows(spec, kept)
    for id_, value in following.items():
        if id_ in kept and kept[id_] != value:
            yield _against_segments(spec, spec.fields[id_], value)
    meant = {**kept, **following}  # where both speak, that they differ has been told
    for _, violation in broken(spec, tabulate(spec, [kept]), tabulate(spec, [meant])):
        yield violation(meant)


def _against_segments(spec: Parsed, asked: Field, value: object) -> Violation:
    source = next(f for f in spec.fields.values() if any(asked.id in option.sets for option in f.options))
    option = asked.option(value)
    says = option.title if option else {True: "yes", False: "no"}.get(value is True)
    rule = f"{asked.title} is answered otherwise than {source.title} says: '{says}'."
    return Violation(fields=(asked.id, source.id), rule=rule, mend="Change one of the two.")


def broken(spec: Parsed, given: Table, meant: Table) -> Iterator[tuple[int, Callable[[Answers], Violation]]]:
    """For each rule that rows break: the rows, and what tells it of one of the records.

    ``given`` holds what people answered, ``meant`` also what follows from their segments.
    """
    for id_, answered in given.answered.items():
        asked = spec.fields[id_]
        if asked.applies_when is None:
            continue
        rows = answered & applies(spec, asked, meant)[1] & ~_neutral_rows(asked, given)
        if rows:
            violation = _not_asked(spec, asked)
            yield rows, lambda _, violation=violation: violation  # type: ignore[misc]
    for entry in spec.consistency.values():
        rows = sides_of(spec, entry.never, meant)[0]
        if rows:
            spoken = fields_of(entry.never, spec.conditions)
            yield (
                rows,
                lambda kept, entry=entry, spoken=spoken: Violation(  # type: ignore[misc]
                    fields=tuple(id_ for id_ in spoken if id_ in kept), rule=entry.rule, mend=entry.mend
                ),
            )


def check_many(spec: Parsed, records: Sequence[Answers]) -> dict[int, list[Violation]]:
    """What ``check_answers`` says of each of many records, by their number; records without fault are left out."""
    found: dict[int, list[Violation]] = {}
    kept = [plain(spec, answers) for answers in records]
    # What is no answer at all, and segments, are rare: such records are looked at one by one.
    simple = [
        len(kept[row]) == len(answers) and not any(id_ in answers for id_ in spec.segment_fields)
        for row, answers in enumerate(records)
    ]
    found.update(
        {row: list(check_answers(spec, records[row])) for row, is_simple in enumerate(simple) if not is_simple}
    )
    table = tabulate(spec, kept)
    for rows, violation in broken(spec, table, table):
        for row in rows_of(rows):
            if simple[row]:
                found.setdefault(row, []).append(violation(kept[row]))
    return {row: violations for row, violations in sorted(found.items()) if violations}


def _neutral_rows(asked: Field, table: Table) -> int:
    if asked.kind in ("choice", "flag"):
        return table.holds.get(asked.id, {}).get(asked.neutral, 0)
    return table.every & ~table.filled.get(asked.id, 0)


def _not_asked(spec: Parsed, asked: Field) -> Violation:
    others = fields_of(asked.applies_when, spec.conditions) if asked.applies_when else ()
    reasons = ", ".join(spec.fields[other].title for other in others)
    return Violation(
        fields=(asked.id, *others),
        rule=f"{asked.title} is answered, but the question is not asked after the other answers.",
        mend=f"Clear it, or look again at: {reasons}.",
    )


def _why_not(asked: Field, answer: object) -> tuple[str, str] | None:
    """Why the answer does not fit the field's kind and options, and the mend."""
    values = [option.value for option in asked.options]
    told = shown(answer)
    if asked.kind == "flag":
        ok, mend = isinstance(answer, bool), "Answer true or false."
    elif asked.kind == "text":
        ok, mend = isinstance(answer, str) and len(answer) <= 5000, "Answer with a text of at most 5,000 characters."
        if isinstance(answer, str) and not encodes(answer):
            return f"{asked.title} holds half a character (a lone surrogate).", "Send valid Unicode."
    elif asked.kind == "choice":
        ok, mend = isinstance(answer, str) and answer in values, f"Use one of {', '.join(values)}."
    elif asked.kind == "segments":
        return _why_not_segments(asked, answer)
    else:
        ok = isinstance(answer, tuple) and all(isinstance(a, str) and a in values for a in answer)
        ok = ok and isinstance(answer, tuple) and len(set(answer)) == len(answer)
        mend = f"Give a list, each at most once, of {', '.join(values)}."
    return None if ok else (f"{asked.title}: {told} is no answer to this question.", mend)


MAX_SEGMENTS = 100


MAX_FRAME = 2**31 - 1


def _why_not_segments(asked: Field, answer: object) -> tuple[str, str] | None:
    if not isinstance(answer, tuple) or not all(isinstance(each, Segment) for each in answer):
        shape = '[{"movements": ["tilt_down"], "start_frame": 0, "end_frame": 48}], the frames only where known'
        return f"{asked.title}: {shown(answer)} is no list of segments.", f"Give a list such as {shape}."
    if len(answer) > MAX_SEGMENTS:
        return f"{asked.title} has {len(answer)} segments.", f"Give at most {MAX_SEGMENTS}; sum up what is erratic."
    last_start = -1
    for number, segment in enumerate(answer, 1):
        where = f"{asked.title}, segment {number}"
        for movement in segment.movements:
            if asked.option(movement) is None:
                known = ", ".join(option.value for option in asked.options)
                return f"{where}: {movement[:60]!r} is no movement.", f"Use {known}."
        if not segment.movements or len(set(segment.movements)) < len(segment.movements):
            return f"{where} names no movement, or one twice.", "Name each movement of the segment once."
        if _opposite_ways(asked, segment, segment):
            return f"{where} goes two opposite ways at once.", "Make two segments of it."
        start, end = segment.start_frame, segment.end_frame
        if (start is None) != (end is None):
            return f"{where} has only one of its two times.", "Give start_frame and end_frame, or neither."
        if start is None or end is None:
            continue
        if not 0 <= start < end <= MAX_FRAME:
            why = f"{where} goes from frame {shown(start)} to {shown(end)}."
            return why, "Start at 0 or later, and end after the start."
        if start < last_start:
            return f"{where} starts before the one above it.", "Put the segments in order of their starts."
        last_start = start
        for other in answer[: number - 1]:
            if other.end_frame is not None and other.end_frame > start and _opposite_ways(asked, other, segment):
                why = f"{where} goes the opposite way while another segment goes on."
                return why, "Let one end where the other begins."
    return None


def _opposite_ways(asked: Field, one: Segment, other: Segment) -> bool:
    """Whether they set the same answer differently, which cannot be at the same time."""
    sets: dict[str, object] = {}
    for movement in (*one.movements, *other.movements):
        option = asked.option(movement)
        for field, value in option.sets.items() if option else ():
            if sets.setdefault(field, value) != value:
                return True
    return False


def encodes(text: str) -> bool:
    """Whether it can be written as UTF-8: half of a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def shown(answer: object) -> str:
    """A few signs of any value, however deep or long it is."""
    try:
        return reprlib.repr(answer)[:60]
    except ValueError:  # an int of more digits than Python turns into text
        return "a huge number"
