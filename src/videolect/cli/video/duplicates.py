"""``videolect video duplicates``: which films show the same, within one set or between two."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from videolect.cli.likeness import check_jobs, threshold_of
from videolect.cli.progress import Progress
from videolect.errors import CannotRead, NotFound
from videolect.video.duplicates import find_pairs, groups
from videolect.video.fingerprints import Kept, Taken, fingerprints


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    parser.add_argument("a", type=Path, metavar="A", help="a folder, a film, or a .txt file with a path on each line")
    parser.add_argument("b", type=Path, nargs="?", metavar="B", help="a second set: which films of A are in B?")
    parser.add_argument("--threshold", type=float, metavar="BITS", help="mean bits of 64 that may differ (default: 10)")
    parser.add_argument("--cache", type=Path, metavar="FILE", help="keep fingerprints there, so that a run can go on")
    parser.add_argument(
        "--jobs", type=int, default=1, metavar="N", help="films that are decoded at a time (default: 1)"
    )


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Films that show the same: copies of other coding, size, length, with bars, mirrored. 1: some were refused."""
    threshold = threshold_of(asked.threshold)
    check_jobs(asked.jobs)
    sets = [_paths(given) for given in (asked.a, asked.b) if given is not None]
    kept = Kept(asked.cache)
    sources, refused = [], []
    for paths in sets:
        results = list(fingerprints(paths, kept, Progress("films"), jobs=asked.jobs))
        sources.append(_by_content([result for result in results if isinstance(result, Taken)]))
        refused += [
            {"path": str(result.path), "why": f"{result.why} {result.mend}"}
            for result in results
            if not isinstance(result, Taken)
        ]
    one, two = sources[0], sources[1] if len(sources) > 1 else None
    prints = [taken[0].fingerprint for taken in one]
    others = None if two is None else [taken[0].fingerprint for taken in two]
    near = [
        (a, b, match)
        for a, b, match in find_pairs(prints, others, threshold=threshold, on_progress=Progress("pairs compared"))
        if others is None or prints[a].video_hash != others[b].video_hash
    ]
    pairs = _exact(one, two)
    for a, b, match in near:
        for mine in one[a] if two is not None else one[a][:1]:
            other = (one if two is None else two)[b][0]
            pairs.append(_pair(mine.path, other.path, match.distance, match.mirrored, False, match.shift_s))
    names = sorted({path for pair in pairs for path in (pair["a"], pair["b"])} | _copies(one) | _copies(two or []))
    place = {name: number for number, name in enumerate(names)}
    same = [(place[pair["a"]], place[pair["b"]]) for pair in pairs]
    for held in (one, two or []):
        same += [(place[str(taken[0].path)], place[str(each.path)]) for taken in held for each in taken[1:]]
    return int(bool(refused)), {
        "files": len({str(each.path) for held in sources for taken in held for each in taken}),
        "threshold": threshold,
        "pairs": pairs,
        "groups": [[names[number] for number in group] for group in groups(len(names), same)],
        "refused": refused,
    }


def _how(pair: dict[str, Any]) -> str:
    shift = f"{pair['shift_s']:+g} s" if pair["shift_s"] else ""
    said = [word for word in ("mirrored" if pair["mirrored"] else "", shift) if word]
    return f"  ({', '.join(said)})" if said else ""


def _exact(one: Sequence[Any], two: Sequence[Any] | None) -> list[dict[str, Any]]:
    """Pairs of the same bytes: within one set each with the first of its kind, between two each of A with one of B."""
    if two is None:
        couples = [(taken[0], each) for taken in one for each in taken[1:]]
    else:
        there = {taken[0].fingerprint.video_hash: taken[0] for taken in two}
        hashes = [(each, there.get(each.fingerprint.video_hash)) for taken in one for each in taken]
        couples = [(each, other) for each, other in hashes if other is not None]
    return [_pair(a.path, b.path, 0.0, False, True, 0.0) for a, b in couples if a.path != b.path]


def _pair(a: Path, b: Path, distance: float, mirrored: bool, exact: bool, shift_s: float) -> dict[str, Any]:
    return {
        "a": str(a), "b": str(b), "distance": round(distance, 3), "mirrored": mirrored, "exact": exact,
        "shift_s": shift_s,
    }  # fmt: skip


def _by_content(taken: Sequence[Any]) -> list[list[Any]]:
    """The files by their bytes, those with the same together; a file that is named twice counts once."""
    held: dict[str, list[Any]] = {}
    for each in {str(each.path): each for each in taken}.values():
        held.setdefault(each.fingerprint.video_hash, []).append(each)
    return list(held.values())


def _copies(held: Sequence[Any]) -> set[str]:
    return {str(each.path) for taken in held if len(taken) > 1 for each in taken}


def _paths(given: Path) -> list[Path]:
    """What is meant by A or B. Paths in a list are relative to the list's folder."""
    if not given.exists():
        raise NotFound(f"There is nothing at {given}.", mend="Give a folder, a film, or a .txt file with paths.")
    if given.suffix.lower() != ".txt" or given.is_dir():
        return [given]
    try:
        lines = given.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError as error:
        raise CannotRead(f"{given} cannot be read: {error.strerror}.", mend="Make it readable.") from error
    return [given.parent / line.strip() for line in lines if line.strip() and not line.startswith("#")]


def render(answer: dict[str, Any]) -> str:
    """The same for people: a line a pair."""
    lines = [
        f"{'same bytes' if pair['exact'] else format(pair['distance'], '4.1f') + ' bits':>10s}  {pair['a']}  =  "
        f"{pair['b']}{_how(pair)}"
        for pair in answer["pairs"]
    ]
    lines += [f"refused: {each['why']}" for each in answer["refused"]]
    return "\n".join([*lines, f"{answer['files']:,} files, {len(answer['pairs']):,} pairs that show the same."])
