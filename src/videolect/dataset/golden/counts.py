"""Golden figures that are counts of rows: states, ratings, verdicts, benchmark items, lengths, defects.

Each function is named after its file and gives its numbers in the file's own shape.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from videolect.dataset.authors.defects import DEFECTS, PROCESS, UNUSABLE
from videolect.dataset.golden.data import ASPECTS, Mask, Numbers, Reference, counted, share


def counts(of: Reference, theirs: object) -> Mapping[str, Any]:
    """Rows, clips and sources by state."""
    status = {aspect: Counter[str]() for aspect in ASPECTS}
    for row in of.every_row:
        status.setdefault(str(row["aspect"]), Counter())[str(row["review_status"])] += 1
    return {
        "rows": len(of.every_row),
        "annotated": len(of.rows),
        "reviewed": int(of.reviewed.sum()),
        "settled": int(of.settled.sum()),
        "videos": len({row["video_id"] for row in of.every_row}),
        "sources": len({row["source_key"] for row in of.every_row}),
        "by_aspect_and_status": status,
        "by_status": sum(status.values(), Counter()),
        "videos_five_aspects_annotated": len(whole_clips(of, of.everything)),
        "videos_five_aspects_settled": len(whole_clips(of, of.settled)),
    }


def whole_clips(of: Reference, population: Mask) -> dict[str, list[int]]:
    """Clip -> its rows, for the clips that have all five aspects in the population."""
    rows: dict[str, list[int]] = {}
    for at in np.flatnonzero(population).tolist():
        rows.setdefault(str(of.rows[at]["video_id"]), []).append(at)
    return {clip: found for clip, found in rows.items() if {of.rows[at]["aspect"] for at in found} == {*ASPECTS}}


def ratings(of: Reference, theirs: object) -> Mapping[str, Any]:
    """How often each rating was given."""
    given = np.array([row["rating"] or 0 for row in of.rows])
    return {
        name: {part: Counter(str(rating) for rating in given[mask].tolist()) for part, mask in of.by_aspect(population)}
        for name, population in (("annotated", of.everything), ("reviewed", of.reviewed))
    }


def review(of: Reference, theirs: object) -> Mapping[str, Any]:
    """How many verdicts, and how many of them sent the caption back."""
    refused = of.where(lambda row: row["review_approved"] is False)
    figures = {}
    for part, mask in of.by_aspect(of.reviewed):
        n, rejected = int(mask.sum()), int((mask & refused).sum())
        figures[part] = {"reviewed": n, "rejected": rejected, "reject_rate": share(rejected, n)}
    return figures


def benchmark_items(of: Reference, theirs: object) -> Mapping[str, Any]:
    """Items by the recipe in the authors' README, for five populations."""
    useless = {name: of.where(DEFECTS[name]) for name in UNUSABLE}
    usable = of.settled & ~useless["below_5_but_unchanged"] & ~useless["no_final_critique"]
    english = usable & ~useless["cjk_in_final_caption"] & ~useless["cjk_in_final_critique"]
    parts = dict(of.by_aspect(of.settled))
    return {
        "annotated": _items(of, of.everything),
        "reviewed": _items(of, of.reviewed),
        "settled": _items(of, of.settled),
        "settled_usable": _items(of, usable),
        "settled_usable_no_cjk": _items(of, english),
        "settled_by_aspect": {aspect: _items(of, parts[aspect]) for aspect in ASPECTS},
    }


def _items(of: Reference, population: Mask) -> dict[str, Any]:
    """A flawed draft gives two critique items, one of them the sentinel; a perfect one none or, read otherwise, one."""
    flawed, perfect = int((population & of.flawed).sum()), int((population & ~of.flawed).sum())
    pairs = 2 * flawed
    return {
        "caption_generation": flawed + perfect,
        "critique_generation": pairs,
        "yes_no": pairs,
        "sentinel_share_of_critique_items": share(flawed, pairs),
        "with_score_5_sentinel_item": {
            "critique_generation": pairs + perfect,
            "yes_no": pairs + perfect,
            "sentinel_share": share(flawed + perfect, pairs + perfect),
        },
    }


def longer_wins(of: Reference, theirs: object) -> Mapping[str, Any]:
    """How often the longer of two captions is the corrected one."""
    characters = (
        np.array([len(text) for text in of.texts(name)], np.float64) for name in ("pre_caption", "final_caption")
    )
    words = (of.number_of_words(name) for name in ("pre_caption", "final_caption"))
    return {"length_words_str_split": _wins(of, *words), "length_characters": _wins(of, *characters)}


def _wins(of: Reference, before: Numbers, after: Numbers) -> dict[str, Any]:
    figures = {}
    for part, mask in of.by_aspect(of.reviewed & of.flawed):
        n, wins = int(mask.sum()), int((mask & (after > before)).sum())
        ties = int((mask & (after == before)).sum())
        figures[part] = {
            "n": n,
            "wins": wins,
            "ties": ties,
            "losses": n - wins - ties,
            "strict_accuracy": share(wins, n),
            "half_tie_accuracy": share(wins + ties / 2, n),
            "tie_rate": share(ties, n),
        }
    return figures


_DEFECTS = {
    "rating_below_5_without_raw_critique": "no_raw_critique",
    "rating_below_5_without_final_critique": "no_final_critique",
    "raw_critique_with_cjk": "cjk_in_raw_critique",
    "final_critique_with_cjk": "cjk_in_final_critique",
    "final_caption_with_cjk": "cjk_in_final_caption",
    "rating_below_5_but_unchanged": "below_5_but_unchanged",
    "rating_5_but_changed": "rating_5_but_changed",
    "draft_text_differs": "draft_differs",
    "draft_model_contradicts": "draft_model_overwritten",
    "draft_prompt_contradicts": "draft_prompt_overwritten",
    "draft_without_timestamp": "draft_without_time",
    "reviewer_worked_on_other_draft": "corrected_on_another_draft",
    "rejected_same_final": "corrected_to_same_caption",
    "rejected_same_critique": "corrected_to_same_critique",
    "corrected_by_another_person": "corrected_by_another_person",
    "correction_older_than_review": "correction_older_than_review",
    "approved_with_older_version": "approved_with_older_version",
    "approved_annotated_after_review": "approved_then_changed",
    "self_review_of_approved": "approved_by_author",
}
_PROCESS = {
    "rejected_annotator_5_reviewer_below_5": "error_missed",
    "rejected_annotator_below_5_reviewer_5": "error_doubted",
    "rejected_same_rating": "same_rating",
    "revised_edited_by_hand": "caption_edited_by_hand",
    "critique_edited_by_hand": "critique_edited_by_hand",
}
"""Name in the file -> ours."""


def defects_and_process(of: Reference, theirs: object) -> Mapping[str, Any]:
    """How many rows have each defect, and how the work went."""
    figures = {name: counted(of.every_row, DEFECTS[ours]) for name, ours in _DEFECTS.items()}
    figures |= {name: counted(of.every_row, PROCESS[ours]) for name, ours in _PROCESS.items()}
    figures["annotators"] = _different(row["annotator"] for row in of.rows)
    figures["reviewers"] = _different(row["reviewer"] for row in of.rows)
    figures["leading_dash_videos"] = _different(
        row["video_id"] for row in of.every_row if str(row["video_id"]).startswith("-")
    )
    return figures


def _different(values: Iterable[object]) -> int:
    return len({*values} - {None})
