"""What somebody looks for among clips, in primitives: ``camera:dolly_zoom and shot_size:close_up->wide``.

A query is read against a specification, so that every name in it is one of its primitives. It has three values as the
states of primitives have: ``not x`` means that x is *known* to be false, ``x=?`` that nobody knows. ``query_names``
finds the names. docs/search.md describes the language for people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NoReturn

from videolect.language.query_names import BadQuery, Names, Part, names_of

if TYPE_CHECKING:
    from videolect.language.spec import Spec

__all__ = ["BadQuery", "Node", "Query", "parse_query"]

MAX_SIGNS = 2_000
MAX_DEPTH = 40
MAX_PRIMITIVES = 64

Sides = tuple[int, int]
"""Bit sets over clips: those for which something is known to be true, and those for which it is known to be false."""

_STATES: Mapping[str, bool | None] = {
    "true": True, "yes": True, "false": False, "no": False, "?": None, "unknown": None
}  # fmt: skip
_WORDS = ("and", "or", "not")
_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<sign>->|[():=?])|"(?P<quoted>[^"]*)"|(?P<word>(?:[^\W]|[./]|-(?!>))+)""", re.UNICODE
)


@dataclass(frozen=True, slots=True)
class Has:
    """A primitive is true."""

    primitive: str


@dataclass(frozen=True, slots=True)
class All:
    """Every part is true; known to be false as soon as one part is."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part is true; known to be false where all are."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part is known to be false."""

    part: Node


@dataclass(frozen=True, slots=True)
class Unknown:
    """The part is neither known to be true nor known to be false. This itself is always known."""

    part: Node


Node = Has | All | AnyOf | Not | Unknown


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was read: ``text`` as it was written, ``root`` with the ids of primitives."""

    text: str
    root: Node

    @property
    def primitives(self) -> tuple[str, ...]:
        """The primitives that it names, each once, in order."""
        return tuple(dict.fromkeys(_primitives(self.root)))

    def state(self, states: Mapping[str, bool | None]) -> bool | None:
        """Of one clip with these states of primitives; a primitive that is left out is unknown."""

        def of(primitive: str) -> Sides:
            found = states.get(primitive)
            return int(found is True), int(found is False)

        yes, no = self.sides(of, 1)
        return True if yes else False if no else None

    def matches(self, states: Mapping[str, bool | None]) -> bool:
        """Whether a clip with these states is found: only where the query is known to be true."""
        return self.state(states) is True

    def sides(self, of: Callable[[str], Sides], every: int) -> Sides:
        """The same for many clips at once. ``of`` gives a primitive's sides, ``every`` has a bit for each clip."""
        return _sides(self.root, of, every)

    def __str__(self) -> str:
        """The query with the ids of primitives; read again, it means the same."""
        return _written(self.root, inner=False)


def parse_query(text: str, spec: Spec) -> Query:
    """Read a query against a specification.

    Raises BadQuery, a BadInput, with the place of what cannot be read and names that may have been meant.
    """
    if len(text) > MAX_SIGNS:
        raise BadQuery(text[:60], 0, 0, f"The query has {len(text):,} signs.", f"Use at most {MAX_SIGNS:,}.")
    parser = _Parser(text, names_of(spec))
    return Query(text, parser.whole())


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Literal["sign", "name", "word", "end"]
    """``word``: and, or, not; ``name``: what may be the name of something."""
    text: str
    start: int
    end: int


class _Parser:
    """Recursive descent; ``or`` binds least, then ``and``, then ``not``."""

    def __init__(self, text: str, names: Names) -> None:
        self.text = text
        self.names = names
        self.tokens = list(_tokens(text))
        self.at = 0
        self.count = 0

    def whole(self) -> Node:
        """The whole text."""
        if len(self.tokens) == 1:
            self.fail(self.next, "The query is empty.", "Name a primitive, such as dolly_zoom.")
        node = self.any_of(0)
        if self.next.kind != "end":
            if self.next.text == ")":
                self.fail(self.next, "This parenthesis closes nothing.", "Open it, or leave it out.")
            self.fail(self.next, f"{self.next.text!r} is joined to nothing.", "Write 'and' or 'or' between two names.")
        return node

    @property
    def next(self) -> _Token:
        return self.tokens[self.at]

    def take(self) -> _Token:
        token = self.next
        self.at += 1
        return token

    def taken(self, text: str) -> bool:
        """Whether the next token is this word or sign; it is taken then."""
        if self.next.kind in ("sign", "word") and self.next.text == text:
            self.at += 1
            return True
        return False

    def fail(self, token: _Token, message: str, mend: str) -> NoReturn:
        raise BadQuery(self.text, token.start, token.end, message, mend)

    def any_of(self, depth: int) -> Node:
        parts = [self.all_of(depth)]
        while self.taken("or"):
            parts.append(self.all_of(depth))
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def all_of(self, depth: int) -> Node:
        parts = [self.one(depth)]
        while self.taken("and"):
            parts.append(self.one(depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def one(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            self.fail(self.next, f"The query is more than {MAX_DEPTH} levels deep.", "Write it flatter.")
        if self.taken("not"):
            return Not(self.one(depth + 1))
        opening = self.next
        if self.taken("("):
            node = self.any_of(depth + 1)
            if not self.taken(")"):
                self.fail(opening, "This parenthesis is never closed.", "Close it with ')'.")
            return self.tested(node)
        return self.tested(self.named())

    def tested(self, node: Node) -> Node:
        """The node, or what ``=true``, ``=false`` or ``=?`` behind it makes of it."""
        if not self.taken("="):
            return node
        token = self.take()
        if token.text.lower() not in _STATES:
            said = f"{token.text!r} is no state." if token.text else "The state is missing."
            self.fail(token, said, "Use =true, =false, or =? for what nobody knows.")
        state = _STATES[token.text.lower()]
        return node if state else Not(node) if state is False else Unknown(node)

    def named(self) -> Node:
        """``[group:]name``, ``[group:]from->to``; one side of the arrow may be left out."""
        where = self.part("Here the name of a primitive is missing.") if self.next.text != "->" else None
        group = None
        if where is not None and self.taken(":"):
            group, where = where, None
            if self.next.text != "->":
                where = self.part(f"Behind '{group.text}:' the name of a primitive is missing.", any_word=True)
        if self.next.text != "->":
            assert where is not None  # only an arrow may stand without a name before it
            found: tuple[str, ...] = (self.names.primitive(self.text, group, where),)
        else:
            arrow = self.take()
            to = self.part("", any_word=True) if self.next.kind in ("name", "word") and self.follows(arrow) else None
            if where is None and to is None:
                self.fail(arrow, "The arrow leads from nothing to nothing.", "Write it as close_up->wide.")
            found = self.names.change(self.text, group, where, to)
        self.count += len(found)
        if self.count > MAX_PRIMITIVES:
            self.fail(self.next, f"The query names more than {MAX_PRIMITIVES} primitives.", "Make it shorter.")
        nodes = tuple(Has(primitive) for primitive in found)
        return nodes[0] if len(nodes) == 1 else All(nodes)

    def follows(self, arrow: _Token) -> bool:
        """Whether what comes belongs to the arrow: in ``close_up-> and pan_left`` it does not."""
        return self.next.kind == "name" or self.next.start == arrow.end

    def part(self, message: str, *, any_word: bool = False) -> Part:
        token = self.take()
        if token.kind != "name" and not (any_word and token.kind == "word"):
            self.fail(token, message, "Name one of the specification; videolect spec show lists them.")
        return Part(token.text, token.start, token.end)


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            what = "This quotation mark is never closed." if text[at] == '"' else f"{text[at]!r} means nothing here."
            raise BadQuery(text, at, at + 1, what, "Use names, and, or, not, parentheses, -> and =.")
        start, at = found.span()
        if found.lastgroup == "word" and found["word"].lower() in _WORDS:
            yield _Token("word", found["word"].lower(), start, at)
        elif found.lastgroup == "sign":
            yield _Token("sign", found["sign"], start, at)
        elif found.lastgroup != "space":
            yield _Token("name", found["quoted"] or found["word"] or "", start, at)
    yield _Token("end", "", len(text), len(text))


def _primitives(node: Node) -> Iterator[str]:
    match node:
        case Has(primitive):
            yield primitive
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _primitives(part)
        case Not(part) | Unknown(part):
            yield from _primitives(part)


def _sides(node: Node, of: Callable[[str], Sides], every: int) -> Sides:
    match node:
        case Has(primitive):
            return of(primitive)
        case Not(part):
            yes, no = _sides(part, of, every)
            return no, yes
        case Unknown(part):
            yes, no = _sides(part, of, every)
            return every & ~(yes | no), yes | no
        case All(parts) | AnyOf(parts):
            yes, no = _sides(parts[0], of, every)
            for part in parts[1:]:
                more_yes, more_no = _sides(part, of, every)
                if isinstance(node, All):
                    yes, no = yes & more_yes, no | more_no
                else:
                    yes, no = yes | more_yes, no & more_no
            return yes, no


def _written(node: Node, *, inner: bool = True) -> str:
    match node:
        case Has(primitive):
            return primitive
        case Not(part):
            return f"not {_written(part)}"
        case Unknown(Has(primitive)):
            return f"{primitive}=?"
        case Unknown(part):
            return f"({_written(part, inner=False)})=?"
        case All(parts) | AnyOf(parts):
            joined = (" and " if isinstance(node, All) else " or ").join(_written(part) for part in parts)
            return f"({joined})" if inner else joined
