"""``videolect video split``: the shots of a film."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from videolect.cli.options import workspace_of
from videolect.cli.shot_rules import add_options, rules_of
from videolect.cli.video.paths import existing
from videolect.files import write_whole
from videolect.oversight.cuts import CutsDesk
from videolect.video.edits import laid_over
from videolect.video.probe import probe
from videolect.video.sheet import encoder_of, sheets
from videolect.video.shots import Transition, check_threshold, reshoot, shots_of
from videolect.video.split import kept_scores, scores_of
from videolect.video.timeline import Timeline
from videolect.wiring import make_detector


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--engine", default="blends", metavar="NAME", help="the detector (default: blends, our own)")
    parser.add_argument("--threshold", type=float, metavar="X", help="in the detector's own unit (default: its own)")
    add_options(parser)
    parser.add_argument(
        "--edited", action="store_true", help="with what people put right at the desk of this workspace"
    )
    parser.add_argument("--weights", type=Path, metavar="PATH", help="of the detector transnetv2")
    parser.add_argument(
        "--scores", type=Path, metavar="FILE", help="keep the scores of the frames there, or take them from there"
    )
    parser.add_argument("--sheet", type=Path, metavar="OUT", help="a picture (.png, .jpg) of every transition")


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """The shots, as ``video split`` answers."""
    existing(asked.file)
    # What can be refused is refused before the film is decoded.
    engine = make_detector(asked.engine, weights=asked.weights)
    threshold = check_threshold(engine, asked.threshold)
    rules = rules_of(asked)
    workspace = workspace_of(asked) if asked.edited else None
    if asked.sheet:
        encoder_of(asked.sheet)
    probed = probe(asked.file)
    timeline = probed.timeline
    if asked.scores and asked.scores.exists():
        scores = kept_scores(asked.scores, timeline, engine)
    else:
        scores = scores_of(asked.file, timeline, engine)
        if asked.scores:
            write_whole(asked.scores, scores.to_bytes())
    transitions = reshoot(engine, scores, threshold)
    edits = 0
    if workspace is not None:
        known = workspace.catalogue.video(probed.video.hash)
        acts = CutsDesk(workspace.catalogue, workspace.cut_finder).look(known.hash).edits
        edits = len(acts)
        transitions = laid_over(transitions, known, acts)
        workspace.close()
    shots = shots_of(transitions, timeline, rules)
    drawn = sheets(asked.file, asked.sheet, transitions, probed.video, timeline) if asked.sheet else []

    def seconds(pts: int) -> float:
        return float(pts * timeline.time_base)

    return 0, {
        "file": probed.video.file_name,
        "hash": probed.video.hash,
        "pts_table_hash": timeline.hash,
        "frames": timeline.frame_count,
        "engine": engine.found_by,
        "threshold": threshold,
        "edits": edits,
        "shots": [
            {
                "start_pts": shot.start_pts,
                "end_pts": shot.end_pts,
                "start_frame": shot.start_frame,
                "end_frame": shot.end_frame,
                "start_s": seconds(shot.start_pts),
                "end_s": seconds(shot.end_pts),
                "transition_in": shot.transition_in,
                "transition_out": shot.transition_out,
                "found_by": shot.found_by,
                "score": round(shot.score, 4),
            }
            for shot in shots
        ],
        "transitions": _told(transitions, timeline),
        "sheets": [str(path) for path in drawn],
    }


def _told(transitions: Sequence[Transition], timeline: Timeline) -> list[dict[str, Any]]:
    return [
        {
            "kind": one.kind,
            "start_frame": one.start_frame,
            "end_frame": one.end_frame,
            "start_s": float(timeline.pts_of(one.start_frame) * timeline.time_base),
            "end_s": float(timeline.pts_of(one.end_frame) * timeline.time_base),
            "found_by": one.found_by,
            "score": round(one.score, 4),
        }
        for one in transitions
    ]


def render(answer: dict[str, Any]) -> str:
    """The same for people."""
    edits = f", {answer['edits']} edits by people" if answer["edits"] else ""
    lines = [f"{answer['file']}  {answer['frames']:,} frames, {answer['engine']} at {answer['threshold']:g}{edits}"]
    for number, shot in enumerate(answer["shots"], start=1):
        lines.append(
            f"{number:4d}  {shot['start_s']:9.3f} - {shot['end_s']:9.3f} s  frames {shot['start_frame']:,} - "
            f"{shot['end_frame']:,}  {shot['transition_in']} ... {shot['transition_out']}"
        )
    if not answer["shots"]:
        lines.append("No shot is left.")
    return "\n".join([*lines, *(f"Contact sheet: {path}" for path in answer["sheets"])])
