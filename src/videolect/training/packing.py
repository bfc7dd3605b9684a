"""How clips and their branches lie in rows of tokens, and which token sees which.

A **shared** row is a film and then all branches about it. Each branch sees the film and itself, never another branch,
and its positions go on behind the film as if it stood there alone; branches with one prompt (a pair, samples) share
that too. So loss and gradients are those of **separate** rows, one branch each, at a fraction of the tokens. A
**packed** row holds several films with their branches, without any filling, for attention that works by segments.

A row is a tree of segments, written parents first and each with its descendants behind it. A token sees its own segment
up to itself, and the segments that its own descends from. All here is numpy; ``attention`` reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from videolect.training.examples import Branch, Example
from videolect.training.recipe import Layout
from videolect.vlm import tokens

Whole = NDArray[np.int64]
FILLING = -1


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """A stretch of a row."""

    start: int
    """Column."""
    end: int
    below: int
    """Column behind its last descendant: ``end`` where it has none."""
    parent: int
    """Index of a segment of this row; -1 for a film's head."""


@dataclass(frozen=True, kw_only=True)
class Laid:
    """A batch as rows. R rows, N columns, A answer tokens of all branches."""

    ids: Whole
    """[R, N]; 0 in filling."""
    positions: Whole
    """[3, R, N]: time, row and column, as ``tokens.positions``."""
    places: NDArray[np.bool_]
    """[R, N]: what the films' features fill."""
    segment: Whole
    """[R, N]: index into the row's segments; -1 in filling."""
    segments: tuple[tuple[Segment, ...], ...]
    """Of each row."""
    films: tuple[int, ...]
    """Which example's film fills the places, row by row from the left: a film comes again in separate rows."""
    due_row: Whole
    """[A]: where the hidden state is from which an answer token is foretold: the token before it."""
    due_column: Whole
    due_id: Whole
    """[A]: the answer token."""
    lengths: tuple[int, ...]
    """Answer tokens of each branch, in the order of examples and branches."""

    @property
    def tokens(self) -> int:
        """Filling included: what is computed."""
        return int(self.ids.size)

    def sees(self) -> NDArray[np.bool_]:
        """[R, N, N]: whether the token of a column (second) sees that of another (third). Filling sees itself alone."""
        rows, count = self.ids.shape
        made = np.zeros((rows, count, count), np.bool_)
        earlier = np.tri(count, dtype=np.bool_)
        for row, segments in enumerate(self.segments):
            of = _ancestors(segments)
            inner = self.segment[row] != FILLING
            mine = np.where(inner, self.segment[row], 0)
            made[row] = of[mine[:, None], mine[None]] & earlier & inner[:, None] & inner[None]
        made[:, np.arange(count), np.arange(count)] = True
        return made


def _ancestors(segments: Sequence[Segment]) -> NDArray[np.bool_]:
    """[segments, segments]: whether the second is the first or one that it descends from."""
    made = np.eye(len(segments), dtype=np.bool_)
    for at, segment in enumerate(segments):
        if segment.parent >= 0:
            made[at] |= made[segment.parent]
    return made


def row_tokens(example: Example) -> int:
    """Tokens of the clip's shared row."""
    words = 0
    for prompt, alike in _prompts(example.branches):
        shared = len(prompt) if len(alike) > 1 else 0
        words += shared + sum(len(example.branches[at].ids) - shared for at in alike)
    return len(example.ids) + words


def separate_tokens(example: Example) -> int:
    """Tokens of the clip's branches, each in a row of its own, without filling."""
    return sum(len(example.ids) + len(branch.ids) for branch in example.branches)


def lay_out(examples: Sequence[Example], layout: Layout = "shared") -> Laid:
    """The examples in rows."""
    rows: list[_Row] = []
    lengths = [len(branch.answer_ids) for example in examples for branch in example.branches]
    firsts = np.cumsum([0, *[len(example.branches) for example in examples]])
    for number, example in enumerate(examples):
        order = [int(firsts[number]) + at for at in range(len(example.branches))]
        if layout == "separate":
            for at, branch in zip(order, example.branches, strict=True):
                rows.append(_Row())
                rows[-1].add(number, example, [branch], [at])
            continue
        if layout == "shared" or not rows:
            rows.append(_Row())
        rows[-1].add(number, example, example.branches, order)
    return _joined(rows, lengths)


def _prompts(branches: Sequence[Branch]) -> Iterator[tuple[tuple[int, ...], list[int]]]:
    """Indices of branches by their prompt, in the order of the first of each."""
    found: dict[tuple[int, ...], list[int]] = {}
    for at, branch in enumerate(branches):
        found.setdefault(branch.prompt_ids, []).append(at)
    yield from found.items()


class _Row:
    """A row while it is written."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.positions: list[Whole] = []
        self.places: list[NDArray[np.bool_]] = []
        self.segments: list[Segment] = []
        self.films: list[int] = []
        self.due: list[tuple[int, Whole, Sequence[int]]] = []
        """(number of the branch, columns, ids)"""

    def add(self, number: int, example: Example, branches: Sequence[Branch], order: Sequence[int]) -> None:
        """A film and branches about it. ``order``: the branches' numbers in the batch."""
        pads = np.asarray(example.ids) == example.pad
        tokens.check_places(int(pads.sum()), example.places)
        _, rows, columns = (side // example.merge for side in example.grid)
        found, behind = tokens.positions(pads, rows, columns)
        head = self._write(example.ids, found, -1, pads)
        for prompt, alike in _prompts(branches):
            parent, shared = head, 0
            if len(alike) > 1:
                parent, shared = self._write(prompt, _onward(behind, len(prompt)), head), len(prompt)
            for one in alike:
                rest = branches[one].ids[shared:]
                at = self._write(rest, _onward(behind + shared, len(rest)), parent)
                self._note(branches[one], order[one], self.segments[at], self.segments[parent], shared)
            self._close(parent)
        self._close(head)
        self.films.append(number)

    def _write(
        self, ids: Sequence[int], positions: Whole, parent: int, pads: NDArray[np.bool_] | None = None
    ) -> int:  # fmt: skip
        start, end = len(self.ids), len(self.ids) + len(ids)
        self.ids += ids
        self.positions.append(positions)
        self.places.append(np.zeros(len(ids), np.bool_) if pads is None else pads)
        self.segments.append(Segment(start=start, end=end, below=end, parent=parent))
        return len(self.segments) - 1

    def _close(self, at: int) -> None:
        one = self.segments[at]
        self.segments[at] = Segment(start=one.start, end=one.end, below=len(self.ids), parent=one.parent)

    def _note(self, branch: Branch, number: int, own: Segment, parent: Segment, shared: int) -> None:
        """Where the answer's tokens are foretold: in the columns before them, the first maybe in the prompt's."""
        first = own.start + branch.answer_from - shared
        columns = np.arange(first - 1, first - 1 + len(branch.answer_ids), dtype=np.int64)
        if branch.answer_from == shared:
            columns[0] = parent.end - 1
        self.due.append((number, columns, branch.answer_ids))


def _onward(start: int, count: int) -> Whole:
    return np.broadcast_to(np.arange(start, start + count, dtype=np.int64), (3, count))


def _joined(rows: Sequence[_Row], lengths: Sequence[int]) -> Laid:
    widest = max(len(row.ids) for row in rows)
    shape = (len(rows), widest)
    ids, segment = np.zeros(shape, np.int64), np.full(shape, FILLING, np.int64)
    positions, places = np.zeros((3, *shape), np.int64), np.zeros(shape, np.bool_)
    due: list[tuple[int, int, Whole, Sequence[int]]] = []
    for at, row in enumerate(rows):
        count = len(row.ids)
        ids[at, :count] = row.ids
        positions[:, at, :count] = np.concatenate(row.positions, axis=1)
        places[at, :count] = np.concatenate(row.places)
        for number, one in enumerate(row.segments):
            segment[at, one.start : one.end] = number
        due += [(number, at, columns, said) for number, columns, said in row.due]
    due.sort(key=lambda one: one[0])  # into the order of examples and branches
    return Laid(
        ids=ids, positions=positions, places=places, segment=segment, lengths=tuple(lengths),
        segments=tuple(tuple(row.segments) for row in rows),
        films=tuple(number for row in rows for number in row.films),
        due_row=np.concatenate([np.full(len(columns), at, np.int64) for _, at, columns, _ in due]),
        due_column=np.concatenate([columns for _, _, columns, _ in due]),
        due_id=np.concatenate([np.asarray(said, np.int64) for _, _, _, said in due]),
    )  # fmt: skip
