"""Golden figures that compare texts: BLEU, word edits, lengths in words, and the critique variants beside the humans'.

Every pair of texts is counted once; each population adds up the counts of its rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from videolect.dataset.authors.defects import blank, flawed
from videolect.dataset.authors.files import Row
from videolect.dataset.authors.triples import WORST, Variant, triple_id
from videolect.dataset.golden.counts import whole_clips
from videolect.dataset.golden.data import Bleu, Mask, Numbers, Reference, share, spread
from videolect.metrics.text import BleuCounts, bleu_counts, corpus_bleu, word_edits


def _bleu(counts: BleuCounts) -> Bleu:
    return Bleu(corpus_bleu(counts, "sacrebleu"))


def bleu_pre_vs_final(of: Reference, theirs: object) -> Mapping[str, Any]:
    """The draft against the final caption, and the rejected version against its correction."""
    pairs = of.texts("pre_caption"), of.texts("final_caption")
    cased, lower = bleu_counts(*pairs), bleu_counts(*pairs, lowercase=True)

    def figures(population: Mask) -> dict[str, Any]:
        return {
            part: {"n": int(mask.sum()), "cased": _bleu(cased[mask]), "lowercase": _bleu(lower[mask])}
            for part, mask in of.by_aspect(population)
        }

    return {
        **{
            name: {"rating_below_5": figures(population & of.flawed), "all_ratings": figures(population)}
            for name, population in (("reviewed", of.reviewed), ("annotated", of.everything))
        },
        "rejected_first_version_vs_final_caption": _corrected(of, "final_caption"),
        "rejected_first_critique_vs_final_critique": _corrected(of, "critique_final"),
    }


def _corrected(of: Reference, column: str) -> dict[str, Any]:
    """The rejected text against the corrected one, where there are both."""
    pairs = [
        (row[f"rejected_{column}"], row[column])
        for row in of.rows
        if row["review_status"] == "rejected" and None not in (row[f"rejected_{column}"], row[column])
    ]
    counts = bleu_counts([rejected for rejected, _ in pairs], [final for _, final in pairs])
    return {"n": len(pairs), "cased": _bleu(counts)}


def word_edit_distance(of: Reference, theirs: object) -> Mapping[str, Any]:
    """Words to insert, delete or replace between draft and final caption, of drafts rated below 5."""
    edits = word_edits(of.texts("pre_caption"), of.texts("final_caption")).astype(np.float64)
    longer = np.maximum(of.number_of_words("pre_caption"), of.number_of_words("final_caption"))
    share_of = edits / np.maximum(longer, 1)
    figures: dict[str, Any] = {}
    for name, population in (("reviewed", of.reviewed), ("annotated", of.everything)):
        figures[f"{name}_rating_below_5"] = {
            part: spread(edits[mask], "mean", "median", "p95")
            | {"normalised_mean": float(share_of[mask].mean()) if mask.any() else None}
            for part, mask in of.by_aspect(population & of.flawed)
        }
    return figures


_LENGTHS = ("mean", "median", "p5", "p95", "max")


def words(of: Reference, theirs: object) -> Mapping[str, Any]:
    """Words of captions and critiques, and of the five captions of a clip together."""
    lengths = {name: of.number_of_words(name) for name in ("final_caption", "pre_caption", "critique_final")}
    populations = {"final_caption": of.everything, "pre_caption": of.everything, "critique_final": of.flawed}
    figures: dict[str, Any] = {
        name: {part: spread(lengths[name][mask], *_LENGTHS) for part, mask in of.by_aspect(population)}
        for name, population in populations.items()
    }
    for name, population in (("annotated", of.everything), ("reviewed", of.reviewed)):
        sums = [lengths["final_caption"][rows].sum() for rows in whole_clips(of, population).values()]
        figures[f"final_caption_sum_over_five_aspects_{name}"] = spread(np.array(sums, np.float64), *_LENGTHS)
    return figures


# ------------------------------------------------------------------------------------------------------------ variants

_SENTINEL = "the caption is accurate and requires no edits"


def critique_variants(of: Reference, theirs: object) -> Mapping[str, Any]:
    """Counts, lengths and sentinels of each variant, and its BLEU against the human critique and the final caption."""
    rows = {triple_id(str(row["video_id"]), str(row["aspect"])): row for row in of.rows}
    return {
        "sampled_sources": len({each.source_id for each in of.variants}),
        "videos": len({each.video_id for each in of.variants}),
        "by_variant": {
            name: _variant([each for each in of.variants if each.variant == name], rows, name == WORST)
            for name in sorted({each.variant for each in of.variants})
        },
    }


def _variant(every: Sequence[Variant], rows: Mapping[str, Row], worst: bool) -> dict[str, Any]:
    done = [each for each in every if each.status == "success"]
    sentinels = sum(map(_is_sentinel, done))
    figures: dict[str, Any] = {
        "rows": len(every),
        "success": len(done),
        "skipped": sum(each.status == "skipped" for each in every),
        "text_words": spread(_lengths(done), *_LENGTHS),
        "sentinel_prefix": sentinels,
        "empty_text": sum(blank(each.text) for each in done),
        "stale": sum(each.stale for each in every),
        "sentinel_share": share(sentinels, len(done)),
    }
    known = [(each, rows[each.triple_id]) for each in done if each.triple_id in rows]
    if worst:
        return figures | {
            "bleu_bad_vs_final": _against([(each.bad_caption, row["final_caption"]) for each, row in known])
        }
    low = [(each, row) for each, row in known if flawed(row)]
    figures["rating_below_5"] = {
        "n": len(low),
        "bleu_critique_vs_human": _against([(each.critique, row["critique_final"]) for each, row in low]),
        "bleu_revised_vs_final": _against([(each.revised_caption, row["final_caption"]) for each, row in low]),
        "sentinel": sum(_is_sentinel(each) for each, _ in low),
    }
    return figures


def _lengths(every: Sequence[Variant]) -> Numbers:
    return np.array([len((each.text or "").split()) for each in every], np.float64)


def _is_sentinel(variant: Variant) -> bool:
    return (variant.text or "").strip().lower().startswith(_SENTINEL)


def _against(pairs: Sequence[tuple[str | None, str | None]]) -> Bleu:
    return _bleu(bleu_counts([one or "" for one, _ in pairs], [other or "" for _, other in pairs]))
