"""Sentences that say what is to be seen: merged into the draft where it speaks of the same, added where it does not."""

from __future__ import annotations

from collections.abc import Sequence

from videolect.dataset.critique_align import Draft, Found, Run
from videolect.dataset.critique_mends import bare
from videolect.metrics.point_words import Token, conflict, tokens, values_of

KNOWN = 0.85
"""Share of content words from which a statement is taken to be in the draft already, unless its values differ."""
ALIKE = 0.4
"""Share from which it is taken to speak of the same as a sentence of the draft."""
_SWAPPED = frozenset(
    {"side", "height", "depth", "vertical", "along", "turn", "angle", "level", "size", "focus", "colour"}
)


def statements(draft: Draft, text: str, near: int | None, *, asked: bool) -> list[Found]:
    """Points of a statement. ``asked``: the critique asks for it, so it is added even where little of it is new."""
    said = tokens(text)
    full = [token for token in said if not token.empty]
    if len(full) < 2:
        return []
    number, share = draft.best_sentence(said, near)
    if number is None or share < 0.25:
        return [_added(draft, text, number if number is not None else near)]
    run = draft.sentence_run(number)
    if share >= ALIKE and (merged := _merged(draft, run, text, said)):
        return merged
    if share >= KNOWN and not conflict(values_of(said), values_of(draft.tokens[run.first : run.behind])):
        return []
    return [_added(draft, text, number)]


def _merged(draft: Draft, run: Run, text: str, said: list[Token]) -> list[Found]:
    """Between words that both have, what the statement has otherwise; behind the last one, what it has more."""
    pairs = [(a, b) for a, b in draft.aligned(run, said) if not said[b].empty]
    if len(pairs) < 2:
        return []
    found: list[Found] = []
    ends = [*pairs, (run.behind, len(said))]
    for (a, b), (after, behind) in zip(pairs, ends[1:], strict=True):
        new = [token for token in said[b + 1 : behind] if not token.empty]
        if not new:
            continue
        last = after == run.behind and behind == len(said)
        old = list(range(a + 1, after))
        if last:
            found += _tail(draft, a, old, text, said, b, new)
            continue
        full = [at for at in old if not draft.tokens[at].empty]
        words = text[said[b].end : said[behind - 1].end].strip(" ,;:")
        if not full and words:
            found.append(Found("insert", (draft.tokens[a].start, draft.tokens[a].end), words))
        elif len(full) <= 2 * len(new) + 1:
            place = (draft.tokens[a + 1].start, draft.tokens[after - 1].end)
            found.append(Found("replace", place, words))
    return found


def _tail(
    draft: Draft, a: int, old: Sequence[int], text: str, said: Sequence[Token], b: int, new: Sequence[Token]
) -> list[Found]:
    """What stands behind the last word that both have: another value, or something more."""
    swaps: list[Found] = []
    for token in new:
        there = [at for at in old[:10] if draft.tokens[at].group == token.group and token.group in _SWAPPED]
        if there and draft.tokens[there[0]].stem != token.stem:
            place = draft.tokens[there[0]]
            swaps.append(Found("replace", (place.start, place.end), token.word))
    if swaps:
        return swaps
    words = bare(text[said[b].end :])
    return [Found("insert", (draft.tokens[a].start, draft.tokens[a].end), words)] if words else []


def _added(draft: Draft, text: str, number: int | None) -> Found:
    words = bare(text) or text
    if not draft.sentences:
        return Found("remark", None, text)
    sentence = draft.sentences[number if number is not None else len(draft.sentences) - 1]
    return Found("insert", sentence, words[:1].upper() + words[1:] + ".")
