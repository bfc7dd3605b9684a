"""Frames of a ten-second film in 1080p: processor seconds and memory of our reader beside others'.

Each reading runs in a process of its own that has loaded its library before the clock starts; processor seconds are
those of the process and of the children it waited for, memory is the largest resident set of the process and that of
its largest child, added up. The film is made of a real one, enlarged, with grain, in H.264 with x264's own groups of
pictures and with one a second. All give pictures of 728x420 but OpenCV, which is let scale them by areas itself.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import pickle
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import data

SIZE = (728, 420)
FULL = (1920, 1080)
FILM = "big_buck_bunny_480p_30s.mp4"
SECONDS, FPS = 10, 30
PATTERNS = {"16": 16, "32": 32, "64": 64, "2 fps": 20}
ROUNDS = 3

Reading = Callable[[], Callable[[Path, list[int]], Any]]


def run(*, quick: bool = False) -> None:
    """Make the films, let every reader read, print."""
    source = data.clips(FILM) / FILM
    print(", ".join(f"{name} {version}" for name, version in versions().items()))
    with tempfile.TemporaryDirectory(prefix="videolect-bench-") as folder:
        for name, gop in {"default groups": 250, "a group a second": FPS}.items():
            film = make_film(source, Path(folder) / f"{gop}.mp4", gop)
            print(f"\n{name}: {film.stat().st_size / 1e6:.1f} MB; processor seconds / MB of memory, median of {ROUNDS}")
            print(f"{'':22}" + "".join(f"{pattern:>16}" for pattern in PATTERNS))
            rows = measured(film, Path(folder), 1 if quick else ROUNDS)
            for reader, cells in rows.items():
                shown = "".join(f"{f'{seconds:.2f} / {memory:.0f}':>16}" for seconds, memory in cells)
                print(f"{reader:22}{shown}")


def measured(film: Path, folder: Path, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Reader -> for each pattern processor seconds and megabytes. The readers take turns, so that all meet the same
    load."""
    names = [name for name, (needs, _) in READERS.items() if not needs or present(needs)]
    first = [sys.executable, "-m", "benchmarks.readers", names[0], str(film), "[0]", str(folder)]
    subprocess.run(first, check=True, capture_output=True)
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for pattern, count in PATTERNS.items():
        wanted = [int((at + 0.5) * SECONDS * FPS / count) for at in range(count)]
        for _ in range(rounds):
            for name in names:
                if name == SLOW and count > 20:
                    found[name, pattern] = [(float("nan"), float("nan"))]
                    continue
                words = [name, str(film), json.dumps(wanted), str(folder / "cache")]
                done = subprocess.run(
                    [sys.executable, "-m", "benchmarks.readers", *words], capture_output=True, text=True, check=True
                )
                answer = json.loads(done.stdout.splitlines()[-1])
                assert answer["frames"] == count, (name, answer)
                found.setdefault((name, pattern), []).append((answer["seconds"], answer["megabytes"]))
    return {
        name: [
            (
                statistics.median(seconds for seconds, _ in found[name, pattern]),
                statistics.median(memory for _, memory in found[name, pattern]),
            )
            for pattern in PATTERNS
        ]
        for name in names
    }


def make_film(source: Path, path: Path, gop: int) -> Path:
    """Ten seconds of the film, enlarged to 1080p, with grain, 30 frames a second."""
    import av

    dice = np.random.default_rng(1)
    grain = dice.normal(0, 4, (FULL[1] + 64, FULL[0] + 64, 1)).astype(np.int16)
    with av.open(str(source)) as film, av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=FPS, options={"preset": "medium", "crf": "21"})
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = *FULL, "yuv420p", gop
        stream.codec_context.time_base = Fraction(1, FPS)
        made = 0
        film.seek(2 * av.time_base)
        for frame in film.decode(video=0):
            picture = frame.reformat(*FULL, format="rgb24", interpolation="LANCZOS").to_ndarray().astype(np.int16)
            for _ in range(2 if made % 5 == 4 else 1):  # 24 frames a second to 30
                x, y = dice.integers(0, 64, 2)
                noisy = np.clip(picture + grain[y : y + FULL[1], x : x + FULL[0]], 0, 255).astype(np.uint8)
                shot = av.VideoFrame.from_ndarray(noisy, format="rgb24")
                shot.pts, shot.time_base = made, Fraction(1, FPS)
                out.mux(stream.encode(shot))
                made += 1
                if made == SECONDS * FPS:
                    out.mux(stream.encode(None))
                    return path
    raise AssertionError("the film is too short")


def present(library: str) -> bool:
    """Whether a library or a program is here."""
    return bool(importlib.util.find_spec(library) or shutil.which(library))


def versions() -> dict[str, str]:
    """What is compared."""
    names = ("av", "numpy", "torch", "torchcodec", "eva-decord", "opencv-python")
    found = {}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    if program := shutil.which("ffmpeg"):
        said = subprocess.run([program, "-version"], capture_output=True, text=True, check=True).stdout
        found["ffmpeg"] = said.split()[2]
    return found


# ------------------------------------------------------------------------------------------------------------ readers


def ours(resampler: Any, *, cached: bool = False, torch: bool = False) -> Reading:
    def load() -> Callable[[Path, list[int]], Any]:
        from videolect.video.cache import FrameCache
        from videolect.video.frames import take
        from videolect.video.probe import probe
        from videolect.video.recipe import Fixed, Recipe
        from videolect.video.sampling import At
        from videolect.video.sandbox import Limits

        if torch:
            import torch as loaded

            loaded.set_num_threads(1)
        film = Path(sys.argv[2])
        # As in an import, which was long ago: what probing costs is not measured here.
        known = film.with_suffix(".probed")
        if not known.exists():
            known.write_bytes(pickle.dumps(probe(film)))
        probed, limits = pickle.loads(known.read_bytes()), Limits(threads=1)  # noqa: S301 - our own file
        cache = FrameCache(Path(sys.argv[4]))

        def read(path: Path, wanted: list[int]) -> Any:
            recipe = Recipe(
                pick=At(frames=tuple(wanted)), size=Fixed(width=SIZE[0], height=SIZE[1]), resampler=resampler
            )
            if cached:
                return cache.take(path, recipe, probed, limits=limits).pictures
            return take(path, recipe, probed, limits=limits).pictures

        if cached:
            read(film, json.loads(sys.argv[3]))
        return read

    return load


def torchcodec(*, resize: bool) -> Reading:
    def load() -> Callable[[Path, list[int]], Any]:
        import torch
        from torchcodec.decoders import VideoDecoder
        from torchcodec.transforms import Resize

        torch.set_num_threads(1)

        def read(path: Path, wanted: list[int]) -> Any:
            scaled = [Resize((SIZE[1], SIZE[0]))] if resize else None
            return VideoDecoder(str(path), num_ffmpeg_threads=1, transforms=scaled).get_frames_at(wanted).data

        return read

    return load


def decord() -> Callable[[Path, list[int]], Any]:
    from decord import VideoReader, cpu

    def read(path: Path, wanted: list[int]) -> Any:
        film = VideoReader(str(path), ctx=cpu(0), width=SIZE[0], height=SIZE[1], num_threads=1)
        return film.get_batch(wanted).asnumpy()

    return read


def opencv(*, seeks: bool) -> Reading:
    def load() -> Callable[[Path, list[int]], Any]:
        import cv2

        cv2.setNumThreads(1)

        def read(path: Path, wanted: list[int]) -> Any:
            film = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
            made, at = [], 0
            for index in wanted:
                if seeks:
                    film.set(cv2.CAP_PROP_POS_FRAMES, index)
                else:
                    while at < index:
                        film.grab()
                        at += 1
                    at += 1
                good, picture = film.read()
                assert good
                small = cv2.resize(picture, SIZE, interpolation=cv2.INTER_AREA)
                made.append(cv2.cvtColor(small, cv2.COLOR_BGR2RGB))
            return np.stack(made)

        return read

    return load


def command_line() -> Callable[[Path, list[int]], Any]:
    def read(path: Path, wanted: list[int]) -> Any:
        chosen = "+".join(f"eq(n\\,{index})" for index in wanted)
        filters = f"select={chosen},scale={SIZE[0]}:{SIZE[1]}:flags=area"
        words = [
            "-v",
            "error",
            "-threads",
            "1",
            "-i",
            str(path),
            "-vf",
            filters,
            "-vsync",
            "0",
            "-frames:v",
            str(len(wanted)),
        ]
        done = subprocess.run(
            ["ffmpeg", *words, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], capture_output=True, check=True
        )
        return np.frombuffer(done.stdout, np.uint8).reshape(-1, SIZE[1], SIZE[0], 3)

    return read


READERS: dict[str, tuple[str, Reading]] = {
    "ours, area": ("", ours("area")),
    "ours, bicubic": ("", ours("bicubic")),
    "ours, bicubic, torch": ("torch", ours("bicubic", torch=True)),
    "ours, from the cache": ("", ours("bicubic", cached=True)),
    "torchcodec": ("torchcodec", torchcodec(resize=False)),
    "torchcodec, Resize": ("torchcodec", torchcodec(resize=True)),
    "decord": ("decord", decord),
    "OpenCV, in order": ("cv2", opencv(seeks=False)),
    "OpenCV, seeking": ("cv2", opencv(seeks=True)),
    "ffmpeg": ("ffmpeg", command_line),
}


SLOW = "OpenCV, seeking"
"""It decodes from the last key frame for each frame: with many of them a minute passes."""


def one() -> None:
    """In a process of its own: read once, tell what it cost."""
    import resource

    def spent() -> float:
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(each.ru_utime + each.ru_stime for each in used)

    read = READERS[sys.argv[1]][1]()
    before = spent()
    found = read(Path(sys.argv[2]), json.loads(sys.argv[3]))
    seconds = spent() - before
    # Not ru_maxrss of this process, which begins with what its parent had when it forked.
    status = Path("/proc/self/status").read_text()
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    memory = own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(json.dumps({"seconds": seconds, "megabytes": memory / 1024, "frames": len(found)}))


if __name__ == "__main__":
    one()
