"""Carrying out the points of a critique by rule.

Every point is turned into edits at code points of the draft before any is made, so the order in which the points
stand changes nothing. Where two overlap, the one that begins earlier (then the longer, then by id) is carried out and
the other is handed back with its reason. Outside the edits only three things are mended, each next to an edit: a
doubled or missing space, a doubled or missing stop, and the capital of a sentence whose first word went.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from videolect.record.acts.captions import NotApplied
from videolect.record.critique import Point
from videolect.record.instructions import wanted_words

STOPS = ".!?。！？…"
_CLOSING = ",;:)]}»”" + STOPS
_MOVE = re.compile(r"""^\s*(?P<side>before|after)\s*["“](?P<words>.+)["”]\s*\.?\s*$""", re.IGNORECASE | re.DOTALL)
_EDGE = re.compile(r"^\s*(?:move\s+(?:it\s+)?)?to\s+the\s+(?P<edge>start|beginning|end)\s*\.?\s*$", re.IGNORECASE)


class _Cannot(Exception):
    """Private: why a point cannot be carried out."""


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    words: str
    kind: str
    """insert, replace or delete: what is mended around it differs."""
    point: Point

    @property
    def rank(self) -> tuple[int, int, int, str]:
        """Place in the text. At one place: what is added behind a span, what is added before one, what is replaced."""
        behind = self.kind == "insert" and self.point.start != self.point.end
        return (self.start, 0 if behind else 1 if self.kind == "insert" else 2, self.end, self.point.id)

    def overlaps(self, other: _Edit) -> bool:
        """Whether they touch the same characters; an insertion touches only what lies on both sides of it."""
        return max(self.start, other.start) < min(self.end, other.end) or any(
            one.start == one.end and two.start < one.start < two.end for one, two in ((self, other), (other, self))
        )


def apply_points(draft: str, points: Iterable[Point]) -> tuple[str, tuple[str, ...], tuple[NotApplied, ...]]:
    """The revised text, the ids of the points in it, and the others with the reason; both in the order given."""
    points = tuple(points)
    reasons: dict[str, str] = {}
    accepted: list[_Edit] = []
    for point in sorted(points, key=_precedence):
        try:
            edits = _edits(draft, point)
            for edit in edits:
                for other in accepted:
                    if edit.overlaps(other):
                        raise _Cannot(f"It overlaps point {other.point.id}, which was carried out.")
            accepted += edits
        except _Cannot as cannot:
            reasons[point.id] = str(cannot)
    text = _carry_out(draft, sorted(accepted, key=lambda edit: edit.rank))
    if accepted and not text.strip():
        reasons |= {edit.point.id: "Together with the other points it would leave no text." for edit in accepted}
        text = draft
    applied = tuple(point.id for point in points if point.id not in reasons)
    return text, applied, tuple(NotApplied(point=p.id, why=reasons[p.id]) for p in points if p.id in reasons)


def _precedence(point: Point) -> tuple[int, int, str]:
    return (point.start or 0, -(point.end or 0), point.id)


def _edits(draft: str, point: Point) -> list[_Edit]:
    if point.kind == "remark" or point.start is None or point.end is None:
        raise _Cannot("It is a remark, which asks for judgement.")
    if point.end > len(draft) or draft[point.start : point.end] != point.words:
        raise _Cannot("The words that it quotes are not at that place in the draft.")
    if point.kind == "delete":
        return [_Edit(point.start, point.end, "", "delete", point)]
    if point.kind == "reorder":
        return _move(draft, point, point.start, point.end)
    words = wanted_words(point.instruction)
    if not words:
        raise _Cannot("Its instruction is empty: it does not say what to write.")
    if point.kind == "insert":
        return [_Edit(point.end, point.end, words, "insert", point)]
    return [_Edit(point.start, point.end, words, "replace", point)]


def _move(draft: str, point: Point, start: int, end: int) -> list[_Edit]:
    if not point.words.strip():
        raise _Cannot("It moves nothing but white space.")
    if edge := _EDGE.match(point.instruction):
        target = len(draft) if edge["edge"].lower() == "end" else 0
    elif found := _MOVE.match(point.instruction):
        words = found["words"]
        places = [
            at for at in range(len(draft) - len(words) + 1)
            if draft.startswith(words, at) and not (at < end and start < at + len(words))
        ]  # fmt: skip
        if len(places) != 1:
            raise _Cannot("The quoted place is " + ("not in the draft." if not places else "in the draft twice."))
        target = places[0] + (len(words) if found["side"].lower() == "after" else 0)
    elif not point.instruction.strip():
        raise _Cannot("Its instruction is empty: it does not say where to.")
    else:
        raise _Cannot('It does not say where to: write to the start, to the end, before "words" or after "words".')
    if not draft[min(target, end) : max(target, start)].strip():
        raise _Cannot("The words already stand there.")
    moved = point.words.strip()
    return [_Edit(start, end, "", "delete", point), _Edit(target, target, moved, "insert", point)]


# ---------------------------------------------------------------------------------------------------- making edits


def _carry_out(draft: str, edits: list[_Edit]) -> str:
    """Write the text from left to right, mending the seam on each side of each edit."""
    out, at, after = "", 0, _Seam()
    for edit in edits:
        out = _join(out, draft[at : edit.start], after)
        rest = draft[edit.end :]
        if edit.kind == "delete":
            if edit.point.kind == "delete" and _ends_a_sentence(edit, out):
                out = out.rstrip(" ,;:") + draft[: edit.end].rstrip()[-1]
            after = _behind_deletion(edit, draft, after)
        else:
            words = _fitted(edit, out, rest)
            out = _join(out, words, _Seam(space=edit.kind == "insert" or after.space))
            after = _Seam(space=edit.kind == "insert", drop_stop=True)
        at = edit.end
    return _join(out, draft[at:], after).rstrip() if edits and at == len(draft) else _join(out, draft[at:], after)


@dataclass(frozen=True, slots=True)
class _Seam:
    """What may be mended where two stretches of text meet."""

    space: bool = False
    """A space is put between two words."""
    drop_space: bool = False
    """One of two spaces goes, and one before a comma or a stop."""
    drop_stop: bool = False
    """One of two stops goes."""
    capital: bool = False
    """The sentence lost its first word: the next one takes the capital."""


def _behind_deletion(edit: _Edit, draft: str, before: _Seam) -> _Seam:
    gone = draft[edit.start : edit.end]
    first = gone.strip()[:1]
    left = draft[: edit.start].rstrip()
    begins = (not left or left[-1] in STOPS) and first.isupper()
    spaced = gone != gone.strip()
    return _Seam(
        space=before.space or spaced, drop_space=True, drop_stop=True, capital=before.capital or begins
    )  # fmt: skip


def _ends_a_sentence(edit: _Edit, out: str) -> bool:
    """Whether the deletion takes the end of a sentence with its stop and leaves the beginning without one."""
    gone = edit.point.words.strip()
    return len(gone) > 1 and gone[-1] in STOPS and bool(out.strip()) and out.rstrip()[-1] not in STOPS


def _fitted(edit: _Edit, out: str, rest: str) -> str:
    """The new words with the capital, the stop and the white space that their place asks for."""
    words = edit.words
    old = edit.point.words if edit.kind == "replace" else ""
    at_start = not out.strip() or out.rstrip()[-1] in STOPS
    if edit.kind == "replace":
        if at_start and old.strip()[:1].isupper():
            words = _capital(words)
        if old.rstrip()[-1:] in STOPS and old.strip() and words[-1] not in STOPS and not rest[:1].isalnum():
            words += old.rstrip()[-1]
        lead = old[: len(old) - len(old.lstrip())]
        return lead + words + (old[len(old.rstrip()) :] if old.strip() else "")
    following = rest.lstrip()
    if at_start and (not following or following[0].isupper()) and words[-1] not in ",;:":
        words = _capital(words)
        if words[-1] not in STOPS and words[-1].isalnum():
            words += "."
    return words


def _capital(words: str) -> str:
    return words[0].upper() + words[1:] if words and len(words[0].upper()) == 1 else words


def _join(left: str, right: str, seam: _Seam) -> str:
    """Put two stretches together as the seam allows."""
    if not right:
        return left
    if seam.drop_space:
        if not left:
            right = right.lstrip()
        elif left[-1].isspace():
            right = right.lstrip(" \t")
        if right.lstrip()[:1] and right.lstrip()[0] in _CLOSING:
            left, right = left.rstrip(), right.lstrip()
    if seam.capital and (bare := right.lstrip(" \t,;:")):
        right = right[: len(right) - len(right.lstrip())] + _capital(bare)
    if not right:
        return left
    if seam.drop_stop and left and left[-1] in STOPS + ",;:" and right[0] in ".,;:":
        if left[-1] in STOPS:
            right = right[1:]
        else:
            left = left[:-1]
    if seam.space and left and right and _is_word(left[-1], after=True) and _is_word(right[0]):
        return f"{left} {right}"
    return left + right


def _is_word(character: str, *, after: bool = False) -> bool:
    """Whether a space belongs between this character and a word. Scripts without spaces want none."""
    if unicodedata.east_asian_width(character) in "WF" and unicodedata.category(character).startswith("L"):
        return False
    if after and character in _CLOSING:
        return True
    return character not in _CLOSING + "-–—/’'" and not character.isspace()
