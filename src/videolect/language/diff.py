"""What changed from one version of a specification to another: in its texts, in its meaning, and for label records.

A change has *meaning* where some record may come out otherwise. The suggested version follows: major where a record
that exists can read differently, or an answer, a question, a primitive or an aspect went away; minor where something
was added or another rule of the form changed; patch for texts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal, TypeVar

from videolect.errors import BadInput
from videolect.language.answers import Standing, settled, standings
from videolect.language.parse import Parsed
from videolect.language.rules import Ask, Compare, Named, Not, Rule, Several, parts
from videolect.language.spec import Spec
from videolect.language.table import Table
from videolect.language.values import Aspect, Example, Field, Override, Primitive
from videolect.language.version import BUMPS, Bump, raised
from videolect.language.wording import record_in_words, rule_in_words

ChangeKind = Literal[
    "spec", "group", "aspect", "field", "option", "condition", "consistency", "primitive", "profile", "file"
]
_AT_ONCE = 4096

Record = tuple[Mapping[str, object], int]
"""The answers of a label record, and the schema under which they were given."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One thing that is otherwise. An option has the id ``field.value``, a profile's reading ``profile/primitive``."""

    kind: ChangeKind
    id: str
    what: str
    """``added``, ``removed``, the key that changed, or ``rests_on``: unchanged itself, but not what it is made from."""
    meaning: bool
    before: str | None
    after: str | None

    def as_json(self) -> dict[str, object]:
        """As ``spec diff`` prints it."""
        return {name: getattr(self, name) for name in ("kind", "id", "what", "meaning", "before", "after")}


@dataclass(frozen=True, kw_only=True, slots=True)
class Touched:
    """What a change does to label records. Sets of records are ints: bit i stands for the i-th."""

    rows: int = 0
    states: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """primitive -> "before -> after" -> how many records; states as in examples, ``gone`` for a primitive that went."""
    records: int = 0
    """The records that read differently."""
    by_aspect: Mapping[str, int] = field(default_factory=dict)
    """The records whose caption of the aspect may have to say something else."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Diff:
    """Everything that changed."""

    before: str
    after: str
    bump: Bump
    """How far the version has to rise at least."""
    changes: tuple[Change, ...]
    touched: Touched = field(default_factory=Touched)

    @property
    def primitives(self) -> tuple[str, ...]:
        """The primitives whose state can come out otherwise, and those that were added or went away."""
        found = (each.id for each in self.changes if each.kind == "primitive" and each.meaning)
        return tuple(dict.fromkeys(found))

    @property
    def next_version(self) -> str:
        """The lowest version that ``after`` may have."""
        return raised(self.before, self.bump)


def diff(a: Spec, b: Spec, records: Iterable[Record] = ()) -> Diff:
    """What changed from ``a`` to ``b``, and for these label records."""
    if a.hash == b.hash:
        return Diff(before=a.version, after=b.version, bump="none", changes=())
    changes = tuple(_Comparison(a.parsed, b.parsed).changes())
    bump: Bump = max((change[1] for change in changes), key=BUMPS.index, default="patch")
    told = tuple(change[0] for change in changes)
    return Diff(before=a.version, after=b.version, bump=bump, changes=told, touched=touched(a, b, records, told))


# --------------------------------------------------------------------------------------------------------- comparing


class _Meaning:
    """Digests of what rules mean, through all that they rest on. Two that are equal give equal states.

    ``known``: for each field the options that count; others are as if they were not there, so that what is only added
    does not count as a change for records that exist.
    """

    def __init__(self, spec: Parsed, known: Mapping[str, frozenset[str]]) -> None:
        self.spec = spec
        self.known = known
        self._done: dict[tuple[str, str], str] = {}
        self._sets: dict[str, list[tuple[str, str, object]]] = {}
        for id_, asked in spec.fields.items():
            for option in asked.options:
                for target, value in option.sets.items() if self._counts(id_, option.value) else ():
                    self._sets.setdefault(target, []).append((id_, option.value, value))

    def _counts(self, asked: str, value: object) -> bool:
        return not isinstance(value, str) or asked not in self.known or value in self.known[asked]

    def primitive(self, id_: str) -> str:
        return self._once("primitive", id_, self._primitive)

    def field(self, id_: str) -> str:
        return self._once("field", id_, self._field)

    def condition(self, id_: str) -> str:
        return self._once("condition", id_, lambda id_: self.rule(self.spec.conditions[id_]))

    def _once(self, kind: str, id_: str, make: Callable[[str], str]) -> str:
        key = (kind, id_)
        if key not in self._done:
            self._done[key] = f"{kind} {id_}"  # where fields' gates go in a circle, the name has to do
            try:
                self._done[key] = make(id_)
            except KeyError:
                self._done[key] = f"unknown {kind} {id_}"
        return self._done[key]

    def _primitive(self, id_: str) -> str:
        one = self.spec.primitives[id_]
        return _digest([self.maybe(one.applies_when), self.rule(one.yes_when), self.rule(one.no_when)])

    def _field(self, id_: str) -> str:
        asked = self.spec.fields[id_]
        options = sorted(option.value for option in asked.options if self._counts(id_, option.value))
        return _digest([asked.kind, options, sorted(self._sets.get(id_, []), key=repr), self.maybe(asked.applies_when)])

    def maybe(self, rule: Rule | None) -> str:
        return "always" if rule is None else self.rule(rule)

    def rule(self, rule: Rule) -> str:
        match rule:
            case Several():
                members = sorted({self.rule(member) for member in rule.rules})
                return members[0] if len(members) == 1 else _digest([rule.word, members])
            case Not(rule=Not(rule=inner)):
                return self.rule(inner)
            case Not():
                return _digest(["not", self.rule(rule.rule)])
            case Named(kind="condition"):
                return self.condition(rule.id)
            case Named():
                return _digest(["primitive", self.primitive(rule.id)])
            case Compare():
                order = [value for value in rule.order if self._counts(rule.field, value)]
                ends = [rule.field, self.field(rule.field), rule.other, self.field(rule.other)]
                return _digest([rule.test, order, ends])
            case Ask():
                return self._ask(rule)

    def _ask(self, rule: Ask) -> str:
        test = {"is": "exactly" if rule.exact else "in", "has": "has_any"}.get(rule.test, rule.test)
        counted = [each for each in rule.values if rule.exact or self._counts(rule.field, each)]
        unsure = sorted(each for each in rule.open_values if self._counts(rule.field, each))
        return _digest([test, rule.field, self.field(rule.field), sorted(map(repr, counted)), unsure])


def _digest(of: list[object]) -> str:
    return hashlib.sha256(repr(of).encode()).hexdigest()[:24]


Found = tuple[Change, Bump]
T = TypeVar("T")


class _Comparison:
    def __init__(self, a: Parsed, b: Parsed) -> None:
        self.a, self.b = a, b
        everything: dict[str, frozenset[str]] = {}
        both = {id_: frozenset(option.value for option in asked.options) for id_, asked in a.fields.items()}
        self.whole = _Meaning(a, everything), _Meaning(b, everything)
        self.shared = _Meaning(a, both), _Meaning(b, both)

    def changes(self) -> Iterator[Found]:
        yield from self._head()
        yield from self._aspects()
        yield from self._fields()
        yield from self._conditions()
        yield from self._consistency()
        yield from self._primitives()
        yield from self._profiles()
        yield from self._files()

    def _same(self, of: Callable[[_Meaning], str]) -> tuple[bool, bool]:
        """Whether it means the same for every record, and for every record that exists."""
        return of(self.whole[0]) == of(self.whole[1]), of(self.shared[0]) == of(self.shared[1])

    def _rule(self, kind: ChangeKind, id_: str, what: str, before: Rule | None, after: Rule | None) -> Iterator[Found]:
        if _bare(before) == _bare(after):
            return
        same, shared = (
            one.maybe(before) == other.maybe(after) for one, other in (self.whole, self.shared)
        )  # fmt: skip
        # Of a gate, and of the rules of primitives, what exists may read differently; the rest only forbids or asks.
        deep = kind in ("primitive", "field", "profile")
        bump: Bump = "patch" if same else "major" if deep and not shared else "minor"
        yield Change(
            kind=kind, id=id_, what=what, meaning=not same,
            before=self._words(self.a, before), after=self._words(self.b, after),
        ), bump  # fmt: skip

    @staticmethod
    def _words(spec: Parsed, rule: Rule | None) -> str | None:
        return None if rule is None else rule_in_words(spec, rule)

    def _head(self) -> Iterator[Found]:
        for what in ("name", "record_schema", "aspect_order"):
            before, after = getattr(self.a, what), getattr(self.b, what)
            if before != after:
                told = [", ".join(each) if isinstance(each, tuple) else str(each) for each in (before, after)]
                bump: Bump = "major" if what == "record_schema" else "minor"
                yield _text("spec", self.a.name, what, *told, meaning=what == "record_schema"), bump
        for one, other in ((self.a.groups, self.b.groups), (self.a.form_groups, self.b.form_groups)):
            yield from _gone_and_new("group", one, other, lambda group: group.title, gone="minor")
            for id_ in one.keys() & other.keys():
                yield from _texts("group", id_, one[id_], other[id_], ("title", "chapter"))

    def _aspects(self) -> Iterator[Found]:
        yield from _gone_and_new("aspect", self.a.aspects, self.b.aspects, lambda aspect: aspect.title)
        for id_ in _both(self.a.aspects, self.b.aspects):
            one, other = self.a.aspects[id_], self.b.aspects[id_]
            yield from _texts("aspect", id_, one, other, ("title", "purpose", "leave_out", "form"))
            for what in ("parents", "needs_labels", "by_default", "accepts_transition", "limits"):
                if getattr(one, what) != getattr(other, what):
                    yield _text("aspect", id_, what, _shown(getattr(one, what)), _shown(getattr(other, what))), "minor"
            yield from self._topics(id_, one, other)

    def _topics(self, id_: str, one: Aspect, other: Aspect) -> Iterator[Found]:
        if one.topics != other.topics:
            added = {topic.id for topic in one.topics} != {topic.id for topic in other.topics}
            shown = [
                "; ".join(f"{t.title}. {t.say} {t.leave_out}".strip() for t in aspect.topics) for aspect in (one, other)
            ]
            yield _text("aspect", id_, "topics", *shown), "minor" if added else "patch"
        branches = [{branch.id: branch for branch in aspect.branches} for aspect in (one, other)]
        for branch in dict.fromkeys([*branches[0], *branches[1]]):
            first, second = branches[0].get(branch), branches[1].get(branch)
            if first is None or second is None:
                what = f"branch {branch}"
                yield _text("aspect", id_, what, first.say if first else None, second.say if second else None), "minor"
                continue
            yield from self._rule("aspect", id_, f"branch {branch}", first.when, second.when)
            yield from _texts("aspect", id_, first, second, ("say", "otherwise"), of=f"branch {branch}")

    def _fields(self) -> Iterator[Found]:
        yield from _gone_and_new("field", self.a.fields, self.b.fields, lambda asked: asked.question)
        for id_ in _both(self.a.fields, self.b.fields):
            one, other = self.a.fields[id_], self.b.fields[id_]
            yield from _texts("field", id_, one, other, ("title", "question", "help", "group", "mentioned_in", "pair"))
            if one.kind != other.kind:
                yield _text("field", id_, "kind", one.kind, other.kind, meaning=True), "major"
            yield from self._rule("field", id_, "applies_when", one.applies_when, other.applies_when)
            for what in ("neutral", "default"):
                if getattr(one, what) != getattr(other, what):
                    yield _text("field", id_, what, _shown(getattr(one, what)), _shown(getattr(other, what))), "minor"
            yield from self._options(id_, one, other)

    def _options(self, id_: str, one: Field, other: Field) -> Iterator[Found]:
        first = {f"{id_}.{option.value}": option for option in one.options}
        second = {f"{id_}.{option.value}": option for option in other.options}
        yield from _gone_and_new("option", first, second, lambda option: option.title)
        for key in _both(first, second):
            yield from _texts("option", key, first[key], second[key], ("title", "say", "saying"))
            for what in ("open", "unplaced", "sets"):
                before, after = getattr(first[key], what), getattr(second[key], what)
                if before != after:
                    yield _text("option", key, what, _shown(before), _shown(after), meaning=True), "major"
        order = [[each for each in found if each in first and each in second] for found in (first, second)]
        if order[0] != order[1]:
            told = (", ".join(each.split(".", 1)[1] for each in found) for found in order)
            yield _text("field", id_, "order of the options", *told), "patch"

    def _conditions(self) -> Iterator[Found]:
        for id_ in [each for each in self.a.conditions if each not in self.b.conditions]:
            yield _text("condition", id_, "removed", self._words(self.a, self.a.conditions[id_]), None), "patch"
        for id_ in [each for each in self.b.conditions if each not in self.a.conditions]:
            yield _text("condition", id_, "added", None, self._words(self.b, self.b.conditions[id_])), "patch"
        for id_ in _both(self.a.conditions, self.b.conditions):
            yield from self._rule("condition", id_, "rule", self.a.conditions[id_], self.b.conditions[id_])

    def _consistency(self) -> Iterator[Found]:
        one, other = self.a.consistency, self.b.consistency
        yield from _gone_and_new("consistency", one, other, lambda entry: entry.rule, gone="minor")
        for id_ in _both(one, other):
            yield from self._rule("consistency", id_, "never", one[id_].never, other[id_].never)
            yield from _texts("consistency", id_, one[id_], other[id_], ("rule", "mend"))

    def _primitives(self) -> Iterator[Found]:
        yield from _gone_and_new("primitive", self.a.primitives, self.b.primitives, lambda each: each.definition)
        for id_ in _both(self.a.primitives, self.b.primitives):
            one, other = self.a.primitives[id_], self.b.primitives[id_]
            rules: list[Found] = []
            for what in ("applies_when", "yes_when", "no_when"):
                rules += self._rule("primitive", id_, what, getattr(one, what), getattr(other, what))
            yield from rules
            same, shared = self._same(lambda meaning, id_=id_: meaning.primitive(id_))  # type: ignore[misc]
            if not same and not any(change.meaning for change, _ in rules):
                yield (
                    _text("primitive", id_, "rests_on", None, self._rests_on(other), meaning=True),
                    ("minor" if shared else "major"),
                )
            yield from _texts(
                "primitive", id_, one, other,
                ("title", "group", "aspects", "definition", "question", "model_question", "decision", "use_words",
                 "avoid_words", "also_known_as"),
            )  # fmt: skip
            yield from self._look_alikes(id_, one, other)
            if _records(one.examples) != _records(other.examples):
                before, after = self._examples(self.a, one.examples), self._examples(self.b, other.examples)
                yield _text("primitive", id_, "examples", before, after), "patch"

    def _look_alikes(self, id_: str, one: Primitive, other: Primitive) -> Iterator[Found]:
        raw = [[(each.id, each.how, each.example) for each in primitive.look_alikes] for primitive in (one, other)]
        if raw[0] == raw[1]:
            return
        told = []
        for spec, primitive in ((self.a, one), (self.b, other)):
            lines = []
            for each in primitive.look_alikes:
                title = spec.primitives[each.id].title if each.id in spec.primitives else each.id
                record = f" ({record_in_words(spec, each.example)})" if each.example is not None else ""
                lines.append(f"{title}: {each.how}{record}")
            told.append("\n".join(lines))
        yield _text("primitive", id_, "look_alikes", *told), "patch"

    @staticmethod
    def _examples(spec: Parsed, examples: Iterable[Example]) -> str:
        return "\n".join(f"{each.expected}: {record_in_words(spec, each.answers)}" for each in examples)

    def _rests_on(self, primitive: Primitive) -> str:
        """What changed below a primitive whose own rules did not."""
        found: dict[str, None] = {}
        waiting: list[Rule] = [r for r in (primitive.applies_when, primitive.yes_when, primitive.no_when) if r]
        seen: set[str] = set()
        while waiting:
            for part in parts(waiting.pop()):
                named = (
                    [("condition" if part.kind == "condition" else "primitive", part.id)]
                    if isinstance(part, Named)
                    else [("field", part.field)]
                    if isinstance(part, Ask)
                    else [("field", part.field), ("field", part.other)]
                    if isinstance(part, Compare)
                    else []
                )
                for kind, id_ in named:
                    if f"{kind} {id_}" in seen:
                        continue
                    seen.add(f"{kind} {id_}")
                    if not self._same(lambda meaning, kind=kind, id_=id_: str(getattr(meaning, kind)(id_)))[0]:  # type: ignore[misc]
                        found[f"{kind} {id_}"] = None
                        waiting += self._rules_of(kind, id_)
        return ", ".join(found)

    def _rules_of(self, kind: str, id_: str) -> list[Rule]:
        if kind == "condition":
            return [self.b.conditions[id_]] if id_ in self.b.conditions else []
        if kind == "field":
            asked = self.b.fields.get(id_)
            return [asked.applies_when] if asked and asked.applies_when else []
        return []  # a primitive that changed is told by itself

    def _profiles(self) -> Iterator[Found]:
        for name in dict.fromkeys([*self.a.profiles, *self.b.profiles]):
            one, other = self.a.profiles.get(name), self.b.profiles.get(name)
            if one is None or other is None:
                if one is None:
                    yield _text("profile", name, "added", None, name, meaning=True), "minor"
                else:
                    yield _text("profile", name, "removed", name, None, meaning=True), "major"
                continue
            if one.answers != other.answers:
                yield (
                    _text("profile", name, "answers", _shown(one.answers), _shown(other.answers), meaning=True),
                    "major",
                )
            for id_ in dict.fromkeys([*one.conditions, *other.conditions]):
                yield from self._rule(
                    "profile", name, f"condition {id_}", one.conditions.get(id_), other.conditions.get(id_)
                )
            first = {f"{name}/{id_}": each for id_, each in one.overrides.items()}
            second = {f"{name}/{id_}": each for id_, each in other.overrides.items()}
            yield from _gone_and_new("profile", first, second, lambda reading: reading.why)
            for key in _both(first, second):
                yield from self._reading(key, first[key], second[key])

    def _reading(self, key: str, one: Override, other: Override) -> Iterator[Found]:
        if one.always != other.always:
            yield _text("profile", key, "always", _shown(one.always), _shown(other.always), meaning=True), "major"
        for what in ("applies_when", "yes_when", "no_when"):
            yield from self._rule("profile", key, what, getattr(one, what), getattr(other, what))
        yield from _texts("profile", key, one, other, ("why",))

    def _files(self) -> Iterator[Found]:
        """What has no entries: the lexicon, migrations, importers."""
        for name in sorted({*self.a.texts, *self.b.texts}):
            before, after = self.a.texts.get(name), self.b.texts.get(name)
            if before != after and name.startswith(("lexicon/", "imports/", "migrations.yaml")):
                what = "added" if before is None else "removed" if after is None else "changed"
                bump: Bump = "patch" if what == "changed" else "minor"
                yield Change(kind="file", id=name, what=what, meaning=False, before=None, after=None), bump


def _bare(rule: Rule | None) -> object:
    """A rule without its places in the files, for comparing."""
    match rule:
        case None:
            return None
        case Several():
            return (rule.word, tuple(_bare(member) for member in rule.rules))
        case Not():
            return ("not", _bare(rule.rule))
        case Named():
            return (rule.kind, rule.id)
        case Compare():
            return (rule.field, rule.test, rule.other)
        case Ask():
            return (rule.field, rule.test, rule.values)


def _text(
    kind: ChangeKind, id_: str, what: str, before: str | None, after: str | None, *, meaning: bool = False
) -> Change:
    return Change(kind=kind, id=id_, what=what, meaning=meaning, before=before, after=after)


def _records(examples: Iterable[Example]) -> list[tuple[str, Mapping[str, object]]]:
    return [(each.expected, each.answers) for each in examples]


def _both(one: Iterable[str], other: Mapping[str, object]) -> list[str]:
    return [each for each in one if each in other]


def _gone_and_new(
    kind: ChangeKind, one: Mapping[str, T], other: Mapping[str, T], say: Callable[[T], str], *, gone: Bump = "major"
) -> Iterator[Found]:
    for id_, each in one.items():
        if id_ not in other:
            yield _text(kind, id_, "removed", say(each), None, meaning=kind != "group"), gone
    for id_, each in other.items():
        if id_ not in one:
            yield _text(kind, id_, "added", None, say(each), meaning=kind != "group"), "minor"


def _texts(
    kind: ChangeKind, id_: str, one: object, other: object, names: Iterable[str], *, of: str = ""
) -> Iterator[Found]:
    for name in names:
        before, after = getattr(one, name), getattr(other, name)
        if before != after:
            yield _text(kind, id_, f"{of} {name}".strip(), _shown(before), _shown(after)), "patch"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_shown(each)}" for key, each in value.items())
    return "" if value is None else str(value)


# -------------------------------------------------------------------------------------------------- for label records


def touched(a: Spec, b: Spec, records: Iterable[Record], changes: Iterable[Change]) -> Touched:
    """What the change does to these records. One that either version cannot read, for its schema, counts as empty."""
    told = tuple(changes)
    rows = differ = 0
    states: dict[str, dict[str, int]] = {}
    by_aspect: dict[str, int] = {}
    waiting = iter(records)
    while part := list(islice(waiting, _AT_ONCE)):  # sets of rows are cheap as long as they are short
        found = _touched(a, b, part, told)
        differ |= found.records << rows
        for aspect, these in found.by_aspect.items():
            by_aspect[aspect] = by_aspect.get(aspect, 0) | these << rows
        for id_, moves in found.states.items():
            sums = states.setdefault(id_, {})
            for move, count in moves.items():
                sums[move] = sums.get(move, 0) + count
        rows += found.rows
    return Touched(rows=rows, states=states, records=differ, by_aspect=by_aspect)


def _touched(a: Spec, b: Spec, records: list[Record], changes: Iterable[Change]) -> Touched:
    before, after = _readable(a, b, records)
    tables = settled(a.parsed, before), settled(b.parsed, after)
    found = standings(a.parsed, tables[0]), standings(b.parsed, tables[1])
    every = tables[0].every
    states: dict[str, dict[str, int]] = {}
    by_aspect: dict[str, int] = {}
    differ = 0
    for id_, standing in found[0].items():
        counts, rows = _moves(standing, found[1].get(id_), every)
        if rows:
            states[id_] = counts
            differ |= rows
            for aspect in a.primitives[id_].aspects:
                by_aspect[aspect] = by_aspect.get(aspect, 0) | rows
    for change in changes:
        for aspect, rows in _told_otherwise(a, change, tables[0]):
            by_aspect[aspect] = by_aspect.get(aspect, 0) | rows
    return Touched(rows=len(before), states=states, records=differ, by_aspect=by_aspect)


def _readable(a: Spec, b: Spec, records: Iterable[Record]) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    before, after = [], []
    for answers, schema in records:
        try:
            pair = a.migrate(answers, schema), b.migrate(answers, schema)
        except BadInput:
            pair = {}, {}  # its place is kept, so that rows and records go on counting alike
        before.append(pair[0])
        after.append(pair[1])
    return before, after


def _sides(standing: Standing, every: int) -> dict[str, int]:
    yes, no = standing.is_yes, standing.is_no
    outside = standing.outside & ~yes & ~no
    return {"yes": yes, "no": no, "does_not_apply": outside, "undetermined": every & ~(yes | no | outside)}


def _moves(before: Standing, after: Standing | None, every: int) -> tuple[dict[str, int], int]:
    """How many records went from one state to another, and which."""
    one = _sides(before, every)
    other = _sides(after, every) if after is not None else {"gone": one["yes"] | one["no"]}
    counts: dict[str, int] = {}
    moved = 0
    for state, rows in one.items():
        for now, these in other.items():
            if state != now and (common := rows & these):
                counts[f"{state} -> {now}"] = common.bit_count()
                moved |= common
    return counts, moved


def _told_otherwise(a: Spec, change: Change, table: Table) -> Iterator[tuple[str, int]]:
    """Captions that would be asked for, or would say an answer, in other words."""
    if change.kind == "aspect" and change.what != "title":
        yield change.id, table.every
    if change.kind == "option" and change.what in ("title", "say", "saying", "removed", "sets"):
        asked, value = change.id.split(".", 1)
        known = a.parsed.fields.get(asked)
        rows = table.holds.get(asked, {}).get(value, 0)
        for aspect in known.mentioned_in if known is not None and rows else ():
            yield aspect, rows
