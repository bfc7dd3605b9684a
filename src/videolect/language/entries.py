"""One function per kind of entry in a specification's files: from an item of YAML to a value, or Wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping

from videolect.language.rules import WORDS, Rule, parse_rule
from videolect.language.source import Item, Place, Wrong, mapping
from videolect.language.values import (
    COLUMN_KINDS,
    FIELD_KINDS,
    Aspect,
    Branch,
    Column,
    Consistency,
    Field,
    Group,
    Import,
    Limits,
    Migration,
    Option,
    Override,
    Segment,
    Topic,
)  # fmt: skip

_ID = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
FLAGS = {"yes": True, "true": True, "no": False, "false": False}
Pairs = Mapping[str, Item]


IDS = f"Use lower-case words joined by '_', at most 60 letters, and none of {', '.join(WORDS)}."


def is_id(text: str) -> bool:
    """Whether a word can name an entry: pages, files and rules are called by it."""
    return _ID.fullmatch(text) is not None and text not in WORDS and len(text) <= 60


def read_id(item: Item, what: str) -> str:
    """A word that names an entry."""
    text = item.text(what)
    if not is_id(text):
        raise Wrong(item.place, f"{what} {text[:60]!r} is not an id.", IDS)
    return text


def words(pairs: Pairs, key: str, what: str) -> str:
    """A text that is not empty where it stands; the empty text where it does not."""
    text = pairs[key].text(f"{key!r} of {what}") if key in pairs else ""
    if key in pairs and not text:
        raise Wrong(pairs[key].place, f"{key!r} of {what} is empty.", "Write it.")
    return text


def texts(pairs: Pairs, key: str) -> tuple[str, ...]:
    """A list of plain values, empty where there is none."""
    return pairs[key].texts(f"'{key}:'") if key in pairs else ()


def flag(pairs: Pairs, key: str, otherwise: bool = False) -> bool:
    """Yes or no."""
    if key not in pairs:
        return otherwise
    text = pairs[key].text(f"'{key}:'").lower()
    if text not in FLAGS:
        raise Wrong(pairs[key].place, f"'{key}:' is {text[:60]!r}.", "Write yes or no.")
    return FLAGS[text]


def rule(pairs: Pairs, key: str) -> Rule | None:
    """The rule that stands there, if any."""
    return parse_rule(pairs[key]) if key in pairs else None


def number(item: Item, what: str) -> int:
    """A whole number from 0 up."""
    text = item.text(what)
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Wrong(item.place, f"{what} is {text[:60]!r}.", "Write a whole number.")
    return int(text)


def read_groups(item: Item) -> dict[str, Group]:
    """Headings: ``id: title`` or ``id: {title, chapter}``."""
    found = {}
    for key, value in item.pairs("The groups"):
        if not is_id(key):
            raise Wrong(value.place, f"The group {key[:60]!r} has no id for a name.", IDS)
        if value.is_mapping:
            pairs = mapping(value, "A group", needs=("title",), may=("chapter",))
            found[key] = Group(
                id=key, title=words(pairs, "title", "a group"), chapter=words(pairs, "chapter", "a group")
            )
        else:
            found[key] = Group(id=key, title=value.text("A group's title"))
    return found


def read_aspect(item: Item) -> Aspect:
    """One file below ``aspects/``."""
    needs = ("id", "title", "parents", "needs_labels", "purpose", "topics")
    may = ("by_default", "accepts_transition", "branches", "leave_out", "form", "limits")
    pairs = mapping(item, "An aspect", needs=needs, may=may)
    topics = tuple(_topic(topic) for topic in pairs["topics"].items("'topics:'"))
    branches = tuple(_branch(each) for each in pairs["branches"].items("'branches:'")) if "branches" in pairs else ()
    for what, ids in (("topic", [t.id for t in topics]), ("branch", [b.id for b in branches])):
        twice = {id_ for id_ in ids if ids.count(id_) > 1}
        if twice:
            raise Wrong(pairs["topics"].place, f"The {what} {min(twice)!r} stands twice.", "Keep one.")
    return Aspect(
        id=read_id(pairs["id"], "The aspect's id"),
        title=words(pairs, "title", "an aspect"),
        parents=texts(pairs, "parents"),
        needs_labels=flag(pairs, "needs_labels"),
        by_default=flag(pairs, "by_default", True),
        accepts_transition=flag(pairs, "accepts_transition"),
        purpose=words(pairs, "purpose", "an aspect"),
        topics=topics,
        branches=branches,
        leave_out=texts(pairs, "leave_out"),
        form=texts(pairs, "form"),
        limits=_limits(pairs["limits"]) if "limits" in pairs else Limits(),
        place=item.place,
    )


def _topic(item: Item) -> Topic:
    pairs = mapping(item, "A topic", needs=("id", "title"), may=("say", "leave_out", "known_from"))
    return Topic(
        id=read_id(pairs["id"], "The topic's id"),
        title=words(pairs, "title", "a topic"),
        say=words(pairs, "say", "a topic"),
        leave_out=words(pairs, "leave_out", "a topic"),
        known_from=texts(pairs, "known_from"),
    )


def _branch(item: Item) -> Branch:
    pairs = mapping(item, "A branch", needs=("id", "when", "say"), may=("otherwise",))
    return Branch(
        id=read_id(pairs["id"], "The branch's id"),
        when=parse_rule(pairs["when"]),
        say=words(pairs, "say", "a branch"),
        otherwise=words(pairs, "otherwise", "a branch"),
    )


def _limits(item: Item) -> Limits:
    pairs = mapping(item, "The limits", may=("words_min", "words_max", "sentences_max"))
    limits = Limits(**{key: number(value, f"'{key}:'") for key, value in pairs.items()})
    if limits.words_min is not None and limits.words_max is not None and limits.words_min > limits.words_max:
        raise Wrong(item.place, "words_min is more than words_max.", "Exchange or change the two.")
    return limits


def read_field(item: Item) -> Field:
    """One question of the label form."""
    needs = ("id", "title", "question", "help", "kind", "group")
    may = ("options", "applies_when", "neutral", "default", "mentioned_in", "pair")
    pairs = mapping(item, "A field", needs=needs, may=may)
    kind = next((kind for kind in FIELD_KINDS if kind == pairs["kind"].text("'kind:'")), None)
    if kind is None:
        raise Wrong(pairs["kind"].place, "The field's kind is unknown.", f"Use one of {', '.join(FIELD_KINDS)}.")
    options = tuple(_option(option) for option in pairs["options"].items("'options:'")) if "options" in pairs else ()
    values = [option.value for option in options]
    if (kind in ("choice", "list", "segments")) != bool(options) or len(set(values)) != len(values):
        mend = "Give choice, list and segments fields options with different values, and other kinds none."
        raise Wrong(item.place, f"The options of this {kind} field do not fit.", mend)
    empty: dict[str, object] = {"choice": None, "flag": False, "list": (), "text": "", "segments": ()}
    neutral = empty[kind]
    if "neutral" in pairs:
        neutral = pairs["neutral"].text("'neutral:'")
        if kind != "choice" or neutral not in values:
            raise Wrong(pairs["neutral"].place, f"{neutral!r} is no option of this field.", "Name one of a choice's.")
    field = Field(
        id=read_id(pairs["id"], "The field's id"),
        title=words(pairs, "title", "a field"),
        question=words(pairs, "question", "a field"),
        help=words(pairs, "help", "a field"),
        group=words(pairs, "group", "a field"),
        kind=kind,
        options=options,
        applies_when=rule(pairs, "applies_when"),
        neutral=neutral,
        default=None,
        mentioned_in=texts(pairs, "mentioned_in"),
        pair=words(pairs, "pair", "a field") or None,
        place=item.place,
    )
    return field.with_default(answer(field, pairs["default"])) if "default" in pairs else field


def _option(item: Item) -> Option:
    pairs = mapping(item, "An option", needs=("value", "title"), may=("say", "saying", "sets", "open", "unplaced"))
    return Option(
        value=words(pairs, "value", "an option"),
        title=words(pairs, "title", "an option"),
        say=words(pairs, "say", "an option"),
        saying=words(pairs, "saying", "an option"),
        sets={key: value.text("'sets:'") for key, value in pairs["sets"].pairs("'sets:'")} if "sets" in pairs else {},
        open=flag(pairs, "open"),
        unplaced=flag(pairs, "unplaced"),
    )


def read_consistency(item: Item) -> Consistency:
    """A combination of answers that cannot be."""
    pairs = mapping(item, "A consistency rule", needs=("id", "never", "rule", "mend"))
    return Consistency(
        id=read_id(pairs["id"], "The rule's id"),
        never=parse_rule(pairs["never"]),
        rule=words(pairs, "rule", "a consistency rule"),
        mend=words(pairs, "mend", "a consistency rule"),
        place=item.place,
    )


def read_override(item: Item) -> Override:
    """Another reading of one primitive."""
    pairs = mapping(item, "A reading", needs=("id", "why"), may=("applies_when", "yes_when", "no_when"))
    gate = pairs.get("applies_when")
    always = gate is not None and not gate.is_mapping and gate.text("'applies_when:'") == "always"
    return Override(
        id=pairs["id"].text("'id:'"),
        why=words(pairs, "why", "a reading"),
        always=always,
        applies_when=None if always else rule(pairs, "applies_when"),
        yes_when=rule(pairs, "yes_when"),
        no_when=rule(pairs, "no_when"),
        place=item.place,
    )


def read_migration(item: Item) -> Migration:
    """How records of one schema become records of the next."""
    pairs = mapping(item, "A migration", needs=("from", "why", "steps"))
    rename: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    drop: list[str] = []
    segments: dict[str, str] = {}
    for step in pairs["steps"].items("'steps:'"):
        one = mapping(step, "A step", may=("rename", "to", "values", "of", "drop", "segments", "out_of"))
        keys = tuple(one)
        if keys == ("rename", "to"):
            rename[one["rename"].text("'rename:'")] = one["to"].text("'to:'")
        elif keys == ("values", "of"):
            changes = {old: new.text("A value") for old, new in one["values"].pairs("'values:'")}
            values.setdefault(one["of"].text("'of:'"), {}).update(changes)
        elif keys == ("drop",):
            drop.append(one["drop"].text("'drop:'"))
        elif keys == ("segments", "out_of"):
            segments[one["segments"].text("'segments:'")] = one["out_of"].text("'out_of:'")
        else:
            mend = "Write {rename, to}, {values, of}, {drop} or {segments, out_of}, in this order."
            raise Wrong(step.place, f"The step has the keys {', '.join(keys)}.", mend)
    return Migration(
        schema=number(pairs["from"], "'from:'"), why=words(pairs, "why", "a migration"),
        rename=rename, values=values, drop=tuple(drop), segments=segments, place=item.place,
    )  # fmt: skip


def read_import(item: Item, fields: Mapping[str, Field]) -> Import:
    """How records of one schema of other people become ours."""
    pairs = mapping(item, "An import", needs=("id", "title", "recognise", "fields"))
    recognise = mapping(pairs["recognise"], "'recognise:'", needs=("present",), may=("absent",))
    columns = tuple(_column(each, fields) for each in pairs["fields"].items("'fields:'"))
    names = [column.name for column in columns]
    if twice := {name for name in names if names.count(name) > 1}:
        raise Wrong(pairs["fields"].place, f"The name {min(twice)!r} stands twice.", "Keep one.")
    return Import(
        id=pairs["id"].text("'id:'"), title=words(pairs, "title", "an import"), columns=columns,
        present=texts(recognise, "present"), absent=texts(recognise, "absent"), place=item.place,
    )  # fmt: skip


def _column(item: Item, fields: Mapping[str, Field]) -> Column:
    pairs = mapping(item, "A name of theirs", needs=("from", "kind"), may=("to", "values", "adds", "null"))
    name, word = pairs["from"].text("'from:'"), pairs["kind"].text("'kind:'")
    kind = next((kind for kind in COLUMN_KINDS if kind == word), None)
    if kind is None:
        raise Wrong(pairs["kind"].place, f"The kind {word!r} is unknown.", f"Use one of {', '.join(COLUMN_KINDS)}.")
    if kind == "drop":
        return Column(name=name, to="", kind=kind, values={}, adds="", missing=None)
    to = words(pairs, "to", "a name of theirs")
    asked = fields.get(to)
    if asked is None:
        raise Wrong(item.place, f"{name} becomes the unknown field {to!r}.", "Use a field's id.")
    fits = {"value": ("choice", "flag"), "bit": ("list",), "text": ("text",)}
    if asked.kind not in fits.get(kind, (asked.kind,)):
        raise Wrong(item.place, f"A {kind} of theirs does not fit the {asked.kind} field {to}.", "Choose another kind.")
    if (kind == "value") != ("values" in pairs) or (kind == "bit") != ("adds" in pairs):
        raise Wrong(item.place, f"{name} has other keys than a {kind} needs.", "Give values to a value, adds to a bit.")
    table = pairs["values"].pairs("'values:'") if kind == "value" else []
    values = {key: typed(asked, value.text("A value"), value.place) for key, value in table}
    adds = pairs["adds"].text("'adds:'") if kind == "bit" else ""
    if adds:
        typed(asked, adds, pairs["adds"].place)
    return Column(name=name, to=to, kind=kind, values=values, adds=adds, missing=_missing(pairs, kind, asked))


def _missing(pairs: Pairs, kind: str, asked: Field) -> object:
    if "null" not in pairs or pairs["null"].text("'null:'") == "absent":
        return None
    if kind == "bit":
        return flag(pairs, "null")
    return answer(asked, pairs["null"])


def answer(asked: Field, item: Item) -> object:
    """An answer to the field as it stands in the files."""
    what = f"The answer to {asked.id}"
    if asked.kind == "list":
        return tuple(str(typed(asked, text, item.place)) for text in item.texts(what))
    if asked.kind == "segments":
        return tuple(_segment(each, what) for each in item.items(what))
    text = item.text(what)
    return text if asked.kind == "text" else typed(asked, text, item.place)


def _segment(item: Item, what: str) -> Segment:
    pairs = mapping(item, what, needs=("movements",), may=("start_frame", "end_frame"))
    times = {key: number(pairs[key], f"'{key}:'") for key in ("start_frame", "end_frame") if key in pairs}
    return Segment(movements=texts(pairs, "movements"), **times)


def typed(asked: Field, word: object, place: Place) -> object:
    """The word as an answer of the field: a flag's yes and no are True and False."""
    if asked.kind == "flag":
        if isinstance(word, str) and word in FLAGS:
            return FLAGS[word]
        raise Wrong(place, f"{word!r} is no answer to {asked.id}, which is yes or no.", "Write yes or no.")
    if isinstance(word, str) and asked.option(word) is not None:
        return word
    allowed = ", ".join(option.value for option in asked.options)
    raise Wrong(place, f"{word!r} is no answer to {asked.id}.", f"Use one of {allowed}.")
