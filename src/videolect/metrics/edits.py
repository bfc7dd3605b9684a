"""What was changed between two texts: how many words, and which tokens."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray

from videolect.metrics.pairs import equal_ends, paired
from videolect.metrics.tokens import Integers


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """Tokens of the one text and the tokens of the other that stand for them; either may be none."""

    before: tuple[int, int]
    after: tuple[int, int]
    """Half open: [start, end)."""
    changed: bool


def word_edits(a: Sequence[str], b: Sequence[str]) -> Integers:
    """Words to insert, delete or replace to come from each text of ``a`` to that of ``b``. [pairs]

    Words are ``str.split()``: cased, punctuation stays on them. Levenshtein's distance, unit costs.
    """
    split: dict[str, list[str]] = {}
    found = []
    for pair in paired(a, b):
        for text in pair:
            if text not in split:
                split[text] = text.split()
        found.append(distance(split[pair[0]], split[pair[1]]))
    return np.array(found, np.int64)


def distance(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    """Levenshtein's distance. A column of the table is two integers, its steps up and its steps down (Myers 1999)."""
    start, end = equal_ends(one, other)
    one, other = one[start : len(one) - end], other[start : len(other) - end]
    if not one or not other:
        return len(one) + len(other)
    places: dict[Hashable, int] = {}
    for at, token in enumerate(one):
        places[token] = places.get(token, 0) | 1 << at
    whole, last = (1 << len(one)) - 1, len(one) - 1
    up, down, found = whole, 0, len(one)
    for token in other:
        equal = places.get(token, 0)
        vertical = equal | down
        horizontal = (((equal & up) + up) ^ up) | equal
        rises = down | (whole & ~(horizontal | up))
        falls = up & horizontal
        found += (rises >> last & 1) - (falls >> last & 1)
        rises = rises << 1 | 1
        up = (falls << 1 | ~(vertical | rises)) & whole
        down = rises & vertical & whole
    return found


def stretches(before: Sequence[Hashable], after: Sequence[Hashable], shortest_match: int = 1) -> list[Stretch]:
    """Both token sequences whole, in alternating stretches that changed and that did not (difflib's SequenceMatcher).

    Equal tokens in a run shorter than ``shortest_match`` count as changed: a single "the" that two sentences share is
    no sign that it was kept.
    """
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    found: list[Stretch] = []
    at = then = 0
    for match in matcher.get_matching_blocks():
        last = match.size == 0
        if match.size < shortest_match and not last:
            continue
        if at < match.a or then < match.b:
            found.append(Stretch(before=(at, match.a), after=(then, match.b), changed=True))
        at, then = match.a + match.size, match.b + match.size
        if not last:
            found.append(Stretch(before=(match.a, at), after=(match.b, then), changed=False))
    return found


def changed_tokens(
    before: Sequence[Hashable], after: Sequence[Hashable], shortest_match: int = 1
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """For each token of both sequences whether it was changed: what RLHF-V weighs more. [before], [after]"""
    masks = np.ones(len(before), np.bool_), np.ones(len(after), np.bool_)
    for stretch in stretches(before, after, shortest_match):
        masks[0][slice(*stretch.before)] = stretch.changed
        masks[1][slice(*stretch.after)] = stretch.changed
    return masks
