"""Where in a draft the words of a critique stand: exactly, in another form, or nearly.

A draft is read once; places are characters [start, end) of it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from videolect.points.words import Token, tokens

Span = tuple[int, int]
_SENTENCE_END = re.compile(r"[.!?…]+[\"”’)]*(?=\s|$)|\n+")
_EDGES = " \t\n.,;:!?…\"“”'‘’()[]"
ENOUGH = 0.6
"""Share of the content words of a phrase that have to be found for it to stand nearly there."""


@dataclass(frozen=True, slots=True)
class Run:
    """Tokens [first, behind) of the draft."""

    first: int
    behind: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule found, before it is a point."""

    kind: str
    """A kind of point; or quote (words that are spoken of), open (words that are wrong; the mend may follow), say (how
    it should read), edge (an addition at the start or the end)."""
    place: Span | None
    words: str = ""
    """What is to be written; of ``open`` words "verb" where they are what somebody does not do."""
    edge: str = ""
    said: str = ""
    """The sentence that says so."""


class Draft:
    """A caption with its tokens, its sentences, and where each stem stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lower = text.lower() if len(text.lower()) == len(text) else text
        self.tokens: list[Token] = tokens(text)
        self.sentences: list[Span] = _sentences(text)
        self.sentence_of: list[int] = []
        at = 0
        for token in self.tokens:
            while at + 1 < len(self.sentences) and token.start >= self.sentences[at][1]:
                at += 1
            self.sentence_of.append(at)
        self.where: defaultdict[str, list[int]] = defaultdict(list)
        for place, token in enumerate(self.tokens):
            self.where[token.stem].append(place)

    def span(self, run: Run) -> Span:
        """Characters of a run that is not empty."""
        return self.tokens[run.first].start, self.tokens[run.behind - 1].end

    def run(self, span: Span) -> Run:
        """The tokens that a span touches; may be empty."""
        inside = [at for at, token in enumerate(self.tokens) if token.start < span[1] and span[0] < token.end]
        return Run(inside[0], inside[-1] + 1) if inside else Run(0, 0)

    def sentence_run(self, number: int) -> Run:
        """The tokens of a sentence."""
        inside = [at for at, sentence in enumerate(self.sentence_of) if sentence == number]
        return Run(inside[0], inside[-1] + 1) if inside else Run(0, 0)

    def locate(
        self, words: str, near: int | None = None, *, nearly: bool = True, beside: Sequence[Token] = ()
    ) -> Span | None:
        """Where a phrase stands: exactly, in another case, in other forms of its words, or (``nearly``) most of it.

        Of several places the one in sentence ``near``, there the one closest to the words ``beside``, else the first.
        """
        bare = words.strip(_EDGES)
        if not bare:
            return None
        for text, wanted in ((self.text, bare), (self.lower, bare.lower())):
            if spots := _spots(text, wanted):
                return min(spots, key=lambda spot: (self._away(spot[0], near), self._apart(spot, beside), spot[0]))
        wanted_tokens = tokens(bare)
        if not wanted_tokens:
            return None
        if run := self._same_stems(wanted_tokens, near):
            return self.span(run)
        run = self._nearly(wanted_tokens, near) if nearly else None
        return self.span(run) if run else None

    def _away(self, start: int, near: int | None) -> int:
        if near is None:
            return 0
        run = self.run((start, start + 1))
        return abs(self.sentence_of[run.first] - near) if run.behind else 99

    def _apart(self, spot: Span, beside: Sequence[Token]) -> float:
        """How far the words are that are spoken of together with it: characters, the nearest occurrence of each."""
        far = 0.0
        for token in beside:
            if not token.empty and not token.group and (there := self.where.get(token.stem)):
                far += min(60, *(abs(self.tokens[at].start - spot[0]) for at in there))
        return far

    def _same_stems(self, wanted: Sequence[Token], near: int | None) -> Run | None:
        size = len(wanted)
        stems = [token.stem for token in wanted]
        spots = [
            at for at in self.where.get(stems[0], ())
            if [token.stem for token in self.tokens[at : at + size]] == stems
        ]  # fmt: skip
        if not spots:
            return None
        best = min(spots, key=lambda at: (abs(self.sentence_of[at] - near) if near is not None else 0, at))
        return Run(best, best + size)

    def _nearly(self, wanted: Sequence[Token], near: int | None) -> Run | None:
        """The stretch of one sentence that holds most of the content words, with as little else as can be."""
        full = {token.stem for token in wanted if not token.empty}
        hits = [at for stem in full for at in self.where.get(stem, ())]
        if not hits:
            return None
        hits.sort()
        best: tuple[float, int, int] | None = None
        for i, first in enumerate(hits):
            held: set[str] = set()
            for last in hits[i:]:
                if self.sentence_of[last] != self.sentence_of[first] or last - first > 2 * len(wanted) + 4:
                    break
                held.add(self.tokens[last].stem)
                share = len(held) / len(full)
                spare = max(0, last - first + 1 - len(wanted)) / len(wanted)
                away = 0.1 * min(3, abs(self.sentence_of[first] - near)) if near is not None else 0.0
                score = share - 0.15 * spare - away
                if share >= ENOUGH and (best is None or score > best[0]):
                    best = (score, first, last + 1)
        if best is None:
            return None
        return self._with_edges(wanted, best[1], best[2])

    def _with_edges(self, wanted: Sequence[Token], first: int, behind: int) -> Run:
        """Take in "the" or "in the" before it where the phrase begins so."""
        lead = 0
        while lead < len(wanted) and wanted[lead].empty:
            lead += 1
        for token in reversed(wanted[:lead]):
            before = self.tokens[first - 1] if first else None
            if before is None or not before.empty or self.sentence_of[first - 1] != self.sentence_of[first]:
                break
            if before.word != token.word and not (len(before.word) < 5 and len(token.word) < 5):
                break
            first -= 1
        return Run(first, behind)

    def best_sentence(self, said: Sequence[Token], near: int | None = None) -> tuple[int | None, float]:
        """The sentence that speaks of the same, and which share of the content words it holds.

        A word that stands in few sentences says more than one that stands in many.
        """
        full = {token.stem for token in said if not token.empty}
        if not full or not self.sentences:
            return near, 0.0
        score: Counter[int] = Counter()
        held: Counter[int] = Counter()
        for stem in full:
            spots = {self.sentence_of[at] for at in self.where.get(stem, ())}
            for sentence in spots:
                score[sentence] += 1 / len(spots)  # type: ignore[assignment]
                held[sentence] += 1
        if not score:
            return near, 0.0
        best = max(score, key=lambda at: (score[at] + (0.3 if at == near else 0), -at))
        return best, held[best] / len(full)

    def aligned(self, run: Run, said: Sequence[Token]) -> list[tuple[int, int]]:
        """Pairs (token of the draft, token said) with equal stems, in the order of both."""
        ours = [token.stem for token in self.tokens[run.first : run.behind]]
        matcher = SequenceMatcher(None, ours, [token.stem for token in said], autojunk=False)
        return [
            (run.first + block.a + step, block.b + step)
            for block in matcher.get_matching_blocks()
            for step in range(block.size)
        ]


def _sentences(text: str) -> list[Span]:
    found: list[Span] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if text[start : match.end()].strip():
            found.append((start + _blank(text[start:]), match.end()))
            start = match.end()
    if text[start:].strip():
        found.append((start + _blank(text[start:]), len(text.rstrip())))
    return found


def _blank(text: str) -> int:
    return len(text) - len(text.lstrip())


def _spots(text: str, wanted: str) -> list[Span]:
    """Where a phrase stands between two ends of words."""
    found: list[Span] = []
    at = text.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        if not (text[at : at + 1].isalnum() and text[at - 1 : at].isalnum()) and not (
            text[end - 1 : end].isalnum() and text[end : end + 1].isalnum()
        ):
            found.append((at, end))
        at = text.find(wanted, at + 1)
    return found
