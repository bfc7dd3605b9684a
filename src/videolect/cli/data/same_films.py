"""Which sources of a file of triples show the same: clips are looked at, and fingerprints are compared.

A room that makes rows sees no films; it is handed what was found here.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from videolect.cli.likeness import check_jobs, threshold_of
from videolect.cli.options import workspace_of
from videolect.dataset.rows.contamination import SameVideos
from videolect.dataset.rows.formats import path_of
from videolect.dataset.rows.row import RowClip, clip_of
from videolect.errors import BadInput, CannotRead, NotFound, VideolectError
from videolect.record.triple import Triple
from videolect.video.duplicates import find_pairs
from videolect.video.fingerprints import Kept, Taken, fingerprints
from videolect.video.look import Fingerprint, fingerprint
from videolect.wiring import Workspace

_ONLY_WITH_FILMS = ("videos", "pairs", "cache", "threshold", "jobs")
_SHOWN = 20
_Found = Iterator[tuple[RowClip, Fingerprint | VideolectError]]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--films`` and what goes with it."""
    parser.add_argument("--films", action="store_true", help="look at the clips too: which sources show the same?")
    parser.add_argument(
        "--videos", metavar="PATH",
        help="with --films: where a clip lies, with {video_id}, {video_hash}, {source_id}; default: in the workspace",
    )  # fmt: skip
    parser.add_argument(
        "--pairs", type=Path, metavar="FILE.csv", help="with --films: write the sources that show the same, for --join"
    )
    parser.add_argument(
        "--cache", type=Path, metavar="FILE", help="with --films: keep fingerprints there, as video duplicates does"
    )
    parser.add_argument("--threshold", type=float, metavar="BITS", help="with --films: mean bits of 64; default: 10")
    parser.add_argument("--jobs", type=int, metavar="N", help="with --films: films decoded at a time; default: 1")


def same_films(asked: argparse.Namespace, triples: Sequence[Triple]) -> tuple[SameVideos, dict[str, Any]] | None:
    """What was found, and what a command prints of it; None where ``--films`` was not asked for."""
    if not asked.films:
        if given := [name for name in _ONLY_WITH_FILMS if getattr(asked, name) is not None]:
            raise BadInput(f"--{given[0]} is for films.", mend="Add --films, or leave it out.")
        return None
    threshold = threshold_of(asked.threshold)
    jobs = check_jobs(1 if asked.jobs is None else asked.jobs)
    clips = list(dict.fromkeys(map(clip_of, triples)))
    look = partial(_files, asked.videos) if asked.videos is not None else partial(_of_workspace, asked)
    prints: dict[RowClip, Fingerprint] = {}
    refused = []
    for clip, found in look(clips, Kept(asked.cache), jobs):
        if isinstance(found, VideolectError):
            refused.append({"source_id": clip.source_id, "video_id": clip.video_id, "why": str(found)})
        else:
            prints[clip] = found
    if not prints:
        why = f" {refused[0]['why']}" if refused else ""
        raise NotFound(f"None of the {len(clips)} clips could be looked at.{why}", mend="Say where they lie: --videos.")
    near = _pairs(prints, threshold)
    answer = {"looked_at": len(prints), "threshold": threshold, "pairs": near, "refused": refused}
    pairs = tuple((pair["one"], pair["other"]) for pair in near)
    return SameVideos(looked_at=len(prints), pairs=pairs), answer


def _files(videos: str, clips: Sequence[RowClip], kept: Kept, jobs: int) -> _Found:
    """Each clip is a file, or a part of one that is its whole film; several may lie in the same one."""
    there: dict[Path, list[RowClip]] = defaultdict(list)
    for clip in clips:
        path = Path(path_of(videos, clip))
        if path.is_file():
            there[path].append(clip)
        else:
            yield clip, NotFound(f"There is no film {path}.", mend="Say where clips lie: --videos.")
    for result in fingerprints(there, kept, jobs=jobs):
        for clip in there.pop(result.path, ()):
            if not isinstance(result, Taken):
                yield clip, CannotRead(result.why, mend=result.mend)
            elif clip.video_hash == result.fingerprint.video_hash:
                yield clip, _stretch(result.fingerprint, clip)
            else:
                yield clip, result.fingerprint
    for path, left in there.items():
        for clip in left:
            yield clip, CannotRead(f"{path} is no film by its name.", mend="Name it as what it is: .mp4, .mov ...")


def _of_workspace(asked: argparse.Namespace, clips: Sequence[RowClip], kept: Kept, jobs: int) -> _Found:
    """Each clip is a stretch of a film; a film is decoded once."""
    with workspace_of(asked) as workspace:
        films = list(dict.fromkeys(clip.video_hash for clip in clips if clip.video_hash is not None))
        _ = workspace.catalogue, workspace.library  # opened once, before threads ask for them
        with ThreadPoolExecutor(jobs) as pool:
            found: Mapping[str, Any] = dict(zip(films, pool.map(_film(workspace, kept), films), strict=True))
    for clip in clips:
        if clip.video_hash is None:
            mend = "Say where clips lie: --videos."
            yield clip, NotFound(f"{clip.video_id} came in without its film.", mend=mend)
        else:
            yield clip, _stretch(found[clip.video_hash], clip)


def _film(workspace: Workspace, kept: Kept) -> Callable[[str], Fingerprint | VideolectError]:
    def look(video_hash: str) -> Fingerprint | VideolectError:
        if (known := kept.get(video_hash)) is not None:
            return known
        try:
            with workspace.shown(video_hash) as (path, probed):
                made = fingerprint(path, probed)
        except (NotFound, CannotRead, BadInput) as error:
            return error
        kept.put(made)
        return made

    return look


def _stretch(film: Fingerprint | VideolectError, clip: RowClip) -> Fingerprint | VideolectError:
    if isinstance(film, VideolectError) or clip.start_pts is None or clip.end_pts is None:
        return film
    try:
        return film.part(clip.start_pts, clip.end_pts)
    except BadInput as error:
        return error


def _pairs(prints: Mapping[RowClip, Fingerprint], threshold: float) -> list[dict[str, Any]]:
    """Sources that show the same, each pair once, by its nearest clips."""
    clips, films = list(prints), list(prints.values())
    near = [
        (clips[a], clips[b], match.distance, match.mirrored) for a, b, match in find_pairs(films, threshold=threshold)
    ]
    nearest: dict[tuple[str, str], dict[str, Any]] = {}
    for a, b, distance, mirrored in chain(_exact(prints), near):
        one, other = sorted((a, b), key=lambda clip: clip.source_id)
        pair = (one.source_id, other.source_id)
        if pair[0] != pair[1] and (pair not in nearest or distance < nearest[pair]["distance"]):
            nearest[pair] = {
                "one": pair[0], "other": pair[1], "clips": [one.video_id, other.video_id],
                "distance": round(distance, 3), "mirrored": mirrored,
            }  # fmt: skip
    return [nearest[pair] for pair in sorted(nearest)]


def _exact(prints: Mapping[RowClip, Fingerprint]) -> Iterator[tuple[RowClip, RowClip, float, bool]]:
    """Clips of the same frames of the same bytes: black ones too, which look like nothing."""
    first: dict[str, RowClip] = {}
    for clip, found in prints.items():
        there = first.setdefault(found.shot_id, clip)
        if there is not clip:
            yield there, clip, 0.0, False


def render(answer: Mapping[str, Any]) -> list[str]:
    """Lines for people."""
    lines = [f"  {answer['looked_at']} clips were looked at; {len(answer['pairs'])} pairs of sources show the same."]
    for pair in answer["pairs"][:_SHOWN]:
        parts = sorted(set(pair["parts"]))
        where = f"in {parts[0]} both" if len(parts) == 1 else f"in {' and '.join(parts)}"
        how = ", mirrored" if pair["mirrored"] else ""
        lines.append(f"    {pair['one']} = {pair['other']} ({pair['distance']:.1f} bits{how}), {where}")
    if answer["refused"]:
        first = answer["refused"][0]["why"]
        lines.append(f"  {len(answer['refused'])} clips could not be looked at, such as: {first}")
    return lines
