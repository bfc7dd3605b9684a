"""Golden figures of the archive in the authors' layout: its files, and which clips show which defect."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from videolect.dataset.authors.defects import DEFECTS, PROCESS, blank
from videolect.dataset.authors.files import RawFile, Row
from videolect.dataset.golden.counts import whole_clips
from videolect.dataset.golden.data import Reference

Places = list[list[str]]
"""Of (clip, aspect or task), ``*`` for what is true of the clip; sorted."""

_FOLDER = {
    "subject_description": "subject",
    "scene_composition_dynamics": "scene",
    "subject_motion_dynamics": "motion",
    "spatial_framing_dynamics": "spatial",
    "camera_framing_dynamics": "camera",
}
"""Their folder -> the aspect; the other folders are tasks outside the five."""

_REDACTED = re.compile(r"\[(url|e-mail|person)\]")


def raw_layout(of: Reference, theirs: object) -> Mapping[str, Any]:
    """Files by task and kind, the clips, and who shows what. Text was replaced wherever a placeholder stands."""
    files = of.raw_files
    clips = {file.clip for file in files}
    rows = [row for row in of.every_row if row["video_id"] in clips]
    return {
        "files": Counter(f"{file.task}/{file.kind}" for file in files),
        "files_total": len(files),
        "videos": sorted(clips),
        "redacted_files": sum(_REDACTED.search(file.text) is not None for file in files),
        "defects": _of_rows(of, rows) | _of_files(files) | _of_names(clips) | _incomplete(of, clips),
    }


# ------------------------------------------------------------------------------------------------------ of the triples


def _of_rows(of: Reference, rows: Iterable[Row]) -> dict[str, Places]:
    finals = Counter(row["final_caption"] for row in of.every_row)
    drafts = Counter(row["pre_caption"] for row in of.every_row)
    asked: dict[str, Callable[[Row], bool]] = {name: DEFECTS[ours] for name, ours in _KNOWN.items()}
    asked |= {name: _of_final(holds) for name, holds in _FINAL.items()}
    asked |= _OTHERS
    asked |= {
        "duplicate_final": lambda row: row["final_caption"] is not None and finals[row["final_caption"]] > 1,
        "duplicate_draft": lambda row: row["pre_caption"] is not None and drafts[row["pre_caption"]] > 1,
    }
    found: dict[str, Places] = {name: [] for name in asked}
    for row in sorted(rows, key=lambda row: (str(row["video_id"]), str(row["aspect"]))):
        place = [str(row["video_id"]), str(row["aspect"])]
        of_row = [name for name, holds in asked.items() if holds(row)] + [f"status:{row['review_status']}"]
        if row["rating"] is not None:
            of_row.append(f"rating:{row['rating']}")
        for name in of_row:
            found.setdefault(name, []).append(place)
    return found


_KNOWN = {
    "approved_with_older_version": "approved_with_older_version",
    "below_5_but_unchanged": "below_5_but_unchanged",
    "chinese_final_caption": "cjk_in_final_caption",
    "chinese_final_critique": "cjk_in_final_critique",
    "chinese_raw_critique": "cjk_in_raw_critique",
    "corrected_by_another_person": "corrected_by_another_person",
    "correction_older_than_review": "correction_older_than_review",
    "draft_differs_from_feedback": "draft_differs",
    "draft_model_contradicts": "draft_model_overwritten",
    "draft_prompt_contradicts": "draft_prompt_overwritten",
    "draft_without_timestamp": "draft_without_time",
    "missing_raw_critique_below_5": "no_raw_critique",
    "reviewer_other_draft": "corrected_on_another_draft",
}
"""Name in the file -> ours."""


def _of_final(holds: Callable[[str], bool]) -> Callable[[Row], bool]:
    return lambda row: row["final_caption"] is not None and holds(row["final_caption"])


_FINAL: Mapping[str, Callable[[str], bool]] = {
    "double_space": lambda text: "  " in text,
    "edge_whitespace": lambda text: text != text.strip(),
    "markdown": lambda text: re.search(r"\*\*|^#|^- ", text, re.MULTILINE) is not None,
    "no_final_punctuation": lambda text: re.search(r"[.!?\"”')]$", text.strip()) is None,
    "non_ascii_final_caption": lambda text: not text.isascii(),
    "several_paragraphs": lambda text: "\n\n" in text.strip(),
    "under_ten_words": lambda text: len(text.split()) < 10,
}
_OTHERS: Mapping[str, Callable[[Row], bool]] = {
    "hand_edited_revision": PROCESS["caption_edited_by_hand"],
    "hand_edited_critique": PROCESS["critique_edited_by_hand"],
    "missed_error": PROCESS["error_missed"],
    "non_ascii_final_critique": lambda row: not (row["critique_final"] or "").isascii(),
    "older_version_missing_raw_critique": lambda row: (
        row["rejected_rating"] is not None and row["rejected_rating"] < 5 and blank(row["rejected_critique_raw"])
    ),
    # These two count a correction that still waits too, unlike defects_and_process.json.
    "rejected_same_critique": lambda row: (
        row["rejected_critique_final"] is not None and row["rejected_critique_final"] == row["critique_final"]
    ),
    "rejected_same_final": lambda row: (
        row["rejected_final_caption"] is not None and row["rejected_final_caption"] == row["final_caption"]
    ),
    "tiny_raw_critique": lambda row: 0 < len((row["critique_raw"] or "").split()) <= 2,
}

# -------------------------------------------------------------------------------------------------------- of the files


def _of_files(files: Iterable[RawFile]) -> dict[str, Places]:
    asked: Mapping[str, Callable[[RawFile], bool]] = {
        "feedback_without_author": lambda file: file.kind == "feedback" and "user" not in file.body,
        "older_version_without_author": lambda file: file.kind == "feedback_prev" and "user" not in file.body,
        "older_version_only_draft": lambda file: file.kind == "feedback_prev" and "final_caption" not in file.body,
        "trailing_newline_file": lambda file: file.text.endswith("\n"),
    }
    found: dict[str, set[tuple[str, str]]] = {name: set() for name in asked}
    for file in files:
        for name, holds in asked.items():
            if holds(file):
                found[name].add((file.clip, file.task))
        if file.kind == "review" and "timestamp" not in file.body:
            aspect = _FOLDER.get(file.task, file.task)
            found.setdefault("review_without_timestamp_field", set()).add((file.clip, aspect))
        if file.task not in _FOLDER:
            found.setdefault(f"task:{file.task}", set()).add((file.clip, file.task))
    return {name: [list(place) for place in sorted(places)] for name, places in found.items()}


# -------------------------------------------------------------------------------------------------------- of the clips

_NAMES: Mapping[str, Callable[[str], bool]] = {
    "leading_dash_id": lambda name: name.startswith("-"),
    "sha256_id": lambda name: re.match(r"[0-9a-f]{64}(\.|$)", name) is not None,
    "uuid_id": lambda name: _is_uuid(name),
    "time_range_id": lambda name: re.search(r"_\d+_\d+$", name) is not None,
    "id_without_clip_index": lambda name: re.search(r"(\.\d+|_\d+_\d+)$", name) is None and not _is_uuid(name),
}


def _is_uuid(name: str) -> bool:
    return re.match(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.|$)", name) is not None


def _of_names(clips: Iterable[str]) -> dict[str, Places]:
    return {
        kind: [[clip, "*"] for clip in sorted(clips) if holds(clip.removesuffix(".mp4"))]
        for kind, holds in _NAMES.items()
    }


def _incomplete(of: Reference, clips: Iterable[str]) -> dict[str, Places]:
    whole = whole_clips(of, of.everything)
    return {"incomplete_video": [[clip, "*"] for clip in sorted(clips) if clip not in whole]}
