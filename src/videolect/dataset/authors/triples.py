"""The paper authors' data as our triples and critique variants. docs/authors-data.md tells what is read as what.

Only settled work becomes a triple, and every row that becomes none is counted under the reason.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from videolect.dataset.authors.defects import UNUSABLE, blank, defects_of, flawed, has_cjk, settled
from videolect.dataset.authors.files import Kind, Row, read_table, rows_of
from videolect.record.checks import content_hash
from videolect.record.critique import SENTINEL
from videolect.record.triple import Triple

CAMPAIGN = "authors-2025"
"""Stands for the authors' work in ``campaign``, and in ``spec_version``: their guidelines had no version that a record
names. There is no hash of them either, so ``spec_hash`` is empty."""

TRIPLES = "triples.parquet"
CRITIQUES = "critiques.parquet"

_VERSION: Mapping[str, Kind] = {
    "pre_caption": "text", "rating": "whole", "author": "text", "critique_raw": "text", "critique_final": "text",
    "final_caption": "text", "annotated_at": "text",
}  # fmt: skip
COLUMNS: Mapping[str, Kind] = {
    "video_id": "text", "source_key": "text", "aspect": "text", "track": "text", "review_status": "text",
    "annotator": "text", "reviewer": "text", "reviewed_at": "text", "review_approved": "flag",
    **_VERSION, "pre_caption_model": "text", "pre_caption_prompt_id": "text", "critique_polished": "text",
    "revise_model": "text", "revised_caption": "text",
    "draft_model": "text", "draft_prompt_id": "text", "draft_at": "text", "draft_text_differs": "text",
    **{f"rejected_{name}": kind for name, kind in _VERSION.items()},
}  # fmt: skip
"""Of triples.parquet, what is read of it and its type; the file has more."""

_CRITIQUE_COLUMNS: Mapping[str, Kind] = {
    "video_id": "text", "source_key": "text", "aspect": "text", "variant": "text", "model": "text", "mode": "text",
    "status": "text", "generated_at": "text", "fallback_note": "text", "critique": "text", "revised_caption": "text",
    "bad_caption": "text", "source_matches_triple": "flag",
}  # fmt: skip

# --------------------------------------------------------------------------------------------------- sources and split

_PARTS = re.compile(r"(\.\d+)+$")
_TIME_RANGE = re.compile(r"(.{11,}?|\d+)((_\d+)+)")
_DEV_BELOW = 179


def source_key(video_id: str) -> str:
    """The film that a clip was cut from, by the clip's name: ``light-4881.0.4.mp4`` -> ``4881``."""
    name = _PARTS.sub("", video_id.removesuffix(".mp4").removeprefix("light-"))
    ranged = _TIME_RANGE.fullmatch(name)
    return ranged[1] if ranged else name


def source_digest(source: str) -> bytes:
    """What the source's lot is drawn from: BLAKE2b of its name, 64 bytes."""
    return blake2b(source.encode()).digest()


def part_of(source: str) -> Literal["dev", "held-out"]:
    """The part of the data that all clips of the source are in."""
    return "dev" if source_digest(source)[0] < _DEV_BELOW else "held-out"


# ------------------------------------------------------------------------------------------------------------- triples


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthorsTriples:
    """The triples of a folder, and what became of every other row."""

    triples: tuple[Triple, ...]
    defects: Mapping[str, int]
    """Name in ``authors_defects`` -> how many rows of the file have it, those that were left out too."""
    left_out: Mapping[str, int]
    """Reason -> rows. With ``triples`` they add up to the rows of the file: of several reasons the first counts."""


def read_authors(folder: Path, *, with_unusable: bool = False) -> AuthorsTriples:
    """The settled rows of ``folder/triples.parquet``, in the file's order, but for those in ``UNUSABLE``.

    ``with_unusable`` keeps these too. NotFound, BadInput for a missing column, CannotRead.
    """
    triples: list[Triple] = []
    defects: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    seen: set[str] = set()
    for row in rows_of(read_table(folder, TRIPLES, COLUMNS), TRIPLES):
        found = defects_of(row)
        defects.update(found)
        reason = _no_triple(row) or (
            None if with_unusable else next((name for name in UNUSABLE if name in found), None)
        )
        name = None if reason else triple_id(str(row["video_id"]), str(row["aspect"]))
        if name in seen:
            reason = "twice"
        if reason or name is None:
            left_out[str(reason)] += 1
            continue
        seen.add(name)
        triples.append(_triple(name, row))
    return AuthorsTriples(
        triples=tuple(triples), defects=dict(sorted(defects.items())), left_out=dict(sorted(left_out.items()))
    )


def triple_id(video_id: str, aspect: str) -> str:
    """Hash of clip and aspect: the same in every reading, as the id of one of our tasks is."""
    return content_hash(f"task/{CAMPAIGN}/{video_id}/{aspect}")[:20]


def _no_triple(row: Row) -> str | None:
    """Why the row cannot be a triple at all."""
    if row["track"] != "main":
        return "other_track"
    if not settled(row):
        known = ("draft_only", "unreviewed", "rejected_pending")
        return str(row["review_status"]) if row["review_status"] in known else "unknown_status"
    needed = ("video_id", "source_key", "aspect", "annotator", "author", "pre_caption", "final_caption")
    if any(blank(row[name]) for name in needed) or row["rating"] not in range(1, 6):
        return "incomplete"
    if row["rating"] == 5 and row["final_caption"] != row["pre_caption"]:
        return "rating_5_but_changed"  # neither perfect nor, without a critique, revised
    if any(_unread(row[name]) for name in ("draft_at", "annotated_at", "reviewed_at", "rejected_annotated_at")):
        return "unreadable_time"
    return None


def _triple(name: str, row: Row) -> Triple:
    perfect = not flawed(row)
    corrected = row["review_status"] == "rejected"
    # Where the draft's file holds another text, nothing tells what wrote the text that was criticised.
    drafted = row["draft_text_differs"] is None
    return Triple(
        triple_id=name,
        video_id=row["video_id"],
        video_hash=None,
        source_id=row["source_key"],
        start_pts=None,
        end_pts=None,
        time_base=None,
        aspect=row["aspect"],
        kind="perfect" if perfect else "revised",
        pre_caption=row["pre_caption"],
        pre_model=row["draft_model"] if drafted else None,
        pre_prompt_hash=row["draft_prompt_id"] if drafted else None,
        rating=row["rating"],
        critique_raw=None if perfect else row["critique_raw"],
        critique=SENTINEL if perfect else row["critique_final"],
        critique_language="en" if perfect else language_of(row["critique_raw"]),
        post_caption=row["final_caption"],
        post_model=None if perfect else row["revise_model"],
        edited_by_hand=not perfect and row["revised_caption"] != row["final_caption"],
        annotator=row["annotator"],
        reviewer=row["author"] if corrected else row["reviewer"],
        verdict="corrected" if corrected else "approved",
        rejected_critique=_rejected_critique(row) if corrected else None,
        rejected_post_caption=row["rejected_final_caption"] if corrected else None,
        same_draft=row["rejected_pre_caption"] == row["pre_caption"] if corrected else None,
        spec_version=CAMPAIGN,
        spec_hash="",
        campaign=CAMPAIGN,
        mode="critique",
        active_seconds=None,
        drafted_at=_time(row["draft_at"]) if drafted else None,
        submitted_at=_time(row["rejected_annotated_at"] if corrected else row["annotated_at"]),
        settled_at=_time(row["annotated_at"] if corrected else row["reviewed_at"]),
        ledger_seq=None,
    )


def _rejected_critique(row: Row) -> str | None:
    critique: str | None = row["rejected_critique_final"]
    return SENTINEL if row["rejected_rating"] == 5 else critique


def language_of(raw: str | None) -> str | None:
    """BCP 47: zh for Chinese characters, mul where Latin letters stand among them, else en. None for no words."""
    if raw is None or blank(raw):
        return None
    if not has_cjk(raw):
        return "en"
    return "mul" if re.search("[A-Za-z]", raw) else "zh"


def _time(text: str | None) -> datetime | None:
    """The file tells no zone; it is read as UTC, so order and distance hold and the hour may not."""
    if text is None:
        return None
    told = datetime.fromisoformat(text)
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def _unread(text: str | None) -> bool:
    try:
        _time(text)
    except ValueError:
        return True
    return False


# ------------------------------------------------------------------------------------------------------------ variants


@dataclass(frozen=True, kw_only=True, slots=True)
class Variant:
    """A machine's critique of one draft, and the caption that the reviser made with it."""

    triple_id: str
    """Of ``read_authors``; the triple may have been left out there."""
    video_id: str
    source_id: str
    aspect: str
    variant: str
    """One of VARIANTS."""
    critique: str | None
    """None for worst_caption_generation, like ``revised_caption``, and where ``status`` is not success."""
    revised_caption: str | None
    bad_caption: str | None
    """Of worst_caption_generation, which has no critique."""
    status: str
    """success or skipped."""
    model: str
    """What the record names; see ``fallback``."""
    fallback: bool
    """Whether a note says that another model than ``model`` wrote it, from frames."""
    stale: bool
    """Whether the triple has changed since."""
    generated_at: str
    """When, ISO 8601 without a zone; empty where the record does not tell."""

    @property
    def text(self) -> str | None:
        """What the variant is about: the critique, or the bad caption."""
        return self.bad_caption if self.variant == WORST else self.critique


WORST = "worst_caption_generation"
VARIANTS = (
    "blind_model_critique",
    "deletion_error_critique",
    "insertion_error_critique",
    "nonconstructive_critique",
    "replacement_error_critique",
    "video_model_critique",
    WORST,
)


def authors_variants(folder: Path) -> Iterator[Variant]:
    """The rows of ``folder/critiques.parquet``, in the file's order. NotFound, BadInput, CannotRead."""
    for row in rows_of(read_table(folder, CRITIQUES, _CRITIQUE_COLUMNS), CRITIQUES):
        yield Variant(
            triple_id=triple_id(str(row["video_id"]), str(row["aspect"])),
            video_id=str(row["video_id"]),
            source_id=str(row["source_key"]),
            aspect=str(row["aspect"]),
            variant=str(row["variant"]),
            critique=row["critique"],
            revised_caption=row["revised_caption"],
            bad_caption=row["bad_caption"],
            status=str(row["status"]),
            model=str(row["model"]),
            fallback=row["fallback_note"] is not None,
            stale=row["source_matches_triple"] is not True,
            generated_at=row["generated_at"] or "",
        )
