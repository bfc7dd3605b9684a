"""Triples as values, for tests of what is made of them: no ledger, made-up words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from videolect.record.critique import SENTINEL
from videolect.record.triple import Triple

_PLAIN = Triple(
    triple_id="t", video_id="clip.mp4", video_hash=None, source_id="film", start_pts=None, end_pts=None, time_base=None,
    aspect="camera", kind="revised", pre_caption="The camera pans left slowly.", pre_model="writer-1",
    pre_prompt_hash=None, rating=3, critique_raw="It pans right.", critique='Replace "left" with "right".',
    critique_language="en", post_caption="The camera pans right slowly.", post_model="reviser", edited_by_hand=False,
    annotator="ann", reviewer="rev", verdict="approved", spec_version="1.0", spec_hash="h", campaign="c",
    mode="critique", active_seconds=None, drafted_at=None, submitted_at=None, settled_at=None, ledger_seq=None,
)  # fmt: skip


def revised(number: int = 0, **more: Any) -> Triple:
    """A triple that was criticised; its own film and clip by number."""
    return replace(
        _PLAIN, **{"triple_id": f"t{number}", "video_id": f"clip{number}.mp4", "source_id": f"film{number}", **more}
    )


def perfect(number: int = 0, **more: Any) -> Triple:
    """A triple whose draft was right."""
    text = more.pop("text", "The camera stands still.")
    given = {"kind": "perfect", "rating": 5, "critique_raw": None, "critique": SENTINEL, "pre_caption": text}
    return revised(number, **{**given, "post_caption": text, **more})


def rejected(number: int = 0, **more: Any) -> Triple:
    """A triple that a reviewer corrected."""
    given = {
        "verdict": "corrected", "rejected_critique": 'Replace "slowly" with "fast".', "same_draft": True,
        "rejected_post_caption": "The camera pans left fast.",
    }  # fmt: skip
    return revised(number, **{**given, **more})
