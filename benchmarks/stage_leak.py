"""Can the movement be told from a single frame? A blind classifier has to stay near chance.

Clips of one movement each, over scenery and over people; of each clip one frame by chance; colour, edges and sharpness
in a coarse grid; ridge regression to the classes, on other clips than it is tested on. Beside it the same on the
motion between two frames, which tells the movement, to show that the classifier can learn at all.
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from videolect.errors import BadInput
from videolect.language import load_spec
from videolect.stage.clips import Clip, clip_of, render_frames
from videolect.stage.format import Format

MOVES = (
    "pan_left", "pan_right", "tilt_up", "tilt_down", "roll_clockwise", "roll_counter_clockwise", "zoom_in", "zoom_out",
    "dolly_in", "dolly_out", "truck_left", "truck_right", "pedestal_up", "pedestal_down", "fixed_camera",
)  # fmt: skip
SIZE = (64, 36)


def run(*, quick: bool = False) -> None:
    """Print accuracy against chance."""
    each = 8 if quick else 50
    spec = load_spec()
    begun = time.monotonic()
    singles, pairs, labels = [], [], []
    for number, name in enumerate(MOVES):
        wish = next(one.answers for one in spec.primitives[name].examples if one.expected == "yes")
        got, seed = 0, 1000 * number
        while got < each and seed < 1000 * number + 999:
            seed += 1
            try:
                clip = clip_of(wish, seed, Format(size=SIZE, fps=8, frames=24))
            except BadInput:
                continue
            if clip.truth(spec).states[name] is not True:
                continue
            got += 1
            rng = np.random.default_rng(seed)
            frame, first = int(rng.integers(clip.frames)), int(rng.integers(clip.frames - 1))
            one, before, after = _frames(clip, (frame, first, first + 1))
            singles.append(_seen(one))
            pairs.append(_moved(before, after))
            labels.append(number)
    truth = np.array(labels)
    print(f"{len(truth)} clips of {len(MOVES)} movements, {time.monotonic() - begun:.0f} s")
    chance = 1 / len(MOVES)
    for title, features in (("a single frame", singles), ("two frames, by their motion", pairs)):
        guessed = _crossed(np.array(features), truth)
        right = guessed == truth
        spread = 1.96 * np.sqrt(chance * (1 - chance) / len(truth))
        print(f"{title}: {right.mean():.1%} right; chance {chance:.1%} +- {spread:.1%}")
        told = ", ".join(f"{name} {right[truth == number].mean():.0%}" for number, name in enumerate(MOVES))
        print(f"  of each: {told}")
        # Which way, where the axis is known: clips of a pair alone.
        ways = []
        for first in range(0, len(MOVES) - 1, 2):
            of = np.flatnonzero((truth == first) | (truth == first + 1))
            ways.append(_crossed(np.array(features)[of], truth[of]) == truth[of])
        both = np.concatenate(ways)
        told = ", ".join(f"{MOVES[2 * n].split('_')[0]} {way.mean():.0%}" for n, way in enumerate(ways))
        print(f"  which way: {both.mean():.1%}; chance 50 % +- {0.98 / np.sqrt(len(both)):.1%} ({told})")


def _frames(clip: Clip, numbers: tuple[int, int]) -> list[NDArray[np.float64]]:
    return [picture / 255.0 for picture in render_frames(clip, numbers)]


def _seen(picture: NDArray[np.float64]) -> NDArray[np.float64]:
    """Colour, edges both ways and sharpness in 8x6 cells."""
    grey = picture.mean(axis=2)
    across, down = np.abs(np.diff(grey, axis=1, append=grey[:, -1:])), np.abs(np.diff(grey, axis=0, append=grey[-1:]))
    layers = np.concatenate([picture, across[..., None], down[..., None]], axis=2)
    rows, columns = 6, 8
    cut = layers[: SIZE[1] // rows * rows, : SIZE[0] // columns * columns]
    cells = cut.reshape(rows, cut.shape[0] // rows, columns, cut.shape[1] // columns, 5)
    return np.concatenate([cells.mean(axis=(1, 3)).ravel(), cells.std(axis=(1, 3)).ravel()])


def _moved(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.float64]:
    """The shift of each of 8x6 cells, by the method of Lucas and Kanade (1981): two numbers a cell."""
    one, other = before.mean(axis=2), after.mean(axis=2)
    down, across = np.gradient((one + other) / 2)
    change = other - one
    rows, columns = 6, 8
    high, wide = SIZE[1] // rows, SIZE[0] // columns

    def cells(values: NDArray[np.float64]) -> NDArray[np.float64]:
        cut = values[: rows * high, : columns * wide]
        return cut.reshape(rows, high, columns, wide).sum(axis=(1, 3)).ravel()

    xx, xy, yy = cells(across * across) + 1e-3, cells(across * down), cells(down * down) + 1e-3
    xt, yt = cells(across * change), cells(down * change)
    area = xx * yy - xy * xy
    shift = np.concatenate([(xy * yt - yy * xt) / area, (xy * xt - xx * yt) / area])
    return np.clip(shift, -4, 4)


def _crossed(features: NDArray[np.float64], truth: NDArray[np.int_]) -> NDArray[np.int_]:
    """What is guessed of each clip from the others, in five folds."""
    order = np.random.default_rng(0).permutation(len(truth))
    guessed = np.zeros_like(truth)
    for fold in range(5):
        test = order[fold::5]
        learn = np.setdiff1d(order, test)
        mean, spread = features[learn].mean(0), features[learn].std(0) + 1e-6
        x = np.hstack([(features - mean) / spread, np.ones((len(truth), 1))])
        y = np.eye(len(MOVES))[truth[learn]]
        weights = np.linalg.solve(x[learn].T @ x[learn] + 300 * np.eye(x.shape[1]), x[learn].T @ y)
        guessed[test] = np.argmax(x[test] @ weights, axis=1)
    return guessed
