"""The shapes of searches."""

from __future__ import annotations

from videolect.web.models import Shape


class SnippetShape(Shape):
    """The stretch of a caption that shows what was found."""

    text: str
    marks: list[tuple[int, int]]
    """Places [start, end) in ``text``, in code points."""


class HitShape(Shape):
    """A caption that was found; where no text and no aspect were asked for, a clip with its first caption."""

    campaign: str
    video_id: str
    aspect: str | None
    """Null for a clip that has no caption to show."""
    settled: bool
    caption: str | None
    marks: list[tuple[int, int]]
    """Places [start, end) in ``caption``, in code points."""
    snippet: SnippetShape | None
    score: float | None
    states: dict[str, bool | None]
    """Of the primitives that the query names; null: nobody knows."""
    video_hash: str
    start_frame: int
    """The clip in its film, in frames, half open."""
    end_frame: int


class SearchShape(Shape):
    """The first hits of ``total``."""

    read_as: str | None
    """The query as it was understood, with the ids of primitives."""
    hits: list[HitShape]
    total: int
    seconds: float
    behind: int
    """Acts that the index does not know yet; asking again brings it further."""
