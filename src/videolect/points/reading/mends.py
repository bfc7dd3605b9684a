"""What is to be written where: the words of a mend cut to the words of the draft that they stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from videolect.metrics.edits import stretches
from videolect.points.reading.align import Draft, Found, Run, Span
from videolect.points.words import Token, tokens, values_of

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
        |to\s+(?:accurately|better|ensure|reflect|match|avoid|clarify|maintain|improve|more|correctly|be\s+more|describe|indicate|specify|highlight|emphasi[sz]e)
        |in\s+(?:this|the)\s+(?:caption|description|video|clip)|(?:throughout|during)\s+the\s+(?:\w+\s+)?(?:video|clip|shot|scene|sequence)|in\s+order\s+to|in\s+reality)\b.*$""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_ADVERBS = re.compile(
    r"""^(?:\s*(?:actually|rather|instead|more\s+accurately|better|in\s+fact|simply|also|only|clearly|really|indeed
        |correctly|described\s+as|changed\s+to|referred\s+to\s+as|revised\s+to|replaced\s+with|corrected\s+to
        |located|positioned|situated|identified\s+as|specified\s+as|considered)\b,?)+\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_SUBJECT = re.compile(
    r"^(?:(?:instead|rather|in\s+reality|in\s+fact|actually),?\s+)?(?:it|they|he|she|this|these|the\s+camera)\s+"
    r"(?:(?:is|are|was|were)\s+)?(?:actually\s+|simply\s+|in\s+fact\s+)?",
    re.IGNORECASE,
)
_EDGES = " \t\n.,;:!?…"


LEAST = 0.6
"""Least likeness of a mend to the words that it stands for."""


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
    if len(old) == 1 and same:
        return said[same[-1].start : same[-1].end]
    best = max(
        ((_likeness(known, first, behind, old), first, -behind) for first in _starts(known, old[0])
         for behind in _ends(known) if first < behind <= first + most),
        default=None,
    )  # fmt: skip
    if best is None or best[0] < (LEAST if len(known) <= most else 2 * LEAST):
        return ""
    return bare(said[known[best[1]].start : known[-best[2] - 1].end])


def _starts(known: Sequence[Token], first: Token) -> set[int]:
    """Where a phrase like ``first ...`` may begin."""
    found = {0}
    for at, token in enumerate(known):
        before = known[at - 1] if at else None
        if token.group and (before is None or before.word not in DETERMINERS | PREPOSITIONS):
            found.add(_phrase_of(known, at))
        if before is not None and before.word in COPULAS:
            found.add(at)
        same_kind = any(token.word in kind and first.word in kind for kind in (DETERMINERS, PREPOSITIONS - {"of"}))
        if (
            same_kind
            or (token.word.endswith("ing") and first.word.endswith("ing"))
            or (first.word not in DETERMINERS | PREPOSITIONS and before is not None and before.word in DETERMINERS)
        ):
            found.add(at)
    return found


def _ends(known: Sequence[Token]) -> set[int]:
    """Behind which words a phrase may end: all, or where another one begins."""
    begins = PREPOSITIONS | {"and", "while", "as", "where", "which", "that", "throughout", "before", "after", "along"}
    return {len(known)} | {at for at, token in enumerate(known) if token.word in begins}


def _likeness(known: Sequence[Token], first: int, behind: int, old: Sequence[Token]) -> float:
    """How well a stretch answers to ``old``: other values of its groups, equal words, first word, length."""
    groups, stems = values_of(old), {token.stem for token in old if not token.empty}
    inside = known[first:behind]
    score = 0.0
    for group, named in values_of(inside).items():
        if group in groups:
            score += 0.5 if named <= groups[group] else 2.0
    score += 0.5 * len({token.stem for token in inside if not token.group} & stems)
    if known[first].word == old[0].word:
        score += 1.0
    elif any(known[first].word in kind and old[0].word in kind for kind in (DETERMINERS, PREPOSITIONS)):
        score += 0.7
    if first and known[first - 1].word in COPULAS:
        score += 0.6
    score += 0.8 if behind == len(known) else -0.1 * (len(known) - behind)
    return score - 0.15 * abs(len(inside) - len(old))


def absorbed(draft: Draft, place: Span, new: str) -> tuple[Span, str]:
    """The mend without words that stand behind the place already: "her [left] arm" to "her right arm"."""
    run, said = draft.run(place), tokens(new)
    old = draft.tokens[run.first : run.behind]
    for count in range(min(3, len(said) - 1), 0, -1):
        tail = [token.stem for token in said[-count:]]
        behind = [token.stem for token in draft.tokens[run.behind : run.behind + count]]
        if tail == behind and tail != [token.stem for token in old[-count:]]:
            return place, new[: said[-count - 1].end]
    return place, new


def predicate(said: str) -> str:
    """What a clause says of its subject: "it moves to the right" is "moves to the right"."""
    return bare(_SUBJECT.sub("", bare(said)))


def _phrase_of(known: Sequence[Token], at: int) -> int:
    """Where the words before a value begin that belong to it: up to a preposition, a determiner or a verb of being."""
    while at and known[at - 1].word not in DETERMINERS | PREPOSITIONS | COPULAS and at:
        at -= 1
    return at


def minimal(draft: Draft, place: Span, new: str) -> list[Found]:
    """A long replacement as the shorter changes that it consists of.

    Words that stay are at least two at a time, and at least two fifths of all; else it stays as it is.
    """
    run = draft.run(place)
    old, said = draft.tokens[run.first : run.behind], tokens(new)
    if len(old) < 4 or len(said) < 4:
        return [Found("replace", place, new)]
    parts = stretches([token.stem for token in old], [token.stem for token in said], 2)
    kept = sum(part.before[1] - part.before[0] for part in parts if not part.changed)
    if kept < 0.4 * len(old) or not any(part.changed for part in parts):
        return [Found("replace", place, new)]
    found: list[Found] = []
    for part in parts:
        if not part.changed:
            continue
        (a, b), (c, d) = part.before, part.after
        words = new[said[c].start : said[d - 1].end] if c < d else ""
        if a < b:
            found.append(Found("replace" if words else "delete", (old[a].start, old[b - 1].end), words))
        elif a:
            found.append(Found("insert", (old[a - 1].start, old[a - 1].end), words))
        else:
            found.append(Found("insert", (old[0].start, old[0].start), words))
    return found


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
