"""What is odd about rows of the paper authors' triples: one named question a defect, asked of a row.

A row is a mapping with the columns of ``authors.COLUMNS``. Nothing here decides what to do about a defect.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from videolect.dataset.authors.files import Row

SETTLED = ("approved", "rejected")
"""``rejected``: the reviewer's correction is the current version. ``rejected_pending`` still waits for it."""

_CJK = re.compile("[\u3400-\u9fff]")


def annotated(row: Row) -> bool:
    """Whether somebody has judged the draft."""
    return bool(row["review_status"] != "draft_only")


def reviewed(row: Row) -> bool:
    """Whether there is a verdict."""
    return row["review_approved"] is not None


def settled(row: Row) -> bool:
    """Whether the current version is the last word."""
    return row["review_status"] in SETTLED


def flawed(row: Row) -> bool:
    """Whether the draft was rated below 5, so that there should be a critique."""
    return row["rating"] is not None and row["rating"] < 5


def blank(text: str | None) -> bool:
    """No words."""
    return not (text or "").strip()


def has_cjk(text: str | None) -> bool:
    """A character U+3400..U+9FFF: the annotators think in Chinese, the final words are English."""
    return _CJK.search(text or "") is not None


def _approved(row: Row) -> bool:
    return bool(row["review_status"] == "approved")


def _corrected(row: Row) -> bool:
    return bool(row["review_status"] == "rejected")


def _same(one: object, other: object) -> bool:
    """Both there, and equal."""
    return one is not None and one == other


def _before(one: str | None, other: str | None) -> bool:
    """Both times are there, and the first is earlier. They are ISO texts of one form, without a zone."""
    return one is not None and other is not None and one < other


def _rated_perfect(row: Row, side: str) -> bool:
    return bool(row[side + "rating"] == 5)


def _rated_flawed(row: Row, side: str) -> bool:
    return row[side + "rating"] is not None and row[side + "rating"] < 5


DEFECTS: Mapping[str, Callable[[Row], bool]] = {
    # The critique chain
    "no_raw_critique": lambda row: flawed(row) and blank(row["critique_raw"]),
    "no_final_critique": lambda row: flawed(row) and blank(row["critique_final"]),
    "cjk_in_raw_critique": lambda row: annotated(row) and has_cjk(row["critique_raw"]),
    "cjk_in_final_critique": lambda row: annotated(row) and has_cjk(row["critique_final"]),
    "cjk_in_final_caption": lambda row: annotated(row) and has_cjk(row["final_caption"]),
    "below_5_but_unchanged": lambda row: flawed(row) and _same(row["final_caption"], row["pre_caption"]),
    "rating_5_but_changed": lambda row: row["rating"] == 5 and row["final_caption"] != row["pre_caption"],
    # Where the draft came from: the record was overwritten by what the screen showed at rating time
    "draft_differs": lambda row: row["draft_text_differs"] is not None,
    "draft_model_overwritten": lambda row: (
        row["draft_text_differs"] is None and row["draft_model"] != row["pre_caption_model"]
    ),
    "draft_prompt_overwritten": lambda row: (
        row["draft_text_differs"] is None and row["draft_prompt_id"] != row["pre_caption_prompt_id"]
    ),
    "draft_without_time": lambda row: row["draft_at"] is None,
    # Review
    "corrected_on_another_draft": lambda row: _corrected(row) and row["rejected_pre_caption"] != row["pre_caption"],
    "corrected_to_same_caption": lambda row: (
        _corrected(row) and _same(row["rejected_final_caption"], row["final_caption"])
    ),
    "corrected_to_same_critique": lambda row: (
        _corrected(row) and _same(row["rejected_critique_final"], row["critique_final"])
    ),
    "corrected_by_another_person": lambda row: _corrected(row) and row["author"] != row["reviewer"],
    "correction_older_than_review": lambda row: _corrected(row) and _before(row["annotated_at"], row["reviewed_at"]),
    "approved_with_older_version": lambda row: _approved(row) and row["rejected_author"] is not None,
    "approved_then_changed": lambda row: _approved(row) and _before(row["reviewed_at"], row["annotated_at"]),
    "approved_by_author": lambda row: _approved(row) and _same(row["reviewer"], row["author"]),
}
"""Name -> whether the row has it."""

PROCESS: Mapping[str, Callable[[Row], bool]] = {
    "error_missed": lambda row: _corrected(row) and _rated_perfect(row, "rejected_") and _rated_flawed(row, ""),
    "error_doubted": lambda row: _corrected(row) and _rated_flawed(row, "rejected_") and _rated_perfect(row, ""),
    "same_rating": lambda row: _corrected(row) and _same(row["rejected_rating"], row["rating"]),
    "caption_edited_by_hand": lambda row: flawed(row) and row["revised_caption"] != row["final_caption"],
    "critique_edited_by_hand": lambda row: flawed(row) and row["critique_polished"] != row["critique_final"],
}
"""The same for what is no defect but a way in which the work went."""


def defects_of(row: Row) -> list[str]:
    """The names of all defects that the row has."""
    return [name for name, has in DEFECTS.items() if has(row)]


UNUSABLE = ("below_5_but_unchanged", "no_final_critique", "cjk_in_final_critique", "cjk_in_final_caption")
"""A triple with one of these teaches something wrong: a critique without words or without an effect, words that are not
English. All others are told and kept."""
