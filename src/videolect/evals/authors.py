"""The outputs of models that the paper's authors kept, as predictions, with their known defects told and left out.

- Critiques of Gemini with the film and without it. They were made of the final caption although the record files them
  under the draft, but for those of the first days. Which text a critique speaks of is read from its quotations; where
  these do not tell, the day decides; where neither does, it is left out. A critique of a final caption answers the item
  whose right answer is the sentinel.
- Critiques that another model wrote from frames after an error (a note says so) are not the model's that is named.
- Drafts of each model. The expert mended these very drafts, so likeness to the final caption flatters them; the
  rating that people gave, and claims against labels, do not.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from videolect.dataset.authors.aim import aim_of
from videolect.dataset.authors.triples import Variant
from videolect.dataset.rows.row import Row
from videolect.record.triple import Triple

CRITICS: Mapping[str, str] = {
    "video_model_critique": "gemini-2.5-pro, with the film",
    "blind_model_critique": "gemini-2.5-pro, blind",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """What one system answered, and what was left out."""

    system: str
    task: str
    texts: Mapping[str, str]
    """Row id -> text."""
    left_out: Mapping[str, int]


def critics(variants: Iterable[Variant], triples: Sequence[Triple], rows: Sequence[Row]) -> list[Answers]:
    """What each critic said of the items that there are."""
    items = {(row.triple_id, row.what): row.row_id for row in rows if row.task == "critique"}
    of = {triple.triple_id: triple for triple in triples}
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    out: dict[str, Counter[str]] = defaultdict(Counter)
    for each in variants:
        if each.variant not in CRITICS:
            continue
        triple = of.get(each.triple_id)
        reason, item = _item(each, triple, items)
        if reason:
            out[each.variant][reason] += 1
        else:
            texts[each.variant][item] = each.critique or ""
    return [
        Answers(system=system, task="critique", texts=texts[variant], left_out=dict(sorted(out[variant].items())))
        for variant, system in CRITICS.items()
        if texts[variant]
    ]


def _item(each: Variant, triple: Triple | None, items: Mapping[tuple[str, str], str]) -> tuple[str, str]:
    """(why it is left out, the row that it answers)."""
    if triple is None:
        return "its triple is not usable", ""
    if each.fallback:
        return "another model wrote it from frames", ""
    if not (each.critique or "").strip():
        return "it is empty", ""
    if each.stale:
        return "the triple has changed since", ""
    aim = aim_of(each.critique or "", triple.pre_caption or "", triple.post_caption, each.generated_at[:10])
    if aim == "unknown":
        return "which text it speaks of is not told", ""
    row = items.get((each.triple_id, aim))
    return ("", row) if row else ("there is no such item", "")


def drafters(triples: Sequence[Triple], rows: Sequence[Row], *, fewest: int = 100) -> list[Answers]:
    """The drafts of each model that wrote at least ``fewest`` of them."""
    items = {row.triple_id: row.row_id for row in rows if row.task == "caption"}
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    unknown = 0
    for triple in triples:
        if triple.triple_id in items and triple.pre_caption is not None:
            if triple.pre_model is None:
                unknown += 1
            else:
                texts[triple.pre_model][items[triple.triple_id]] = triple.pre_caption
    few = sum(len(of) for of in texts.values() if len(of) < fewest)
    left_out = {"what wrote it is not told": unknown, f"its model wrote fewer than {fewest}": few}
    return [
        Answers(system=f"{model}, drafts", task="caption", texts=of, left_out=left_out)
        for model, of in sorted(texts.items(), key=lambda each: -len(each[1]))
        if len(of) >= fewest
    ]
