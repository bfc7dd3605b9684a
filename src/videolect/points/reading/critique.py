"""Free-text critiques as points: rules over sentences, quotations, verbs of editing, contrasts and denials.

    >>> [(p.kind, p.words, p.instruction) for p in points_of("The lion is in the foreground, not the middle ground.",
    ...                                                      "A lion sleeps in the middle ground.")]
    [('replace', 'the middle ground', 'the foreground')]

Each point lies on words of the draft or is a remark. Deterministic, no model, and no text raises.
docs/points.md says what is read and what is not.
"""

from __future__ import annotations

import re
from dataclasses import replace

from videolect.points.reading.align import Draft, Found, Span
from videolect.points.reading.clauses import praises, says_nothing, sentences, unframed
from videolect.points.reading.contrasts import contrasts, denials, follow_up
from videolect.points.reading.directives import directives
from videolect.points.reading.faults import faults
from videolect.points.reading.mends import bare, complement, minimal
from videolect.points.reading.statements import statements, written
from videolect.points.words import tokens
from videolect.record.critique import Point, PointKind, is_sentinel

MOST = 200
"""Points of one critique: a record keeps no more."""
LONGEST = 20_000
"""Characters of a critique that are read."""
SPOKEN = 0.3
"""Share of the content words of a complaint that a sentence holds, from which it is one of that sentence."""
_DROP_IT = re.compile(
    r"\b(?:omit|remov|delet|exclud|leav)\w*\b.*\b(?:this|that|it|they|them|detail|information|mention|phrase)\b"
    r"|\b(?:this|that|it|which)\s+(?:\w+\s+){0,2}(?:should|could|can)\s+be\s+(?:removed|omitted|deleted|excluded)\b",
    re.IGNORECASE,
)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def points_of(critique: str, draft: str) -> tuple[Point, ...]:
    """The points of a critique of ``draft``, in its order, with ids p1, p2, ... Praise and sentinels give none."""
    if is_sentinel(critique):
        return ()
    reader = _Reader(Draft(draft))
    for sentence in sentences(_UNSTORABLE.sub(" ", critique[:LONGEST])):
        reader.read(sentence.text, sentence.item)
    return reader.points()


class _Reader:
    """The points so far, and what the next sentence may go on with."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.found: list[Found] = []
        self.near: int | None = None
        self.open: list[Found] = []
        """Words that are wrong, and of which the next sentence may say what they should be."""
        self.quoted: Found | None = None
        """Words that the sentence before spoke of without saying what is wrong."""
        self.item = -1

    def read(self, text: str, item: int) -> None:
        if item != self.item:
            self.close()
            self.near, self.quoted = None, None
        self.item = item
        wrong = self.open[-1] if self.open else self.quoted
        if wrong and (mend := self.mend(text, wrong)):
            if self.open:
                self.open.pop()
            self.close()
            self.quoted = None
            self.keep([mend], text)
            return
        self.quoted = None
        new = self.points_of(text)
        self.close()
        self.keep(new, text)

    def mend(self, text: str, wrong: Found) -> Found | None:
        """What the sentence behind wrong words says that they should be."""
        place = wrong.place
        if place is None:
            return None
        if _DROP_IT.search(text):
            return Found("delete", place)
        spoken = directives(self.draft, text, self.near)
        if spoken and spoken[0].kind == "say":
            return Found("replace", place, spoken[0].words)
        if any(one.place for one in spoken):
            return None
        said = unframed(text)
        if said.frame == "say" and not spoken:
            run = self.draft.run(place)
            old = self.draft.tokens[run.first : run.behind]
            new = complement(said.text, old) if wrong.kind == "open" else bare(said.text)
            return Found("replace", place, new) if new else None
        return follow_up(self.draft, text, wrong) if wrong.kind != "quote" else None

    def points_of(self, text: str) -> list[Found]:
        """What the first rule that finds something finds."""
        spoken = directives(self.draft, text, self.near)
        if found := [one for one in spoken if one.kind != "quote"]:
            return [self._said(one) for one in found]
        if praises(text) or says_nothing(text):
            return []
        self.quoted = spoken[-1] if spoken else None
        said = unframed(text)
        if found := faults(self.draft, text, self.near):
            return [self._said(one) for one in found]
        if found := contrasts(self.draft, said.text, self.near) or denials(self.draft, said.text, self.near):
            return found
        if said.frame == "fault":
            number, share = self.draft.best_sentence(tokens(text), self.near)
            if spoken or (number is not None and share >= SPOKEN):
                return [Found("remark", spoken[0].place if spoken else self.draft.sentences[number or 0], text)]
            return []
        return statements(self.draft, said.text, self.near, asked=said.frame in ("add", "say"))

    def _said(self, found: Found) -> Found:
        """Quoted words that are to be in the caption, and of which nothing says where."""
        if found.kind == "say":
            return written(self.draft, found.words, self.near)
        if found.kind == "edge":
            end = len(self.draft.text)
            place = (end, end) if found.edge == "end" else (0, 0)
            return Found("insert", place, found.words)
        return found

    def keep(self, found: list[Found], text: str) -> None:
        for one in found:
            if one.place:
                run = self.draft.run(one.place)
                if run.behind:
                    self.near = self.draft.sentence_of[run.first]
            if one.kind in ("open", "fault"):
                self.open.append(replace(one, said=text))
            elif one.kind == "replace" and one.place:
                self.found += minimal(self.draft, one.place, one.words)
            else:
                self.found.append(one)

    def close(self) -> None:
        """What stayed open: denied words go, of wrong ones nobody knows."""
        for one in self.open:
            gone = one.kind == "open" and one.words != "verb"
            self.found.append(Found("delete", one.place) if gone else Found("remark", one.place, one.said))
        self.open = []

    def points(self) -> tuple[Point, ...]:
        self.close()
        made: list[Point] = []
        seen: set[tuple[str, Span | None, str]] = set()
        for one in self.found:
            key = (one.kind, one.place, one.words)
            if key not in seen and (point := _point(one, f"p{len(made) + 1}", self.draft.text)):
                seen.add(key)
                made.append(point)
        return tuple(made[:MOST])


def _point(found: Found, name: str, text: str) -> Point | None:
    kind, place, words = found.kind, found.place, found.words.strip()
    if kind in ("replace", "delete", "insert") and place is None:
        kind = "remark"
    if place is not None and place[0] == place[1] and kind not in ("insert", "remark"):
        return None
    if kind == "replace" and place and text[place[0] : place[1]] == words:
        return None
    known: PointKind = kind if kind in ("replace", "insert", "delete", "reorder") else "remark"  # type: ignore[assignment]
    if place is None or _UNSTORABLE.search(text, *place):
        return Point(id=name, kind="remark", instruction=words[:5000])
    start, end = place
    return Point(id=name, kind=known, start=start, end=end, words=text[start:end], instruction=words[:5000])
