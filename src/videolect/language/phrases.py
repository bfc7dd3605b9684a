"""The phrase language of the lexicon: what a line of its YAML means, and how it is found in a text.

=============  ====================================================================
``wide shot``  these words, one after the other (a hyphen in the text counts as a space)
``pan~``       the word and its inflections: pan, pans, panning, panned
``(a|b c)``    one of these; ``(a|b c)~`` with the inflections of each one's first word
``[the]``      this or nothing; ``[a|b]`` one of these or nothing
``..``         up to three words, ``..5`` up to five; never across a comma or the end of a sentence;
               ``..5!<plane>`` none of which is a word of that class
``a >> b``     b where a stands before it: a is no part of what is found
``<any>``      any one word
``<side>``     one of the phrases of that class, which the lexicon defines
``{way}``      the word that ``each:`` puts there
``,`` ``;``    a comma; a semicolon, colon
``^``          the beginning of a sentence
=============  ====================================================================

A phrase becomes a regular expression over the text's words, each followed by one space. There is no unlimited
repetition in it, so a match takes a bounded number of steps wherever it begins.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

MAX_GAP = 12
MAX_LENGTH = 800
"""Letters of one phrase, after the classes' names and before their words are put in."""


class BadPhrase(ValueError):
    """The phrase cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a phrase: its regular expression, and what is known of it without running it."""

    pattern: str
    first: frozenset[str]
    """Words with which it can begin."""
    empty: bool
    """Whether it can match nothing."""
    needs: tuple[frozenset[str], ...]
    """Of each of these sets at least one word occurs in whatever it matches."""
    any_first: bool = False
    """Whether it can begin with any word: a whole phrase must not, or nothing would say where to look for it."""


_NO = "(?:no|not|without|never|neither|nor|counter|anti) "
"""A gap does not step over a denial: "the camera does not pan" is no "camera .. pan", and no "counter-clockwise" is one
clockwise."""
_COMMON = frozenset(
    ("the", "a", "an", "to", "in", "of", "and", "is", "on", "at", "with", "from", "into", "camera", "shot")
)
"""Words of nearly every caption: to look for one of them rules nothing out."""
BEHIND = "behind"
"""The group that marks where ``>>`` stands."""
_PART = re.compile(r"\s*(\.\.\d*(?:!<[a-z_]+>)?|>>|<[a-z_]+>|[^\W_]+(?:'[^\W_]+)?~?|[()|\[\],;'~^])")
_POSSESSIVE = "'s"


@dataclass
class _Reader:
    parts: list[str]
    classes: Mapping[str, Piece]
    inflect: Callable[[str], frozenset[str]]
    at: int = 0

    def alternatives(self, end: str) -> Piece:
        found = [self.sequence()]
        while self.peek() == "|":
            self.at += 1
            found.append(self.sequence())
        if self.peek() != end:
            raise BadPhrase(f"{end!r} is missing." if end else f"{self.peek()!r} has no partner.")
        self.at += 1
        return either(found)

    def sequence(self) -> Piece:
        found: list[Piece] = []
        while self.peek() not in ("", "|", ")", "]"):
            found.append(self.piece())
        if not found:
            raise BadPhrase("There is nothing between two signs.")
        return in_a_row(found)

    def peek(self) -> str:
        return self.parts[self.at] if self.at < len(self.parts) else ""

    def piece(self) -> Piece:
        part = self.peek()
        self.at += 1
        if part == "(":
            self.inflect_alternatives()
            found = self.alternatives(")")
            if self.peek() == "~":
                self.at += 1
            return found
        if part == "[":
            inner = self.alternatives("]")
            return Piece(f"(?:{inner.pattern})?", inner.first, True, (), inner.any_first)
        if part.startswith(".."):
            number, _, barred = part[2:].partition("!")
            size = int(number or 3)
            if not 1 <= size <= MAX_GAP:
                raise BadPhrase(f"The gap {part!r} is not between 1 and {MAX_GAP}.")
            return Piece(f"(?:(?!{_NO}){self.bar(barred)}[^ ,.;]+ ){{0,{size}}}?", frozenset(), True, (), True)
        if part == "^":
            return Piece(r"(?:\A|(?<=\. ))", frozenset(), True, ())
        if part == ">>":
            return Piece(f"(?P<{BEHIND}>)", frozenset(), True, ())
        if part == "<any>":
            return Piece(f"(?!{_NO})[^ ,.;]+ ", frozenset(), False, (), True)
        if part.startswith("<"):
            if part[1:-1] not in self.classes:
                raise BadPhrase(f"There is no class {part}.")
            return self.classes[part[1:-1]]
        if part.endswith("~"):
            return any_word(self.inflect(part[:-1]))
        if part.endswith(_POSSESSIVE) and part != _POSSESSIVE:
            return in_a_row([any_word(frozenset({part[:-2]})), any_word(frozenset({_POSSESSIVE}))])
        return any_word(frozenset({part}))

    def bar(self, name: str) -> str:
        """What a gap must not step over."""
        if not name:
            return ""
        if name[1:-1] not in self.classes:
            raise BadPhrase(f"There is no class {name}.")
        return f"(?!{self.classes[name[1:-1]].pattern})"

    def inflect_alternatives(self) -> None:
        """Move a "~" behind a bracket to the first word of each alternative."""
        depth, fresh = 0, True
        firsts: list[int] = []
        for index in range(self.at, len(self.parts)):
            part = self.parts[index]
            if part == ")" and depth == 0:
                if self.parts[index + 1 : index + 2] == ["~"]:
                    for first in firsts:
                        self.parts[first] = self.parts[first].rstrip("~") + "~"
                return
            depth += (part in "([") - (part in ")]")
            if part == "|" and depth == 0:
                fresh = True
            elif fresh and part[0].isalnum():
                firsts.append(index)
                fresh = False


def read_phrase(
    text: str, classes: Mapping[str, Piece] | None = None, inflect: Callable[[str], frozenset[str]] | None = None
) -> Piece:
    """Read one phrase. BadPhrase says what is wrong with it."""
    if len(text) > MAX_LENGTH:
        raise BadPhrase(f"It has {len(text)} letters; {MAX_LENGTH} at most.")
    parts: list[str] = []
    at, written = 0, text.lower().replace("-", " ").replace("’", "'").rstrip()
    while at < len(written):
        found = _PART.match(written, at)
        if found is None:
            raise BadPhrase(f"{written[at:].strip()[:12]!r} is not understood.")
        parts.append(found[1])
        at = found.end()
    if not parts:
        raise BadPhrase("It is empty.")
    piece = _Reader(parts, classes or {}, inflect or inflections).alternatives("")
    if parts.count(">>") > 1 or parts[-1] == ">>":
        raise BadPhrase("'>>' stands once, before the words to be found.")
    if piece.any_first:
        raise BadPhrase("It begins with a gap.")
    return piece


def any_word(words: frozenset[str]) -> Piece:
    """One of several words."""
    escaped = "|".join(re.escape(word) for word in sorted(words))
    return Piece(f"(?:{escaped}) " if len(words) > 1 else f"{escaped} ", words, False, (words,))


def in_a_row(pieces: list[Piece]) -> Piece:
    """One after the other."""
    first: set[str] = set()
    empty, any_first = True, False
    for piece in pieces:
        if empty:
            first |= piece.first
            any_first = any_first or piece.any_first
        empty = empty and piece.empty
    needs = tuple(need for piece in pieces for need in piece.needs)
    return Piece("".join(piece.pattern for piece in pieces), frozenset(first), empty, needs, any_first)


def either(pieces: Iterable[Piece]) -> Piece:
    """One of several."""
    found = list(pieces)
    if len(found) == 1:
        return found[0]
    patterns = dict.fromkeys(piece.pattern for piece in found)
    needs: tuple[frozenset[str], ...] = ()
    if all(piece.needs for piece in found):
        # The rarest word is not known here; the last one is seldom an article or a verb like "is".
        needs = (frozenset().union(*(piece.needs[-1] for piece in found)),)
    first = frozenset().union(*(piece.first for piece in found))
    empty, any_first = any(piece.empty for piece in found), any(piece.any_first for piece in found)
    return Piece(f"(?:{'|'.join(patterns)})", first, empty, needs, any_first)


_DOUBLES = re.compile(r"^[^aeiou]*[aeiou][^aeiouwxy]$")


def inflections(word: str) -> frozenset[str]:
    """The regular forms of a verb or a noun: pan -> pan, pans, panning, panned."""
    if word.endswith("e"):
        return frozenset({word, word + "s", word[:-1] + "ing", word + "d"})
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return frozenset({word, word[:-1] + "ies", word + "ing", word[:-1] + "ied"})
    plural = "es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s"
    stem = word + word[-1] if _DOUBLES.match(word) else word
    return frozenset({word, word + plural, stem + "ing", stem + "ed"})


@dataclass(frozen=True)
class Phrase:
    """A phrase as it is looked for."""

    text: str
    piece: Piece
    payload: int = field(default=0)
    """The number of the rule that it belongs to."""

    @cached_property
    def match(self) -> Callable[[str, int], re.Match[str] | None]:
        """Compiled at the first use: most texts use few of the lexicon's phrases."""
        return re.compile(self.piece.pattern).match

    @cached_property
    def has_context(self) -> bool:
        """Whether it begins with words that are no part of what is found."""
        return f"(?P<{BEHIND}>" in self.piece.pattern

    @cached_property
    def key(self) -> frozenset[str]:
        """The words of which one must occur in the text: a small set behind the first word, of rare words."""
        return min(
            self.piece.needs[1:], key=lambda need: (not need.isdisjoint(_COMMON), len(need)), default=frozenset()
        )


class Finder:
    """Many phrases, looked for at once: by the first word, then by a word that must occur, then in full."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._by_word: dict[str, list[Phrase]] = {}
        for phrase in phrases:
            for word in phrase.piece.first:
                self._by_word.setdefault(word, []).append(phrase)

    def find(self, words: list[str], line: str, offsets: list[int]) -> list[tuple[int, int, Phrase, int]]:
        """(first word, end in ``line``, phrase, first word of what stands before ``>>``) of every match, in the order
        of the text."""
        found: list[tuple[int, int, Phrase, int]] = []
        there = frozenset(words)
        open_phrases: dict[str, list[Phrase]] = {}
        for at, word in enumerate(words):
            phrases = open_phrases.get(word)
            if phrases is None:
                known = self._by_word.get(word, ())
                phrases = [one for one in known if not one.key or not one.key.isdisjoint(there)]
                open_phrases[word] = phrases
            for phrase in phrases:
                match = phrase.match(line, offsets[at])
                if match is not None:
                    start = match.start(BEHIND) if phrase.has_context else -1
                    first = at if start < 0 else bisect_left(offsets, start, at)
                    found.append((first, match.end(), phrase, at))
        return found
