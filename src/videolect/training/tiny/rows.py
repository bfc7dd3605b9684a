"""Rows about the small staged clips: captions, judgements and critiques in the stage's own words, with known points.

Each clip is shown as it is, in a mirror, backward, and both, with the movement's name changed accordingly; half of them
as they would be seen in 16:9. What a row says follows from the clip's name and the seed alone. Prompts are short: a
model of 1.7 million parameters learns to answer, not to read a policy.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from videolect.dataset.rows.row import Row, RowTask
from videolect.language import load_spec
from videolect.language.lexicon import shipped_lexicon
from videolect.record.critique import SENTINEL
from videolect.stage.facts import Facts
from videolect.stage.words import Draft, drafts
from videolect.stage.words.critiques import critique
from videolect.training.films import Shown
from videolect.training.tiny.clips import (
    FPS,
    MIRRORED,
    NAMES,
    REVERSED,
    TIMES_S,
    Part,
    part,
    sentences,
    wish_of,
)
from videolect.video.resample import resample
from videolect.vlm import prompts
from videolect.vlm.base import Film
from videolect.vlm.prompts import Prompt

T = TypeVar("T")
VERSION = 1
"""Raised whenever the same clips would give other rows."""
CAPTION = prompts.free("Describe the camera movement.")
PARTS, HELD = 50, 3
"""Parts that it learns from, and parts in places that no other shows, that it is tried on."""
VARIANTS = ("", "m", "r", "mr")
"""As it is, in a mirror, backward, both."""
_PACE = 0.25
"""Share of the wrong sentences that are wrong in how fast; the others in what moves."""
_SOUND = 0.35
"""Share of the criticised sentences in which nothing is wrong."""


def criticise(text: str) -> Prompt:
    """What is wrong with a sentence, without a policy."""
    return prompts.free(f"Say what is wrong in this text, or that nothing is:\n{prompts.quoted('text', text)}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Clip:
    """One clip as it is shown."""

    key: str
    part: int
    at: int
    held_back: bool
    variant: str
    move: str
    slow: bool

    @property
    def rng(self) -> np.random.Generator:
        """Of this clip alone."""
        return np.random.default_rng(zlib.crc32(f"{VERSION} {self.key}".encode()))


class Staged:
    """Clips of some parts with their rows and films."""

    def __init__(
        self, folder: Path, *, parts: int = PARTS, held_back: bool = False, variants: Sequence[str] = VARIANTS,
        say: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        self._parts: dict[int, Part] = {
            number: part(number, folder=folder, held_back=held_back, say=say) for number in range(parts)
        }
        self.clips: dict[str, Clip] = {}
        for number, found in self._parts.items():
            for at in range(len(found.moves)):
                for variant in variants:
                    key = f"{'held' if held_back else 'part'}-{number:04d}-{at:02d}{variant}"
                    self.clips[key] = Clip(
                        key=key, part=number, at=at, held_back=held_back, variant=variant,
                        move=_name(found.moves[at], variant), slow=found.slow[at],
                    )  # fmt: skip

    def rows(self, tasks: Sequence[RowTask] = ("caption", "critique", "yes_no")) -> list[Row]:
        """Of every clip a caption, two judgements and a critique."""
        return [row for clip in self.clips.values() for row in rows_of(clip) if row.task in tasks]

    def labels(self) -> dict[str, int]:
        """The movement's number, by clip."""
        return {key: NAMES.index(clip.move) for key, clip in self.clips.items()}

    def shown(self, row: Row) -> Shown:
        """How the row's clip looks."""
        clip = self.clips[row.video_id]
        wide, times_s = _look(clip)
        width, height = (80, 48) if wide else (64, 64)
        return Shown(key=clip.key, times_s=times_s, width=width, height=height)

    def film(self, key: str) -> Film:
        """The pixels."""
        clip = self.clips[key]
        pictures = self._parts[clip.part].pictures[clip.at]
        if "m" in clip.variant:
            pictures = pictures[:, :, ::-1]
        if "r" in clip.variant:
            pictures = pictures[::-1]
        wide, times_s = _look(clip)
        pictures = np.ascontiguousarray(pictures)
        return Film(pictures=widened(pictures) if wide else pictures, times_s=times_s)


def _look(clip: Clip) -> tuple[bool, tuple[float, ...]]:
    """Whether it is wide, and its times: stretched a little, too little to make slow of fast."""
    if clip.held_back:
        return False, TIMES_S
    rng = clip.rng
    wide, stretch = bool(rng.random() < 0.5), float(rng.uniform(0.85, 1.2))
    return wide, tuple(time * stretch for time in TIMES_S)


def _name(move: str, variant: str) -> str:
    if "m" in variant:
        move = MIRRORED.get(move, move)
    return REVERSED.get(move, move) if "r" in variant else move


def widened(pictures: Any) -> Any:
    """The middle of square pictures as a model gets a film of 16:9 with as many pixels: 80x48."""
    height, width = pictures.shape[1:3]
    edge = (height - width * 9 // 16) // 2
    return np.stack([resample(np.ascontiguousarray(one[edge : height - edge]), (80, 48)) for one in pictures])


# -------------------------------------------------------------------------------------------------------------- words


def rows_of(clip: Clip) -> list[Row]:
    """A caption, a right and a wrong sentence to be judged, one to be criticised; both of a clip that is held back."""
    rng = clip.rng
    right = _one(rng, sentences(clip.move, clip.slow))
    wrong = wrong_sentence(clip.move, clip.slow, rng)
    flawed = _one(rng, flawed_drafts(clip.move, clip.slow))
    made = [_row(clip, "caption", "caption", CAPTION, right)]
    for what, text, answer in (("final", _one(rng, sentences(clip.move, clip.slow)), "Yes"), ("draft", wrong, "No")):
        made.append(_row(clip, "yes_no", what, prompts.judge(text, aspect="camera"), answer, caption=text))
    sound = bool(rng.random() < _SOUND)
    if clip.held_back or not sound:
        said = critique(flawed, "terse", 0, shipped_lexicon())
        made.append(_row(clip, "critique", "draft", criticise(flawed.text), said, caption=flawed.text))
    if clip.held_back or sound:
        made.append(_row(clip, "critique", "final", criticise(right), SENTINEL, caption=right))
    return made


def wrong_sentence(move: str, slow: bool, rng: np.random.Generator) -> str:
    """Of another movement, or of the same at another speed."""
    if move != "fixed_camera" and rng.random() < _PACE:
        return _one(rng, sentences(move, not slow))
    other = NAMES[(NAMES.index(move) + 1 + int(rng.integers(len(NAMES) - 1))) % len(NAMES)]
    return _one(rng, sentences(other, slow and other != "fixed_camera"))


@cache
def flawed_drafts(move: str, slow: bool, seeds: int = 10) -> tuple[Draft, ...]:
    """Drafts of one or two errors, which the stage planted and whose points it knows."""
    spec = load_spec()
    record = {**wish_of(move, slow=slow), "shot_transition": False, "has_overlays": False}
    facts = Facts(record=record, frames=16, fps=Fraction(FPS), place="")
    found: dict[str, Draft] = {}
    for seed in range(seeds):
        for draft in drafts(spec, facts, "camera", seed):
            if 1 <= len(draft.points) <= 2 and not {"subjective", "vague"} & set(draft.errors):
                found.setdefault(draft.text, draft)
    return tuple(found.values())


def _one(rng: np.random.Generator, values: Sequence[T]) -> T:
    return values[int(rng.integers(len(values)))]


def _row(
    clip: Clip, task: RowTask, what: str, prompt: Prompt, target: str, *, caption: str | None = None
) -> Row:  # fmt: skip
    return Row(
        row_id=f"{clip.key}:{task}:{what}", task=task, part="dev" if clip.held_back else "train", triple_id=clip.key,
        video_id=clip.key, video_hash=None, source_id=f"{'held' if clip.held_back else 'part'}-{clip.part}",
        start_pts=None, end_pts=None, time_base=None, aspect="camera", what=what, prompt=prompt.text,
        prompt_hash=prompt.hash, caption=caption, target=target,
    )  # fmt: skip
