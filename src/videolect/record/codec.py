"""The one codec between values and JSON: schema version, upcasters for what older releases wrote.

A dataclass becomes an object, a tuple a list, a Fraction ``"n/d"``, a time ISO 8601 in UTC; an actor carries ``type``.
Decoding is strict: an unknown key, a missing one or a value of another type is BadInput, so that a ledger never grows
acts that the next release cannot read.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import types
import typing
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from videolect.errors import UPGRADE, BadInput
from videolect.record.acts.base import Act
from videolect.record.acts.kinds import ACTS
from videolect.record.people import Model, Person

SCHEMA = 3
"""Version of what ``encode_act`` writes. Raise it with every change of an act's shape."""

_Decode = Callable[[Any, str | None], Any]
"""(plain, where it stands) -> value. Without a place it fails sooner and says less."""

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


def _name_the_record_schema(body: dict[str, Any]) -> dict[str, Any]:
    """Until schema 1 there was one schema of label records, and a form without preselected answers."""
    return {**body, "record_schema": 1, "untouched": []} if body.get("kind") == "Labelled" else body


def _leave_unpolished(body: dict[str, Any]) -> dict[str, Any]:
    """Until schema 2 no critique was polished."""
    critique = body.get("critique")
    if body.get("kind") != "Critiqued" or not isinstance(critique, dict):
        return body
    return {**body, "critique": {**critique, "polished": ""}}


UPCASTERS: dict[int, Upcaster] = {1: _name_the_record_schema, 2: _leave_unpolished}
"""By schema version: turns an act of that version into one of the next. Every version below SCHEMA has one."""

_TAGS: dict[str, type] = {"person": Person, "model": Model}


def encode_act(act: Act) -> str:
    """One line of JSON with sorted keys: equal acts give equal bytes."""
    body = {"schema": SCHEMA, "kind": type(act).__name__, **to_plain(act)}
    try:
        text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
        text.encode()
    except UnicodeEncodeError:
        raise BadInput(
            f"A text of the act {body['kind']} holds half of a surrogate pair.", mend="Send valid Unicode."
        ) from None
    except ValueError:
        raise BadInput(f"A number of the act {body['kind']} is not finite.", mend="Send a finite number.") from None
    return text


def decode_act(text: str, *, upcasters: Mapping[int, Upcaster] = UPCASTERS, schema: int = SCHEMA) -> Act:
    """The act that ``text`` holds, lifted from an older schema where need be. BadInput where it is none."""
    try:
        body = _JSON.decode(text)
        found = body.pop("schema")
        if type(found) is not int:
            raise TypeError
    except (ValueError, KeyError, AttributeError, TypeError):
        raise BadInput(f"{text[:60]!r} is not an act.", mend="Give the JSON that encode_act wrote.") from None
    if found > schema:
        raise BadInput(
            f"The act has schema {found}; this release reads up to {schema}.",
            mend=UPGRADE,
        )
    while found < schema:
        if found not in upcasters:
            raise BadInput(f"No upcaster lifts schema {found}.", mend="Open it with the release that wrote it.")
        body = upcasters[found](body)
        found += 1
    kind = body.pop("kind", None)
    if not isinstance(kind, str) or kind not in ACTS:
        raise BadInput(f"{kind!r} is not a kind of act.", mend=f"Known: {', '.join(ACTS)}.")
    return typing.cast(Act, from_plain(ACTS[kind], body))


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


_JSON = json.JSONDecoder(parse_constant=_no_constant)


def to_plain(value: Any) -> Any:
    """A value as what ``json.dumps`` takes."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if dataclasses.is_dataclass(value):
        plain = {name: to_plain(getattr(value, name)) for name in _field_names(typing.cast(type, type(value)))}
        for tag, kind in _TAGS.items():
            if type(value) is kind:
                plain["type"] = tag
        return plain
    raise TypeError(f"{type(value).__name__} has no place in the record")


def from_plain(kind: Any, plain: Any, where: str = "") -> Any:
    """The value of type ``kind`` that ``to_plain`` made ``plain`` of. BadInput names the key that does not fit."""
    decode = _decoder(kind)
    try:
        return decode(plain, None)
    except BadInput:
        # Most values fit, so the places inside one are put into words only where that is of use.
        return decode(plain, where)


@functools.cache
def _field_names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


def _wrong(where: str | None, plain: Any, wanted: str) -> BadInput:
    shown = repr(plain)
    return BadInput(
        f"{where or 'The value'} is {shown[:60]}{'...' if len(shown) > 60 else ''}, not {wanted}.",
        mend=f"Give {wanted}.",
    )


def _scalar(kind: type, wanted: str) -> _Decode:
    def decode(plain: Any, where: str | None) -> Any:
        if kind is float and isinstance(plain, int) and not isinstance(plain, bool) and abs(plain) < 2**1000:
            return float(plain)
        if type(plain) is not kind:
            raise _wrong(where, plain, wanted)
        return plain

    return decode


def _fraction(plain: Any, where: str | None) -> Fraction:
    try:
        return _fraction_of(plain)
    except (AttributeError, TypeError, ValueError, ZeroDivisionError):
        raise _wrong(where, plain, 'a fraction such as "1/24"') from None


@functools.lru_cache(maxsize=1000)
def _fraction_of(plain: str) -> Fraction:
    numerator, denominator = plain.split("/")
    return Fraction(int(numerator), int(denominator))


def _time(plain: Any, where: str | None) -> datetime:
    try:
        return datetime.fromisoformat(plain)
    except (TypeError, ValueError):
        raise _wrong(where, plain, "an ISO 8601 time") from None


@functools.cache
def _decoder(kind: Any) -> _Decode:
    """How a type is read, worked out once per type."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is type(None):
        return lambda plain, where: None
    if kind in (str, int, float, bool):
        words = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
        return _scalar(kind, words[kind])
    if kind is Fraction:
        return _fraction
    if kind is datetime:
        return _time
    if origin is typing.Literal:
        return _literal(arguments)
    if origin in (typing.Union, types.UnionType):
        return _union(arguments)
    if origin is tuple:
        item, plainly = _decoder(arguments[0]), _as_they_are(arguments[0])

        def decode_tuple(plain: Any, where: str | None) -> Any:
            if not isinstance(plain, list | tuple):
                raise _wrong(where, plain, "a list")
            if where is None:
                return tuple([value if type(value) in plainly else item(value, None) for value in plain])
            return tuple(item(value, f"{where}[{place}]") for place, value in enumerate(plain))

        return decode_tuple
    if origin is not None and issubclass(origin, Mapping):
        of_key, of_value = _decoder(arguments[0]), _decoder(arguments[1])

        def decode_mapping(plain: Any, where: str | None) -> Any:
            if not isinstance(plain, Mapping):
                raise _wrong(where, plain, "an object")
            if where is None:
                read = {of_key(key, None): of_value(value, None) for key, value in plain.items()}
                return types.MappingProxyType(read)
            return types.MappingProxyType(
                {of_key(key, f"a key of {where}"): of_value(value, f"{where}.{key}") for key, value in plain.items()}
            )

        return decode_mapping
    if dataclasses.is_dataclass(kind):
        return _of_dataclass(typing.cast(type, kind))
    raise TypeError(f"{kind} has no place in the record")


def _literal(allowed: tuple[Any, ...]) -> _Decode:
    texts = frozenset(value for value in allowed if type(value) is str)

    def decode(plain: Any, where: str | None) -> Any:
        if type(plain) is str and plain in texts:
            return plain
        if not any(type(plain) is type(value) and plain == value for value in allowed):
            raise _wrong(where, plain, f"one of {', '.join(map(str, allowed))}")
        return plain

    return decode


def _union(arguments: tuple[Any, ...]) -> _Decode:
    tagged = {tag: _decoder(kind) for tag, kind in _TAGS.items() if kind in arguments}
    if tagged:
        return _tagged(tagged)
    # Exact types come before those that convert, so that 1 stays an int and true a bool.
    exact = {kind: _decoder(kind) for kind in arguments if kind in (str, int, float, bool, type(None))}
    others = [_decoder(kind) for kind in arguments if kind not in exact]

    def decode(plain: Any, where: str | None) -> Any:
        if type(plain) in exact:
            return exact[type(plain)](plain, where)
        if len(others) == 1:
            return others[0](plain, where)
        if float in exact and isinstance(plain, int) and not isinstance(plain, bool):
            return float(plain)
        raise _wrong(where, plain, " or ".join(getattr(kind, "__name__", str(kind)) for kind in arguments))

    return decode


def _tagged(tagged: Mapping[str, _Decode]) -> _Decode:
    """Actors. The same few people do most acts, so those that are words alone are read once."""

    def decode(plain: Any, where: str | None) -> Any:
        if not isinstance(plain, Mapping) or str(plain.get("type")) not in tagged:
            raise _wrong(where, plain, f"an object of type {' or '.join(tagged)}")
        return tagged[str(plain["type"])]({key: value for key, value in plain.items() if key != "type"}, where)

    @functools.lru_cache(maxsize=2000)
    def known(items: tuple[tuple[str, Any], ...]) -> Any:
        return decode(dict(items), None)

    def decode_known(plain: Any, where: str | None) -> Any:
        if where is None and type(plain) is dict:
            try:
                return known(tuple(plain.items()))
            except TypeError:  # a value that is an object or a list has no hash
                return decode(plain, None)
        return decode(plain, where)

    return decode_known


def _as_they_are(kind: Any) -> frozenset[type]:
    """Types whose values a field of this type takes unchanged."""
    if kind in (str, int, float, bool, type(None)):
        return frozenset([kind])
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return frozenset().union(*map(_as_they_are, typing.get_args(kind)))
    return frozenset()


def _of_dataclass(kind: type) -> _Decode:
    hints = typing.get_type_hints(kind)
    readers: dict[str, _Decode] = {}
    plainly: dict[str, frozenset[type]] = {}
    required = set()
    for field in dataclasses.fields(kind):
        readers[field.name] = _decoder(hints[field.name])
        plainly[field.name] = _as_they_are(hints[field.name])
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            required.add(field.name)

    def decode(plain: Any, where: str | None) -> Any:
        if where is None and type(plain) is dict and required <= plain.keys() <= readers.keys():
            # Most fields are words and numbers: looking at the type here saves a call for each.
            return kind(**{
                name: value if type(value) in plainly[name] else readers[name](value, None)
                for name, value in plain.items()
            })  # fmt: skip
        if not isinstance(plain, Mapping):
            raise _wrong(where, plain, f"an object ({kind.__name__})")
        if unknown := sorted(set(plain) - set(readers)):
            raise BadInput(
                f"{where or kind.__name__} has the unknown key {unknown[0]!r}.",
                mend=f"Known keys: {', '.join(readers)}.",
            )
        if missing := sorted(required - set(plain)):
            raise BadInput(f"{where or kind.__name__} lacks {missing[0]!r}.", mend="Add it.")
        prefix = f"{where}." if where else ""
        return kind(**{name: readers[name](value, f"{prefix}{name}") for name, value in plain.items()})

    return decode
