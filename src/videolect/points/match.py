"""Whether two points of critiques say the same: the stated matcher, and whether a point is constructive.

    found = match_points(points_of(model, draft), points_of(expert, draft), draft)
    len(found.pairs), len(found.other_mend)

docs/points.md states the rules. Nothing is learnt and no model is asked, so a figure made with it can be made
again. A point is read as what it takes out of the draft and what it puts in: to replace "wooden bench" by "bench" is to
delete "wooden".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from videolect.language.lint import constructiveness
from videolect.points.words import Token, conflict, content, tokens, values

SAME_PLACE = 0.5
"""Least share of the smaller place that two points have in common."""
SAME_WORDS = 0.34
"""Least F1 of the content words of two mends in the same place."""
SAME_ADDITION = 0.5
"""The same where the place does not speak: two additions, two remarks."""
TIGHT = 3
"""How many times as many words of the draft a remark may speak of to be one on the same words."""
FEW = 6
"""Words with content up to which a place says by itself what a remark on it is about; a whole sentence does not."""
AROUND = 8
"""Tokens of the draft to each side of a point within which a remark without a mend may speak of it."""
NEAR = 0.5
"""What a point without a mend scores beside one with a mend, in the same place."""


class Said(Protocol):
    """A point, as ``videolect.record.critique.Point`` has it."""

    @property
    def kind(self) -> str: ...

    @property
    def start(self) -> int | None: ...

    @property
    def end(self) -> int | None: ...

    @property
    def words(self) -> str: ...

    @property
    def instruction(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Pair:
    """Place in ``found``, place in ``true``, and how alike they are: 0 to 1."""

    found: int
    true: int
    score: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Matching:
    """Which points say the same. Each point is in at most one pair of all."""

    pairs: tuple[Pair, ...]
    other_mend: tuple[Pair, ...]
    """Of the rest: the same words of the draft, but something else to be written there. No match."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A point as it is compared."""

    place: frozenset[int]
    """Which tokens of the draft are taken out or spoken of; empty for an addition and a remark on the whole."""
    added: frozenset[str]
    """Stems put in."""
    fresh: frozenset[str]
    """Of these, the ones that the draft has nowhere."""
    new: dict[str, frozenset[str]]
    """Values put in, by group."""
    mended: bool
    """Whether it says what to do."""
    gone: frozenset[str] = frozenset()
    """Stems taken out."""
    around: frozenset[str] = frozenset()
    """Stems of the draft from ``AROUND`` tokens before it to as many behind it, and what it adds."""
    spoken: frozenset[str] = frozenset()
    """Of a remark: which of its words the draft has."""
    remark: bool = False


def match_points(found: Sequence[Said], true: Sequence[Said], draft: str) -> Matching:
    """Pair points by place and meaning, best score first; of equal scores the earlier points. Deterministic."""
    known = tokens(draft)
    there = frozenset(token.stem for token in known)
    ours, theirs = ([_read(point, known, there) for point in points] for points in (found, true))
    same: list[Pair] = []
    other: list[Pair] = []
    for i, one in enumerate(ours):
        for j, two in enumerate(theirs):
            score, place = _score(one, two)
            if score > 0:
                same.append(Pair(i, j, score))
            elif place >= SAME_PLACE:
                other.append(Pair(i, j, place))
    pairs = _assigned(same, set(), set())
    rest = _assigned(other, {pair.found for pair in pairs}, {pair.true for pair in pairs})
    return Matching(pairs=tuple(pairs), other_mend=tuple(rest))


def _assigned(pairs: Iterable[Pair], used: set[int], taken: set[int]) -> list[Pair]:
    chosen: list[Pair] = []
    for pair in sorted(pairs, key=lambda pair: (-pair.score, pair.found, pair.true)):
        if pair.found not in used and pair.true not in taken:
            used.add(pair.found)
            taken.add(pair.true)
            chosen.append(pair)
    return sorted(chosen, key=lambda pair: pair.found)


def _score(one: _Read, two: _Read) -> tuple[float, float]:
    """How alike two points are (0: no match), and how much of the place they share."""
    place = _shared(one.place, two.place)
    if one.remark or two.remark:
        return _remarked(one, two, place), place
    words = _f1(one.added, two.added)
    if not (one.mended and two.mended):
        return NEAR * place * (place >= SAME_PLACE), place
    if conflict(one.new, two.new):
        return 0.0, place
    if not one.added and not two.added:
        return place * (place >= SAME_PLACE), place
    good = words >= SAME_WORDS if place >= SAME_PLACE else _same_addition(one, two, words)
    return (place + words) / 2 * good, place


def _remarked(one: _Read, two: _Read, place: float) -> float:
    """A remark, which has no mend of its own: the same words of the draft, or the same stretch and the same words."""
    small, large = sorted((len(one.place), len(two.place)))
    tight = place >= SAME_PLACE and large <= TIGHT * small and small <= FEW
    words = _held(one, two)
    if tight:
        return NEAR * place + 0.01 * words
    about = max(_about(remark, other) for remark, other in ((one, two), (two, one)))
    if about:
        return NEAR * about
    if words < SAME_ADDITION or (one.place and two.place and place < SAME_PLACE):
        return 0.0
    return NEAR * words


def _about(remark: _Read, other: _Read) -> float:
    """Of a remark without a mend: the share of its words, of those that the draft has, which stand around the other.

    The draft has to have a third of its words at least: else it speaks of something else. A remark on a few words is
    about these and not about their neighbours: or calling any word wrong would find every point beside it.
    """
    if not remark.remark or remark.mended or 3 * len(remark.spoken) < max(1, len(remark.added)):
        return 0.0
    if remark.place and other.place and len(remark.place) <= FEW and not remark.place & other.place:
        return 0.0
    both = len(remark.spoken & other.around)
    enough = both > 1 or both == len(remark.spoken)
    return both / len(remark.spoken) if enough and 2 * both >= len(remark.spoken) else 0.0


def _same_addition(one: _Read, two: _Read, words: float) -> bool:
    """Whether what is added is the same wherever it goes: one word is not enough, unless it is all that is new."""
    if one.place and two.place:
        return False
    if words >= SAME_ADDITION and (words == 1 or len(one.added & two.added) > 1):
        return True
    return words >= SAME_WORDS and bool(one.fresh) and one.fresh == two.fresh


def _shared(one: frozenset[int], two: frozenset[int]) -> float:
    """Share of the smaller place that lies in the other, if it is not lost in it: at most eight times as large."""
    small, large = sorted((len(one), len(two)))
    if not small or large > 8 * small:
        return 0.0
    return len(one & two) / small


def _held(one: _Read, two: _Read) -> float:
    """Share of the fewer stems that are among the others; of a single one only if the draft does not have it."""
    small, large = sorted((one, two), key=lambda read: len(read.added | read.gone))
    stems = small.added | small.gone
    both = stems & (large.added | large.gone)
    if len(both) < 2 and not (both and stems == small.fresh):
        return 0.0
    return len(both) / len(stems)


def _f1(one: frozenset[str], two: frozenset[str]) -> float:
    return 2 * len(one & two) / (len(one) + len(two)) if one and two else 0.0


def _read(point: Said, draft: Sequence[Token], there: frozenset[str]) -> _Read:
    start, end = point.start, point.end
    inside = [
        at for at, token in enumerate(draft)
        if start is not None and end is not None and token.start < end and start < token.end
    ]  # fmt: skip
    read = _meant(point, inside, draft, there)
    if not inside:
        return read
    near = range(max(0, inside[0] - AROUND), min(len(draft), inside[-1] + 1 + AROUND))
    return replace(read, around=_stems(near, draft) | read.added)


def _meant(point: Said, inside: list[int], draft: Sequence[Token], there: frozenset[str]) -> _Read:
    if point.kind in ("delete", "reorder"):
        added = frozenset({"\0moved"}) if point.kind == "reorder" else frozenset()
        return _Read(_speaking(inside, draft), added, frozenset(), {}, True, _stems(inside, draft))
    added = content(point.instruction)
    new = dict(values(point.instruction))
    if point.kind == "insert":
        return _Read(frozenset(), added, added - there, new, bool(added))
    if point.kind == "replace":
        kept = added & {draft[at].stem for at in inside}
        gone = [at for at in inside if draft[at].stem not in kept]
        fresh = added - kept
        if not fresh and gone:
            return _Read(_speaking(gone, draft), frozenset(), frozenset(), {}, bool(added), _stems(gone, draft))
        # Where all words stay, the point is what it adds: "book" -> "red book".
        place = _speaking(gone, draft) or (frozenset() if fresh else _speaking(inside, draft))
        groups = {group: named - kept or named for group, named in new.items()}
        return _Read(place, fresh or added, fresh - there, groups, bool(added), _stems(gone, draft))
    place = _speaking(inside, draft)
    return _Read(place, added, added - there, {}, constructive(point), spoken=added & there, remark=True)


def _stems(places: Sequence[int], draft: Sequence[Token]) -> frozenset[str]:
    return frozenset(draft[at].stem for at in places if not draft[at].empty)


def _speaking(inside: Sequence[int], draft: Sequence[Token]) -> frozenset[int]:
    """Without the words that carry no content, unless there are no others."""
    full = frozenset(at for at in inside if not draft[at].empty)
    return full or frozenset(inside)


# ------------------------------------------------------------------------------------------------------- constructive

_TARGET = re.compile(r"""\b(?:start|beginning|end)\b|\b(?:before|after)\b.*["“]""", re.IGNORECASE | re.DOTALL)


def constructive(point: Said) -> bool:
    """Whether a point says what to write instead.

    replace and insert: their instruction has a word. delete: always. reorder: it says where to. remark: more than half
    of its words stand in sentences that name a remedy or say what is seen (``videolect.language.lint``). These are read
    with the lexicon that ships, whatever a campaign's version: figures of two campaigns are measured with one measure.
    """
    match point.kind:
        case "replace" | "insert":
            return bool(tokens(point.instruction))
        case "delete":
            return True
        case "reorder":
            return _TARGET.search(point.instruction) is not None
        case _:
            return bool(content(point.instruction)) and constructiveness(point.instruction) > 0.5
