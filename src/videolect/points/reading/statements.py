"""Sentences that say what is to be seen: merged into the draft where it speaks of the same, added where it does not."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from videolect.points.reading.align import Draft, Found, Run
from videolect.points.reading.mends import bare
from videolect.points.words import Token, conflict, tokens, values_of

KNOWN = 0.85
"""Share of content words from which a statement is taken to be in the draft already, unless its values differ."""
ALIKE = 0.5
"""Share from which it is taken to speak of the same as a sentence of the draft."""
ABSENT = 0.3
"""Share below which the draft is taken not to speak of it."""
MOST = 6
"""Words of the draft between two words that both have, up to which they are taken to be what the statement mends."""
_ADJECTIVES = frozenset({"colour", "count", "light", "amount"})
_SWAPPED = frozenset(
    {"side", "height", "depth", "vertical", "along", "turn", "angle", "level", "size", "focus", "colour"}
)


def statements(draft: Draft, text: str, near: int | None, *, asked: bool) -> list[Found]:
    """Points of a statement. ``asked``: the critique asks for it, so it is added where the draft does not speak of it.

    Else what cannot be merged is a remark on the sentence that speaks of the same: to write it needs judgement.
    """
    said = tokens(text)
    full = [token for token in said if not token.empty]
    if len(full) < 2:
        return []
    number, share = draft.best_sentence(said, near)
    before = _swapped_before(draft, draft.sentence_run(number), said) if number is not None else []
    if number is not None and share >= ALIKE:
        run = draft.sentence_run(number)
        if merged := [*before, *_merged(draft, run, text, said)]:
            return merged
        if share >= KNOWN and not conflict(values_of(said), values_of(draft.tokens[run.first : run.behind])):
            return []
    if before:
        return before
    if asked and share < ABSENT:
        return [added(draft, text, number if number is not None else near)]
    return [Found("remark", draft.sentences[number] if number is not None else None, text)]


def written(draft: Draft, words: str, near: int | None) -> Found:
    """Words in quotation marks that are to be in the caption: instead of the stretch that is like them, or added."""
    said = tokens(words)
    number, share = draft.best_sentence(said, near)
    if ". " in words:
        # Several sentences: an example of the whole, not the mend of one place.
        return Found("remark", None, words)
    if number is None or share < ALIKE:
        return added(draft, words, number if number is not None else near)
    run = draft.sentence_run(number)
    pairs = [a for a, b in draft.aligned(run, said) if not said[b].empty]
    if not pairs:
        return added(draft, words, number)
    if 3 * len(said) >= 2 * (run.behind - run.first) and words[:1].isupper():
        return Found("replace", draft.span(run), words)
    return Found("replace", draft.span(Run(pairs[0], pairs[-1] + 1)), words)


def _swapped_before(draft: Draft, run: Run, said: Sequence[Token]) -> list[Found]:
    """Values that stand before the same word: "seven dancers" and "eight dancers"."""
    found: list[Found] = []
    for at, token in enumerate(said[:-1]):
        if token.group not in _ADJECTIVES:
            continue
        head = next((other for other in said[at + 1 : at + 4] if not other.empty and other.group != token.group), None)
        for place in draft.where.get(head.stem, ()) if head else ():
            before = [a for a in range(max(run.first, place - 3), place) if draft.tokens[a].group == token.group]
            if run.first <= place < run.behind and len(before) == 1 and draft.tokens[before[0]].stem != token.stem:
                old = draft.tokens[before[0]]
                found.append(Found("replace", (old.start, old.end), token.word))
    return found


def _merged(draft: Draft, run: Run, text: str, said: list[Token]) -> list[Found]:
    """Between words that both have, what the statement has otherwise; behind the last one, another value."""
    pairs = [(a, b) for a, b in draft.aligned(run, said) if not said[b].empty]
    if len(pairs) < 2:
        return []
    found: list[Found] = []
    for (a, b), (after, behind) in pairwise([*pairs, (run.behind, len(said))]):
        new = [token for token in said[b + 1 : behind] if not token.empty]
        if after == run.behind:
            found += _tail(draft, range(a + 1, after), new)
        elif new and any(not draft.tokens[at].empty for at in range(a + 1, after)) and after - a - 1 <= MOST:
            words = text[said[b].end : said[behind - 1].end].strip(" ,;:")
            found.append(Found("replace", (draft.tokens[a + 1].start, draft.tokens[after - 1].end), words))
    return found


def _tail(draft: Draft, old: Sequence[int], new: Sequence[Token]) -> list[Found]:
    """Behind the last word that both have: the first value of a group that is another one there."""
    swaps: list[Found] = []
    done: set[str] = set()
    for token in new:
        there = [at for at in old[:10] if draft.tokens[at].group == token.group and token.group in _SWAPPED]
        if there and token.group not in done and draft.tokens[there[0]].stem != token.stem:
            place = draft.tokens[there[0]]
            swaps.append(Found("replace", (place.start, place.end), token.word))
        done.add(token.group)
    return swaps


def added(draft: Draft, text: str, number: int | None) -> Found:
    """A sentence behind the one that speaks of the same, else at the end."""
    words = bare(text) or text
    if not draft.sentences:
        return Found("remark", None, text)
    sentence = draft.sentences[number if number is not None else len(draft.sentences) - 1]
    return Found("insert", sentence, words[:1].upper() + words[1:] + ".")
