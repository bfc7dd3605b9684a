"""A critique: the expert's own words, and a list of points, each tied to words of the draft and frames of the clip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from videolect.errors import BadInput
from videolect.record.checks import check_name, check_text

SENTINEL = "No edits are needed."
"""The critique of a perfect draft, as we write it."""

SENTINELS: tuple[str, ...] = (
    SENTINEL,
    "No edits needed",
    "The caption is accurate and requires no edits",
)
"""How critiques say so that others wrote: a critique that begins with one of these, letters and white space aside, is
one. The third is the paper authors', who write it short and, in their code, longer."""


def is_sentinel(critique: str, sentinels: tuple[str, ...] = SENTINELS) -> bool:
    """Whether a critique says that no edits are needed."""
    said = _bare(critique)
    return any(said.startswith(_bare(sentinel)) for sentinel in sentinels)


def _bare(words: str) -> str:
    return " ".join(words.lower().split()).rstrip(".!")


PointKind = Literal["replace", "insert", "delete", "reorder", "remark"]
Severity = Literal["minor", "major", "critical"]
POINT_KINDS: tuple[PointKind, ...] = get_args(PointKind)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One thing that is wrong, where, and how to mend it.

    ``start`` and ``end`` are code points of the criticised text, half open, and ``words`` is exactly that slice. An
    insertion goes before ``start`` when the span is empty, else behind the span. ``start_frame`` and ``end_frame`` are
    frames of the clip, half open, counted from the clip's first frame; None where the point concerns no stretch.

    ``instruction`` by kind: replace - the words to write instead; insert - the words to add; delete - empty, or why;
    reorder - 'to the start', 'to the end', 'before "words"' or 'after "words"'; remark - anything. An empty one is
    allowed (a person may know that something is wrong and not what is right) and is then not constructive.
    """

    id: str
    kind: PointKind
    start: int | None = None
    end: int | None = None
    words: str = ""
    start_frame: int | None = None
    end_frame: int | None = None
    primitive: str | None = None
    topic: str | None = None
    severity: Severity = "major"
    instruction: str = ""

    def __post_init__(self) -> None:
        check_name(self.id, "The point's id")
        check_text(self.words, f"Point {self.id}: the words")
        check_text(self.instruction, f"Point {self.id}: the instruction", limit=5000)
        for name in ("primitive", "topic"):
            if (value := getattr(self, name)) is not None:
                check_text(value, f"Point {self.id}: the {name}", limit=200, blank=False)
        if self.kind not in POINT_KINDS:
            raise BadInput(f"Point {self.id} is of kind {self.kind!r}.", mend=f"Use one of {', '.join(POINT_KINDS)}.")
        if self.severity not in SEVERITIES:
            raise BadInput(
                f"Point {self.id} has severity {self.severity!r}.", mend=f"Use one of {', '.join(SEVERITIES)}."
            )
        if (self.start is None) != (self.end is None):
            raise BadInput(f"Point {self.id} has one end of a span.", mend="Give both start and end, or neither.")
        if self.start is not None and self.end is not None and not 0 <= self.start <= self.end:
            raise BadInput(f"Point {self.id} spans {self.start} to {self.end}.", mend="Give 0 <= start <= end.")
        if self.start is None and self.kind != "remark":
            raise BadInput(
                f"Point {self.id} ({self.kind}) names no words of the draft.",
                mend="Select the words that it speaks of, or make it a remark.",
            )
        if self.start is None and self.words:
            raise BadInput(f"Point {self.id} quotes words without their place.", mend="Give start and end too.")
        if self.start is not None and self.start == self.end and self.kind not in ("insert", "remark"):
            raise BadInput(f"Point {self.id} ({self.kind}) has an empty span.", mend="Select at least one character.")
        if (self.start_frame is None) != (self.end_frame is None):
            raise BadInput(f"Point {self.id} has one end of a frame range.", mend="Mark both in and out, or neither.")
        if self.start_frame is not None and self.end_frame is not None and not 0 <= self.start_frame < self.end_frame:
            raise BadInput(
                f"Point {self.id} covers frames {self.start_frame} to {self.end_frame}.",
                mend="Mark the in point before the out point; the range is half open.",
            )

    def check_against(self, text: str, frames: int) -> None:
        """Raise BadInput unless the span lies in the text, holds just these words, and the range lies in the clip."""
        if self.start is not None and self.end is not None:
            if self.end > len(text):
                raise BadInput(
                    f"Point {self.id} ends at character {self.end}; the draft has {len(text)}.",
                    mend="Select the words again.",
                )
            if text[self.start : self.end] != self.words:
                raise BadInput(
                    f"Point {self.id} speaks of {self.words[:60]!r}, but the draft has "
                    f"{text[self.start : self.end][:60]!r} there.",
                    mend="Select the words again: the draft has changed, or the offsets are not code points.",
                )
        if self.end_frame is not None and self.end_frame > frames:
            raise BadInput(
                f"Point {self.id} ends at frame {self.end_frame}; the clip has {frames}.", mend="Mark the frames again."
            )

    @property
    def sentence(self) -> str:
        """The point in words, as the final critique gives it to a reviser or a training row."""
        where = ""
        if self.start_frame is not None and self.end_frame is not None:
            last = self.end_frame - 1
            where = (
                f" (frame {self.start_frame})" if last == self.start_frame else f" (frames {self.start_frame}-{last})"
            )
        wanted = self.instruction.strip()
        match self.kind:
            case "replace":
                said = f'Replace "{self.words}" with "{wanted}"' if wanted else f'"{self.words}" is wrong'
            case "insert":
                place = f'after "{self.words}"' if self.words else ""
                said = f'Add "{wanted}" {place or "to the caption"}'
                if not wanted:
                    said = f"Something is missing {place or 'from the caption'}"
            case "delete":
                said = f'Delete "{self.words}"' + (f": {wanted}" if wanted else "")
            case "reorder":
                said = f'Move "{self.words}" {wanted}' if wanted else f'"{self.words}" stands in the wrong place'
            case _:
                said = (f'On "{self.words}": ' if self.words else "") + (wanted or "something is wrong here")
        said = said.rstrip(".")
        return f"{said}{where}" if said.endswith(("?", "!")) and not where else f"{said}{where}."


@dataclass(frozen=True, kw_only=True, slots=True)
class Critique:
    """What an expert said of one draft: ``raw`` is kept as written for ever."""

    raw: str = ""
    points: tuple[Point, ...] = ()
    language: str = "en"
    polished: str = ""
    """The same rewritten by a model and accepted by the expert; empty where nobody asked for that, or it was not
    accepted."""

    def __post_init__(self) -> None:
        check_text(self.raw, "The critique")
        check_text(self.polished, "The polished critique")
        check_text(self.language, "The critique's language", limit=35, blank=False)
        if not self.raw.strip() and not self.points:
            raise BadInput("The critique is empty.", mend="Write what is wrong, or add a point.")
        if len(self.points) > 200:
            raise BadInput(f"The critique has {len(self.points)} points; at most 200 are kept.", mend="Merge some.")
        ids = [point.id for point in self.points]
        if len(set(ids)) != len(ids):
            twice = next(i for i in ids if ids.count(i) > 1)
            raise BadInput(f"Two points have the id {twice!r}.", mend="Give each point its own id.")

    def check_against(self, text: str, frames: int) -> None:
        """Raise BadInput unless every point fits the criticised text and the clip (``Point.check_against``)."""
        for point in self.points:
            point.check_against(text, frames)

    @property
    def words(self) -> str:
        """The final words: the polished ones where they were accepted; else what the expert wrote, then each point as a
        sentence, in the order given."""
        if self.polished.strip():
            return self.polished.strip()
        said = [self.raw.strip()] if self.raw.strip() else []
        return " ".join([*said, *(point.sentence for point in self.points)])
