"""Other people's label records as ours, by the tables in ``imports/``: with a word on every value that did not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from videolect.errors import BadInput
from videolect.language.answers import check_answers, fitting, normalise
from videolect.language.parse import Parsed
from videolect.language.values import Column, Import, Violation


@dataclass(frozen=True, kw_only=True, slots=True)
class Misfit:
    """Something in a record of theirs that found no place in ours."""

    kind: str
    """unknown_name, unknown_value, missing_name, dropped_answer."""
    name: str
    value: object
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Converted:
    """One record of theirs in our words."""

    schema: str
    """The import that read it."""
    answers: Mapping[str, object]
    """Normalised: what the other answers rule out is gone."""
    misfits: tuple[Misfit, ...]
    violations: tuple[Violation, ...]
    """Rules of ours that it breaks; it is converted all the same, and a person decides."""


def recognise(spec: Parsed, record: Mapping[str, object]) -> Import:
    """The import for a record, by its names. BadInput where none knows it, or more than one.

    A record that holds hardly anything, such as that of a clip with a transition, fits where all its names are known.
    """
    fitting_ = [
        one
        for one in spec.imports.values()
        if all(name in record for name in one.present) and not any(name in record for name in one.absent)
    ]
    if not fitting_:
        names = [{column.name for column in one.columns} for one in spec.imports.values()]
        fitting_ = [one for one, known in zip(spec.imports.values(), names, strict=True) if known.issuperset(record)][
            :1
        ]
    if len(fitting_) != 1:
        shown = ", ".join(list(record)[:4]) or "nothing"
        mend = f"Known are: {', '.join(one.title for one in spec.imports.values()) or 'none'}."
        raise BadInput(f"A record with the names {shown} ... is of no schema that is known here.", mend=mend)
    return fitting_[0]


def convert(spec: Parsed, record: Mapping[str, object]) -> Converted:
    """A record of theirs in our words. BadInput where its schema is unknown."""
    schema = recognise(spec, record)
    known = {column.name: column for column in schema.columns}
    misfits = [
        Misfit(kind="unknown_name", name=name, value=value, why="No name of this schema.")
        for name, value in record.items()
        if name not in known and value is not None
    ]
    answers: dict[str, object] = {}
    lists: dict[str, list[str] | None] = {}
    for name, column in known.items():
        if column.kind == "bit":
            _bit(column, record.get(name), lists, misfits)
        elif column.kind != "drop":
            _one(spec, column, record.get(name), answers, misfits)
    answers.update({field: members for field, members in lists.items() if members is not None})
    violations = tuple(check_answers(spec, answers))
    kept = normalise(spec, answers)
    for field in answers:
        # What is no answer at all, such as texts that are too long together, is among the violations.
        if field not in kept and fitting(spec.fields[field], answers[field]) not in (None, spec.fields[field].neutral):
            why = "After the other answers the question is not asked."
            misfits.append(Misfit(kind="dropped_answer", name=field, value=answers[field], why=why))
    return Converted(schema=schema.id, answers=kept, misfits=tuple(misfits), violations=violations)


def _bit(column: Column, value: object, lists: dict[str, list[str] | None], misfits: list[Misfit]) -> None:
    """A list is answered when none of its bits was left open: one that misses an option would say 'not seen'."""
    value = column.missing if value is None else value
    members = lists.setdefault(column.to, [])
    if not isinstance(value, bool):
        if value is not None:
            misfits.append(Misfit(kind="unknown_value", name=column.name, value=value, why="Neither true nor false."))
        lists[column.to] = None
    elif value and members is not None:
        members.append(column.adds)


def _one(spec: Parsed, column: Column, value: object, answers: dict[str, object], misfits: list[Misfit]) -> None:
    asked = spec.fields[column.to]
    if value is None:
        if column.missing is not None:
            answers[column.to] = column.missing
        return
    if column.kind == "value":
        key = {True: "true", False: "false"}[value] if isinstance(value, bool) else value
        ours = column.values.get(key) if isinstance(key, str) else None
    else:
        ours = fitting(asked, value)
    if ours is None:
        why = f"Not one of {', '.join(column.values)}." if column.values else f"No answer to {asked.title}."
        misfits.append(Misfit(kind="unknown_value", name=column.name, value=value, why=why))
    elif column.kind == "text":
        text = " ".join(each for each in (str(answers.get(column.to, "")), str(ours)) if each)
        if text:
            answers[column.to] = text
    else:
        answers[column.to] = ours
