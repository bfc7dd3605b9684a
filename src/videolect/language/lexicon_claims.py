"""The entries of ``lexicon/claims``: what phrases assert and deny, marks, blocks, families."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import get_args

from videolect.language.lexicon_values import MARKS, Acts, Family, Reading, Rule, Together
from videolect.language.phrases import Phrase
from videolect.language.source import Item, Wrong, mapping

_CLAIM_KEYS = ("asserts", "denies", "when_denied", "only_denied", "acts", "topic", "each")


def read_claim(reading: Reading, item: Item) -> None:
    """One entry. Its keys say of which kind it is."""
    keys = [key for key, _ in item.pairs("An entry")]
    if "family" in keys:
        _family(reading, item)
        return
    if "together" in keys:
        _together(reading, item)
        return
    if "mark" in keys:
        pairs = mapping(item, "A mark", needs=("mark", "say"))
        mark = next((mark for mark in MARKS if mark == pairs["mark"].text("'mark:'")), None)
        if mark is None:
            raise Wrong(pairs["mark"].place, "The mark is unknown.", f"Use one of {', '.join(MARKS)}.")
        _add(reading, Rule(topic=f"mark {mark}", mark=mark), pairs["say"], {})
        return
    if "blocks" in keys:
        pairs = mapping(item, "A block", needs=("blocks",), may=("topic",))
        topics = _names(pairs["topic"]) if "topic" in pairs else ("",)
        for named in topics:
            _add(reading, Rule(topic=named, blocks=True), pairs["blocks"], {})
        return
    pairs = mapping(item, "An entry", needs=("say",), may=_CLAIM_KEYS)
    if not {"asserts", "denies", "only_denied"} & pairs.keys():
        mend = "Add 'asserts:' or 'denies:', or use 'blocks:'."
        raise Wrong(item.place, "The entry asserts and denies nothing.", mend)
    for values in _products(pairs.get("each")):
        rule = Rule(
            topic=_filled(pairs["topic"], values) if "topic" in pairs else Path(item.file).stem,
            asserts=_ids(reading, pairs.get("asserts"), values),
            denies=_ids(reading, pairs.get("denies"), values),
            when_denied=_ids(reading, pairs.get("when_denied"), values),
            only_denied=_ids(reading, pairs.get("only_denied"), values),
            acts=_acts(pairs.get("acts")),
        )
        _add(reading, rule, pairs["say"], values)


def _names(item: Item) -> tuple[str, ...]:
    """One name, or a list of them."""
    try:
        return (item.text("'topic:'"),)
    except Wrong:
        return item.texts("'topic:'")


def _together(reading: Reading, item: Item) -> None:
    pairs = mapping(item, "An entry", needs=("together",), may=("any", "unless", "asserts", "drops", "withdraws"))
    reading.lexicon.together.append(
        Together(
            all_of=_ids(reading, pairs["together"], {}),
            any_of=frozenset(_ids(reading, pairs.get("any"), {})),
            unless=frozenset(_ids(reading, pairs.get("unless"), {})),
            asserts=_ids(reading, pairs.get("asserts"), {}),
            drops=frozenset(_ids(reading, pairs.get("drops"), {})),
            withdraws=frozenset(_ids(reading, pairs.get("withdraws"), {})),
        )
    )


def _acts(item: Item | None) -> Acts:
    if item is None:
        return "anyone"
    word = item.text("'acts:'")
    for one in get_args(Acts):
        if one == word:
            return one  # type: ignore[no-any-return]
    raise Wrong(item.place, f"{word!r} is nobody who acts.", f"Use one of {', '.join(get_args(Acts))}.")


def _products(item: Item | None) -> Iterator[dict[str, tuple[str, str]]]:
    """Every combination of ``each:``: variable -> (name for ids, words for phrases)."""
    if item is None:
        yield {}
        return
    axes = [
        [_variables(name, key, words) for key, words in values.pairs(f"'{name}:'")]
        for name, values in item.pairs("'each:'")
    ]
    for combination in product(*axes):
        yield {name: both for variables in combination for name, both in variables.items()}


def _variables(name: str, key: str, item: Item) -> dict[str, tuple[str, str]]:
    """``left: <left>`` or, where a phrase needs more than one word for it, ``left: {to: <left>, from: <right>}``."""
    try:
        return {name: (key, item.text(f"The words of {key!r}"))}
    except Wrong:
        more = {inner: (words.text("A word"),) * 2 for inner, words in item.pairs(f"The words of {key!r}")}
        return {name: (key, key), **more}


def _filled(item: Item, values: Mapping[str, tuple[str, str]]) -> str:
    text = item.text("A name")
    for name, (key, _) in values.items():
        text = text.replace(f"{{{name}}}", key)
    return text


def _ids(reading: Reading, item: Item | None, values: Mapping[str, tuple[str, str]]) -> tuple[str, ...]:
    if item is None:
        return ()
    return tuple(reading.known(one, _filled(one, values)) for one in item.items("The list of primitives"))


def _add(reading: Reading, rule: Rule, say: Item, values: Mapping[str, tuple[str, str]]) -> None:
    number = len(reading.lexicon.rules)
    reading.lexicon.rules.append(rule)
    for item in say.items("'say:'"):
        reading.attempt(lambda one: _phrase(reading, rule, number, one, values), item)


def _phrase(reading: Reading, rule: Rule, number: int, item: Item, values: Mapping[str, tuple[str, str]]) -> None:
    text = item.text("A phrase")
    for name, (_, words) in values.items():
        text = text.replace(f"{{{name}}}", words)
    piece = reading.piece(item, text)
    layer = f"block {rule.topic}" if rule.blocks else rule.topic
    where = reading.seen.setdefault((layer, piece.pattern), f"{item.place.file}:{item.place.line}")
    if where != f"{item.place.file}:{item.place.line}" or any(
        phrase.piece.pattern == piece.pattern for phrase in reading.phrases if phrase.payload == number
    ):
        raise Wrong(item.place, f"The phrase {text!r} stands twice, first in {where}.", "Keep one of the two.")
    reading.phrases.append(Phrase(text, piece, number))


_FAMILY = ("starts", "ends", "always", "changes", "down", "up")


def _family(reading: Reading, item: Item) -> None:
    may = (*_FAMILY, "acts", "by_camera", "pairs", "scale", "first_counts")
    pairs = mapping(item, "A family", needs=("family", "values"), may=may)
    lists = pairs["values"].pairs("'values:'")
    templates = {key: pairs[key].text(f"'{key}:'") for key in _FAMILY if key in pairs}
    values = tuple(value for value, _ in lists)
    for key in ("starts", "ends", "always"):
        for value in values:
            if key in templates:
                reading.known(pairs[key], templates[key].replace("{value}", value))
    for key in ("changes", "down", "up"):
        if key in templates:
            reading.known(pairs[key], templates[key])
    ways: dict[tuple[str, str], str] = {}
    for both, one in pairs["pairs"].pairs("'pairs:'") if "pairs" in pairs else []:
        start, _, end = both.partition(" ")
        if start not in values or end not in values:
            raise Wrong(one.place, f"{both!r} does not name two values.", "Write 'start end: primitive'.")
        ways[start, end] = reading.known(one, one.text("A primitive"))
    scale = pairs["scale"].texts("'scale:'") if "scale" in pairs else values
    if not set(scale) <= set(values):
        raise Wrong(pairs["scale"].place, "The scale has a value that the family lacks.", "Name values of the family.")
    name = pairs["family"].text("'family:'")
    first = "first_counts" in pairs and pairs["first_counts"].text("'first_counts:'") == "yes"
    family = Family(id=name, values=values, scale=scale, pairs=ways, first_counts=first, **templates)
    for value, phrases in lists:
        rule = Rule(topic=f"family {name}", family=family, value=value, acts=_acts(pairs.get("acts")))
        _add(reading, rule, phrases, {})
    for value, phrases in pairs["by_camera"].pairs("'by_camera:'") if "by_camera" in pairs else []:
        if value not in values:
            raise Wrong(phrases.place, f"{value!r} is no value of the family.", "Name a value that 'values:' lists.")
        _add(reading, Rule(topic=f"family {name}", family=family, value=value, acts="unnamed"), phrases, {})
