"""False points: right words of a text are called wrong, and something false is asked for instead.

Right is what the experts left alone: a claim that their final caption keeps, and beyond the lexicon any words that no
point speaks of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from videolect.dataset.corruption.evidence import claims_in, evidence_of, said_in
from videolect.dataset.corruption.values import Change, CorruptRule, Evidence, LeftOut, Made, Tools
from videolect.dataset.corruption.words import falsified
from videolect.points.apply import apply_points
from videolect.record.critique import Point
from videolect.record.triple import Triple


def spurious(triple: Triple, text: str, points: Sequence[Point], rule: CorruptRule, tools: Tools) -> Made:
    """k false points added about what ``text`` says rightly: claims that the final caption keeps, then other words."""
    base, applied, _ = apply_points(text, points)
    wanted = rule.count(max(1, len(points)))
    added: list[tuple[Point, Change]] = []
    made = tuple(points)
    for point, evidence in _false_points(triple, text, points, base, rule, tools):
        if len(added) == wanted:
            break
        if any(_touch(point, other) for other, _ in added):
            continue
        more = _placed(made, replace(point, id=_free(made)))
        _, carried, _ = apply_points(text, more)
        if len(carried) != len(applied) + len(added) + 1:
            continue
        made, known = more, {each.id for each in made}
        new = next(each for each in made if each.id not in known)
        added.append(
            (new, Change(what="added", point=new.id, before=new.words, after=new.instruction, evidence=evidence))
        )
    if len(added) < wanted:
        raise LeftOut("too little of it can be called wrong")
    return Made(made, tuple(change for _, change in added), len(points))


def _false_points(
    triple: Triple, text: str, points: Sequence[Point], base: str, rule: CorruptRule, tools: Tools
) -> Iterator[tuple[Point, Evidence]]:  # fmt: skip
    """Points that call right words wrong, by lot; those about claims first."""
    kept = said_in(triple.post_caption, tools.spec) & said_in(base, tools.spec)
    right = said_in(base, tools.spec)
    spans = {
        (claim.start, claim.end, claim.primitive)
        for claim in claims_in(text, tools.spec)
        if (claim.primitive, claim.state) in kept
    }
    claimed = sorted(spans, key=lambda span: rule.rank(triple, f"{span[0]}-{span[1]}"))
    sentences = [(start, end, None) for start, end in _sentences(text)]
    for start, end, primitive in (*claimed, *sorted(sentences, key=lambda span: rule.rank(triple, str(span[0])))):
        words = text[start:end]
        for each in falsified(words, rule.rank(triple, f"{start}-{end}")):
            # The exchanged phrase alone, so that a sentence is not written anew for one word.
            low, high, now = _narrow(words, each.words)
            if primitive is not None:
                low, high, now = 0, len(words), each.words
            if low == high:
                continue
            span = (start + low, start + high)
            point = Point(
                id="x", kind="replace", start=span[0], end=span[1], words=text[span[0] : span[1]], instruction=now,
                primitive=primitive,
            )  # fmt: skip
            if any(_touch(point, other) for other in points) or not point.words or text.find(now, *span) == span[0]:
                continue
            false, carried, _ = apply_points(text, [*points, replace(point, id=_free(points))])
            if len(carried) == 0 or false == base:
                continue
            said = said_in(false, tools.spec)
            if primitive is None and said == right:
                yield point, "words"
            elif (evidence := evidence_of(tools.spec, right, said, frozenset())) not in (None, "words"):
                yield point, evidence
                break


def _narrow(before: str, after: str) -> tuple[int, int, str]:
    """Where two texts differ, in whole words: [start, end) of the first, and what stands there in the second."""
    one, other = before.split(" "), after.split(" ")
    lead = 0
    while lead < min(len(one), len(other)) and one[lead] == other[lead]:
        lead += 1
    tail = 0
    while tail < min(len(one), len(other)) - lead and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    start = len(" ".join(one[:lead])) + (1 if lead else 0)
    words, now = " ".join(one[lead : len(one) - tail]), " ".join(other[lead : len(other) - tail])
    while words and now and words[-1] == now[-1] and not words[-1].isalnum():
        words, now = words[:-1], now[:-1]
    return start, start + len(words), now


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for part in text.split(". "):
        yield at, at + len(part)
        at += len(part) + 2


def _touch(one: Point, other: Point) -> bool:
    if one.start is None or one.end is None or other.start is None or other.end is None:
        return False
    return one.start <= other.end and other.start <= one.end


def _free(points: Iterable[Point]) -> str:
    """An id that none of them has."""
    known, number = {point.id for point in points}, 1
    while f"x{number}" in known:
        number += 1
    return f"x{number}"


def _placed(points: Sequence[Point], new: Point) -> tuple[Point, ...]:
    """With the new one where it stands in the text, so that its place in the list does not give it away."""
    at = next((n for n, each in enumerate(points) if each.start is None or each.start > (new.start or 0)), len(points))
    return (*points[:at], new, *points[at:])
