"""A triple as a row."""

from __future__ import annotations

import json
from fractions import Fraction

from tests.support.acts import DRAFT, START, point
from videolect.record.triple import JudgedPoint, Triple


def triple(**changed: object) -> Triple:
    """A settled task's row."""
    usual = {
        "triple_id": "t1", "video_id": "c1", "video_hash": None, "source_id": "film", "start_pts": 0, "end_pts": 9,
        "time_base": Fraction(1, 24), "aspect": "subject", "kind": "revised", "pre_caption": DRAFT, "pre_model": "m@1",
        "pre_prompt_hash": None, "rating": 3, "critique_raw": "No.", "critique": "No.", "critique_language": "en",
        "post_caption": "A woman 👩‍🎬.", "post_model": "m@1", "edited_by_hand": False, "annotator": "ann",
        "reviewer": "rev", "verdict": "approved", "spec_version": "1", "spec_hash": "0", "campaign": "demo",
        "mode": "critique", "active_seconds": 1.5, "drafted_at": START, "submitted_at": START, "settled_at": START,
        "ledger_seq": 7, "points": (JudgedPoint(point=point(), verdict="agreed", addressed=True),),
    }  # fmt: skip
    return Triple(**{**usual, **changed})


def test_a_row_is_plain_json_with_flat_points():
    row = json.loads(json.dumps(triple().plain()))
    assert row["points"] == [
        {
            "id": "p1", "kind": "replace", "start": 2, "end": 5, "words": "man", "start_frame": None,
            "end_frame": None, "primitive": None, "topic": None, "severity": "major", "instruction": "woman",
            "verdict": "agreed", "addressed": True,
        }
    ]  # fmt: skip
    assert row["time_base"] == "1/24"
    assert row["settled_at"] == "2026-01-05T09:00:00+00:00"
    assert row["post_caption"] == "A woman 👩‍🎬."


def test_a_row_has_every_promised_column():
    promised = """triple_id video_id video_hash source_id start_pts end_pts time_base aspect kind pre_caption pre_model
        pre_prompt_hash rating critique_raw critique critique_language points post_caption post_model edited_by_hand
        annotator reviewer verdict rejected_critique rejected_post_caption same_draft spec_version spec_hash parents
        campaign mode active_seconds drafted_at submitted_at settled_at ledger_seq"""
    assert set(promised.split()) <= set(triple().plain())
