"""Shot boundaries: our detector beside PySceneDetect's defaults, on films put together from the real clips.

    python -m benchmarks.shots [--half report|tuning] [--seed N] [--quick]

Every film is made of stretches of real clips, each seen through a window that drifts and zooms, at 12.5 to 50 frames a
second, encoded as H.264 at 320x180. Its cuts, dissolves (0.5-1 s) and fades are known; flashes of 1 to 3 frames and
whip pans are no cuts, a whip pan that hides a cut is one. The two halves share no stretch of film: constants
were set on ``tuning`` and figures are reported on ``report``.

A cut is found when a detector says one within 2 frames; a gradual transition when anything said overlaps it, widened by
2 frames. Each detection counts once. A gradual detection over a cut counts as wrong.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import data
from videolect.video.backends.pyav import write_mp4
from videolect.video.blends import Blends
from videolect.video.frames import frames
from videolect.video.probe import probe
from videolect.video.shots import Engine, Picture, Transition, reshoot

WIDTH, HEIGHT = 320, 180
_SOURCE = (480, 270)
TOLERANCE = 2
RATES = (Fraction(25, 2), Fraction(24), Fraction(25), Fraction(30), Fraction(50))

BUNNY, NASA = "big_buck_bunny_480p_30s.mp4", "nasa_13013.mp4"
CAR, BOTTLE, PEOPLE = "car-detection.mp4", "bottle-detection.mp4", "one-by-one-person-detection.mp4"
STRETCHES = {
    "tuning": (
        (BUNNY, 60, 280), (BUNNY, 390, 474), (NASA, 0, 124), (NASA, 212, 300), (CAR, 0, 376), (BOTTLE, 0, 500),
    ),
    "report": (
        (BUNNY, 292, 380), (BUNNY, 556, 716), (NASA, 154, 200), (BOTTLE, 700, 1188), (PEOPLE, 0, 700),
        (PEOPLE, 700, 1390),
    ),
}  # fmt: skip
"""Clip, first and last frame of a stretch without a cut, looked at by eye."""


@dataclass
class Film:
    """Pictures and what happens between them."""

    name: str
    rate: Fraction
    pictures: list[Picture] = field(default_factory=list)
    truth: list[tuple[str, int, int]] = field(default_factory=list)
    """(kind, start, end) as a ``Transition`` has them; ``whip_cut`` is a cut."""

    def end(self) -> int:
        """Frames so far."""
        return len(self.pictures)


# ----------------------------------------------------------------------------------------------------------- material


@lru_cache(maxsize=16)
def _stretch(name: str, first: int, last: int) -> tuple[NDArray[np.uint8], float]:
    path = data.clips(name) / name
    table = probe(path).timeline
    return np.stack(list(frames(path, range(first, last), timeline=table, size=_SOURCE))), table.mean_rate


def _seen(picture: Picture, left: float, top: float, width: float) -> NDArray[np.float32]:
    """The window of the picture as a whole picture, bilinear. ``left``, ``top``, ``width``: shares of the source."""
    high, wide = picture.shape[:2]
    x = np.clip((left + width * (np.arange(WIDTH) + 0.5) / WIDTH) * wide - 0.5, 0, wide - 1.001)
    y = np.clip((top + width * (np.arange(HEIGHT) + 0.5) / HEIGHT) * high - 0.5, 0, high - 1.001)
    x0, y0 = x.astype(int), y.astype(int)
    fx, fy = (x - x0)[None, :, None], (y - y0)[:, None, None]
    rows = picture[y0] * (1 - fy) + picture[y0 + 1] * fy
    return (rows[:, x0] * (1 - fx) + rows[:, x0 + 1] * fx).astype(np.float32)


class Material:
    """Draws stretches, never twice from one clip in a row."""

    def __init__(self, half: str, seed: int) -> None:
        self.stretches = STRETCHES[half]
        self.rng = np.random.default_rng(seed)
        self.last = ""

    def shot(self, seconds: float, rate: Fraction) -> list[NDArray[np.float32]]:
        """Some seconds of one stretch through a window that drifts."""
        rng = self.rng
        choices = [one for one in self.stretches if one[0] != self.last]
        name, first, last = choices[int(rng.integers(len(choices)))]
        self.last = name
        source, source_rate = _stretch(name, first, last)
        count = round(seconds * float(rate))
        width = rng.uniform(0.55, 0.85)
        zoom = rng.uniform(-0.08, 0.08) if rng.random() < 0.5 else 0.0
        drift = rng.uniform(-0.08, 0.08, 2) if rng.random() < 0.7 else np.zeros(2)
        shake = rng.uniform(0, 0.002) if rng.random() < 0.4 else 0.0
        mirrored = rng.random() < 0.5
        begin = rng.integers(max(1, len(source) - int(count / float(rate) * source_rate) - 1))
        seen = []
        for number in range(count):
            at = number / float(rate)
            size = float(np.clip(width * (1 + zoom * at), 0.4, 0.98))
            room = 1 - size
            left = np.clip(room / 2 + drift[0] * at + rng.normal(0, 1) * shake, 0, room)
            top = np.clip(room / 2 + drift[1] * at + rng.normal(0, 1) * shake, 0, room)
            picture = source[min(len(source) - 1, int(begin + at * source_rate))]
            seen.append(_seen(picture[:, ::-1] if mirrored else picture, float(left), float(top), size))
        return seen


def _whip(picture: NDArray[np.float32], count: int, widths: float, to_left: bool) -> list[NDArray[np.float32]]:
    """``count`` pictures of a fast pan over a scene that goes on beside this picture, blurred as by a shutter."""
    tiles = int(abs(widths)) + 3
    scene = np.concatenate([picture if tile % 2 == 0 else picture[:, ::-1] for tile in range(tiles)], axis=1)
    summed = np.concatenate([np.zeros((HEIGHT, 1, 3)), np.cumsum(scene, axis=1, dtype=np.float64)], axis=1)
    ease = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, count + 2))
    seen = []
    for number in range(1, count + 1):
        at = ease[number] * widths * WIDTH
        blur = max(1, int((ease[number] - ease[number - 1]) * widths * WIDTH * 0.6))
        left = int(at) + np.arange(WIDTH)
        moved = (summed[:, left + blur] - summed[:, left]) / blur
        seen.append((moved[:, ::-1] if to_left else moved).astype(np.float32))
    return seen


def _bytes(pictures: Iterable[NDArray[np.float32]]) -> list[Picture]:
    return [np.clip(picture + 0.5, 0, 255).astype(np.uint8) for picture in pictures]


def film_of(kind: str, rate: Fraction, material: Material, events: int) -> Film:
    """A film with so many events of one kind."""
    film = Film(f"{kind} {float(rate):g}", rate)
    rng = material.rng
    shot = material.shot(rng.uniform(2.2, 3.4), rate)
    for _ in range(events):
        if kind in ("flash", "whip"):
            shot = _disturbed(film, kind, shot, rng)
            following = material.shot(rng.uniform(2.2, 3.4), rate)
            film.pictures += _bytes(shot)
            film.truth.append(("cut", film.end(), film.end()))
        else:
            following = material.shot(rng.uniform(2.2, 3.4), rate)
            shot, following = _joined(film, kind, shot, following, rng)
        shot = following
    film.pictures += _bytes(shot)
    return film


def _disturbed(
    film: Film, kind: str, shot: list[NDArray[np.float32]], rng: np.random.Generator
) -> list[NDArray[np.float32]]:
    """A flash or a whip pan in the middle of a shot: no transition."""
    middle = len(shot) // 2
    if kind == "flash":
        shot = list(shot)
        power = rng.uniform(0.5, 1.0)
        for by in range(int(rng.integers(1, 4))):
            shot[middle + by] = shot[middle + by] * (1 - power) + 255 * power
            power *= rng.uniform(0.6, 1.0)
        return shot
    count = max(3, round(rng.uniform(0.15, 0.35) * float(film.rate)))
    pan = _whip(shot[middle], count, rng.uniform(1.2, 2.6), bool(rng.random() < 0.5))
    # The scene goes on where the pan ended.
    return [*shot[:middle], *pan, *[pan[-1]] * 2, *(pan[-1] * 0.97 + 0.03 * each for each in shot[middle:])]


def _joined(
    film: Film, kind: str, shot: list[NDArray[np.float32]], following: list[NDArray[np.float32]],
    rng: np.random.Generator,
) -> tuple[list[NDArray[np.float32]], list[NDArray[np.float32]]]:  # fmt: skip
    """Append the shot and the transition; what is left of the next one."""
    rate = float(film.rate)
    if kind == "cut":
        film.pictures += _bytes(shot)
        film.truth.append(("cut", film.end(), film.end()))
        return shot, following
    if kind == "whip_cut":
        count = max(2, round(rng.uniform(0.1, 0.2) * rate))
        out = _whip(shot[-1], count * 2, rng.uniform(1.2, 2.6), to_left=False)[:count]
        into = _whip(following[0], count * 2, rng.uniform(1.2, 2.6), to_left=True)[:count][::-1]
        film.pictures += _bytes([*shot, *out])
        film.truth.append(("whip_cut", film.end(), film.end()))
        film.pictures += _bytes(into)
        return shot, following
    if kind == "dissolve":
        count = round(rng.uniform(0.5, 1.0) * rate)
        film.pictures += _bytes(shot[:-count])
        shares = (np.arange(count) + 1) / (count + 1)
        film.truth.append(("dissolve", film.end(), film.end() + count))
        film.pictures += _bytes(
            old * (1 - share) + new * share
            for old, new, share in zip(shot[-count:], following[:count], shares, strict=True)
        )
        return shot, following[count:]
    colour = 0.0 if kind == "fade_black" else 255.0
    out, hold, into = (max(3, round(rng.uniform(*span) * rate)) for span in ((0.25, 0.75), (0.0, 0.4), (0.25, 0.75)))
    film.pictures += _bytes(shot[:-out])
    start = film.end()
    film.pictures += _bytes(
        old * (1 - share) + colour * share
        for old, share in zip(shot[-out:], (np.arange(out) + 1) / (out + 1), strict=True)
    )
    film.pictures += _bytes([np.full((HEIGHT, WIDTH, 3), colour, np.float32)] * hold)
    film.pictures += _bytes(
        new * share + colour * (1 - share)
        for new, share in zip(following[:into], (np.arange(into) + 1) / (into + 1), strict=True)
    )
    film.truth.append((kind, start, film.end()))
    return shot, following[into:]


FILMS = ("cut", "dissolve", "fade_black", "fade_white", "flash", "whip", "whip_cut")


def films(half: str, seed: int, events: int) -> Iterator[Film]:
    """One film of each kind at each frame rate."""
    for number, rate in enumerate(RATES):
        for kind in FILMS:
            yield film_of(kind, rate, Material(half, seed * 1000 + number * 10 + FILMS.index(kind)), events)


# ---------------------------------------------------------------------------------------------------------- judgement


@dataclass
class Tally:
    """Over several films."""

    true: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    """``cut`` and ``gradual``, by what the detector says."""
    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    """False detections by the kind of film."""
    shares: list[float] = field(default_factory=list)
    """Intersection over union of gradual transitions that were found as such."""
    seconds: float = 0.0
    frames: int = 0


def judge(film: Film, said: Sequence[Transition], tally: Tally) -> list[Transition]:
    """Count one film; the false detections."""
    pairs = []
    for t, (kind, start, end) in enumerate(film.truth):
        hard = kind in ("cut", "whip_cut")
        tally.true[kind] += 1
        for d, one in enumerate(said):
            if hard and not one.is_cut:
                continue
            gap = max(start - one.end_frame, one.start_frame - end)
            if gap <= TOLERANCE:
                pairs.append((gap, abs(one.start_frame - start) + abs(one.end_frame - end), t, d))
    truths, detections = set(), set()
    for *_, t, d in sorted(pairs):
        if t in truths or d in detections:
            continue
        truths.add(t)
        detections.add(d)
        kind, start, end = film.truth[t]
        tally.found[kind] += 1
        if end > start and not said[d].is_cut:
            both = min(end, said[d].end_frame) - max(start, said[d].start_frame)
            tally.shares.append(max(0, both) / (max(end, said[d].end_frame) - min(start, said[d].start_frame)))
    false = []
    for d, one in enumerate(said):
        name = "cut" if one.is_cut else "gradual"
        tally.said[name] += 1
        if d in detections:
            tally.right[name] += 1
        else:
            tally.wrong[film.name.split()[0]] += 1
            false.append(one)
    return false


def detectors() -> dict[str, Engine]:
    """Ours, and PySceneDetect's where it is installed."""
    found: dict[str, Engine] = {"videolect": Blends()}
    try:
        from videolect.video.backends.scenedetect import Adaptive, Content

        found |= {"content 27": Content(), "adaptive 3.0": Adaptive()}
    except Exception as error:
        print(f"PySceneDetect is left out: {error}")
    return found


def measure(
    half: str,
    seed: int,
    events: int,
    tell: Callable[[str, Film, list[Transition], list[Transition]], None] | None = None,
) -> dict[str, Tally]:
    """Every detector on every film of the half, each reading the encoded file."""
    tallies = {name: Tally() for name in detectors()}
    with tempfile.TemporaryDirectory(prefix="videolect-bench-") as folder:
        path = Path(folder) / "film.mp4"
        for film in films(half, seed, events):
            write_mp4(path, film.pictures, fps=film.rate, size=(WIDTH, HEIGHT), crf=23)
            table = probe(path).timeline
            for name, engine in detectors().items():
                begun = _processor_s()
                scores = engine.score(
                    frames(path, range(table.frame_count), timeline=table, size=engine.size), table.mean_rate
                )
                said = reshoot(engine, scores)
                tallies[name].seconds += _processor_s() - begun
                tallies[name].frames += table.frame_count
                false = judge(film, said, tallies[name])
                if tell:
                    tell(name, film, said, false)
    return tallies


def _processor_s() -> float:
    """Of this process and its ended children: other jobs on the machine count little."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.2f} ({part:.0f}/{whole:.0f})" if whole else "-"


def table(tallies: dict[str, Tally]) -> str:
    """All of it as Markdown, a column for each detector."""
    rows: list[tuple[str, Callable[[Tally], str]]] = [
        (f"recall, {kind}", lambda tally, kind=kind: _share(tally.found[kind], tally.true[kind]))
        for kind in ("cut", "whip_cut", "dissolve", "fade_black", "fade_white")
    ]
    hard, soft = ("cut", "whip_cut"), ("dissolve", "fade_black", "fade_white")
    for name, kinds in (("hard", hard), ("gradual", soft)):
        rows.append(
            (
                f"**recall, {name}**",
                lambda tally, kinds=kinds: _share(
                    sum(tally.found[k] for k in kinds), sum(tally.true[k] for k in kinds)
                ),
            )
        )
    rows += [
        ("**precision, what is said to be a cut**", lambda tally: _share(tally.right["cut"], tally.said["cut"])),
        ("**precision, said to be gradual**", lambda tally: _share(tally.right["gradual"], tally.said["gradual"])),
        ("false, by film", lambda tally: ", ".join(f"{k} {n}" for k, n in sorted(tally.wrong.items())) or "none"),
        ("overlap of gradual ones (IoU)", lambda tally: f"{np.mean(tally.shares):.2f}" if tally.shares else "-"),
        ("frames per second of processor time, decoding included", lambda tally: f"{tally.frames / tally.seconds:.0f}"),
    ]
    lines = ["| | " + " | ".join(tallies) + " |", "|---|" + "---|" * len(tallies)]
    lines += [f"| {name} | " + " | ".join(cell(tally) for tally in tallies.values()) + " |" for name, cell in rows]
    return "\n".join(lines)


def run(*, quick: bool, half: str = "report", seed: int = 2) -> None:
    """Both sides from one run."""
    events = 1 if quick else 5
    tallies = measure(half, seed, events)
    any_tally = next(iter(tallies.values()))
    print(f"{half} half, seed {seed}: {len(RATES) * len(FILMS)} films, {any_tally.frames:,} frames at {WIDTH}x{HEIGHT}")
    print(table(tallies))


def main() -> None:
    """From the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=list(STRETCHES), default="report", help="of the material (default: report)")
    parser.add_argument("--seed", type=int, default=2, help="of the draws (default: 2)")
    parser.add_argument("--quick", action="store_true", help="fewer events")
    asked = parser.parse_args()
    sys.exit(data.ended(partial(run, quick=asked.quick, half=asked.half, seed=asked.seed)))


if __name__ == "__main__":
    main()
