"""Copies of real clips of every kind: by how many bits they differ, which are found, and what is found wrongly.

Needs the real clips (``VIDEOLECT_CLIPS``, or ../shared/clips). Twelve stretches of 8 s, none over another, from five
films; of the films from a fixed camera several. Then the index with invented fingerprints, one in a hundred a copy.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import numpy as np
from tests.support import copies

from benchmarks import data
from videolect.video.duplicates import Index, compare, find_pairs
from videolect.video.look import Fingerprint, fingerprint
from videolect.video.probe import probe

STRETCHES = [
    ("big_buck_bunny_480p_30s.mp4", 4), ("big_buck_bunny_480p_30s.mp4", 13), ("big_buck_bunny_480p_30s.mp4", 22),
    ("nasa_13013.mp4", 0),
    ("car-detection.mp4", 0), ("car-detection.mp4", 10), ("car-detection.mp4", 20),
    ("bottle-detection.mp4", 2), ("bottle-detection.mp4", 20),
    ("one-by-one-person-detection.mp4", 10), ("one-by-one-person-detection.mp4", 40),
    ("one-by-one-person-detection.mp4", 70),
]  # fmt: skip
MOVING = range(4)
"""Those in which the whole picture changes; in the others the camera is fixed."""


def run(*, quick: bool = False) -> None:
    """Print the table of kinds, the nearest different stretches, and what the index costs."""
    for count in (2_000,) if quick else (10_000, 100_000):
        _scale(count)  # of films that are made up: needs no clips
    folder = data.clips(STRETCHES[0][0])
    with tempfile.TemporaryDirectory(prefix="videolect-bench-") as made:
        _kinds(folder, Path(made), quick)


def _kinds(folder: Path, made: Path, quick: bool) -> None:
    stretches = STRETCHES[3:5] if quick else STRETCHES
    kinds = dict(list(copies.KINDS.items())[:: 6 if quick else 1])
    with ThreadPoolExecutor(2) as pool:
        sources = list(pool.map(lambda each: _cut(folder, made, *each), stretches))
        originals = list(pool.map(_taken, sources))
        print(
            "| kind of copy | bits: mean | most | changes: mean | found | by comparing all | wrongly |\n|" + "---|" * 7
        )
        for kind, make in kinds.items():
            names = [made / f"copy-{number}.mp4" for number in range(len(sources))]
            taken = list(pool.map(lambda pair, make=make: _taken(make(*pair)), zip(sources, names, strict=True)))
            _row(kind, originals, taken)
    near = [
        (match.distance, stretches[a], stretches[b], match.changes)
        for a in range(len(originals))
        for b in range(a)
        if (match := compare(originals[a], originals[b]))
    ]
    print(f"\nThe nearest of {len(near)} pairs of different stretches:")
    for distance, one, other, changes in sorted(near)[:8]:
        told = "nothing moves" if changes is None else f"changes {changes:.1f}"
        print(f"{distance:5.1f} bits, {told}: {one} and {other}")
    wrong = list(find_pairs(originals))
    print(f"{len(wrong)} of them are taken for the same")


def _row(kind: str, originals: Sequence[Fingerprint], taken: Sequence[Fingerprint]) -> None:
    found = {(a, b) for a, b, _ in find_pairs(originals, taken)}
    matches = [compare(one, other) for one, other in zip(originals, taken, strict=True)]
    bits = [match.distance for match in matches if match]
    changes = [match.changes for match in matches if match and match.changes is not None]
    right = [(number, number) in found for number in range(len(originals))]
    all_pairs = sum(bool(match and match.is_same()) for match in matches)
    wrong = sum(a != b for a, b in found)
    change = f"{np.mean(changes):.1f}" if changes else "-"
    print(
        f"| {kind} | {np.mean(bits):.1f} | {max(bits):.1f} | {change} | {sum(right)} of {len(right)} | {all_pairs} | "
        f"{wrong} of {len(right) * (len(right) - 1)} |",
        flush=True,
    )


def _cut(folder: Path, made: Path, name: str, start_s: int) -> Path:
    path = made / f"{name[:6]}-{start_s}.mp4"
    return copies.copy(folder / name, path, start_s=start_s, end_s=start_s + 8, crf=18)


def _taken(path: Path) -> Fingerprint:
    return fingerprint(path, probe(path))


def _scale(count: int) -> None:
    rng = np.random.default_rng(3)
    prints = [_invented(rng, number) for number in range(count - count // 100)]
    prints += [_noisy(rng, prints[number], count + number) for number in range(count // 100)]
    begun = time.process_time()
    candidates = Index(prints).candidates(prints)
    indexed = time.process_time() - begun
    begun = time.process_time()
    found = len(list(find_pairs(prints)))
    whole = time.process_time() - begun
    print(
        f"\n{count:,} invented films of 10 s: candidates in {indexed:.1f} CPU s, "
        f"{sum(a < b for a, b in candidates):,} pairs compared, all in {whole:.1f} CPU s; "
        f"{found:,} of {count // 100:,} copies found"
    )


def _invented(rng: np.random.Generator, number: int, samples: int = 40) -> Fingerprint:
    """Three scenes, each drifting by two bits a sample."""
    scenes = rng.integers(0, 2**64, 3, dtype=np.uint64)
    looks = scenes[np.arange(samples) * 3 // samples] ^ np.bitwise_xor.accumulate(_few_bits(rng, samples))
    return _print(number, looks, rng.integers(0, 2**64, samples, dtype=np.uint64))


def _noisy(rng: np.random.Generator, source: Fingerprint, number: int) -> Fingerprint:
    """Half a second shorter, every look wrong in two bits."""
    looks, changes = (part ^ _few_bits(rng, len(part)) for part in (source.looks, source.changes))
    return _print(number, looks[2:], changes[2:])


def _few_bits(rng: np.random.Generator, samples: int) -> np.ndarray:
    return np.bitwise_or.reduce(np.uint64(1) << rng.integers(0, 64, (samples, 2), dtype=np.uint64), axis=1)


def _print(number: int, looks: np.ndarray, changes: np.ndarray) -> Fingerprint:
    level = np.full(len(looks), 100, np.uint8)
    return Fingerprint(
        video_hash=f"{number:064x}", start_pts=0, end_pts=6 * len(looks), time_base=Fraction(1, 24),
        looks=looks, contrast=level, changes=changes, motion=level,
    )  # fmt: skip
