"""The label form of one campaign: which of the specification's questions it asks, and what is checked of the answers.

A campaign asks what its captions say, what no caption says, and whatever these questions hang on. One description
serves both sides: the page draws it, and the desk refuses answers to questions that are not in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from videolect.language.spec import Spec
from videolect.language.values import Field, Segment, Violation


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """Made by ``form_of``."""

    aspects: tuple[str, ...]
    questions: Mapping[str, Field]
    """The fields that it shows, some of them only after certain answers; in their order."""
    description: Mapping[str, Any]
    """The same as plain data, with headings and rules, for whoever draws it."""


def form_of(spec: Spec, aspects: Sequence[str]) -> Form:
    """The form of a campaign with these aspects."""
    whole: Any = spec.as_json()
    told = {field["id"]: field for field in whole["fields"]}
    shown: set[str] = set()
    wanted = [id_ for id_, field in told.items() if not field["mentioned_in"] or {*field["mentioned_in"]} & {*aspects}]
    while wanted:
        id_ = wanted.pop()
        if id_ not in shown:
            shown.add(id_)
            wanted += _named(told[id_]["applies_when"])
            wanted += [name for option in told[id_]["options"] for name in option["sets"]]  # they follow from it
    fields = [field for field in whole["fields"] if field["id"] in shown]
    headings = {field["group"] for field in fields}
    return Form(
        aspects=tuple(aspects),
        questions={field.id: field for field in spec.fields if field.id in shown},
        description={
            "version": spec.version,
            "hash": spec.hash,
            "record_schema": spec.record_schema,
            "aspects": list(aspects),
            "form_groups": [group for group in whole["form_groups"] if group["id"] in headings],
            "fields": fields,
            "consistency": [rule for rule in whole["consistency"] if shown.issuperset(_named(rule["never"]))],
        },
    )


def _named(rule: Any) -> Iterator[str]:
    """The fields that a rule speaks of, as plain data."""
    if isinstance(rule, list):
        for part in rule:
            yield from _named(part)
    elif isinstance(rule, dict):
        yield from (rule[key] for key in ("field", "same_as", "before", "after") if key in rule)
        for key in ("all", "any", "not"):
            yield from _named(rule.get(key))


def faults(
    spec: Spec, form: Form, answers: Mapping[str, object], *, untouched: Sequence[str], frames: int
) -> list[Violation]:
    """Every reason why these answers cannot stand: the specification's rules, this form's questions, the clip's length.

    ``untouched`` names the fields that were left as preselected; ``frames`` is the number of frames of the clip.
    """
    found = [*spec.check_answers(answers), *_not_shown(spec, form, answers)]
    for name in untouched:
        field = form.questions.get(name)
        rule = None
        if field is None:
            rule = f"The form has no question {name[:60]!r}, so nobody left it as preselected."
        elif field.default is None or _frozen(answers.get(name)) != field.default:
            rule = f"{field.title} was left as preselected, yet that is not its answer."
        if rule is not None:
            found.append(Violation(fields=(name[:200],), rule=rule, mend="Leave it out of 'untouched'."))
    for id_, answer in spec.normalise(answers).items():
        for number, segment in enumerate(answer if isinstance(answer, tuple) else (), 1):
            if isinstance(segment, Segment) and segment.end_frame is not None and segment.end_frame > frames:
                title = form.questions[id_].title if id_ in form.questions else id_
                rule = f"{title}, segment {number} ends at frame {segment.end_frame}; the clip has {frames}."
                found.append(Violation(fields=(id_,), rule=rule, mend="Count from the clip's first frame, which is 0."))
    return found


def _not_shown(spec: Spec, form: Form, answers: Mapping[str, object]) -> Iterator[Violation]:
    for field in spec.fields:
        answer = answers.get(field.id)
        if field.id in form.questions or answer is None or _frozen(answer) == field.neutral:
            continue
        yield Violation(
            fields=(field.id,),
            rule=f"{field.title} is answered, but this campaign ({', '.join(form.aspects)}) does not ask it.",
            mend=f"Clear it. It is asked where the captions are: {', '.join(field.mentioned_in)}.",
        )


def _frozen(answer: object) -> object:
    return tuple(answer) if isinstance(answer, list) else answer
