"""Examples into steps of many clips, and a step into batches that fit: by exact length, in an order that is a function.

The order of an epoch follows from the number of the epoch and a seed alone, so a run that goes on after a stop asks for
the same order and skips what it has done. A step draws its clips at random; only within it they are sorted by length,
so sorting saves filling and biases nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from videolect.errors import BadInput
from videolect.training.examples import Branch, Example, Examples, parts_of
from videolect.training.films import Films
from videolect.training.packing import row_tokens, separate_tokens
from videolect.training.recipe import Layout
from videolect.vlm import tokens
from videolect.vlm.base import Film
from videolect.vlm.tokens import BlindModel, PixelFormat

Step = tuple[tuple[int, ...], ...]
"""Batches of one step of the optimizer, each the indices of its ``pieces``."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Examples with their pixels."""

    examples: tuple[Example, ...]
    patches: tuple[NDArray[np.float32], ...]
    """Of each example's film, as ``tokens.Seen.patches``."""
    films: tuple[Film, ...] = ()
    """The pictures that they are of, for proofs; none where nobody needs them."""

    @cached_property
    def branches(self) -> tuple[Branch, ...]:
        """Of all examples, in their order."""
        return tuple(branch for example in self.examples for branch in example.branches)

    @property
    def answer_tokens(self) -> int:
        """Of all branches."""
        return sum(example.answer_tokens for example in self.examples)


@dataclass(frozen=True, kw_only=True)
class Batches:
    """How examples become steps. BadInput where one answer alone is more than a batch may hold."""

    examples: Examples
    budget: int
    """Tokens of one batch, filling included: what fits into memory at once."""
    clips: int
    """Examples of one step: many, since the gradients of one clip's branches are alike."""
    layout: Layout = "shared"

    def __post_init__(self) -> None:
        if self.budget < 1 or self.clips < 1:
            raise BadInput(
                f"A step of {self.clips} clips in batches of {self.budget} tokens cannot be made.",
                mend="Give 1 or more of each.",
            )
        piece = max(self.pieces, key=lambda one: _alone(one, self.layout))
        most = _alone(piece, self.layout)
        if most > self.budget:
            raise BadInput(
                f"The row {piece.branches[0].row_id} of the clip {piece.film[:80]} takes {most:,} tokens and a batch "
                f"holds {self.budget:,}.",
                mend=f"Give {most:,} or more (--batch-tokens), or show fewer or smaller frames.",
            )

    @cached_property
    def _cut(self) -> tuple[tuple[Example, ...], ...]:
        most = 0 if self.layout == "separate" else self.budget
        return tuple(
            (one,) if _alone(one, self.layout) <= self.budget else tuple(parts_of(one, most))
            for one in self.examples.items
        )

    @cached_property
    def pieces(self) -> tuple[Example, ...]:
        """The examples; one that is more than a batch holds in several, each with the film and some of its branches.
        What a step teaches is a sum over branches, and so the same."""
        return tuple(piece for pieces in self._cut for piece in pieces)

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """Tokens of each piece's longest row."""
        return tuple(longest_row(one, self.layout) for one in self.pieces)

    def order(self, epoch: int, seed: int) -> list[Step]:
        """Every example once, in steps; the last step may be smaller. Which is in which step does not hang on the
        budget."""
        ends = np.cumsum([len(pieces) for pieces in self._cut]).tolist()
        numbers = [range(end - len(pieces), end) for end, pieces in zip(ends, self._cut, strict=True)]
        drawn = np.random.default_rng([seed, epoch]).permutation(len(self.examples)).tolist()
        steps = (drawn[at : at + self.clips] for at in range(0, len(drawn), self.clips))
        return [self._batches([number for at in step for number in numbers[at]]) for step in steps]

    def steps(self) -> int:
        """Of one epoch."""
        return -(-len(self.examples) // self.clips)

    def tokens(self) -> dict[str, int]:
        """Of one epoch without filling: as laid out, in separate rows, and of answers."""
        return {
            "shared": sum(map(row_tokens, self.examples.items)),
            "separate": sum(map(separate_tokens, self.examples.items)),
            "answers": sum(one.answer_tokens for one in self.examples.items),
        }

    def _batches(self, step: Sequence[int]) -> Step:
        made: list[tuple[int, ...]] = []
        held: list[int] = []
        for at in sorted(step, key=lambda one: (self.lengths[one], one)):
            if held and self._rows([*held, at]) > self.budget:
                made.append(tuple(held))
                held = []
            held.append(at)
        return (*made, tuple(held))

    def _rows(self, indices: Sequence[int]) -> int:
        """Tokens of these pieces together, filling included."""
        lengths = [self.lengths[at] for at in indices]
        return laid_tokens(lengths, [len(self.pieces[at].branches) for at in indices], self.layout)


def longest_row(example: Example, layout: Layout) -> int:
    """Tokens of the example's longest row."""
    if layout == "separate":
        return len(example.ids) + max(len(branch.ids) for branch in example.branches)
    return row_tokens(example)


def laid_tokens(lengths: Sequence[int], branches: Sequence[int], layout: Layout) -> int:
    """Tokens of some examples in one batch, filling included, by their longest rows and how many branches they have."""
    if layout == "packed":
        return sum(lengths)
    return max(lengths) * (sum(branches) if layout == "separate" else len(lengths))


def least_budget(examples: Examples, layout: Layout) -> int:
    """Tokens of a batch that holds any one answer, or what must stay together with it."""
    return max(_alone(part, layout) for one in examples.items for part in parts_of(one, 0))


def _alone(one: Example, layout: Layout) -> int:
    """Tokens of a batch of it alone, filling included."""
    return laid_tokens([longest_row(one, layout)], [len(one.branches)], layout)


def filled(examples: Sequence[Example], films: Films, pixels: PixelFormat) -> Batch:
    """The examples with their pixels. BlindModel where a film is not what its length was foretold from."""
    patches, shown = [], []
    for example in examples:
        shown.append(films(example.film))
        seen = tokens.seen(shown[-1], pixels)
        if seen.grid != example.grid:
            raise BlindModel(
                f"The film {example.film[:80]} gives patches of {seen.grid}, and {example.grid} were foretold.",
                mend="Probe the film again and make the examples anew.",
            )
        patches.append(seen.patches)
    return Batch(examples=tuple(examples), patches=tuple(patches), films=tuple(shown))
