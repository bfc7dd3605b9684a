"""Sentences that set what is against what the draft says: "A, not B", "A rather than B", "not B but A", "no B"."""

from __future__ import annotations

import re

from videolect.points.reading.align import Draft, Found, Span
from videolect.points.reading.mends import DETERMINERS, PREPOSITIONS, absorbed, bare, complement, predicate, swapped
from videolect.points.words import tokens

_STOP = (
    r"(?=\s*(?:[,;:.!?—(]|$)|\s+(?:as|but|because|since|while|when|which|and\s+(?:the|a|his|her|it|he|she|they|there|is|are)|"
    r"before|after|due|although|though)\b)"
)
_AFTER = re.compile(
    rf"(?:,\s*(?:and\s+|but\s+)?not|\s+(?:but|and)\s+not|,?\s+rather\s+than|,?\s+instead\s+of|,?\s+as\s+opposed\s+to)"
    rf"\s+(?:just\s+|simply\s+|merely\s+|only\s+)?(?P<old>[^,;]+?){_STOP}",
    re.I,
)
_DESCRIBED = re.compile(
    r"\b(?:described|depicted|identified|mentioned|referred\s+to|labell?ed)\s+(?:\w+\s+)?as\s+(?:being\s+)?(?P<old>.+?)\s+"
    r"(?:(?:is|are|was|were)\s+(?:actually|in\s+fact|more\s+accurately|really)|should\s+(?:actually\s+)?be)\s+(?P<new>[^;]+)",
    re.I,
)
_BEFORE = re.compile(r"^(?:instead\s+of|rather\s+than|not)\s+(?P<old>[^,;]+?),\s*(?P<new>.+)$", re.I)
_NOT = re.compile(
    r"^(?P<who>.*?)\b(?P<verb>is|are|was|were|does|do|did|has|have|should|can|could|will)\s*(?:not|n't|n’t)\b\s*(?:be\s+)?"
    r"(?:actually\s+|really\s+|clearly\s+|in\s+fact\s+|entirely\s+|directly\s+)*(?P<rest>.+)$",
    re.I,
)
_BUT = re.compile(
    r"^(?P<old>.+?)\s*(?:,?\s+but\s+(?:rather\s+|instead\s+)?|[;,—]\s*(?:rather|instead|it's|(?:it|they|he|she|this)\s+(?:is|are|was|has|have))\b,?\s*)(?P<new>.+)$",
    re.I,
)
_NO = re.compile(
    r"\b(?:there\s+(?:is|are|was|were)\s+no|there\s+(?:is|are)(?:\s+not|n't)\s+(?:any|a|an)?|no|lacks?(?:\s+any)?|without(?:\s+any)?)\s+(?:\w+\s+(?:of|that)\s+)?(?P<old>[^,;]+)",
    re.I,
)
_UNSEEN = re.compile(
    r"^(?P<old>.+?)\s+(?:is|are|was|were|does|do|can|could)\s*(?:not|n't|n’t)\s+(?:be\s+|clearly\s+|actually\s+|really\s+|appear\s+to\s+be\s+)*"
    r"(?:visible|present|shown|seen|there|exist\w*|discernible|evident|clear|apparent|in\s+(?:the\s+)?(?:frame|view|shot|video|scene))\b",
    re.I,
)
_FOLLOWS = re.compile(
    r"^(?:(?:instead|rather|in\s+reality|actually|it|they|he|she|this|these|in\s+fact|in\s+the\s+video)\b,?\s*"
    r"|the\s+\w+\s+(?:(?:is|are|was|were)\s+)?(?:actually|instead|in\s+fact|simply)\b)",
    re.I,
)


_SAME = re.compile(r"^(?:it|they|he|she)\b", re.IGNORECASE)
_INSTEAD = re.compile(r"^(?:instead|rather|in\s+reality|in\s+fact|actually|in\s+the\s+video),?\s+", re.IGNORECASE)
_MARKS = re.compile(r"[,.]?[\"“”]")


def contrasts(draft: Draft, text: str, near: int | None) -> list[Found]:
    """Replacements of what is set against something else."""
    text = _MARKS.sub("", text)
    found: list[Found] = []
    if match := _BEFORE.match(text):
        acting = match["old"].split()[0].lower().endswith("ing")
        return _replaced(draft, predicate(match["new"]) if acting else match["new"], match["old"], near)
    if match := _DESCRIBED.search(text):
        return _replaced(draft, f"is {match['new']}", match["old"], near)
    match = _NOT.match(text)
    if match and (both := _BUT.match(match["rest"])):
        sentence = _near(draft, text, near)
        if match["verb"].lower() in ("does", "do", "did"):
            place = draft.locate(bare(both["old"]), sentence)
            if place and (new := predicate(both["new"])):
                return [Found("replace", place, new)]
        elif found := _replaced(draft, both["new"], both["old"], sentence, whole=False):
            return found
    behind = 0
    for match in _AFTER.finditer(text):
        found += _replaced(draft, text[behind : match.start()], match["old"], near)
        behind = match.end()
    return found


def denials(draft: Draft, text: str, near: int | None) -> list[Found]:
    """Words of the draft that the sentence denies: ``open``, since the next sentence may say what is instead."""
    sentence = _near(draft, text, near)
    if (match := _UNSEEN.match(text)) or (match := _NO.search(text)):
        if place := draft.locate(_thing(match["old"]), sentence):
            return [Found("open", _phrase(draft, place), "")]
        return []
    if match := _NOT.match(text):
        rest = re.split(r"\s+(?:as|because|since)\s+", match["rest"])[0]
        place = draft.locate(bare(rest), sentence)
        if place:
            return [Found("open", place, "verb" if match["verb"].lower() in ("does", "do", "did") else "")]
    return []


def follow_up(draft: Draft, text: str, wrong: Found) -> Found | None:
    """The mend of denied words, where a sentence gives it: "Instead, it is green."."""
    place = wrong.place
    if place is None or not _FOLLOWS.match(text):
        return None
    said = bare(_INSTEAD.sub("", text))
    if wrong.words == "verb":
        new = predicate(said)
        same = new != said or not said.lower().startswith(("the ", "a "))
        return Found("replace", *absorbed(draft, place, new)) if new and same else None
    run = draft.run(place)
    old = draft.tokens[run.first : run.behind]
    known = tokens(said)
    swaps = swapped(draft, run, known)
    if len(swaps) == 1 and len(old) <= 4 and len(known) <= len(old) + 5:
        return Found("replace", swaps[0][0], swaps[0][1])
    if new := complement(said, old):
        return Found("replace", *absorbed(draft, place, new))
    # It answers, but not in words that fit into the place.
    answers = wrong.kind == "fault" or _SAME.match(said) is not None
    return Found("remark", place, said) if answers else None


def _replaced(draft: Draft, new: str, old: str, near: int | None, *, whole: bool = True) -> list[Found]:
    old = bare(old)
    place = draft.locate(old, _near(draft, f"{new} {old}", near) if whole else near, beside=tokens(new))
    if place is None:
        return []
    tail = complement(new, tokens(old))
    if not tail:
        return [Found("replace", span, value) for span, value in swapped(draft, draft.run(place), tokens(new))]
    fitted, words = absorbed(draft, _fitted(draft, place, tail), tail)
    return [Found("replace", fitted, words)] if words else []


def _fitted(draft: Draft, place: Span, new: str) -> Span:
    """The place with the small words in front that the mend repeats: "from the [left]" for "the right"."""
    lead = tokens(new)
    run = draft.run(place)
    count = 0
    while count < len(lead) and lead[count].word in DETERMINERS | PREPOSITIONS:
        count += 1
    first = run.first
    for token in reversed(lead[:count]):
        if draft.tokens[first].word == token.word or (
            token.word in DETERMINERS and draft.tokens[first].word in DETERMINERS
        ):
            break
        before = draft.tokens[first - 1] if first else None
        if before and (before.word == token.word or (token.word in DETERMINERS and before.word in DETERMINERS)):
            first -= 1
        else:
            break
    return draft.tokens[first].start, place[1]


def _near(draft: Draft, text: str, near: int | None) -> int | None:
    return draft.best_sentence(tokens(text), near)[0]


def _thing(words: str) -> str:
    return re.split(
        r"\s+(?:in|on|at|as|from|behind|within|throughout|that|which|visible|present|shown|seen|being)\b", words
    )[0]


def _phrase(draft: Draft, place: Span) -> Span:
    """The place with the "with a" or "and the" before it, which would be left alone if it went."""
    run = draft.run(place)
    first = run.first
    sentence = draft.sentence_of[first]
    while first and draft.sentence_of[first - 1] == sentence and draft.tokens[first - 1].word in DETERMINERS:
        first -= 1
    joins = ("with", "and", "wearing", "featuring", "including", "holding")
    if first and draft.sentence_of[first - 1] == sentence and draft.tokens[first - 1].word in joins:
        first -= 1
    return draft.tokens[first].start, place[1]
