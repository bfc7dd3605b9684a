"""Captions to audit, and what people say of them."""

from __future__ import annotations

from typing import Any

from videolect.record.audit import AuditItem, AuditRatings, AuditSpan

CAPTION = "A man 👩‍🎬 walks. The camera pans left."


def item(id: str = "s1", dataset: str = "Their Set", caption: str = CAPTION, **more: Any) -> AuditItem:
    """One caption."""
    said: dict[str, Any] = {"video_id": f"v-{id}", "source_id": f"v-{id}", **more}
    return AuditItem(dataset=dataset, id=id, caption=caption, **said)


def ratings(overall: int = 3, camera: int = 1, **more: int) -> AuditRatings:
    """All six."""
    return AuditRatings(
        **{"subject": 4, "scene": 4, "motion": 4, "spatial": 2, "overall": overall, "camera": camera, **more}
    )


def span(words: str = "pans left", failure: str = "wrong_detail", caption: str = CAPTION) -> AuditSpan:
    """These words where they first stand."""
    start = caption.index(words)
    return AuditSpan(start=start, end=start + len(words), words=words, failure=failure)  # type: ignore[arg-type]
