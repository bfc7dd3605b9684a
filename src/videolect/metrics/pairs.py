"""What the metrics of pairs share: that both sides have as many texts, and where two texts are equal."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from videolect.errors import BadInput


def paired(hypotheses: Sequence[str], references: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The pairs. Raises BadInput when there are not as many references as hypotheses."""
    if len(hypotheses) != len(references):
        raise BadInput(
            f"{len(hypotheses)} hypotheses stand against {len(references)} references.",
            mend="Give one reference for each hypothesis, in the same order.",
        )
    return zip(hypotheses, references, strict=True)


def equal_ends(one: Sequence[Hashable], other: Sequence[Hashable]) -> tuple[int, int]:
    """How many tokens are equal at the start, and how many of the rest at the end."""
    shorter = min(len(one), len(other))
    start = 0
    while start < shorter and one[start] == other[start]:
        start += 1
    end = 0
    while end < shorter - start and one[-1 - end] == other[-1 - end]:
        end += 1
    return start, end
