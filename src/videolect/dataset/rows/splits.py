"""Splits by source: every clip that was cut from one film falls into one part, for ever.

A source's part follows from its name and the seed alone, so sources that come later move none that are there. Where two
sources show the same (near-duplicate films), they are joined and share the part of the first of them by name.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from videolect.errors import BadInput
from videolect.record.checks import check_name

RULE = "source-blake2b-1"
"""Name of the rule; raised whenever a source would fall into another part."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SplitRule:
    """Shares of the parts, in order, and the seed that mixes the sources."""

    shares: Mapping[str, float] = field(default_factory=lambda: {"train": 0.8, "dev": 0.1, "test": 0.1})
    seed: int = 0
    joined: Mapping[str, str] = field(default_factory=dict)
    """Source -> the source whose part it takes."""

    def __post_init__(self) -> None:
        for name in self.shares:
            check_name(name, "The part")  # it is the name of a folder
        if not self.shares or not all(0 < share <= 1 for share in self.shares.values()):  # NaN is not
            raise BadInput(f"The shares are {dict(self.shares)}.", mend="Give each part a share above 0.")
        if abs(sum(self.shares.values()) - 1) > 1e-6:
            raise BadInput(
                f"The shares add up to {sum(self.shares.values()):g}.", mend="Make them 1: train=0.8 dev=0.1 test=0.1."
            )

    def part_of(self, source: str) -> str:
        """The part of one source."""
        mixed = hashlib.blake2b(f"{self.seed}\0{self.joined.get(source, source)}".encode(), digest_size=8).digest()
        place, reached = int.from_bytes(mixed) / 2**64, 0.0
        for name, share in self.shares.items():
            reached += share
            if place < reached:
                return name
        return list(self.shares)[-1]

    def as_json(self) -> dict[str, object]:
        """As the manifest has it."""
        return {"rule": RULE, "seed": self.seed, "shares": dict(self.shares), "joined": dict(self.joined)}


def shares_of(words: Iterable[str]) -> dict[str, float]:
    """``train=0.8 dev=0.1 test=0.1`` as shares."""
    shares: dict[str, float] = {}
    for word in words:
        name, _, share = word.partition("=")
        try:
            value = float(share)
        except ValueError:
            raise BadInput(f"{word[:60]!r} is no share.", mend="Write NAME=SHARE, such as train=0.8.") from None
        if name in shares:
            raise BadInput(f"The part {name} has two shares.", mend="Name each part once.")
        shares[name] = value
    return shares


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Sources that show the same, pair by pair, as source -> the first of its group by name."""
    head: dict[str, str] = {}

    def root(name: str) -> str:
        while head.setdefault(name, name) != name:
            head[name] = head[head[name]]
            name = head[name]
        return name

    for one, other in pairs:
        first, second = sorted((root(one), root(other)))
        head[second] = first
    return {name: root(name) for name in sorted(head) if root(name) != name}


def counts(parts: Iterable[str]) -> dict[str, int]:
    """How often each part occurs."""
    return dict(sorted(Counter(parts).items()))
