"""What a text is made of before it is one: sentences of bits, each of which knows what it says and how it could err."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

_T = TypeVar("_T")


class Picker:
    """Chooses by a key: the same key chooses the same, on any machine."""

    def __init__(self, *key: object) -> None:
        self._key = "\0".join(map(str, key))
        self._count = 0

    def number(self, below: int) -> int:
        """One of 0 .. below - 1."""
        self._count += 1
        digest = hashlib.sha256(f"{self._key}\0{self._count}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % below

    def one(self, *options: _T) -> _T:
        """One of the options."""
        return options[self.number(len(options))]

    def chance(self, percent: int) -> bool:
        """Yes in so many of a hundred cases."""
        return self.number(100) < percent

    def shuffled(self, items: Iterable[_T]) -> list[_T]:
        """The items in another order."""
        left, found = list(items), []
        while left:
            found.append(left.pop(self.number(len(left))))
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Wrong:
    """Words that could stand in a bit's place and would be false, or empty."""

    kind: str
    """direction, size, speed, steadiness, look, place, action, ...; vague"""
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Bit:
    """A stretch of a sentence."""

    words: str
    says: tuple[str, ...] = ()
    """The primitives that it asserts."""
    topic: str = ""
    """The topic of the aspect's policy."""
    wrong: tuple[Wrong, ...] = ()
    cut: bool = False
    """Whether the sentence is whole without it."""
    frames: tuple[int, int] | None = None
    """The stretch of the clip that it tells of, half open; None where it is of the whole clip, or nobody knows."""
    step: int = 0
    """Of things told one after another the number, counted from 1; 0 for all else."""
    turned: str = ""
    """The words as they are where the step stands in the other place: 'panning left' for 'pans left'."""


Sentence = tuple[Bit, ...]
Maker = Callable[[Picker], Sentence | None]
"""Makes a sentence, or nothing. It may be asked several times: another picker finds other words."""


def sentence(*parts: str | Bit | Sequence[Bit] | None, topic: str = "", says: Sequence[str] = ()) -> Sentence:
    """Bits in a row. ``topic`` holds for those that name none; ``says`` for the first."""
    bits: list[Bit] = []
    for part in parts:
        if not part:
            continue
        if isinstance(part, str):
            bits.append(Bit(words=part))
        elif isinstance(part, Bit):
            bits.append(part)
        else:
            bits.extend(part)
    if says:
        bits[0] = replace(bits[0], says=(*bits[0].says, *says))
    return tuple(replace(bit, topic=bit.topic or topic) for bit in bits)


def text_of(told: Iterable[Sentence]) -> str:
    """The text of these sentences."""
    return " ".join("".join(bit.words for bit in bits) for bits in told)


def said_by(bits: Sentence) -> tuple[str, ...]:
    """The primitives that a sentence is to assert."""
    return tuple(dict.fromkeys(primitive for bit in bits for primitive in bit.says))


def capital(words: str) -> str:
    """With a capital."""
    return words[:1].upper() + words[1:]


def named_first(bits: Sentence, known: str, new: str) -> Sentence | None:
    """With 'a woman' for the first 'the woman'; None where there is none."""
    for number, bit in enumerate(bits):
        for old, fresh in ((known, new), (capital(known), capital(new))):
            if re.search(rf"\b{old}\b", bit.words):
                told = replace(
                    bit, words=_once(bit.words, old, fresh), turned=_once(_once(bit.turned, known, new),
                                                                          capital(known), capital(new)),
                    wrong=tuple(replace(w, words=_once(w.words, old, fresh)) for w in bit.wrong),
                )  # fmt: skip
                return (*bits[:number], told, *bits[number + 1 :])
    return None


def _once(words: str, old: str, new: str) -> str:
    return re.sub(rf"\b{old}\b", new, words, count=1)


def parted(bits: Sentence) -> list[Sentence]:
    """The sentences, where several are told as one."""
    found: list[list[Bit]] = [[]]
    for bit in bits:
        if bit.words == " " and found[-1] and found[-1][-1].words.endswith("."):
            found.append([])
        else:
            found[-1].append(bit)
    return [tuple(each) for each in found if each]


def is_lead(bits: Sentence) -> bool:
    """Whether it is the beginning of the next sentence: 'From a low angle, '."""
    return bits[-1].words.endswith(", ")


def behind(lead: Sequence[Bit], bits: Sentence) -> Sentence:
    """A sentence with words put before it: 'From a low angle, ' and 'The camera pans left.'"""
    if not lead:
        return bits
    first = bits[0]
    small = first.words[:1].lower() + first.words[1:] if first.words[:2] not in ("A ", "I ") else first.words
    small = "a " + first.words[2:] if first.words.startswith("A ") else small
    return (*lead, replace(first, words=small, turned="", wrong=tuple(_small(w) for w in first.wrong)), *bits[1:])


def _small(wrong: Wrong) -> Wrong:
    return Wrong(kind=wrong.kind, words=wrong.words[:1].lower() + wrong.words[1:])


def listed(parts: Sequence[str]) -> str:
    """'a, b and c'."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def many(things: Sequence[str]) -> bool:
    """Whether 'are' follows: several, or one that is plural."""
    return len(things) > 1 or things[0].split()[0] in ("two", "three", "four", "some", "several", "many")


def in_order(look: Sequence[str]) -> list[str]:
    """Adjectives as they stand before a noun: size first."""
    sizes = ("small", "large", "big", "tall", "short", "long", "tiny", "low")
    return sorted(look, key=lambda each: each not in sizes)


def a(noun: str) -> str:
    """With 'a' or 'an'; what is plural or has an article stays."""
    first, last = noun.split()[0].lower(), noun.split()[-1]
    plural = last.endswith("s") and not last.endswith(("ss", "dress", "us", "is"))
    if first in ("a", "an", "the", "two", "three", "some") or plural:
        return noun
    return f"{'an' if first[0] in 'aeiou' and not first.startswith(('uni', 'one', 'eu')) else 'a'} {noun}"
