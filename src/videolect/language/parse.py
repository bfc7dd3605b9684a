"""From the files of a specification to its values. Every mistake becomes a problem with its file and line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from videolect.language import entries
from videolect.language.entries import FLAGS, read_id, texts, typed, words
from videolect.language.rules import TESTS, Ask, Compare, Rule, changed, parse_rule
from videolect.language.source import Item, Place, Problem, Source, Wrong, mapping
from videolect.language.values import (
    EXPECTED,
    Aspect,
    Consistency,
    Example,
    Field,
    Group,
    Import,
    LookAlike,
    Migration,
    Override,
    Primitive,
    Profile,
)  # fmt: skip
from videolect.language.version import VERSION

T = TypeVar("T")


_ID_LINE = re.compile(r"^(?:- )?(?:id: *)?([a-z][a-z0-9_]*):? *$", re.MULTILINE)
"""Where an id stands in a file that cannot be read: ``- id: pan_left``, or ``has_people:`` among conditions."""


class _Entry(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def place(self) -> Place: ...


E = TypeVar("E", bound=_Entry)
_PROSE = ("definition", "question", "model_question", "decision")
FOLDERS = ("aspects/", "fields/", "conditions/", "consistency/", "primitives/", "profiles/", "lexicon/", "imports/")
FILES = ("spec.yaml", "migrations.yaml")
MAX_SCHEMA = 100


@dataclass
class Parsed:
    """What a specification's files say. ``problems`` is empty where all of it could be understood."""

    name: str = ""
    version: str = ""
    record_schema: int = 1
    hash: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    """The files that it was read from, by path."""
    aspects: dict[str, Aspect] = field(default_factory=dict)
    form_groups: dict[str, Group] = field(default_factory=dict)
    fields: dict[str, Field] = field(default_factory=dict)
    conditions: dict[str, Rule] = field(default_factory=dict)
    condition_places: dict[str, Place] = field(default_factory=dict)
    consistency: dict[str, Consistency] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    primitives: dict[str, Primitive] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)
    migrations: dict[int, Migration] = field(default_factory=dict)
    imports: dict[str, Import] = field(default_factory=dict)
    missing: dict[str, object] = field(default_factory=dict)
    """How a question that was left open is read: only a profile says so."""
    problems: list[Problem] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    """Ids of entries that stand there and could not be read: that others speak of them is no problem more."""
    aspect_order: tuple[str, ...] = ()

    @property
    def segment_fields(self) -> tuple[str, ...]:
        """The fields whose answers are segments."""
        return tuple(id_ for id_, asked in self.fields.items() if asked.kind == "segments")


def parse(source: Source) -> Parsed:
    """Read all entries. Fields come before rules: what a word in a rule means is a matter of its field."""
    spec = Parsed(hash=source.hash, texts=source.texts, problems=list(source.problems))
    for name in source.texts.keys() - source.files.keys():
        spec.unread.update(_ID_LINE.findall(source.texts[name]))
    if "spec.yaml" not in source.files and not any(problem.file == "spec.yaml" for problem in spec.problems):
        spec.problems.append(Problem("spec.yaml", 1, "The file is missing.", "Add it: docs/language.md has its form."))
    for name, item in source.files.items():
        if name not in FILES and not name.startswith(FOLDERS):
            spec.problems.append(item.place.problem("The file is not part of a specification.", "Move or rename it."))
    for item in source.under("spec.yaml"):
        attempt(spec, _head, spec, item)
    for item in source.under("aspects/"):
        _keep(spec, "An aspect", attempt(spec, entries.read_aspect, item), spec.aspects, item)
    for item in source.under("fields/"):
        _entries(spec, item, "A field", entries.read_field, spec.fields)
    for item in source.under("conditions/"):
        attempt(spec, _conditions, spec, item)
    for item in source.under("consistency/"):
        _entries(spec, item, "A consistency rule", entries.read_consistency, spec.consistency)
    for item in source.under("primitives/"):
        _entries(spec, item, "A primitive", lambda entry: _primitive(spec, entry), spec.primitives)
    for item in source.under("migrations.yaml"):
        for entry in attempt(spec, item.items, "migrations.yaml") or []:
            attempt(spec, _migration, spec, entry)
    for item in source.under("imports/"):
        _keep(spec, "An import", attempt(spec, entries.read_import, item, spec.fields), spec.imports, item)
    _profiles(spec, source)
    _put_in_order(spec)
    _give_types(spec)
    return spec


class _Unread(Exception):
    """What this speaks of stands there and could not be read, which has been told."""


def attempt(spec: Parsed, read: Callable[..., T], *args: object) -> T | None:
    """What ``read`` gives, or None and one problem more."""
    try:
        return read(*args)
    except _Unread:
        pass
    except Wrong as wrong:
        spec.problems.append(wrong.problem)
    except RecursionError:
        spec.problems.append(Problem("", 0, "A rule is nested too deeply.", "Use conditions with names."))
    return None


def _entries(spec: Parsed, item: Item, what: str, read: Callable[[Item], E], into: dict[str, E]) -> None:
    for member in attempt(spec, item.items, "The file") or []:
        _keep(spec, what, attempt(spec, read, member), into, member)


def _keep(spec: Parsed, what: str, value: E | None, into: dict[str, E], item: Item) -> None:
    if value is None:
        spec.unread |= _id_in(item)
    elif value.id in into:
        first = into[value.id].place
        rule = f"{what} has the id {value.id!r}, which {first.file}:{first.line} has too."
        spec.problems.append(value.place.problem(rule, "Give one of them another id."))
    else:
        into[value.id] = value


def _id_in(item: Item) -> set[str]:
    """The id that an entry gives itself, whatever else is wrong with it."""
    try:
        return {value.text("'id:'") for key, value in item.pairs("An entry") if key == "id"}
    except Wrong:
        return set()


def _head(spec: Parsed, item: Item) -> None:
    pairs = mapping(item, "spec.yaml", needs=("name", "version", "record_schema", "aspects", "form_groups", "groups"))
    spec.form_groups = entries.read_groups(pairs["form_groups"])
    spec.groups = entries.read_groups(pairs["groups"])
    spec.aspect_order = texts(pairs, "aspects")
    spec.name = read_id(pairs["name"], "The specification's name")
    spec.record_schema = entries.number(pairs["record_schema"], "'record_schema:'")
    if not 1 <= spec.record_schema <= MAX_SCHEMA:
        rule = f"'record_schema:' is {spec.record_schema}."
        raise Wrong(pairs["record_schema"].place, rule, f"Count record schemas from 1, to {MAX_SCHEMA} at most.")
    spec.version = words(pairs, "version", "spec.yaml")
    if not re.fullmatch(VERSION, spec.version):
        raise Wrong(pairs["version"].place, f"The version {spec.version!r} is not of the form 1.2.3.", "Write one.")


def _conditions(spec: Parsed, item: Item) -> None:
    for key, value in item.pairs("The conditions"):
        rule = attempt(spec, parse_rule, value)
        if not entries.is_id(key):
            spec.problems.append(value.place.problem(f"The condition {key[:60]!r} has no id for a name.", entries.IDS))
        elif key in spec.conditions:
            spec.problems.append(value.place.problem(f"The condition {key!r} stands twice.", "Keep one of the two."))
        elif rule is None:
            spec.unread.add(key)
        else:
            spec.conditions[key] = rule
            spec.condition_places[key] = value.place


def _primitive(spec: Parsed, item: Item) -> Primitive:
    needs = ("id", "title", "group", "aspects", *_PROSE, "yes_when", "no_when", "examples")
    may = ("look_alikes", "use_words", "avoid_words", "also_known_as", "applies_when")
    pairs = mapping(item, "A primitive", needs=needs, may=may)
    look_alikes = pairs["look_alikes"].items("'look_alikes:'") if "look_alikes" in pairs else []
    applies_when = parse_rule(pairs["applies_when"]) if "applies_when" in pairs else None
    return Primitive(
        id=read_id(pairs["id"], "The primitive's id"),
        title=words(pairs, "title", "a primitive"),
        group=words(pairs, "group", "a primitive"),
        aspects=texts(pairs, "aspects"),
        **{key: words(pairs, key, "a primitive") for key in _PROSE},
        look_alikes=tuple(_look_alike(spec, other) for other in look_alikes),
        use_words=texts(pairs, "use_words"),
        avoid_words=texts(pairs, "avoid_words"),
        also_known_as=texts(pairs, "also_known_as"),
        applies_when=applies_when,
        yes_when=parse_rule(pairs["yes_when"]),
        no_when=parse_rule(pairs["no_when"]),
        examples=_examples(spec, pairs["examples"], outside=applies_when is not None),
        place=item.place,
    )


def _look_alike(spec: Parsed, item: Item) -> LookAlike:
    pairs = mapping(item, "A look-alike", needs=("id", "how"), may=("example",))
    example = _record(spec, pairs["example"]) if "example" in pairs else None
    return LookAlike(
        id=pairs["id"].text("'id:'"), how=words(pairs, "how", "a look-alike"), example=example, place=item.place
    )


def _examples(spec: Parsed, item: Item, *, outside: bool) -> tuple[Example, ...]:
    found: list[Example] = []
    needs = ("yes", "no", "does_not_apply") if outside else ("yes", "no")
    groups = mapping(item, "The examples", needs=needs, may=("undetermined",))
    for expected in EXPECTED:
        if expected not in groups:
            continue
        members = groups[expected].items(f"The examples of '{expected}'")
        if not members:
            raise Wrong(groups[expected].place, f"There is no example of '{expected}'.", "Add a record.")
        found += [Example(expected=expected, answers=_record(spec, each), place=each.place) for each in members]
    return tuple(found)


def _record(spec: Parsed, item: Item) -> dict[str, object]:
    return {name: _answer(spec, name, value) for name, value in item.pairs("A record")}


def _answer(spec: Parsed, name: str, item: Item) -> object:
    asked = spec.fields.get(name)
    if asked is None and name in spec.unread:
        raise _Unread
    if asked is None:
        raise Wrong(item.place, f"The record answers the unknown field {name!r}.", "Use a field's id.")
    return entries.answer(asked, item)


def _migration(spec: Parsed, item: Item) -> None:
    migration = entries.read_migration(item)
    if migration.schema in spec.migrations:
        raise Wrong(item.place, f"Two migrations lead from schema {migration.schema}.", "Join them.")
    spec.migrations[migration.schema] = migration


# ------------------------------------------------------------------------------------------------------- profiles


def _profiles(spec: Parsed, source: Source) -> None:
    """The files of one folder below ``profiles/`` together make one profile."""
    for item in source.under("profiles/"):
        parts = item.file.split("/")
        if len(parts) != 3:
            rule = "A profile is a folder below profiles/."
            spec.problems.append(item.place.problem(rule, "Move the file into profiles/NAME/."))
            continue
        known = Profile(id=parts[1], answers={}, conditions={}, condition_places={}, overrides={})
        attempt(spec, _add_profile, spec, spec.profiles.setdefault(parts[1], known), item)


def _add_profile(spec: Parsed, profile: Profile, item: Item) -> None:
    pairs = mapping(item, "A profile", may=("answers", "conditions", "rules"))
    answers, conditions, overrides = dict(profile.answers), dict(profile.conditions), dict(profile.overrides)
    places = dict(profile.condition_places)
    for name, value in pairs["answers"].pairs("'answers:'") if "answers" in pairs else []:
        answers[name] = attempt(spec, _answer, spec, name, value)
    for name, value in pairs["conditions"].pairs("'conditions:'") if "conditions" in pairs else []:
        if (rule := attempt(spec, parse_rule, value)) is not None:
            conditions[name], places[name] = rule, value.place
    if "rules" in pairs:
        for member in attempt(spec, pairs["rules"].items, "'rules:'") or []:
            _keep(spec, "A reading", attempt(spec, entries.read_override, member), overrides, member)
    spec.profiles[profile.id] = replace(
        profile, answers=answers, conditions=conditions, condition_places=places, overrides=overrides
    )


def read_as(spec: Parsed, profile: Profile) -> Parsed:
    """The specification in which the profile's readings stand."""

    def other(primitive: Primitive, reading: Override) -> Primitive:
        applies = None if reading.always else reading.applies_when or primitive.applies_when
        yes, no = reading.yes_when or primitive.yes_when, reading.no_when or primitive.no_when
        return replace(primitive, applies_when=applies, yes_when=yes, no_when=no)

    readings = {id_: reading for id_, reading in profile.overrides.items() if id_ in spec.primitives}
    changes = {id_: other(spec.primitives[id_], reading) for id_, reading in readings.items()}
    return replace(
        spec,
        primitives={**spec.primitives, **changes},
        conditions={**spec.conditions, **profile.conditions},
        missing=dict(profile.answers),
    )


# ------------------------------------------------------------------------------------------ once everything is read


def _put_in_order(spec: Parsed) -> None:
    """Aspects as spec.yaml lists them, fields and primitives by their headings; what stands under none comes last."""

    def place(id_: str, order: Iterable[str]) -> int:
        known = list(order)
        return known.index(id_) if id_ in known else len(known)

    spec.aspects = dict(sorted(spec.aspects.items(), key=lambda pair: place(pair[0], spec.aspect_order)))
    spec.fields = dict(sorted(spec.fields.items(), key=lambda pair: place(pair[1].group, spec.form_groups)))
    spec.primitives = dict(sorted(spec.primitives.items(), key=lambda pair: place(pair[1].group, spec.groups)))


def _give_types(spec: Parsed) -> None:
    """Turn the words of every test into answers of its field; name unknown fields and values."""

    def each(rule: Rule) -> Rule:
        return attempt(spec, changed, rule, lambda leaf: _with_type(spec, leaf)) or rule

    def maybe(rule: Rule | None) -> Rule | None:
        return None if rule is None else each(rule)

    spec.conditions = {key: each(rule) for key, rule in spec.conditions.items()}
    spec.consistency = {key: replace(entry, never=each(entry.never)) for key, entry in spec.consistency.items()}
    for key, primitive in spec.primitives.items():
        yes, no, gate = each(primitive.yes_when), each(primitive.no_when), maybe(primitive.applies_when)
        spec.primitives[key] = replace(primitive, yes_when=yes, no_when=no, applies_when=gate)
    for key, asked in spec.fields.items():
        options = tuple(replace(o, sets=_sets(spec, asked, o.sets)) if o.sets else o for o in asked.options)
        spec.fields[key] = replace(asked, options=options, applies_when=maybe(asked.applies_when))
    for key, aspect in spec.aspects.items():
        branches = tuple(replace(branch, when=each(branch.when)) for branch in aspect.branches)
        spec.aspects[key] = replace(aspect, branches=branches)
    for key, profile in spec.profiles.items():
        overrides = {
            id_: replace(o, applies_when=maybe(o.applies_when), yes_when=maybe(o.yes_when), no_when=maybe(o.no_when))
            for id_, o in profile.overrides.items()
        }
        conditions = {id_: each(rule) for id_, rule in profile.conditions.items()}
        spec.profiles[key] = replace(profile, overrides=overrides, conditions=conditions)


def _with_type(spec: Parsed, leaf: Ask | Compare) -> Ask | Compare:
    asked = spec.fields.get(leaf.field)
    if asked is None and leaf.field in spec.unread:
        raise _Unread
    if asked is None:
        raise Wrong(leaf.place, f"A rule speaks of the unknown field {leaf.field!r}.", "Use a field's id.")
    if isinstance(leaf, Compare):
        return _comparison(spec, asked, leaf)
    many, text = asked.kind == "list", asked.kind == "text"
    fits = {
        "is": asked.kind in ("choice", "flag", "list"),
        "in": asked.kind in ("choice", "flag"),
        "has": many,
        "has_any": many,
        "empty": many or text or asked.kind == "segments",
        "answered": True,
    }
    if not fits[leaf.test]:
        allowed = ", ".join(test for test in TESTS if fits[test])
        raise Wrong(leaf.place, f"'{leaf.test}' does not fit the field {asked.id}.", f"Use {allowed}.")
    if leaf.test in ("empty", "answered"):
        if leaf.values[0] not in FLAGS:
            raise Wrong(leaf.place, f"'{leaf.test}' has {leaf.values[0]!r}.", "Write yes or no.")
        values: tuple[object, ...] = (FLAGS[str(leaf.values[0])],)
    else:
        values = tuple(typed(asked, value, leaf.place) for value in leaf.values)
    open_values = frozenset(option.value for option in asked.options if option.open and option.value not in values)
    return replace(leaf, values=values, open_values=open_values, exact=many)


def _comparison(spec: Parsed, asked: Field, leaf: Compare) -> Compare:
    other = spec.fields.get(leaf.other)
    if other is None and leaf.other in spec.unread:
        raise _Unread
    if other is None:
        raise Wrong(leaf.place, f"A rule speaks of the unknown field {leaf.other!r}.", "Use a field's id.")
    orders = [tuple(o.value for o in f.options if not o.unplaced and not o.open) for f in (asked, other)]
    if asked.kind != "choice" or other.kind != "choice" or orders[0] != orders[1]:
        mend = "Compare choices whose options are the same, in the same order."
        raise Wrong(leaf.place, f"{asked.id} and {other.id} cannot be compared.", mend)
    return replace(leaf, order=orders[0])


def _sets(spec: Parsed, asked: Field, sets: object) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, word in dict(sets).items() if isinstance(sets, dict) else ():
        target = spec.fields.get(name)
        if asked.kind != "segments" or target is None or target.kind not in ("choice", "flag"):
            rule = f"A movement of {asked.id} sets {name!r}."
            spec.problems.append(asked.place.problem(rule, "Let a segment's movement set a choice or a flag."))
            continue
        value = attempt(spec, typed, target, word, asked.place)
        if value is not None:
            found[name] = value
    return found
