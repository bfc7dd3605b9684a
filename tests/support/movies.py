"""Odd movies, made on the spot with PyAV: every frame has its number burnt in, so a test sees which frame it was given.

Each function writes one file and returns its path. ``tests/support/movies.py`` uses PyAV directly (the package itself
uses it in one file only) because it has to write what no honest camera writes.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import av
import numpy as np

from tests.support.burn_in import draw_burn_in

CONSTANT = Fraction(24)
NTSC_FILM = Fraction(24000, 1001)


def picture(number: int, width: int, height: int) -> np.ndarray:
    """A frame that moves a little from number to number and says which it is."""
    rgb = np.roll(_waves(width, height), -3 * number, axis=1)
    draw_burn_in(rgb, number % 65536)
    return rgb


@lru_cache(maxsize=4)
def _waves(width: int, height: int) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    waves = 90 + 50 * np.sin(x / 23.0) + 40 * np.cos(y / 17.0)
    return np.stack([waves, 0.8 * waves + 20, 200 - 0.6 * waves], axis=-1).astype(np.uint8)


def movie(
    path: Path,
    times: Sequence[int],
    *,
    time_base: Fraction = Fraction(1, 12800),
    rate: Fraction = CONSTANT,
    size: tuple[int, int] = (320, 180),
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    bframes: int = 2,
    gop: int = 24,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    rotation: int = 0,
    sample_aspect: Fraction | None = None,
    audio_s: float = 0.0,
    audio_codec: str = "aac",
    audio_start_s: float = 0.0,
    colour: tuple[int, int, int, int] | None = None,
    tags: dict[str, str] | None = None,
) -> Path:
    """A movie whose frame ``i`` is shown from ``times[i]`` ticks on; ``rotation`` in degrees clockwise.

    ``colour``: tags of primaries, transfer, matrix (H.273's codes) and range (1 limited, 2 full); pictures stay as
    they are. ``tags``: metadata of the container.
    """
    width, height = size
    with _as_scheduled(), av.open(str(path), "w", options=container_options or {}) as out:
        stream = out.add_stream(codec, rate=rate, options=_codec_options(codec, options))
        stream.width, stream.height, stream.pix_fmt = width, height, pixel_format
        stream.codec_context.time_base = time_base
        stream.time_base = time_base
        stream.gop_size = gop
        if codec in ("libx264", "libx265", "mpeg4"):
            stream.max_b_frames = bframes
        out.metadata.update(tags or {})
        if colour is not None:
            context = stream.codec_context
            context.color_primaries, context.color_trc, context.colorspace, context.color_range = colour
        if sample_aspect is not None:
            stream.codec_context.sample_aspect_ratio = sample_aspect
        if rotation:
            stream.set_display_rotation(-rotation)
        sound = None
        if audio_s:
            sound = out.add_stream(audio_codec, rate=48000)
        for number, pts in enumerate(times):
            frame = av.VideoFrame.from_ndarray(picture(number, width, height), format="rgb24")
            frame.pts, frame.time_base = pts, time_base
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if sound is not None:
            for frame in _tone(audio_s, audio_start_s):
                out.mux(sound.encode(frame))
            out.mux(sound.encode(None))
    return path


@contextmanager
def _as_scheduled() -> Iterator[None]:
    """Undo what SVT-AV1 does to a process of root's: it makes the thread real-time, of the highest priority.

    Whatever that process starts inherits it: a browser then keeps every core from everybody else.
    """
    if not hasattr(os, "sched_getscheduler"):
        yield
        return
    policy, priority = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        os.sched_setscheduler(0, policy, priority)


def evenly(frames: int, rate: Fraction, time_base: Fraction, start: int = 0) -> list[int]:
    """Ticks of evenly spaced frames, each rounded to the time base."""
    return [start + round(i / rate / time_base) for i in range(frames)]


def constant(path: Path, frames: int = 48, **options: object) -> Path:
    """24 frames a second, H.264 with B-frames, in the container that the suffix names."""
    return movie(path, evenly(frames, CONSTANT, Fraction(1, 12800)), **options)  # type: ignore[arg-type]


def ntsc_film(path: Path, frames: int = 48) -> Path:
    """24000/1001 frames a second; in Matroska the times are rounded to milliseconds."""
    base = Fraction(1, 1000) if path.suffix in (".mkv", ".webm") else Fraction(1, 24000)
    return movie(path, evenly(frames, NTSC_FILM, base), time_base=base, rate=NTSC_FILM)


def variable(path: Path, frames: int = 60, seed: int = 3, **options: object) -> Path:
    """Frame durations of 20 to 120 ms, drawn from a seed."""
    gaps = np.random.default_rng(seed).integers(20, 121, frames - 1)
    times = [0, *np.cumsum(gaps).tolist()]
    return movie(path, times, time_base=Fraction(1, 1000), **options)  # type: ignore[arg-type]


def late_start(path: Path, frames: int = 48, start_s: Fraction = Fraction(7, 5), **options: object) -> Path:
    """The first frame is shown at 1.4 s: an empty edit in MP4, plain block times in Matroska."""
    base = Fraction(1, 1000) if path.suffix in (".mkv", ".webm") else Fraction(1, 12800)
    times = evenly(frames, CONSTANT, base, start=int(start_s / base))
    return movie(path, times, time_base=base, **options)  # type: ignore[arg-type]


def early_start(path: Path, frames: int = 48, start_s: Fraction = Fraction(-1, 2), **options: object) -> Path:
    """The first frames are before zero: an edit list in MP4 that cuts them off."""
    base = Fraction(1, 12800)
    times = evenly(frames, CONSTANT, base, start=int(start_s / base))
    return movie(path, times, time_base=base, **options)  # type: ignore[arg-type]


def open_groups(path: Path, frames: int = 72) -> Path:
    """H.264 whose later key frames are no IDR pictures: frames after one are shown before it and need older ones."""
    wish = "open-gop=1:keyint=24:min-keyint=24:scenecut=0:bframes=3:b-adapt=0"
    return constant(path, frames, bframes=3, options={"preset": "medium", "x264-params": wish})


def audio_only(path: Path, seconds: float = 1.0) -> Path:
    """A tone without a picture."""
    with av.open(str(path), "w") as out:
        sound = out.add_stream("aac", rate=48000)
        for frame in _tone(seconds, 0.0):
            out.mux(sound.encode(frame))
        out.mux(sound.encode(None))
    return path


def no_frames(path: Path) -> Path:
    """A container that announces a picture and holds none."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libvpx-vp9", rate=24)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        out.start_encoding()
    return path


def cut_off(source: Path, path: Path, keep: float = 0.5) -> Path:
    """The first part of another file's bytes, as an interrupted copy leaves it."""
    data = source.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    return path


def spoilt(source: Path, path: Path, at: float = 0.5, count: int = 400) -> Path:
    """Another file with some bytes in the middle overwritten."""
    data = bytearray(source.read_bytes())
    start = int(len(data) * at)
    data[start : start + count] = np.random.default_rng(1).integers(0, 256, count, dtype=np.uint8).tobytes()
    path.write_bytes(data)
    return path


def _codec_options(codec: str, options: dict[str, str] | None) -> dict[str, str]:
    plain = {
        "libx264": {"preset": "ultrafast", "crf": "18", "threads": "1"},
        "libx265": {"preset": "ultrafast", "crf": "18", "x265-params": "log-level=none:pools=1"},
        "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "crf": "24", "b": "0", "threads": "1"},
        "libvpx": {"deadline": "realtime", "cpu-used": "8", "b": "2000000", "threads": "1"},
        "libsvtav1": {"preset": "8", "crf": "8", "svtav1-params": "lp=1"},
    }.get(codec, {})
    return {**plain, **(options or {})}


def _tone(seconds: float, start_s: float) -> Iterable[av.AudioFrame]:
    for number in range(math.ceil(seconds * 48000 / 1024)):
        wave = 0.2 * np.sin(2 * np.pi * 330 * (number * 1024 + np.arange(1024)) / 48000)
        frame = av.AudioFrame.from_ndarray(wave.astype(np.float32)[None, :], format="fltp", layout="mono")
        frame.sample_rate = 48000
        frame.pts = number * 1024 + round(start_s * 48000)
        frame.time_base = Fraction(1, 48000)
        yield frame
