"""What a run reads: the rows of a folder as examples, and their films, found when they are asked for.

For a plan neither weights nor films need be there. Without the model's tokenizer tokens are guessed from characters,
without the films their size is taken to be the largest; what was guessed is told.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from videolect.dataset.rows.folder import MANIFEST, read_manifest, read_rows
from videolect.dataset.rows.row import Row, RowClip, by_clip
from videolect.errors import BadInput, CannotRead, NotFound
from videolect.files import bring_back
from videolect.training.examples import Examples, Limits, check_manifest
from videolect.training.films import Shown, shown_of
from videolect.training.packing import row_tokens
from videolect.training.plan import Length
from videolect.training.recipe import Recipe
from videolect.video.cache import FrameCache
from videolect.vlm import tokens
from videolect.vlm.base import Film, Wanted
from videolect.vlm.tokens import PixelFormat
from videolect.writing.looks import Stretch, recipe_for

CHARACTERS = 4.0
"""Characters of a token where the tokenizer is not there: English prose has some more, so the guess is high."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RowSet:
    """Rows of one part, and what their manifest says."""

    rows: tuple[Row, ...]
    spec_hash: str
    hash: str
    """Of the manifest, which holds the hash of every file."""


def rows_in(folder: Path, recipe: Recipe, *, part: str = "train") -> RowSet:
    """The rows that the recipe learns from. NotFound where a task has none; BadInput for prompts of another version."""
    manifest = read_manifest(folder)
    spec_hash = check_manifest(manifest)
    names = [task for task in recipe.tasks if f"{part}/{task}.jsonl" in manifest["files"]]
    if missing := [task for task in recipe.tasks if task not in names]:
        there = ", ".join(sorted(manifest["files"])) or "nothing"
        raise NotFound(
            f"{folder} has no rows of {missing[0]} in the part {part!r}; it has {there}.",
            mend=f"Write them: data rows TRIPLES --out DIR --task {missing[0]} ...",
        )
    rows: list[Row] = []
    for task in names:
        found = read_rows(folder, part, task, manifest)
        if not found:
            raise BadInput(
                f"{folder / part / task}.jsonl is empty: there is nothing to learn for {task}.",
                mend="Write rows with more triples or another split, or choose a recipe without this task.",
            )
        rows += found
    if again := [row_id for row_id, count in Counter(row.row_id for row in rows).items() if count > 1]:
        raise BadInput(
            f"The part {part!r} has {len(again)} row ids more than once, such as {again[0]}.",
            mend="Write the rows again: data rows gives each one id.",
        )
    digest = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    return RowSet(rows=tuple(row for clip in by_clip(rows) for row in clip), spec_hash=spec_hash, hash=digest)


def limits_of(recipe: Recipe) -> Limits:
    """What may be long; a clip with many branches is shown in several rows."""
    return Limits(
        answer=recipe.most_answer, context=recipe.most_tokens, row=recipe.most_tokens, missing=recipe.missing,
        too_long=recipe.too_long, drawn=0 if recipe.rollout is None else recipe.rollout.max_tokens,
    )  # fmt: skip


def wanted_of(recipe: Recipe, pixels: PixelFormat) -> Wanted:
    """Frames as the recipe shows them."""
    return Wanted(
        frames=recipe.frames, most_pixels=max(recipe.most_pixels, pixels.multiple**2), multiple=pixels.multiple
    )


def lengths_of(examples: Examples) -> list[Length]:
    """For the plan."""
    return [
        Length(
            rows=tuple(branch.row_id for branch in one.branches), film=len(one.ids), places=one.places,
            group=one.grid[1] * one.grid[2], shared=row_tokens(one),
            branches=tuple((len(branch.ids), len(branch.answer_ids)) for branch in one.branches),
        )
        for one in examples.items
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------------------- films


Find = Callable[[RowClip], Stretch]
"""Where a clip is. NotFound where its film is not at hand."""


class FilmShelf:
    """Films of rows: how they will look, and later their pixels. With a cache each is decoded once and for all runs."""

    def __init__(self, find: Find, wanted: Wanted, *, cache: FrameCache | None = None) -> None:
        self.find, self.wanted, self.cache = find, wanted, cache
        self._stretches: dict[str, Stretch] = {}
        self._shown: dict[str, Shown | CannotRead | None] = {}

    def shown(self, row: Row) -> Shown | None:
        """How the row's clip will look; nothing is decoded. None where it is not there; CannotRead."""
        clip = row.clip
        key = _key(clip)
        if key not in self._shown:
            try:
                self._shown[key] = self._look(key, clip)
            except NotFound:
                self._shown[key] = None
            except CannotRead as error:  # every row about it hears of it, and it is tried once
                self._shown[key] = error
        known = self._shown[key]
        if isinstance(known, CannotRead):
            raise known
        return known

    def _look(self, key: str, clip: RowClip) -> Shown:
        found = self._stretches[key] = self.find(clip)
        return shown_of(key, found.probed, self.wanted, start=found.start, end=found.end)

    def __call__(self, key: str) -> Film:
        """The pixels."""
        at = self._stretches[key]
        if self.cache is None:
            return at.film(self.wanted)
        with at.lend() as path:
            found = self.cache.take(path, recipe_for(self.wanted), at.probed, start=at.start, end=at.end)
        first = float(at.probed.timeline.pts_of(at.start) * at.probed.timeline.time_base)
        return Film(pictures=found.pictures, times_s=tuple(time - first for time in found.times_s))


def _key(clip: RowClip) -> str:
    return json.dumps([clip.video_hash, clip.source_id, clip.video_id, clip.start_pts, clip.end_pts])


def guessed_films(wanted: Wanted, seconds: float = 8.0) -> Callable[[Row], Shown]:
    """Clips of 16:9 as large as they may be, with all frames that are wanted: for a plan without films."""
    width = math.sqrt(wanted.most_pixels * 16 / 9)
    sides = [max(wanted.multiple, round(side / wanted.multiple) * wanted.multiple) for side in (width, width * 9 / 16)]
    times_s = tuple(at * seconds / wanted.frames for at in range(wanted.frames))

    def shown(row: Row) -> Shown:
        return Shown(key=_key(row.clip), times_s=times_s, width=sides[0], height=sides[1])

    return shown


# --------------------------------------------------------------------------------------------------- the model's own


def tokenizer_of(model: str) -> Any | None:
    """Of a checkpoint's folder, without torch; None where there is none."""
    bring_back(Path(model))
    path = Path(model) / "tokenizer.json"
    if not path.is_file():
        return None
    from tokenizers import Tokenizer

    try:
        return _Fast(Tokenizer.from_file(str(path)))
    except Exception as error:  # the library has no class of its own for it
        raise BadInput(f"{path} is no tokenizer: {str(error)[:200]}.", mend="Take it anew.") from None


class _Fast:
    """The library's tokenizer by the names that transformers gives it."""

    def __init__(self, tokenizer: Any) -> None:
        self.backend_tokenizer = tokenizer

    def encode(self, text: str, *, add_special_tokens: bool = False) -> list[int]:
        ids: list[int] = self.backend_tokenizer.encode(text, add_special_tokens=add_special_tokens).ids
        return ids


class GuessedTokenizer:
    """Marks as they are, words by their length: for a plan without the model's own."""

    _MARKS = re.compile("|".join(re.escape(mark) for mark in tokens.SPECIAL))

    def encode(self, text: str, *, add_special_tokens: bool = False) -> list[int]:
        """So many ids."""
        ids: list[int] = []
        at = 0
        for found in [*self._MARKS.finditer(text), None]:
            words = text[at : found.start() if found else len(text)]
            ids += [len(tokens.SPECIAL)] * math.ceil(len(words) / CHARACTERS)
            if found:
                ids.append(tokens.SPECIAL.index(found[0]))
                at = found.end()
        return ids

    def get_vocab(self) -> dict[str, int]:
        """The marks."""
        return {mark: number for number, mark in enumerate(tokens.SPECIAL)}
