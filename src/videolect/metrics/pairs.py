"""What the metrics of pairs share: that both sides have as many texts, and where two texts are equal."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from videolect.errors import BadInput


def paired(hypotheses: Sequence[str], references: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The pairs. Raises BadInput when there are not as many references as hypotheses, or one of them is no text."""
    if isinstance(hypotheses, str) or isinstance(references, str):
        raise BadInput("One text stands where a list of texts is due.", mend="Put it into a list, also if it is one.")
    if len(hypotheses) != len(references):
        raise BadInput(
            f"{len(hypotheses)} hypotheses stand against {len(references)} references.",
            mend="Give one reference for each hypothesis, in the same order.",
        )
    for name, side in (("Hypothesis", hypotheses), ("Reference", references)):
        strange = next((at for at, text in enumerate(side) if not isinstance(text, str)), None)
        if strange is not None:
            mend = "Leave the pair out, or give an empty text, and say how many there were."
            raise BadInput(f"{name} {strange} is no text but {side[strange]!r}.", mend=mend)
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
