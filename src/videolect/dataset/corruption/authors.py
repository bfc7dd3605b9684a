"""The seven critique variants of the paper's authors as corrupted triples, each with a report of what they really are.

Their variants were made without any check. Here each text is held against what its kind promises, with the same checks
that a model's texts have to pass (``corrupt_model``); which text it speaks of is told, and a verdict that is turned
over is left out unless that is allowed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from videolect.dataset.authors.aim import aim_of
from videolect.dataset.authors.defects import blank
from videolect.dataset.authors.triples import VARIANTS, WORST, Variant, authors_variants, read_authors
from videolect.dataset.corruption.folder import (
    CHANGES,
    MANIFEST,
    TRIPLES,
    nearness,
    spread,
    write_json,
)
from videolect.dataset.corruption.model import content_words, fault, mend_words
from videolect.dataset.corruption.values import CorruptRule, Kind, remade
from videolect.dataset.triple_files import write_triples
from videolect.files import whole_folder
from videolect.record.critique import SENTINEL, is_sentinel
from videolect.record.triple import Triple

FORMAT = "videolect-authors-variants-1"
KIND_OF: Mapping[str, Kind] = {
    "blind_model_critique": "blind",
    "deletion_error_critique": "incomplete",
    "insertion_error_critique": "spurious",
    "nonconstructive_critique": "non_constructive",
    "replacement_error_critique": "inaccurate",
    "video_model_critique": "faithful",
    WORST: "worst_caption",
}
"""What each is meant to be. The critique of a model that saw the film is meant to be right."""
_CHECKED: tuple[Kind, ...] = ("inaccurate", "spurious", "incomplete", "non_constructive")
TURNED = "its verdict is turned over"


@dataclass(frozen=True, slots=True)
class _Pair:
    variant: Variant
    triple: Triple | None
    """None where the authors' triple cannot be used."""

    @property
    def why_not(self) -> str | None:
        """Why it gives no triple, a turned verdict aside."""
        if self.variant.status != "success":
            return "it was skipped: the draft is right"
        if blank(self.variant.text):
            return "it is empty"
        if self.triple is None:
            return "its triple is not usable"
        if self.variant.stale:
            return "the triple has changed since"
        if self.variant.fallback:
            return "another model wrote it from frames"
        if self.variant.variant != WORST and blank(self.variant.revised_caption):
            return "no caption was made with it"
        return None

    @property
    def turned(self) -> bool:
        """Whether it says of a flawed draft that it is right, or of a right one that it is flawed."""
        if self.triple is None or self.variant.variant == WORST:
            return False
        return is_sentinel(self.variant.critique or "") != (self.triple.kind == "perfect")

    @property
    def target(self) -> str:
        """Which text it speaks of; a worst caption stands for the draft."""
        if self.triple is None or self.variant.variant == WORST:
            return "draft"
        if KIND_OF[self.variant.variant] not in ("blind", "faithful"):
            return "draft"  # made of the expert's critique of the draft
        draft, day = self.triple.pre_caption or "", self.variant.generated_at[:10]
        return aim_of(self.variant.critique or "", draft, self.triple.post_caption, day)


def import_variants(folder: Path, out: Path, *, allow_reversal: bool = False, code: str = "") -> dict[str, Any]:
    """Write ``out/VARIANT/triples.parquet`` for each variant there is, and ``out/corruption.json`` with the reports.

    NotFound, BadInput, CannotRead for the authors' folder; BadInput where ``out`` cannot be written.
    """
    of = {triple.triple_id: triple for triple in read_authors(folder).triples}
    by_variant: dict[str, list[_Pair]] = {name: [] for name in VARIANTS}
    for variant in authors_variants(folder):
        by_variant.setdefault(variant.variant, []).append(_Pair(variant, of.get(variant.triple_id)))
    with whole_folder(out) as partial:
        reports = {
            name: _imported(partial / name, pairs, allow_reversal)
            for name, pairs in sorted(by_variant.items())
            if pairs and name in KIND_OF
        }
        unknown = {name: len(pairs) for name, pairs in sorted(by_variant.items()) if name not in KIND_OF}
        told = {
            "format": FORMAT, "code": code, "allow_reversal": allow_reversal, "variants": reports, "unknown": unknown,
        }  # fmt: skip
        write_json(partial / MANIFEST, told)
    return told


def _imported(folder: Path, pairs: Sequence[_Pair], allow_reversal: bool) -> dict[str, Any]:
    folder.mkdir()
    left_out: Counter[str] = Counter()
    kept: list[tuple[_Pair, Triple]] = []
    for pair in pairs:
        why = pair.why_not or (TURNED if pair.turned and not allow_reversal else None)
        if why:
            left_out[why] += 1
        elif pair.triple is not None:
            kept.append((pair, _triple(pair, pair.triple)))
    file = write_triples((triple for _, triple in kept), folder / TRIPLES)
    with (folder / CHANGES).open("w", encoding="utf-8", newline="\n") as changes:
        for pair, triple in kept:
            changes.write(json.dumps(_record(pair, triple), ensure_ascii=False, sort_keys=True) + "\n")
    report = {"triples": file.rows, "sha256": file.hash, "left_out": dict(sorted(left_out.items())), **report_of(pairs)}
    write_json(folder / MANIFEST, report)
    return report


def _triple(pair: _Pair, triple: Triple) -> Triple:
    variant = pair.variant
    rule = CorruptRule(kind=KIND_OF[variant.variant])
    if variant.variant == WORST:
        made = remade(
            triple, rule, pre=variant.bad_caption or "", critique=None, post=triple.post_caption, post_model=None,
            kind="edited",
        )  # fmt: skip
        return replace(_named(made, triple, variant), pre_model=variant.model, mode="edit")
    text, revised = triple.pre_caption or "", variant.revised_caption or ""
    # Of a right caption the authors' reviser has nothing to mend, but now and then it changed a word all the same.
    sentinel = is_sentinel(variant.critique or "")
    made = remade(
        triple, rule, pre=text, critique=SENTINEL if sentinel else variant.critique, post=text if sentinel else revised,
        post_model=None, kind="perfect" if sentinel else "revised",
    )  # fmt: skip
    return _named(made, triple, variant)


def _named(made: Triple, of: Triple, variant: Variant) -> Triple:
    return replace(
        made, triple_id=f"{of.triple_id}-{variant.variant}", campaign=f"{of.campaign}+{variant.variant}",
        annotator=variant.model,
    )  # fmt: skip


def _record(pair: _Pair, triple: Triple) -> dict[str, Any]:
    variant = pair.variant
    return {
        "triple_id": triple.triple_id, "of": variant.triple_id, "variant": variant.variant,
        "kind": KIND_OF[variant.variant], "target": pair.target, "model": variant.model,
        "generated_at": variant.generated_at, "reversed": pair.turned,
        "words": {
            "critique_before": len((pair.triple.critique or "").split()) if pair.triple else None,
            "critique": len((variant.text or "").split()),
        },
    }  # fmt: skip


# ---------------------------------------------------------------------------------------------------------- the report


def report_of(pairs: Sequence[_Pair]) -> dict[str, Any]:
    """What one variant is: counts over all its rows, and figures over those that can be laid beside their triple."""
    every = [pair.variant for pair in pairs]
    done = [variant for variant in every if variant.status == "success"]
    lengths = np.array([len((variant.text or "").split()) for variant in done], np.float64)
    sentinels = sum(is_sentinel(variant.critique or "") for variant in done)
    name = every[0].variant
    told: dict[str, Any] = {
        "kind": KIND_OF[name], "rows": len(every), "success": len(done),
        "skipped": sum(variant.status == "skipped" for variant in every),
        "empty": sum(blank(variant.text) for variant in done), "stale": sum(variant.stale for variant in every),
        "fallback": sum(variant.fallback for variant in every), "sentinel": sentinels,
        "sentinel_share": round(sentinels / len(done), 4) if done else None,
        "words": {**spread(lengths), "max": int(lengths.max()) if lengths.size else None},
        "target": dict(sorted(Counter(pair.target for pair in pairs if pair.why_not is None).items())),
        "reversed": {
            "flawed_called_right": _count(pairs, lambda pair, triple: pair.turned and triple.kind != "perfect"),
            "right_called_flawed": _count(pairs, lambda pair, triple: pair.turned and triple.kind == "perfect"),
        },
    }  # fmt: skip
    flawed = [
        (pair, pair.triple)
        for pair in pairs
        if pair.why_not is None and pair.triple is not None and pair.triple.kind == "revised"
    ]
    if name == WORST:
        return told | {"against_the_final_caption": _worst(pairs)}
    return told | {"of_flawed_drafts": _beside(flawed, KIND_OF[name])}


def _count(pairs: Iterable[_Pair], holds: Any) -> int:
    return sum(holds(pair, pair.triple) for pair in pairs if pair.why_not is None and pair.triple is not None)


def _beside(flawed: Sequence[tuple[_Pair, Triple]], kind: Kind) -> dict[str, Any]:
    """The variant's critiques beside the experts', and its captions beside theirs."""
    ratios, kept, faults = [], [], Counter[str]()
    for pair, triple in flawed:
        human, said = triple.critique or "", pair.variant.critique or ""
        ratios.append(len(said.split()) / max(1, len(human.split())))
        mends = mend_words(human, triple.pre_caption or "", triple.post_caption)
        if mends:
            kept.append(len(mends & content_words(said)) / len(mends))
        if kind in _CHECKED and (why := fault(kind, said, human, triple.pre_caption or "", triple.post_caption)):
            faults[why] += 1
    texts = [
        (triple.pre_caption or "", pair.variant.revised_caption or "", triple.post_caption) for pair, triple in flawed
    ]
    told: dict[str, Any] = {
        "n": len(flawed), "target": dict(sorted(Counter(pair.target for pair, _ in flawed).items())),
        "words_ratio": spread(ratios), "mend_words_kept": spread(kept),
        "unchanged": sum(pair.variant.critique == triple.critique for pair, triple in flawed),
        "captions": nearness(texts) if texts else {},
    }  # fmt: skip
    if kind in _CHECKED:
        told["fails_the_checks_of_its_kind"] = {"n": faults.total(), "first_reason": dict(faults.most_common())}
    return told


def _worst(pairs: Sequence[_Pair]) -> dict[str, Any]:
    """How much of the right caption's words stands in the wrong one, and how long it is beside it."""
    common, ratios = [], []
    for pair in pairs:
        if pair.why_not is None and pair.triple is not None:
            right = content_words(pair.triple.post_caption)
            common.append(len(right & content_words(pair.variant.bad_caption or "")) / max(1, len(right)))
            words = len(pair.triple.post_caption.split())
            ratios.append(len((pair.variant.bad_caption or "").split()) / max(1, words))
    return {"n": len(common), "words_in_common": spread(common), "words_ratio": spread(ratios)}
