"""Examples of a report: the worst, the middle and the best answer of each system and aspect, with what was changed.

Nobody picks them: captions are ordered by word edits for each word of the expert's, scores by how far the final caption
is above the draft, critiques by the share of word edits that carrying them out saves. Equal ones are ordered by name.
"""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from videolect.dataset.rows.row import Row
from videolect.evals.measures import reward
from videolect.evals.measures.critique import by_rule, points_in, sentinels_of
from videolect.evals.plots.pen import number
from videolect.evals.predictions import Predictions
from videolect.metrics.edits import stretches
from videolect.metrics.text import word_edits
from videolect.record.critique import Point

Thumbnail = Callable[[Row], bytes | None]
"""A JPEG that shows the row's clip; None where its film is not at hand."""
Rank = Literal["worst", "median", "best"]
MOST = 3000
"""Characters of a text that are shown."""
_SHORTEST_MATCH = 2
"""A single word that two texts share between changes reads better as changed."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words and what became of them."""

    kind: Literal["kept", "gone", "new", "point"]
    text: str
    number: int = 0
    """Of a point: which one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """A text in pieces, with what it is."""

    title: str
    pieces: tuple[Piece, ...]
    points: tuple[str, ...] = ()
    """Sentences of the points that are marked in it, in the order of their numbers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """One item and what a system answered."""

    aspect: str
    rank: Rank
    row_id: str
    clip: str
    score: str
    """How good the answer is, in words."""
    picture: str | None
    """A ``data:`` address, or None."""
    passages: tuple[Passage, ...]


def examples(
    task: str, rows: Sequence[Row], predictions: Predictions, *, each: int = 1, thumbnail: Thumbnail | None = None
) -> list[Example]:
    """Up to ``each`` worst, middle and best answers of every aspect, in the order of the rows' aspects."""
    make = {"caption": _captions, "yes_no": _rewards, "critique": _critiques}.get(task)
    if make is None or each < 1:
        return []
    scored, show = make(rows, predictions)
    of: dict[str, list[tuple[float, str, Row]]] = defaultdict(list)
    for row, score in scored:
        of[row.aspect].append((score, row.row_id, row))
    found = []
    for aspect, group in of.items():
        for rank, (*_, row) in chosen(sorted(group, key=lambda one: one[:2]), each):
            words, passages = show(row)
            picture = thumbnail(row) if thumbnail is not None else None
            found.append(
                Example(
                    aspect=aspect, rank=rank, row_id=row.row_id, clip=row.video_id, score=words, passages=passages,
                    picture=f"data:image/jpeg;base64,{base64.b64encode(picture).decode()}" if picture else None,
                )
            )  # fmt: skip
    return found


def chosen(ordered: Sequence[tuple[float, str, Row]], each: int) -> list[tuple[Rank, tuple[float, str, Row]]]:
    """The first, the middle and the last of what goes from worst to best; nothing twice."""
    count = len(ordered)
    begin = max(0, (count - each) // 2)
    places: list[tuple[Rank, Iterable[int]]] = [
        ("worst", range(min(each, count))),
        ("median", range(begin, min(begin + each, count))),
        ("best", range(count - 1, max(count - each, 0) - 1, -1)),
    ]
    taken: dict[int, Rank] = {}
    for rank, numbers in places:
        for at in numbers:
            taken.setdefault(at, rank)
    return [(rank, ordered[at]) for at, rank in taken.items()]


Scored = list[tuple[Row, float]]
"""Rows with how good the answers to them are: higher is better."""
Show = Callable[[Row], tuple[str, tuple[Passage, ...]]]
"""How good the answer to a row is, in words, and the texts that show it."""


def _captions(rows: Sequence[Row], predictions: Predictions) -> tuple[Scored, Show]:
    rows = [row for row in rows if row.row_id in predictions.texts]
    wrote = [predictions.texts[row.row_id] for row in rows]
    edits = word_edits(wrote, [row.target for row in rows])
    count = {row.row_id: int(edit) for row, edit in zip(rows, edits, strict=True)}

    def show(row: Row) -> tuple[str, tuple[Passage, ...]]:
        words = len(row.target.split())
        told = f"{count[row.row_id]} word edits from the expert's {words} words"
        return told, (compared("From the system's caption to the expert's", predictions.texts[row.row_id], row.target),)

    return [(row, -count[row.row_id] / max(1, len(row.target.split()))) for row in rows], show


def _rewards(rows: Sequence[Row], predictions: Predictions) -> tuple[Scored, Show]:
    rows = [row for row in rows if row.row_id in predictions.yes]
    pairs = {pair.draft.row_id: pair for pair in reward.pairs_of(rows)}
    yes = predictions.yes

    def show(row: Row) -> tuple[str, tuple[Passage, ...]]:
        pair = pairs[row.row_id]
        told = (
            f"P(Yes) {number(yes[pair.draft.row_id], 3)} of the draft, {number(yes[pair.final.row_id], 3)} of the "
            "final caption"
        )
        draft, final = pair.draft.caption or "", pair.final.caption or ""
        return told, (compared("From the draft to the final caption", draft, final),)

    return [(p.draft, yes[p.final.row_id] - yes[p.draft.row_id]) for p in pairs.values()], show


def _critiques(rows: Sequence[Row], predictions: Predictions) -> tuple[Scored, Show]:
    finals = {row.triple_id: row.caption or "" for row in rows if row.what == "final"}
    flawed = [
        row for row in rows
        if row.what == "draft" and row.row_id in predictions.texts and row.triple_id in finals
    ]  # fmt: skip
    drafts = [row.caption or "" for row in flawed]
    sentinels = sentinels_of(rows)
    said = [predictions.texts[row.row_id] for row in flawed]
    revised = [by_rule(draft, words, sentinels) for draft, words in zip(drafts, said, strict=True)]
    wanted = [finals[row.triple_id] for row in flawed]
    before, after = word_edits(drafts, wanted), word_edits(revised, wanted)
    of = {row.row_id: (text, int(b), int(a)) for row, text, b, a in zip(flawed, revised, before, after, strict=True)}

    def show(row: Row) -> tuple[str, tuple[Passage, ...]]:
        text, far, near = of[row.row_id]
        told = f"{far} word edits from draft to final caption, {near} after the critique is carried out"
        draft, said, final = row.caption or "", predictions.texts[row.row_id], finals[row.triple_id]
        return told, (
            _plain("The system's critique", said),
            _plain("The expert's critique", row.target),
            pointed("The draft, with the system's points", draft, points_in(said, draft, sentinels)),
            *([] if text == draft else [compared("From the draft to what carrying it out gives", draft, text)]),
            compared(f"From {'the draft' if text == draft else 'there'} to the final caption", text, final),
        )

    return [(row, (of[row.row_id][1] - of[row.row_id][2]) / max(1, of[row.row_id][1])) for row in flawed], show


# --------------------------------------------------------------------------------------------------------- passages

_WORDS = re.compile(r"\S+\s*|^\s+")


def compared(title: str, before: str, after: str) -> Passage:
    """Word by word what is kept, what goes and what comes."""
    one, other = (_WORDS.findall(_cut(text)) for text in (before, after))
    keys = [[word.strip() for word in words] for words in (one, other)]
    pieces: list[Piece] = []
    for stretch in stretches(keys[0], keys[1], _SHORTEST_MATCH):
        gone, new = "".join(one[slice(*stretch.before)]), "".join(other[slice(*stretch.after)])
        pieces += [Piece("gone", gone), Piece("new", new)] if stretch.changed else [Piece("kept", new)]
    return Passage(title=title, pieces=tuple(piece for piece in pieces if piece.text))


def _plain(title: str, text: str) -> Passage:
    return Passage(title=title, pieces=(Piece("kept", _cut(text) or "(nothing)"),))


def pointed(title: str, draft: str, points: Sequence[Point]) -> Passage:
    """The draft with the words that the points of a critique speak of; of two that overlap the later is only told."""
    shown = _cut(draft)
    pieces: list[Piece] = []
    at = 0
    for place, point in sorted(enumerate(points, 1), key=lambda each: (each[1].start or 0, each[1].end or 0)):
        if point.start is None or point.end is None or point.start < at or point.end > len(shown):
            continue
        pieces += [Piece("kept", shown[at : point.start]), Piece("point", shown[point.start : point.end], place)]
        at = point.end
    pieces.append(Piece("kept", shown[at:]))
    kept = tuple(piece for piece in pieces if piece.text or piece.kind == "point")
    return Passage(title=title, pieces=kept, points=tuple(_sentence(point) for point in points))


def _sentence(point: Point) -> str:
    return _cut(point.sentence, 300)


def _cut(text: str, most: int = MOST) -> str:
    return text if len(text) <= most else f"{text[:most]} … ({len(text) - most} more characters)"


def by_aspect(found: Iterable[Example]) -> Mapping[str, list[Example]]:
    """Grouped, in order."""
    groups: dict[str, list[Example]] = defaultdict(list)
    for each in found:
        groups[each.aspect].append(each)
    return groups
