"""What a label record says under a specification: what is asked, what is kept, what breaks a rule, what follows.

Functions over ``Parsed``, so that the checker can try examples before there is a ``Spec``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from videolect.language.parse import Parsed
from videolect.language.rules import Named, Rule, State, evaluate, fields_of
from videolect.language.values import Field, Violation

Answers = Mapping[str, object]


def _plain(spec: Parsed, answers: Answers) -> dict[str, object]:
    """Answers to known fields whose value the field allows: whatever else stands there counts as left open."""
    kept: dict[str, object] = {}
    for id_, asked in spec.fields.items():
        answer = answers.get(id_)
        if isinstance(answer, list):
            answer = tuple(answer)
        if answer is not None and _why_not(asked, answer) is None:
            kept[id_] = " ".join(answer.split()) if asked.kind == "text" and isinstance(answer, str) else answer
    return kept


def state_of(spec: Parsed, rule: Rule, answers: Answers) -> State:
    """The state of a rule that speaks of answers and conditions."""

    def named(part: Named) -> State:
        return evaluate(spec.conditions[part.id], answers, named) if part.kind == "condition" else None

    return evaluate(rule, answers, named)


def applies(spec: Parsed, asked: Field, answers: Answers) -> State:
    """Whether the question is asked: None where that hangs on a question nobody has answered."""
    return True if asked.applies_when is None else state_of(spec, asked.applies_when, answers)


def normalise(spec: Parsed, answers: Answers) -> dict[str, object]:
    """The record as it is meant: see ``Spec.normalise``."""
    kept = _plain(spec, answers)
    while True:  # dropping one answer can make another question go away; every round drops at least one
        gone = [id_ for id_ in kept if applies(spec, spec.fields[id_], kept) is False]
        if not gone:
            break
        for id_ in gone:
            del kept[id_]
    for id_, answer in kept.items():
        asked = spec.fields[id_]
        if asked.kind == "list" and isinstance(answer, tuple):
            kept[id_] = tuple(option.value for option in asked.options if option.value in answer)
        if asked.kind == "order" and isinstance(answer, tuple) and len(answer) == 1:
            kept[id_] = ()
    return kept


def applicable(spec: Parsed, answers: Answers) -> set[str]:
    """The fields that are asked, given these answers."""
    kept = normalise(spec, answers)
    return {id_ for id_, asked in spec.fields.items() if applies(spec, asked, kept) is True}


def both_sides(spec: Parsed, answers: Answers) -> dict[str, tuple[State, State]]:
    """For each primitive the states of its two rules. The specification has no cycles: the checker saw to that."""
    kept = normalise(spec, answers)
    known: dict[str, State] = {}
    sides: dict[str, tuple[State, State]] = {}

    def named(part: Named) -> State:
        key = f"{part.kind} {part.id}"
        if key not in known:
            known[key] = evaluate(spec.conditions[part.id], kept, named) if part.kind == "condition" else one(part.id)
        return known[key]

    def one(id_: str) -> State:
        if id_ not in sides:
            primitive = spec.primitives[id_]
            sides[id_] = (evaluate(primitive.yes_when, kept, named), evaluate(primitive.no_when, kept, named))
        return decide(*sides[id_])

    for id_ in spec.primitives:
        one(id_)
    return {id_: sides[id_] for id_ in spec.primitives}


def decide(yes: State, no: State) -> State:
    """Yes or no where just one of the two rules holds; else undetermined."""
    if (yes is True) == (no is True):
        return None
    return yes is True


def check_answers(spec: Parsed, answers: Answers) -> Iterator[Violation]:
    """Every rule that the record breaks, as given (before anything is dropped)."""
    for id_, answer in answers.items():
        asked = spec.fields.get(id_)
        if asked is None:
            yield Violation(fields=(id_,), rule=f"The form has no question {str(id_)[:60]!r}.", mend="Remove it.")
        elif answer is not None and (why := _why_not(asked, tuple(answer) if isinstance(answer, list) else answer)):
            yield Violation(fields=(id_,), rule=why[0], mend=why[1])
    kept = _plain(spec, answers)
    for id_, answer in kept.items():
        asked = spec.fields[id_]
        if asked.applies_when and answer != asked.neutral and applies(spec, asked, kept) is False:
            reasons = [spec.fields[other].title for other in fields_of(asked.applies_when, spec.conditions)]
            yield Violation(
                fields=(id_, *fields_of(asked.applies_when, spec.conditions)),
                rule=f"{asked.title} is answered, but the question is not asked after the other answers.",
                mend=f"Clear it, or look again at: {', '.join(reasons)}.",
            )
        if asked.kind == "order" and isinstance(answer, tuple):
            yield from _check_order(spec, asked, answer, kept)
    for entry in spec.consistency.values():
        if state_of(spec, entry.never, kept) is True:
            found = tuple(id_ for id_ in fields_of(entry.never, spec.conditions) if id_ in kept)
            yield Violation(fields=found, rule=entry.rule, mend=entry.mend)


def _check_order(spec: Parsed, asked: Field, answer: tuple[object, ...], kept: Answers) -> Iterator[Violation]:
    for option in asked.options:
        if option.when is None:
            continue
        state = state_of(spec, option.when, kept)
        named = (asked.id, *fields_of(option.when, spec.conditions))
        if option.value in answer and state is False:
            rule = f"{asked.title} names '{option.title}', but its own question says otherwise."
            yield Violation(fields=named, rule=rule, mend="Take it out of the order, or change that answer.")
        if len(answer) > 1 and option.value not in answer and state is True:
            rule = f"{asked.title} leaves out '{option.title}'."
            yield Violation(fields=named, rule=rule, mend="Name every movement, or none when they happen together.")


def _why_not(asked: Field, answer: object) -> tuple[str, str] | None:
    """Why the answer does not fit the field's kind and options, and the mend."""
    values = [option.value for option in asked.options]
    shown = repr(answer)[:60]
    if asked.kind == "flag":
        ok, mend = isinstance(answer, bool), "Answer true or false."
    elif asked.kind == "text":
        ok, mend = isinstance(answer, str) and len(answer) <= 5000, "Answer with a text of at most 5,000 characters."
    elif asked.kind == "choice":
        ok, mend = isinstance(answer, str) and answer in values, f"Use one of {', '.join(values)}."
    else:
        ok = isinstance(answer, tuple) and all(isinstance(a, str) and a in values for a in answer)
        ok = ok and isinstance(answer, tuple) and len(set(answer)) == len(answer)
        mend = f"Give a list, each at most once, of {', '.join(values)}."
    return None if ok else (f"{asked.title}: {shown} is no answer to this question.", mend)
