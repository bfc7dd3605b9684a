"""Rows of small triples and films of noise, for everything that trains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from tests.support.triples import perfect, rejected, revised
from videolect.dataset.rows.row import Row, RowRule, rows_of
from videolect.dataset.rows.splits import SplitRule
from videolect.language import load_spec
from videolect.training.batches import Batch, filled
from videolect.training.examples import Examples, Limits, examples_of
from videolect.training.films import Shown
from videolect.vlm.base import Film
from videolect.vlm.tokens import PixelFormat

SPEC = load_spec()
TinyModel = Callable[[str], Path]
Load = Callable[..., Any]
"""Loads the micro model to be trained: options as ``training.model.load``."""
MISSING = "film77"
"""The source whose film is not there."""


def small_lora(**more: Any) -> Any:
    """An adapter that costs nothing."""
    from videolect.training.model import LoraPlan

    return LoraPlan(**{"rank": 4, "alpha": 8, **more})


def rows(*tasks: Any, clips: int = 3, more: Sequence[Any] = ()) -> list[Row]:
    """Of a criticised, a perfect and a corrected triple on each clip, by task in their order."""
    triples = []
    for number in range(clips):
        one = {"video_id": f"clip{number}.mp4", "source_id": f"film{number}"}
        said = f"The camera pans right over {number + 2} boats."
        triples += [
            revised(number, post_caption=said), perfect(number, **one, triple_id=f"p{number}", aspect="scene"),
            rejected(number, **one, triple_id=f"r{number}", aspect="motion", post_caption=said),
        ]  # fmt: skip
    rule = RowRule(spec=SPEC, split=SplitRule(shares={"train": 1.0}), tasks=tasks or ("caption", "critique", "yes_no"))
    return list(rows_of([*triples, *more], rule))


def shown(row: Row) -> Shown | None:
    """Clips differ in length and shape."""
    if row.source_id == MISSING:
        return None
    number = int(row.source_id.removeprefix("film"))
    times_s = tuple(at / 2 for at in range(4 + 2 * (number % 2)))
    return Shown(key=row.source_id, times_s=times_s, height=64, width=64 + 32 * (number % 2))


def film(key: str) -> Film:
    """Noise that follows from the clip."""
    number = int(key.removeprefix("film"))
    count, width = 4 + 2 * (number % 2), 64 + 32 * (number % 2)
    pictures = np.random.default_rng(crc32(key.encode())).integers(0, 256, (count, 64, width, 3), dtype=np.uint8)
    return Film(pictures=pictures, times_s=tuple(at / 2 for at in range(count)))


def tokenizer_of(folder: Path) -> Any:
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast.from_pretrained(folder)


def examples(tokenizer: Any, *tasks: Any, clips: int = 2, **limits: Any) -> Examples:
    """Of ``rows``, in the pixels of ``micro``; with short prompts, since ours are long beside such small films."""
    made = [
        row if row.task == "yes_no" else replace(row, prompt=f"Describe the {row.aspect}." + " Be brief." * (at % 3))
        for at, row in enumerate(rows(*tasks, clips=clips))
    ]  # fmt: skip
    return examples_of(made, tokenizer, PixelFormat(), shown, limits=Limits(**limits))


def batch(of: Examples) -> Batch:
    """All of them at once."""
    return filled(of.items, film, PixelFormat())


def folder_of_rows(folder: Path, *tasks: str, clips: int = 3) -> Path:
    """Rows on disk, as ``data rows`` writes them, and beside them the clips that they are about."""
    from tests.support import movies
    from videolect.cli.main import main
    from videolect.dataset.triple_files import write_triples

    triples = []
    for number in range(clips):
        said = f"The camera pans right over {number + 2} boats."
        triples += [revised(number, post_caption=said, spec_hash=SPEC.hash), perfect(number + clips)]
    (folder / "clips").mkdir(parents=True)
    for number in range(2 * clips):
        movies.constant(folder / "clips" / f"clip{number}.mp4", 12, size=(128, 64 + 64 * (number % 2)))
    write_triples(triples, folder / "triples.jsonl")
    asked = [word for task in tasks for word in ("--task", task)]
    made = folder / "rows"
    code = main(
        ["data", "rows", str(folder / "triples.jsonl"), "--out", str(made), "--share", "train=1", "--filter", "none",
         *asked]
    )  # fmt: skip
    assert code == 0
    return made
