"""Five captions of experts as one prompt within its tokens: words and tokens before and after, and what was lost."""

from __future__ import annotations

import time
from collections import Counter, defaultdict

import numpy as np
import pyarrow.parquet as pq

from benchmarks import data
from videolect.language import load_spec
from videolect.writing.merge import ORDER, TOKENS_A_WORD, merge_captions

BUDGET = 490


def run(*, quick: bool) -> None:
    """500 clips of the reference data; sentences only, no rewriting model."""
    rows = pq.read_table(
        data.reference() / "triples.parquet", columns=["video_id", "aspect", "final_caption"]
    ).to_pylist()  # fmt: skip
    clips: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        if row["final_caption"] and row["aspect"] in ORDER:
            clips[row["video_id"]][row["aspect"]] = row["final_caption"]
    whole = [captions for _, captions in sorted(clips.items()) if set(captions) == set(ORDER)][: 30 if quick else 500]
    spec, began = load_spec(), time.process_time()
    made = [merge_captions(spec, captions, BUDGET) for captions in whole]
    spent = time.process_time() - began
    over = sum(each.tokens_before > BUDGET for each in made)
    print(f"{len(made)} clips, budget {BUDGET} tokens at {TOKENS_A_WORD} a word; {spent / len(made):.2f} s each")
    print("| | mean | median | 95 of 100 | most |\n|---|---|---|---|---|")
    for name, values in (
        ("words before", [each.words_before for each in made]), ("words after", [each.words for each in made]),
        ("tokens before", [each.tokens_before for each in made]), ("tokens after", [each.tokens for each in made]),
        ("sentences said twice", [len(each.repeated) for each in made]),
        ("sentences dropped", [len(each.dropped) for each in made]),
        ("claims lost", [len(each.lost) for each in made]),
    ):  # fmt: skip
        print(
            f"| {name} | {np.mean(values):.2f} | {np.median(values):.0f} | {np.quantile(values, 0.95):.0f} "
            f"| {max(values)} |"
        )
    lossy = sum(bool(each.lost) for each in made)
    print(
        f"{over} were over the budget before, {sum(each.tokens > BUDGET for each in made)} after; {lossy} lost a claim"
    )
    gone = Counter(each.aspect for one in made for each in one.dropped)
    print("dropped from:", ", ".join(f"{aspect} {count}" for aspect, count in gone.most_common()))
    lost = Counter(name for each in made for name in each.lost)
    print("lost most often:", ", ".join(f"{name} {count}" for name, count in lost.most_common(8)))
