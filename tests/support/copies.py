"""Copies of a film as the world makes them: smaller, trimmed, mirrored, with bars. Uses PyAV, like ``movies.py``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import numpy as np

from videolect.video.backends.pyav import write_mp4

Change = Callable[[np.ndarray], np.ndarray]


def drifting(path: Path, seed: int, frames: int = 96) -> Path:
    """Soft patches that drift and a square that crosses them; no two seeds alike."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(40, 220, (9, 24, 3))
    speed, size = 1, (192, 108)
    wide = coarse.repeat(12, axis=0).repeat(24, axis=1)

    def pictures():
        for number in range(frames):
            picture = np.roll(wide, -speed * number, axis=1)[:, : size[0]].astype(np.uint8)
            x, y = (number + 13 * seed) % 150, (number // 2 + 29 * seed) % 70
            picture[y : y + 30, x : x + 30] = 250
            yield picture

    write_mp4(path, pictures(), fps=Fraction(24), size=size)
    return path


def copy(
    source: Path, path: Path, *, start_s: float = 0.0, end_s: float | None = None, change: Change | None = None,
    size: Callable[[int, int], tuple[int, int]] | None = None, rate: Fraction | None = None, crf: int = 20,
    speed: float = 1.0,
) -> Path:  # fmt: skip
    """Decode ``source`` from ``start_s`` to ``end_s``, change each picture, and encode it as H.264."""
    with av.open(str(path), "w") as out:
        stream = None
        for number, rgb in enumerate(_resampled(source, start_s, end_s, rate)):
            picture = change(rgb) if change else rgb
            height, width = picture.shape[:2]
            picture = np.ascontiguousarray(picture[: height // 2 * 2, : width // 2 * 2])
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            if size is not None:
                wide, high = size(frame.width, frame.height)
                frame = frame.reformat(width=wide // 2 * 2, height=high // 2 * 2, interpolation="BICUBIC")
            if stream is None:
                fps = rate or _rate_of(source)
                options = {"preset": "veryfast", "crf": str(crf), "threads": "1"}
                stream = out.add_stream("libx264", rate=fps, options=options)
                stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "yuv420p"
                base = Fraction(1, 90000)
                stream.codec_context.time_base = base
            frame = frame.reformat(format="yuv420p")
            frame.pts, frame.time_base = round(number / fps / base / Fraction(speed)), base
            out.mux(stream.encode(frame))
        assert stream is not None
        out.mux(stream.encode(None))
    return path


def _rate_of(source: Path) -> Fraction:
    with av.open(str(source)) as container:
        return Fraction(container.streams.video[0].average_rate)


def _resampled(source: Path, start_s: float, end_s: float | None, rate: Fraction | None) -> Iterator[np.ndarray]:
    """The pictures of the stretch; at another ``rate``: of each moment the one on screen."""
    with av.open(str(source)) as container:
        shown = 0
        last: np.ndarray | None = None
        for frame in container.decode(video=0):
            if end_s is not None and frame.time >= end_s - 1e-6:
                return
            if frame.time < start_s - 1e-6:
                continue
            now = frame.to_ndarray(format="rgb24")
            if rate is None:
                yield now
                continue
            while shown / rate + start_s < frame.time - 1e-6:
                yield now if last is None else last
                shown += 1
            last = now


def mirrored(rgb: np.ndarray) -> np.ndarray:
    """Left and right exchanged."""
    return rgb[:, ::-1]


def barred(rgb: np.ndarray, *, top: int = 0, bottom: int = 0, left: int = 0, right: int = 0) -> np.ndarray:
    """The whole picture with black bars put around it."""
    return np.pad(rgb, ((top, bottom), (left, right), (0, 0)))


def letterboxed(rgb: np.ndarray, share: float = 0.13) -> np.ndarray:
    """The whole picture with bars above and below, each that share of its height."""
    bar = round(rgb.shape[0] * share / 2) * 2
    return barred(rgb, top=bar, bottom=bar)


def pillarboxed(rgb: np.ndarray, share: float = 0.17) -> np.ndarray:
    """The whole picture with bars to the left and right, each that share of its width."""
    bar = round(rgb.shape[1] * share / 2) * 2
    return barred(rgb, left=bar, right=bar)


def cropped(rgb: np.ndarray, share: float = 0.1) -> np.ndarray:
    """The middle of the picture: ``share`` of width and height are lost, half of it at each side."""
    dy, dx = (round(side * share / 2) for side in rgb.shape[:2])
    return rgb[dy : rgb.shape[0] - dy, dx : rgb.shape[1] - dx]


def brightened(rgb: np.ndarray, gain: float = 1.2, more: float = 12) -> np.ndarray:
    """Brighter, with clipped highlights."""
    return np.clip(rgb * gain + more, 0, 255).astype(np.uint8)


def darkened(rgb: np.ndarray) -> np.ndarray:
    """By a gamma of 1.6."""
    return (255 * (rgb / 255.0) ** 1.6).astype(np.uint8)


def with_logo(rgb: np.ndarray) -> np.ndarray:
    """A white mark in the upper right corner."""
    marked = rgb.copy()
    high, wide = rgb.shape[0] // 10, rgb.shape[1] // 8
    marked[high // 2 : high // 2 + high, -wide - wide // 4 : -wide // 4] = 235
    return marked


def turned(rgb: np.ndarray) -> np.ndarray:
    """By a quarter."""
    return np.rot90(rgb)


def half(width: int, height: int) -> tuple[int, int]:
    """Half as wide and half as high."""
    return width // 2, height // 2


KINDS: dict[str, Callable[..., Path]] = {
    "CRF 34": partial(copy, crf=34),
    "half size": partial(copy, size=half),
    "half size, CRF 40": partial(copy, size=half, crf=40),
    "stretched to 4:3": partial(copy, size=lambda width, height: (height * 4 // 3, height)),
    "first 0.5 s off": partial(copy, start_s=0.5),
    "first 1.13 s off": partial(copy, start_s=1.13),
    "first 2 s off": partial(copy, start_s=2.0),
    "last 2 s off": partial(copy, end_s=6.0),
    "first 0.6 and last 1.4 s off": partial(copy, start_s=0.6, end_s=6.6),
    "mirrored": partial(copy, change=mirrored),
    "mirrored, first 0.7 s off, CRF 34": partial(copy, change=mirrored, start_s=0.7, crf=34),
    "letterboxed": partial(copy, change=letterboxed),
    "pillarboxed": partial(copy, change=pillarboxed),
    "letterboxed, half size, CRF 34": partial(copy, change=letterboxed, size=half, crf=34),
    "brighter": partial(copy, change=brightened),
    "darker (gamma 1.6)": partial(copy, change=darkened),
    "15 frames a second": partial(copy, rate=Fraction(15)),
    "60 frames a second": partial(copy, rate=Fraction(60)),
    "logo in a corner": partial(copy, change=with_logo),
    "5 % crop": partial(copy, change=partial(cropped, share=0.05)),
    "10 % crop": partial(copy, change=cropped),
    "20 % crop": partial(copy, change=partial(cropped, share=0.2)),
    "10 % faster": partial(copy, speed=1.1),
    "a quarter turn": partial(copy, change=turned),
}
"""Kinds of copy, for films of 8 s: (source, path) -> path."""
