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
from videolect.language.rules import Ask, Compare, Named, Rule, fields_of, parts
from videolect.language.source import Place, Problem, folder_of, read, read_texts
from videolect.language.values import Aspect, Field, Primitive


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
    return read_lexicon(files, spec.unread.union(spec.primitives))[1] if files else []


def sound(spec: Parsed) -> Parsed:
    """What is left when every rule that cannot be evaluated is taken out, and all that speaks of it."""
    lost = -1
    while lost:
        bad = {id_ for id_, rule in spec.conditions.items() if _leads_nowhere(spec, rule, primitives=False)}
        bad |= {*_in_circles(_named({id_: [rule] for id_, rule in spec.conditions.items()}, "condition"))}
        bad |= {*_too_large(spec)}
        worse = {id_ for id_, primitive in spec.primitives.items() if _broken_primitive(spec, primitive)}
        worse |= {*_in_circles(_named({i: _rules_of(each) for i, each in spec.primitives.items()}, "primitive"))}
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


def _in_circles(leads: Mapping[str, list[str]]) -> list[str]:
    places = {id_: Place(id_, 0) for id_ in leads}
    return [problem.file for problem in _circle(leads, places)]


def _names(spec: Parsed) -> Iterator[Problem]:
    """Every id that is spoken of exists. That one could not be read has been told."""
    return (problem for problem in _leading_nowhere(spec) if problem.about not in spec.unread)


def _leading_nowhere(spec: Parsed) -> Iterator[Problem]:
    # Where a file could not be read at all, one problem is enough: what it would have named is not reported as missing.
    lost = {problem.file for problem in spec.problems}
    headless = "spec.yaml" in lost
    if not headless:
        yield from _listed(spec)
        yield from _migrations(spec)
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
        yield from _pair(spec, field)
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


def _pair(spec: Parsed, field: Field) -> Iterator[Problem]:
    if field.pair is None:
        return
    yield from _unknown(field.place, "field", [field.pair], spec.fields, "Use a field's id.")
    end = spec.fields.get(field.pair)
    if end is not None and (end.kind, *_values(end)) != (field.kind, *_values(field)):
        mend = "Start and end have the same options, in the same order."
        yield field.place.problem(f"{field.id} and {end.id} are no pair of start and end.", mend)


def _values(field: Field) -> tuple[str, ...]:
    return tuple(option.value for option in field.options)


def _migrations(spec: Parsed) -> Iterator[Problem]:
    """Each leads from one schema to the next, and the last to fields and values that there are."""
    for migration in spec.migrations.values():
        if not 1 <= migration.schema < spec.record_schema:
            rule = f"A migration leads from schema {migration.schema}, and records have schema {spec.record_schema}."
            yield migration.place.problem(rule, "Remove it, or raise record_schema.")
        if migration.schema != spec.record_schema - 1:
            continue
        for old, new in migration.rename.items():
            yield from _unknown(migration.place, "field", [new], spec.fields, f"Rename {old} to a field's id.")
        for old, changes in migration.values.items():
            asked = spec.fields.get(migration.rename.get(old, old))
            known = _values(asked) if asked else ()
            for value in changes.values():
                yield from _unknown(migration.place, "answer", [value], known, f"Use an answer of today's for {old}.")
        for new in migration.segments:
            yield from _unknown(migration.place, "field of segments", [new], spec.segment_fields, "Use a field's id.")


def _listed(spec: Parsed) -> Iterator[Problem]:
    for id_ in spec.aspect_order:
        if id_ not in spec.aspects:
            rule, mend = f"The aspect {id_!r} has no file.", f"Add aspects/{id_}.yaml."
            yield Problem("spec.yaml", 1, rule, mend, about=id_)
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
    if not primitive.aspects:
        yield place.problem(f"{primitive.id} belongs to no aspect.", "Name the captions that may say it.")
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
            yield place.problem(f"The {what} {id_!r} is unknown here.", mend, about=id_)


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
    """Rules that speak of one another in a circle: primitives, conditions, and questions that hang on one another."""
    primitives = {id_: _rules_of(each) for id_, each in spec.primitives.items()}
    places = {id_: each.place for id_, each in spec.primitives.items()}
    yield from _circle(_named(primitives, "primitive"), places)
    conditions = {id_: [rule] for id_, rule in spec.conditions.items()}
    yield from _circle(_named(conditions, "condition"), spec.condition_places)
    yield from _sizes(spec)
    gates = {
        id_: list(fields_of(field.applies_when, spec.conditions)) if field.applies_when is not None else []
        for id_, field in _gated(spec)
    }
    yield from _circle(gates, {id_: field.place for id_, field in spec.fields.items()})
    for profile in spec.profiles.values():
        reading = read_as(spec, profile)
        own = {id_: override.place for id_, override in profile.overrides.items()}
        rules = {id_: _rules_of(each) for id_, each in reading.primitives.items()}
        yield from _new(_circle(_named(rules, "primitive"), {**places, **own}), own.values())
        named = {id_: [rule] for id_, rule in reading.conditions.items()}
        where = {**spec.condition_places, **profile.condition_places}
        yield from _new(_circle(_named(named, "condition"), where), profile.condition_places.values())


def _new(problems: Iterator[Problem], places: Iterable[Place]) -> Iterator[Problem]:
    """Those that stand in the profile itself: what is wrong without it has been told."""
    known = {(place.file, place.line) for place in places}
    return (problem for problem in problems if (problem.file, problem.line) in known)


def _gated(spec: Parsed) -> Iterator[tuple[str, Field]]:
    """The fields whose gate can be followed: what leads nowhere or in a circle is told elsewhere."""
    lost = {
        *_in_circles(_named({id_: [rule] for id_, rule in spec.conditions.items()}, "condition")),
        *_too_large(spec),
    }
    for id_, field in spec.fields.items():
        gate = field.applies_when
        names = {p.id for p in parts(gate) if isinstance(p, Named)} if gate is not None else set()
        yield id_, field if not names & lost else replace(field, applies_when=None)


MAX_TESTS = 5_000
"""Of a rule with its conditions written out, which is what the browser gets."""


def _sizes(spec: Parsed) -> Iterator[Problem]:
    for id_ in _too_large(spec):
        rule = f"The condition {id_} has more than {MAX_TESTS:,} tests, with the conditions it names written out."
        yield spec.condition_places[id_].problem(rule, "Make it simpler.")


def _too_large(spec: Parsed) -> list[str]:
    sizes: dict[str, int] = {}
    leads = _named({id_: [rule] for id_, rule in spec.conditions.items()}, "condition")
    waiting = list(spec.conditions)
    while waiting:  # those that name only what is known come first; what is left over goes in a circle
        left = []
        for id_ in waiting:
            if all(other in sizes or other not in leads for other in leads[id_]):
                named = (p.id for p in parts(spec.conditions[id_]) if isinstance(p, Named))
                tests = sum(isinstance(p, Ask | Compare) for p in parts(spec.conditions[id_]))
                sizes[id_] = min(tests + sum(sizes.get(other, 0) for other in named), MAX_TESTS + 1)
            else:
                left.append(id_)
        if len(left) == len(waiting):
            break
        waiting = left
    return [id_ for id_, size in sizes.items() if size > MAX_TESTS]


def _named(rules: Mapping[str, list[Rule]], kind: str) -> dict[str, list[str]]:
    """What each of them names."""
    return {
        id_: list(dict.fromkeys(p.id for r in each for p in parts(r) if isinstance(p, Named) and p.kind == kind))
        for id_, each in rules.items()
    }


MAX_CHAIN = 60
"""Of rules that name one another."""


def _circle(leads: Mapping[str, list[str]], places: Mapping[str, Place]) -> Iterator[Problem]:
    """Circles, and chains that are too long to be followed."""
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
            elif len(path) >= MAX_CHAIN:
                text = f"{path[-1]} stands at the end of more than {MAX_CHAIN} rules that name one another."
                yield places[path[-1]].problem(text, "Name fewer rules, and test answers instead.")
            elif id_ not in done and id_ in leads:
                path.append(id_)
                stack.append(iter(leads[id_]))
