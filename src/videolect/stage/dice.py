"""What every drawing shares: the wish, the seeded dice, and what was drawn so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from videolect.record.acts import Answer

Wish = Mapping[str, Answer]
"""A part of a label record."""

OPEN = (None, "no", "unknown", "none", "regular", False, ())
"""Answers that ask for nothing."""


class Dice:
    """Draws for one take."""

    def __init__(self, wish: Wish, seed: int, size: tuple[int, int], fps: int, count: int) -> None:
        self.wish, self.seed, self.size, self.fps, self.count = dict(wish), seed, size, fps, count
        self.rng = np.random.default_rng([seed, 21])
        self.aspect = size[1] / size[0]
        self.seconds = count / fps
        self.plan: dict[str, Any] = {}
        """What was drawn, for people."""

    def one(self, low: float, high: float) -> float:
        """A number between these."""
        return float(self.rng.uniform(low, high))

    def of(self, choices: Sequence[str], weights: Sequence[float] | None = None) -> str:
        """One of these."""
        p = None if weights is None else np.asarray(weights) / np.sum(weights)
        return str(choices[int(self.rng.choice(len(choices), p=p))])

    def side(self) -> int:
        """1 or -1."""
        return 1 if self.rng.random() < 0.5 else -1

    def asked(self, name: str) -> str | None:
        """The wished answer to a choice; None where it is open."""
        value = self.wish.get(name)
        return value if isinstance(value, str) and value != "unknown" else None

    def wished(self, name: str) -> bool:
        """Whether the wish asks for something there."""
        return self.wish.get(name) not in OPEN

    def many(self, name: str) -> tuple[Any, ...]:
        """The wished answer to a list."""
        value = self.wish.get(name)
        return value if isinstance(value, tuple) else ()

    def has(self, name: str, value: str) -> bool:
        """Whether a list is wished to hold that."""
        return value in self.many(name)
