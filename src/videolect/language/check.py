"""Whether a specification is whole: names that lead somewhere, no circles, examples that come out as they say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from videolect.language.answers import both_sides, check_answers, decide
from videolect.language.parse import Parsed, parse
from videolect.language.rules import Named, Rule, parts
from videolect.language.source import Place, Problem, folder_of, read

_STATES = {True: "yes", False: "no", None: "undetermined"}


def check_spec(spec: str | Path = "core") -> list[Problem]:
    """All problems of a specification, by file and line; empty where it is whole. NotFound where there is no folder."""
    return check(parse(read(folder_of(spec))))


def check(spec: Parsed) -> list[Problem]:
    """All problems of what was read. Examples are tried only once everything else is right."""
    problems = [*spec.problems, *_names(spec), *_circles(spec)]
    if not problems:
        problems = list(_examples(spec))
    return sorted(set(problems))


def _names(spec: Parsed) -> Iterator[Problem]:
    """Every id that is spoken of exists."""
    # Where a file could not be read at all, one problem is enough: what it would have named is not reported as missing.
    lost = {problem.file for problem in spec.problems}
    for aspect in spec.aspects.values():
        before = list(spec.aspects)[: list(spec.aspects).index(aspect.id)]
        yield from _unknown(aspect.place, "parent", aspect.parents, before, "Name aspects that stand above this one.")
        for topic in aspect.topics:
            yield from _unknown(aspect.place, "field", topic.known_from, spec.fields, "Use fields of fields.yaml.")
    for field in spec.fields.values():
        yield from _unknown(
            field.place,
            "group",
            [] if "spec.yaml" in lost else [field.group],
            spec.form_groups,
            "Add it to form_groups.",
        )
        yield from _unknown(field.place, "aspect", field.mentioned_in, spec.aspects, "Use aspects of aspects.yaml.")
        yield from _unknown(field.place, "field", [field.pair] if field.pair else [], spec.fields, "Use a field's id.")
        for rule in (field.applies_when, *(option.when for option in field.options)):
            yield from _rule(spec, field.place, rule, primitives=False)
    for id_, rule in spec.conditions.items():
        yield from _rule(spec, spec.condition_places[id_], rule, primitives=False)
    for entry in spec.consistency.values():
        yield from _rule(spec, entry.place, entry.never, primitives=False)
    names: dict[str, str] = {}
    for primitive in spec.primitives.values():
        place = primitive.place
        yield from _unknown(
            place,
            "group",
            [] if "spec.yaml" in lost else [primitive.group],
            spec.groups,
            "Add it to groups in spec.yaml.",
        )
        yield from _unknown(place, "aspect", primitive.aspects, spec.aspects, "Use aspects of aspects.yaml.")
        others = [other.id for other in primitive.look_alikes]
        yield from _unknown(place, "look-alike", others, spec.primitives, "Use a primitive's id.")
        for rule in (primitive.yes_when, primitive.no_when):
            yield from _rule(spec, place, rule, primitives=True)
        for name in primitive.also_known_as:
            if name in names:
                rule_text = f"{primitive.id} is also known as {name!r}, and so is {names[name]}."
                yield place.problem(rule_text, "Keep the name with the one that means the same.")
            names[name] = primitive.id


def _unknown(
    place: Place, what: str, ids: Iterable[str], known: Sequence[str] | Mapping[str, object], mend: str
) -> Iterator[Problem]:
    for id_ in ids:
        if id_ not in known:
            yield place.problem(f"The {what} {id_!r} is unknown here.", mend)


def _rule(spec: Parsed, place: Place, rule: Rule | None, *, primitives: bool) -> Iterator[Problem]:
    for part in parts(rule) if rule is not None else ():
        if isinstance(part, Named) and part.kind == "condition":
            yield from _unknown(part.place, "condition", [part.id], spec.conditions, "Add it to conditions.yaml.")
        elif isinstance(part, Named) and not primitives:
            mend = "Speak of fields and conditions: only a primitive's rules may speak of primitives."
            yield part.place.problem(f"This rule speaks of the primitive {part.id!r}.", mend)
        elif isinstance(part, Named):
            yield from _unknown(part.place, "primitive", [part.id], spec.primitives, "Use a primitive's id.")


def _circles(spec: Parsed) -> Iterator[Problem]:
    """Rules that speak of one another in a circle: primitives, conditions, and the questions that others wait for."""
    yield from _circle(
        {id_: [r.yes_when, r.no_when] for id_, r in spec.primitives.items()}, "primitive",
        {id_: r.place for id_, r in spec.primitives.items()},
    )  # fmt: skip
    yield from _circle({id_: [rule] for id_, rule in spec.conditions.items()}, "condition", spec.condition_places)


def _circle(rules: Mapping[str, list[Rule]], kind: str, places: Mapping[str, Place]) -> Iterator[Problem]:
    leads = {
        id_: list(dict.fromkeys(p.id for r in each for p in parts(r) if isinstance(p, Named) and p.kind == kind))
        for id_, each in rules.items()
    }
    done: set[str] = set()
    for start in leads:
        path: list[str] = []
        stack: list[Iterator[str]] = [iter([start])]
        while stack:
            id_ = next(stack[-1], None)
            if id_ is None:
                stack.pop()
                if path:
                    done.add(path.pop())
            elif id_ in path:
                circle = [*path[path.index(id_) :], id_]
                text = f"Rules go in a circle: {' -> '.join(circle)}."
                yield places[circle[-2]].problem(text, f"Let {circle[-2]} not speak of {id_}.")
            elif id_ not in done and id_ in leads:
                path.append(id_)
                stack.append(iter(leads[id_]))


def _examples(spec: Parsed) -> Iterator[Problem]:
    for primitive in spec.primitives.values():
        for example in primitive.examples:
            for violation in check_answers(spec, example.answers):
                text = f"An example of {primitive.id} is no consistent record: {violation.rule}"
                yield example.place.problem(text, violation.mend)
            sides = both_sides(spec, example.answers)
            for id_, (yes, no) in sides.items():
                if yes is True and no is True:
                    text = f"For an example of {primitive.id} both rules of {id_} hold."
                    yield example.place.problem(text, f"Mend yes_when or no_when of {id_}: at most one may hold.")
            state = decide(*sides[primitive.id])
            if state is not example.expected and sides[primitive.id] != (True, True):
                text = f"An example of {primitive.id} should be {_STATES[example.expected]} and is {_STATES[state]}."
                yield example.place.problem(text, "Mend the example or the rule.")
