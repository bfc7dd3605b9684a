"""Whether a specification is whole: names that lead somewhere, no circles, rules that can hold and never both do,
examples that come out as they say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from videolect.language.examples import Tried, problems_of
from videolect.language.lexicon import read_lexicon
from videolect.language.lexicon_values import FOLDER
from videolect.language.parse import Parsed, parse, read_as
from videolect.language.proofs import prove
from videolect.language.rules import Ask, Compare, Named, Rule, parts
from videolect.language.source import Place, Problem, folder_of, read, read_texts
from videolect.language.values import Aspect, Primitive


def check_spec(spec: str | Path = "core") -> list[Problem]:
    """All problems of a specification, by file and line; empty where it is whole. NotFound where there is no folder."""
    return check(parse(read(folder_of(spec))))


def check_names(spec: Parsed) -> list[Problem]:
    """The problems without which every record can be derived: what leads nowhere, and what goes in a circle."""
    return sorted({*spec.problems, *_names(spec), *_circles(spec)})


def check(spec: Parsed) -> list[Problem]:
    """All problems of what was read. Examples are tried with what leads nowhere, or in a circle, left out."""
    problems = check_names(spec)
    left = sound(spec) if problems else spec
    tried = Tried(left)
    return sorted({*problems, *problems_of(tried), *prove(left, tried), *_lexicon(spec)})


def _lexicon(spec: Parsed) -> list[Problem]:
    """The phrases of claims and linter: can they be read, and do they speak of primitives that there are?"""
    files = read_texts({path: text for path, text in spec.texts.items() if path.startswith(FOLDER)}).files
    return read_lexicon(files, spec.primitives)[1] if files else []


def sound(spec: Parsed) -> Parsed:
    """What is left when every rule that cannot be evaluated is taken out, and all that speaks of it."""
    lost = -1
    while lost:
        bad = {id_ for id_, rule in spec.conditions.items() if _leads_nowhere(spec, rule, primitives=False)}
        bad |= set(_in_circles({id_: [rule] for id_, rule in spec.conditions.items()}, "condition"))
        worse = {id_ for id_, primitive in spec.primitives.items() if _broken_primitive(spec, primitive)}
        worse |= set(_in_circles({id_: _rules_of(each) for id_, each in spec.primitives.items()}, "primitive"))
        asked = {
            id_ for id_, field in spec.fields.items()
            if field.applies_when and _leads_nowhere(spec, field.applies_when, primitives=False)
        }  # fmt: skip
        never = {id_ for id_, entry in spec.consistency.items() if _leads_nowhere(spec, entry.never, primitives=False)}
        lost = len(bad) + len(worse) + len(asked) + len(never)
        spec = replace(
            spec,
            conditions={id_: rule for id_, rule in spec.conditions.items() if id_ not in bad},
            primitives={id_: each for id_, each in spec.primitives.items() if id_ not in worse},
            fields={id_: replace(f, applies_when=None) if id_ in asked else f for id_, f in spec.fields.items()},
            consistency={id_: entry for id_, entry in spec.consistency.items() if id_ not in never},
            aspects={id_: _sound_aspect(spec, aspect) for id_, aspect in spec.aspects.items()},
        )
    return replace(spec, profiles={})  # a reading is tried only where all else is right


def _sound_aspect(spec: Parsed, aspect: Aspect) -> Aspect:
    branches = (branch for branch in aspect.branches if not _leads_nowhere(spec, branch.when, primitives=False))
    return replace(aspect, branches=tuple(branches))


def _rules_of(primitive: Primitive) -> list[Rule]:
    gate = [primitive.applies_when] if primitive.applies_when is not None else []
    return [primitive.yes_when, primitive.no_when, *gate]


def _broken_primitive(spec: Parsed, primitive: Primitive) -> bool:
    return any(_leads_nowhere(spec, rule, primitives=True) for rule in _rules_of(primitive))


def _leads_nowhere(spec: Parsed, rule: Rule, *, primitives: bool) -> bool:
    unknown = any(
        part.field not in spec.fields
        or (isinstance(part, Compare) and (part.other not in spec.fields or not part.order))
        for part in parts(rule)
        if isinstance(part, Ask | Compare)
    )
    return unknown or any(True for _ in _rule(spec, Place("", 0), rule, primitives=primitives))


def _in_circles(rules: Mapping[str, list[Rule]], kind: str) -> list[str]:
    places = {id_: Place(id_, 0) for id_ in rules}
    return [problem.file for problem in _circle(rules, kind, places)]


def _names(spec: Parsed) -> Iterator[Problem]:
    """Every id that is spoken of exists."""
    # Where a file could not be read at all, one problem is enough: what it would have named is not reported as missing.
    lost = {problem.file for problem in spec.problems}
    headless = "spec.yaml" in lost
    if not headless:
        yield from _listed(spec)
    for aspect in spec.aspects.values():
        before = list(spec.aspects)[: list(spec.aspects).index(aspect.id)]
        yield from _unknown(aspect.place, "parent", aspect.parents, before, "Name aspects that stand above this one.")
        for topic in aspect.topics:
            yield from _unknown(aspect.place, "field", topic.known_from, spec.fields, "Use a field's id.")
        for branch in aspect.branches:
            yield from _rule(spec, aspect.place, branch.when, primitives=False)
    for field in spec.fields.values():
        groups = [] if headless else [field.group]
        yield from _unknown(field.place, "group", groups, spec.form_groups, "Add it to form_groups.")
        yield from _unknown(field.place, "aspect", field.mentioned_in, spec.aspects, "Use aspects of spec.yaml.")
        yield from _unknown(field.place, "field", [field.pair] if field.pair else [], spec.fields, "Use a field's id.")
        yield from _rule(spec, field.place, field.applies_when, primitives=False)
        for option in field.options:
            for target, value in option.sets.items():
                if (target_field := spec.fields[target]).kind == "choice":
                    yield from _unknown(
                        target_field.place, "option", ["no", "both", str(value)],
                        [o.value for o in target_field.options], f"{field.id} needs it: add it to {target}.",
                    )  # fmt: skip
    for id_, rule in spec.conditions.items():
        yield from _rule(spec, spec.condition_places[id_], rule, primitives=False)
    for entry in spec.consistency.values():
        yield from _rule(spec, entry.place, entry.never, primitives=False)
    names: dict[str, str] = {}
    for primitive in spec.primitives.values():
        yield from _primitive(spec, primitive, headless)
        for name in primitive.also_known_as:
            if name in names:
                rule_text = f"{primitive.id} is also known as {name!r}, and so is {names[name]}."
                yield primitive.place.problem(rule_text, "Keep the name with the one that means the same.")
            names[name] = primitive.id
    for profile in spec.profiles.values():
        reading = replace(spec, conditions={**spec.conditions, **profile.conditions})
        for override in profile.overrides.values():
            yield from _unknown(override.place, "primitive", [override.id], spec.primitives, "Use a primitive's id.")
            for reading_rule in (override.applies_when, override.yes_when, override.no_when):
                yield from _rule(reading, override.place, reading_rule, primitives=True)
        for condition in profile.conditions.values():
            yield from _rule(reading, Place(f"profiles/{profile.id}", 1), condition, primitives=False)


def _listed(spec: Parsed) -> Iterator[Problem]:
    for id_ in spec.aspect_order:
        if id_ not in spec.aspects:
            yield Problem("spec.yaml", 1, f"The aspect {id_!r} has no file.", f"Add aspects/{id_}.yaml.")
    for aspect in spec.aspects.values():
        if aspect.id not in spec.aspect_order:
            yield aspect.place.problem(f"The aspect {aspect.id!r} is not listed.", "Add it to 'aspects:' in spec.yaml.")
    for schema in range(1, spec.record_schema):
        if schema not in spec.migrations:
            rule = f"Nothing says how records of schema {schema} are read today."
            yield Problem("migrations.yaml", 1, rule, f"Add a migration from {schema}, or lower record_schema.")


def _primitive(spec: Parsed, primitive: Primitive, headless: bool) -> Iterator[Problem]:
    place = primitive.place
    groups = [] if headless else [primitive.group]
    yield from _unknown(place, "group", groups, spec.groups, "Add it to groups in spec.yaml.")
    yield from _unknown(place, "aspect", primitive.aspects, spec.aspects, "Use aspects of spec.yaml.")
    for other in primitive.look_alikes:
        yield from _unknown(other.place, "look-alike", [other.id], spec.primitives, "Use a primitive's id.")
        if other.id == primitive.id:
            yield other.place.problem(f"{other.id} is its own look-alike.", "Name another primitive.")
    for rule in (primitive.applies_when, primitive.yes_when, primitive.no_when):
        yield from _rule(spec, place, rule, primitives=True)


def _unknown(
    place: Place, what: str, ids: Iterable[str], known: Sequence[str] | Mapping[str, object], mend: str
) -> Iterator[Problem]:
    for id_ in ids:
        if id_ not in known:
            yield place.problem(f"The {what} {id_!r} is unknown here.", mend)


def _rule(spec: Parsed, place: Place, rule: Rule | None, *, primitives: bool) -> Iterator[Problem]:
    for part in parts(rule) if rule is not None else ():
        if isinstance(part, Named) and part.kind == "condition":
            yield from _unknown(part.place, "condition", [part.id], spec.conditions, "Add it under conditions/.")
        elif isinstance(part, Named) and not primitives:
            mend = "Speak of fields and conditions: only a primitive's rules may speak of primitives."
            yield part.place.problem(f"This rule speaks of the primitive {part.id!r}.", mend)
        elif isinstance(part, Named):
            yield from _unknown(part.place, "primitive", [part.id], spec.primitives, "Use a primitive's id.")


def _circles(spec: Parsed) -> Iterator[Problem]:
    """Rules that speak of one another in a circle: primitives, and conditions."""
    for reading in (spec, *(read_as(spec, profile) for profile in spec.profiles.values())):
        yield from _circle(
            {id_: _rules_of(r) for id_, r in reading.primitives.items()}, "primitive",
            {id_: r.place for id_, r in reading.primitives.items()},
        )  # fmt: skip
        places = {id_: spec.condition_places.get(id_, Place("profiles", 1)) for id_ in reading.conditions}
        yield from _circle({id_: [rule] for id_, rule in reading.conditions.items()}, "condition", places)


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
