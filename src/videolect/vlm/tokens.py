"""A film as the tokens and patches of Qwen3-VL: our own, so that training, scoring and writing see the same.

The words between which the patches stand are those of the model's release: for each group of frames its time, a start
mark, the places of its patches, an end mark, with no further pair around them all. Libraries differ here by version
(transformers from 5.10 leaves an outer pair), so ``FORMAT`` is kept with every prompt and checkpoint. All numbers
(patches, groups, normalisation) come from the model's own configuration.

The patches are equal to those of transformers' ``Qwen3VLVideoProcessor`` to the last bit; scaling is
``video.resample``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from videolect.errors import BadInput, VideolectError
from videolect.vlm.base import Film

FORMAT = "qwen3vl-times-1"
"""How a film is written among the words. Raised whenever the same film would give other tokens."""

START, PAD, END = "<|vision_start|>", "<|video_pad|>", "<|vision_end|>"
TURN, TURN_END = "<|im_start|>", "<|im_end|>"
SPECIAL = (START, PAD, END, TURN, TURN_END)

Floats = NDArray[np.float32]


class BlindModel(VideolectError):
    """The film did not reach the model: what it would say would be guesswork. Never caught to go on without it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PixelFormat:
    """How a model wants its pixels: its own preprocessing configuration."""

    patch: int = 16
    """Pixels of a patch's side."""
    temporal_patch: int = 2
    """Frames of a patch."""
    merge: int = 2
    """Patches of a side that become one token."""
    mean: tuple[float, float, float] = (0.5, 0.5, 0.5)
    std: tuple[float, float, float] = (0.5, 0.5, 0.5)
    rescale: float = 1 / 255
    difference: float = 0.0
    """Within a group the frames after the first are told as so many times the difference from the one before; 0: as
    they are."""

    def __post_init__(self) -> None:
        for name in ("patch", "temporal_patch", "merge"):
            if not 1 <= getattr(self, name) <= 1024:
                raise BadInput(f"{name} is {getattr(self, name)}.", mend="Give 1 to 1024, as the model was trained.")
        if min(self.std) <= 0:
            raise BadInput(f"A deviation of {min(self.std)} cannot be divided by.", mend="Give more than 0.")

    @property
    def multiple(self) -> int:
        """Sides of a picture are multiples of it."""
        return self.patch * self.merge

    @property
    def hash(self) -> str:
        """Of all its numbers."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> PixelFormat:
        """From ``video_preprocessor_config.json`` of a checkpoint. BadInput names the key that cannot be used."""
        try:
            return cls(
                patch=int(config["patch_size"]), temporal_patch=int(config["temporal_patch_size"]),
                merge=int(config["merge_size"]), mean=_three(config["image_mean"]), std=_three(config["image_std"]),
                rescale=float(config.get("rescale_factor", 1 / 255)),
                difference=float(config.get("videolect_difference", 0.0)),
            )  # fmt: skip
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput(
                f"The model's preprocessing configuration lacks or garbles {error}.",
                mend="Give a Qwen3-VL checkpoint with its video_preprocessor_config.json.",
            ) from None

    def as_config(self) -> dict[str, Any]:
        """As ``from_config`` reads it."""
        return {
            "patch_size": self.patch, "temporal_patch_size": self.temporal_patch, "merge_size": self.merge,
            "image_mean": list(self.mean), "image_std": list(self.std), "rescale_factor": self.rescale,
            "videolect_difference": self.difference,
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A film as a model takes it."""

    patches: Floats
    """[groups * rows * columns, 3 * temporal_patch * patch * patch], in the order of Qwen: within a group tile by tile
    of merged patches."""
    grid: tuple[int, int, int]
    """Groups of frames, rows and columns of patches."""
    words: str
    """What stands for it in the prompt."""
    tokens: int
    """Places in it that patches fill."""


def seen(film: Film, format: PixelFormat) -> Seen:
    """The film's patches, and the words among which they stand. BadInput where its sides do not fit."""
    count, height, width, _ = film.pictures.shape
    if height % format.multiple or width % format.multiple:
        raise BadInput(
            f"Frames of {width}x{height} do not fit the model.",
            mend=f"Give sides that are multiples of {format.multiple}.",
        )
    groups = -(-count // format.temporal_patch)
    filled = groups * format.temporal_patch - count
    pictures = (
        np.concatenate([film.pictures, np.repeat(film.pictures[-1:], filled, axis=0)]) if filled else film.pictures
    )
    grid = (groups, height // format.patch, width // format.patch)
    each = grid[1] * grid[2] // format.merge**2
    return Seen(
        patches=_patches(_normalised(pictures, format), format), grid=grid,
        words=film_words(film.times_s, format.temporal_patch, each), tokens=groups * each,
    )  # fmt: skip


def group_times(times_s: Sequence[float], temporal_patch: int) -> list[float]:
    """Of each group the middle between its first and last frame; the last frame fills a group that is not full."""
    times = [*times_s, *[times_s[-1]] * (-len(times_s) % temporal_patch)]
    return [
        (times[first] + times[first + temporal_patch - 1]) / 2 for first in range(0, len(times), temporal_patch)
    ]  # fmt: skip


def film_words(times_s: Sequence[float], temporal_patch: int, each: int) -> str:
    """Times, marks and places. ``each``: places of one group."""
    return "".join(
        f"<{time:.1f} seconds>{START}{PAD * each}{END}" for time in group_times(times_s, temporal_patch)
    )  # fmt: skip


def chat_head(words: str) -> str:
    """What comes before the prompt's own text: the same for all prompts about one film."""
    return f"{TURN}user\n{words}"


def chat_tail(text: str) -> str:
    """The prompt's own text and what invites the answer. ``text`` is data: marks in it are taken apart."""
    return f"{harmless(text)}{TURN_END}\n{TURN}assistant\n"


def harmless(text: str) -> str:
    """The text with a space in whatever could be read as a mark, so that no caption can end a turn or claim a film.

    Also in marks that we do not write ourselves (an end of text, a place for a picture): a tokenizer knows more of them
    than ``SPECIAL``.
    """
    return text.replace("<|", "< |")


def check_places(found: int, expected: int, features: int | None = None) -> None:
    """BlindModel unless the places in the prompt are as many as the film fills, and as many features are there."""
    if found != expected or not expected:
        raise BlindModel(
            f"The prompt has {found} places for the film, which fills {expected}.",
            mend="Use the tokenizer of this very model; report it if it is.",
        )
    if features is not None and features != expected:
        raise BlindModel(
            f"The model made {features} features of a film with {expected} places.",
            mend="The model's configuration and its preprocessing differ: use both from one checkpoint.",
        )


def _normalised(pictures: NDArray[np.uint8], format: PixelFormat) -> Floats:
    """[frames, 3, height, width]; rescaling and normalising in one step, as the processor fuses them."""
    mean = np.asarray(format.mean, np.float32) * np.float32(1 / format.rescale)
    std = np.asarray(format.std, np.float32) * np.float32(1 / format.rescale)
    channels_first = np.moveaxis(pictures, 3, 1).astype(np.float32)
    made: Floats = (channels_first - mean[:, None, None]) / std[:, None, None]
    if format.difference:
        groups = made.reshape(-1, format.temporal_patch, *made.shape[1:])
        later = np.float32(format.difference) * np.diff(groups, axis=1)
        made = np.concatenate([groups[:, :1], later], axis=1).reshape(made.shape)
    return made


def _patches(frames: Floats, format: PixelFormat) -> Floats:
    count, channels, height, width = frames.shape
    p, m, t = format.patch, format.merge, format.temporal_patch
    tiles = frames.reshape(count // t, t, channels, height // (p * m), m, p, width // (p * m), m, p)
    # groups, rows of tiles, columns of tiles, rows in a tile, columns in a tile, then what one patch holds
    flat = tiles.transpose(0, 3, 6, 4, 7, 2, 1, 5, 8)
    return np.ascontiguousarray(flat.reshape(-1, channels * t * p * p))


def _three(values: Any) -> tuple[float, float, float]:
    red, green, blue = (float(value) for value in values)
    return red, green, blue


def positions(pads: NDArray[np.bool_], rows: int, columns: int) -> tuple[NDArray[np.int64], int]:
    """Where each token of a prompt with one film stands: [3, tokens] (time, row, column), and where the next one does.

    ``pads``: which tokens are places of the film; ``rows``, ``columns``: places of one group. Words count on by one;
    the places of a group share a time and count rows and columns from there; after a group it goes on behind its longer
    side. As Qwen3-VL's own ``get_rope_index``, whose arguments differ between versions.
    """
    found = np.zeros((3, len(pads)), np.int64)
    at = now = 0
    row, column = np.divmod(np.arange(rows * columns), columns)
    while at < len(pads):
        if not pads[at]:
            found[:, at] = now
            at, now = at + 1, now + 1
            continue
        group = slice(at, at + rows * columns)
        if not pads[group].all() or len(pads[group]) < rows * columns:
            raise BlindModel("A group of the film is cut short in the prompt.", mend="Report this: it is our fault.")
        found[:, group] = now + np.stack([np.zeros_like(row), row, column])
        at, now = at + rows * columns, now + max(rows, columns)
    return found, now
