"""What is to be written where: the words of a mend cut to the words of the draft that they stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from videolect.dataset.critique_align import Draft, Run, Span
from videolect.metrics.point_words import Token, tokens, values_of

DETERMINERS = frozenset(
    [
        "a",
        "an",
        "the",
        "this",
        "that",
        "his",
        "her",
        "their",
        "its",
        "some",
        "any",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "several",
    ]
)
PREPOSITIONS = frozenset(
    [
        "in",
        "on",
        "at",
        "from",
        "to",
        "with",
        "of",
        "by",
        "into",
        "onto",
        "near",
        "behind",
        "above",
        "below",
        "toward",
        "towards",
        "through",
        "across",
        "along",
        "over",
        "under",
    ]
)
COPULAS = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "be",
        "being",
        "been",
        "as",
        "becomes",
        "remains",
        "appears",
        "seems",
        "has",
        "have",
        "wears",
        "wearing",
    ]
)
_TAIL = re.compile(
    r"""(?:,\s*)?\b(?:as\s+(?:is\s+)?(?:mentioned|described|stated|indicated|suggested|noted|originally|claimed|the\s+caption|it\b)
        |because|since|although|though|which\s+(?:is|was|are)\s+(?:not\s+)?(?:in)?accurate|for\s+(?:accuracy|clarity|greater|better|improved|more)
        |to\s+(?:accurately|better|ensure|reflect|match|avoid|clarify|maintain|improve|more|correctly|be\s+more)
        |in\s+(?:this|the)\s+(?:caption|description)|in\s+order\s+to|in\s+reality)\b.*$""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_ADVERBS = re.compile(
    r"""^(?:\s*(?:actually|rather|instead|more\s+accurately|better|in\s+fact|simply|also|only|clearly|really|indeed
        |correctly|described\s+as|changed\s+to|referred\s+to\s+as|revised\s+to|replaced\s+with|corrected\s+to
        |identified\s+as|specified\s+as|considered)\b,?)+\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_EDGES = " \t\n.,;:!?…"


def bare(words: str) -> str:
    """Without what explains it, and without signs at its edges."""
    return _ADVERBS.sub("", _TAIL.sub("", words).strip(_EDGES)).strip(_EDGES)


def complement(said: str, old: Sequence[Token]) -> str:
    """The end of a clause that answers to ``old``: "The lion is in the foreground" to "the midground": the foreground.

    It begins like ``old`` (with a determiner, a preposition, a verb in -ing), else behind the last verb of being.
    """
    said = bare(said)
    known = tokens(said)
    if not known or not old:
        return said
    most = 2 * len(old) + 4
    same = [token for token in known if token.group and token.group == old[0].group]
    if len(old) == 1 and len(same) == 1:
        return said[same[0].start : same[0].end]
    start = _like(known, old[0])
    if start is None or len(known) - start > most:
        group = {token.group for token in old if token.group}
        named = [at for at, token in enumerate(known) if token.group in group]
        start = _phrase_of(known, named[0]) if named else None
    if start is None or len(known) - start > most:
        behind = [at + 1 for at, token in enumerate(known) if token.word in COPULAS and at + 1 < len(known)]
        start = behind[-1] if behind else None
    if start is None:
        return said if len(known) <= most else ""
    if old[0].word not in DETERMINERS | PREPOSITIONS:
        while start + 1 < len(known) and known[start].word in DETERMINERS - {"one", "two", "three", "four"}:
            start += 1
    return said[known[start].start :] if len(known) - start <= most else ""


def _like(known: Sequence[Token], first: Token) -> int | None:
    for kind in (DETERMINERS, PREPOSITIONS):
        if first.word in kind:
            same = [at for at, token in enumerate(known) if token.word in kind and at + 1 < len(known)]
            exact = [at for at in same if known[at].word == first.word]
            return next(reversed(exact or same), None)
    if first.word.endswith("ing"):
        verbs = [at for at, token in enumerate(known) if token.word.endswith("ing")]
        return verbs[-1] if verbs else None
    return None


def _phrase_of(known: Sequence[Token], at: int) -> int:
    """Where the words before a value begin that belong to it: up to a preposition, a determiner or a verb of being."""
    while at and known[at - 1].word not in DETERMINERS | PREPOSITIONS | COPULAS and at:
        at -= 1
    return at


def swapped(draft: Draft, run: Run, said: Sequence[Token]) -> list[tuple[Span, str]]:
    """Values of the draft in a run that the words said name otherwise: (place, value to write), one a group.

    Only where each side names one value of the group, so that it is clear which is meant.
    """
    old, new = values_of(draft.tokens[run.first : run.behind]), values_of(said)
    found: list[tuple[Span, str]] = []
    for group, named in new.items():
        there = old.get(group, frozenset())
        if len(there) == 1 and len(named) == 1 and there != named:
            at = next(at for at in range(run.first, run.behind) if draft.tokens[at].group == group)
            word = next(token for token in said if token.group == group)
            found.append(((draft.tokens[at].start, draft.tokens[at].end), word.word))
    return found
