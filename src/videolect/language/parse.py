"""From files to values: one function per kind of entry. Every mistake becomes a problem with its file and line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from videolect.language.rules import TESTS, WORDS, Ask, Rule, changed, parse_rule
from videolect.language.source import Item, Place, Problem, Source, Wrong, mapping
from videolect.language.values import (
    FIELD_KINDS,
    Aspect,
    Consistency,
    Example,
    Field,
    Group,
    LookAlike,
    Option,
    Primitive,
    Topic,
)  # fmt: skip

T = TypeVar("T")


class _Entry(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def place(self) -> Place: ...


E = TypeVar("E", bound=_Entry)
_ID = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_FLAGS = {"yes": True, "true": True, "no": False, "false": False}
_EXAMPLES: dict[str, bool | None] = {"yes": True, "no": False, "undetermined": None}
_PROSE = ("definition", "question", "model_question", "decision")


@dataclass
class Parsed:
    """What a specification's files say. ``problems`` is empty where all of it could be understood."""

    name: str = ""
    version: str = ""
    hash: str = ""
    aspects: dict[str, Aspect] = field(default_factory=dict)
    form_groups: dict[str, Group] = field(default_factory=dict)
    fields: dict[str, Field] = field(default_factory=dict)
    conditions: dict[str, Rule] = field(default_factory=dict)
    condition_places: dict[str, Place] = field(default_factory=dict)
    consistency: dict[str, Consistency] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    primitives: dict[str, Primitive] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def parse(source: Source) -> Parsed:
    """Read all entries. Fields come before rules: what a word in a rule means is a matter of its field."""
    spec = Parsed(hash=source.hash, problems=list(source.problems))
    known = ("spec.yaml", "aspects.yaml", "fields.yaml", "conditions.yaml", "consistency.yaml")
    for name in known:
        if name not in source.files and not any(problem.file == name for problem in spec.problems):
            spec.problems.append(Problem(name, 1, "The file is missing.", "Add it: docs/language.md has its form."))
    for name, item in source.files.items():
        if name not in known and not name.startswith("primitives/"):
            spec.problems.append(item.place.problem("The file is not part of a specification.", "Move or rename it."))
    for item in source.under("spec.yaml"):
        _attempt(spec, _head, spec, item)
    for item in source.under("aspects.yaml"):
        _entries(spec, item, "An aspect", _aspect, spec.aspects)
    for item in source.under("fields.yaml"):
        _entries(spec, item, "A field", _field, spec.fields)
    for item in source.under("conditions.yaml"):
        _attempt(spec, _conditions, spec, item)
    for item in source.under("consistency.yaml"):
        _entries(spec, item, "A consistency rule", _consistency, spec.consistency)
    for item in source.under("primitives/"):
        _entries(spec, item, "A primitive", lambda entry: _primitive(spec, entry), spec.primitives)
    _give_types(spec)
    return spec


def _attempt(spec: Parsed, read: Callable[..., T], *args: object) -> T | None:
    """What ``read`` gives, or None and one problem more."""
    try:
        return read(*args)
    except Wrong as wrong:
        spec.problems.append(wrong.problem)
    except RecursionError:
        spec.problems.append(Problem("", 0, "A rule is nested too deeply.", "Use conditions with names."))
    return None


def _entries(spec: Parsed, item: Item, what: str, read: Callable[[Item], E], into: dict[str, E]) -> None:
    for member in _attempt(spec, item.items, "The file") or []:
        value = _attempt(spec, read, member)
        if value is None:
            continue
        if value.id in into:
            first = into[value.id].place
            rule = f"{what} has the id {value.id!r}, which {first.file}:{first.line} has too."
            spec.problems.append(member.place.problem(rule, "Give one of them another id."))
        else:
            into[value.id] = value


def _id(item: Item, what: str) -> str:
    text = item.text(what)
    if not _ID.fullmatch(text) or text in WORDS or len(text) > 60:
        mend = f"Use lower-case words joined by '_', at most 60 letters, and none of {', '.join(WORDS)}."
        raise Wrong(item.place, f"{what} {text[:60]!r} is not an id.", mend)
    return text


def _words(pairs: dict[str, Item], key: str, what: str) -> str:
    text = pairs[key].text(f"{key!r} of {what}") if key in pairs else ""
    if key in pairs and not text:
        raise Wrong(pairs[key].place, f"{key!r} of {what} is empty.", "Write it.")
    return text


def _texts(pairs: dict[str, Item], key: str) -> tuple[str, ...]:
    return pairs[key].texts(f"'{key}:'") if key in pairs else ()


def _flag(item: Item, what: str) -> bool:
    text = item.text(what).lower()
    if text not in _FLAGS:
        raise Wrong(item.place, f"{what} is {text!r}.", "Write yes or no.")
    return _FLAGS[text]


def _groups(item: Item | None) -> dict[str, Group]:
    if item is None:
        return {}
    return {key: Group(id=key, title=value.text("A group's title")) for key, value in item.pairs("The groups")}


def _head(spec: Parsed, item: Item) -> None:
    pairs = mapping(item, "spec.yaml", needs=("name", "version", "form_groups", "groups"))
    spec.form_groups = _groups(pairs["form_groups"])
    spec.groups = _groups(pairs["groups"])
    spec.name = _id(pairs["name"], "The specification's name")
    spec.version = _words(pairs, "version", "spec.yaml")
    if not re.fullmatch(r"\d+\.\d+\.\d+", spec.version):
        raise Wrong(pairs["version"].place, f"The version {spec.version!r} is not of the form 1.2.3.", "Write one.")


def _aspect(item: Item) -> Aspect:
    pairs = mapping(item, "An aspect", needs=("id", "title", "parents", "needs_labels", "policy", "topics"))
    topics = tuple(_topic(topic) for topic in pairs["topics"].items("'topics:'"))
    twice = {topic.id for topic in topics if [other.id for other in topics].count(topic.id) > 1}
    if twice:
        raise Wrong(pairs["topics"].place, f"The topic {min(twice)!r} stands twice.", "Keep one.")
    policy = pairs["policy"]
    policy.text("'policy:'")
    return Aspect(
        id=_id(pairs["id"], "The aspect's id"),
        title=_words(pairs, "title", "an aspect"),
        parents=_texts(pairs, "parents"),
        needs_labels=_flag(pairs["needs_labels"], "'needs_labels:'"),
        policy=str(policy.node.value).strip(),  # the only text whose line breaks are kept: it is read as paragraphs
        topics=topics,
        place=item.place,
    )


def _topic(item: Item) -> Topic:
    pairs = mapping(item, "A topic", needs=("id", "title"), may=("known_from",))
    return Topic(
        id=_id(pairs["id"], "The topic's id"), title=_words(pairs, "title", "a topic"),
        known_from=_texts(pairs, "known_from"),
    )  # fmt: skip


def _option(item: Item) -> Option:
    pairs = mapping(item, "An option", needs=("value", "title"), may=("say", "saying", "when", "open"))
    return Option(
        value=_words(pairs, "value", "an option"),
        title=_words(pairs, "title", "an option"),
        say=_words(pairs, "say", "an option"),
        saying=_words(pairs, "saying", "an option"),
        when=parse_rule(pairs["when"]) if "when" in pairs else None,
        open=_flag(pairs["open"], "'open:'") if "open" in pairs else False,
    )


def _field(item: Item) -> Field:
    needs = ("id", "title", "question", "help", "kind", "group")
    pairs = mapping(item, "A field", needs=needs, may=("options", "applies_when", "neutral", "mentioned_in", "pair"))
    kind = next((kind for kind in FIELD_KINDS if kind == pairs["kind"].text("'kind:'")), None)
    if kind is None:
        raise Wrong(pairs["kind"].place, "The field's kind is unknown.", f"Use one of {', '.join(FIELD_KINDS)}.")
    options = tuple(_option(option) for option in pairs["options"].items("'options:'")) if "options" in pairs else ()
    values = [option.value for option in options]
    if (kind in ("choice", "list", "order")) != bool(options) or len(set(values)) != len(values):
        mend = "Give choice, list and order fields options with different values, and other kinds none."
        raise Wrong(item.place, f"The options of this {kind} field do not fit.", mend)
    empty: dict[str, object] = {"choice": None, "flag": False, "list": (), "text": "", "order": ()}
    neutral = empty[kind]
    if "neutral" in pairs:
        neutral = pairs["neutral"].text("'neutral:'")
        if kind != "choice" or neutral not in values:
            raise Wrong(pairs["neutral"].place, f"{neutral!r} is no option of this field.", "Name one of a choice's.")
    return Field(
        id=_id(pairs["id"], "The field's id"),
        **{key: _words(pairs, key, "a field") for key in ("title", "question", "help", "group")},
        kind=kind,
        options=options,
        applies_when=parse_rule(pairs["applies_when"]) if "applies_when" in pairs else None,
        neutral=neutral,
        mentioned_in=_texts(pairs, "mentioned_in"),
        pair=_words(pairs, "pair", "a field") or None,
        place=item.place,
    )


def _conditions(spec: Parsed, item: Item) -> None:
    for key, value in item.pairs("The conditions"):
        rule = _attempt(spec, parse_rule, value)
        if rule is not None:
            spec.conditions[key] = rule
            spec.condition_places[key] = value.place


def _consistency(item: Item) -> Consistency:
    pairs = mapping(item, "A consistency rule", needs=("id", "never", "rule", "mend"))
    return Consistency(
        id=_id(pairs["id"], "The rule's id"),
        never=parse_rule(pairs["never"]),
        rule=_words(pairs, "rule", "a consistency rule"),
        mend=_words(pairs, "mend", "a consistency rule"),
        place=item.place,
    )


def _primitive(spec: Parsed, item: Item) -> Primitive:
    needs = ("id", "title", "group", "aspects", *_PROSE, "yes_when", "no_when", "examples")
    may = ("look_alikes", "use_words", "avoid_words", "also_known_as")
    pairs = mapping(item, "A primitive", needs=needs, may=may)
    look_alikes = pairs["look_alikes"].items("'look_alikes:'") if "look_alikes" in pairs else []
    others = [mapping(other, "A look-alike", needs=("id", "how")) for other in look_alikes]
    return Primitive(
        id=_id(pairs["id"], "The primitive's id"),
        title=_words(pairs, "title", "a primitive"),
        group=_words(pairs, "group", "a primitive"),
        aspects=_texts(pairs, "aspects"),
        **{key: _words(pairs, key, "a primitive") for key in _PROSE},
        look_alikes=tuple(LookAlike(id=o["id"].text("'id:'"), how=_words(o, "how", "a look-alike")) for o in others),
        use_words=_texts(pairs, "use_words"),
        avoid_words=_texts(pairs, "avoid_words"),
        also_known_as=_texts(pairs, "also_known_as"),
        yes_when=parse_rule(pairs["yes_when"]),
        no_when=parse_rule(pairs["no_when"]),
        examples=_examples(spec, pairs["examples"]),
        place=item.place,
    )


def _examples(spec: Parsed, item: Item) -> tuple[Example, ...]:
    found: list[Example] = []
    groups = mapping(item, "The examples", needs=("yes", "no"), may=("undetermined",))
    for key, records in groups.items():
        members = records.items(f"The examples of '{key}'")
        if not members:
            raise Wrong(records.place, f"There is no example of '{key}'.", "Add a record.")
        for record in members:
            answers = {name: _answer(spec, name, value) for name, value in record.pairs("An example")}
            found.append(Example(expected=_EXAMPLES[key], answers=answers, place=record.place))
    return tuple(found)


def _answer(spec: Parsed, name: str, item: Item) -> object:
    asked = spec.fields.get(name)
    if asked is None:
        raise Wrong(item.place, f"The example answers the unknown field {name!r}.", "Use a field of fields.yaml.")
    if asked.kind in ("list", "order"):
        return tuple(str(_typed(asked, text, item.place)) for text in item.texts(f"The answer to {name}"))
    text = item.text(f"The answer to {name}")
    return text if asked.kind == "text" else _typed(asked, text, item.place)


def _typed(asked: Field, word: object, place: Place) -> object:
    """The word as an answer of the field: a flag's yes and no are True and False."""
    if asked.kind == "flag":
        if isinstance(word, str) and word in _FLAGS:
            return _FLAGS[word]
        raise Wrong(place, f"{word!r} is no answer to {asked.id}, which is yes or no.", "Write yes or no.")
    if isinstance(word, str) and asked.option(word) is not None:
        return word
    allowed = ", ".join(option.value for option in asked.options)
    raise Wrong(place, f"{word!r} is no answer to {asked.id}.", f"Use one of {allowed}.")


def _give_types(spec: Parsed) -> None:
    """Turn the words of every test into answers of its field; name unknown fields and values."""

    def typed(ask: Ask) -> Ask:
        asked = spec.fields.get(ask.field)
        if asked is None:
            raise Wrong(ask.place, f"A rule speaks of the unknown field {ask.field!r}.", "Use a field of fields.yaml.")
        many = asked.kind in ("list", "order")
        fits = {"is": True, "in": not many, "has": many, "empty": many or asked.kind == "text", "answered": True}
        if not fits[ask.test] or (asked.kind == "text" and ask.test in ("is", "in")):
            allowed = [test for test in TESTS if fits[test] and not (asked.kind == "text" and test in ("is", "in"))]
            raise Wrong(ask.place, f"'{ask.test}' does not fit the field {asked.id}.", f"Use {', '.join(allowed)}.")
        if ask.test in ("empty", "answered"):
            if ask.values[0] not in _FLAGS:
                raise Wrong(ask.place, f"'{ask.test}' has {ask.values[0]!r}.", "Write yes or no.")
            values: tuple[object, ...] = (_FLAGS[str(ask.values[0])],)
        else:
            values = tuple(_typed(asked, value, ask.place) for value in ask.values)
        open_values = frozenset(option.value for option in asked.options if option.open)
        return replace(ask, values=values, open_values=open_values, exact=many)

    def each(rule: Rule) -> Rule:
        return _attempt(spec, changed, rule, typed) or rule

    spec.conditions = {key: each(rule) for key, rule in spec.conditions.items()}
    spec.consistency = {key: replace(entry, never=each(entry.never)) for key, entry in spec.consistency.items()}
    spec.primitives = {
        key: replace(entry, yes_when=each(entry.yes_when), no_when=each(entry.no_when))
        for key, entry in spec.primitives.items()
    }
    for key, asked in spec.fields.items():
        options = tuple(replace(o, when=each(o.when)) if o.when else o for o in asked.options)
        applies = each(asked.applies_when) if asked.applies_when else None
        spec.fields[key] = replace(asked, options=options, applies_when=applies)
