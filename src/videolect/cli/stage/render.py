"""``videolect stage render``: a set of clips with their truth."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from videolect.cli.progress import Progress
from videolect.cli.renderer import need_numba
from videolect.cli.stage.glossary import stills_of
from videolect.errors import BadInput
from videolect.language import load_spec
from videolect.stage.orders import SETS, Order, jobs_of
from videolect.stage.plan.repertoire import Repertoire
from videolect.video.imports import usual_jobs

if TYPE_CHECKING:
    from videolect.stage.sets import Done


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    parser.add_argument("--set", required=True, metavar="SET", help="glossary, exam, bench or train")
    parser.add_argument(
        "--n", type=int, metavar="N", help="how many clips; of a glossary: primitives (default: all of them)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed, the same clips (default 1)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder for films and truth")
    parser.add_argument(
        "--size", type=_size, default=(320, 180), metavar="WxH", help="of the picture (default 320x180)"
    )
    parser.add_argument("--fps", type=int, default=16, metavar="N", help="frames a second (default 16)")
    parser.add_argument("--seconds", type=float, default=4.0, metavar="S", help="of each clip (default 4)")
    parser.add_argument("--jobs", type=int, metavar="N", help="clips rendered at once; default: one per core")


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Render a set: CLIP.mp4 and CLIP.truth.json for each. What is there already is kept, so a run that was stopped
    goes on where it was. A glossary gets its stills and their index last, as stage stills makes them; a look-alike that
    cannot be shown beside what it is taken for is told and left out."""
    if asked.jobs is not None and not 1 <= asked.jobs <= 1000:
        raise BadInput(f"--jobs is {asked.jobs}.", mend="Give 1 to 1,000; leave it out for one per core.")
    need_numba()
    from videolect.stage.sets import render_set  # needs the extra

    spec = load_spec()
    if asked.set in SETS and asked.set != "glossary" and asked.n is None:
        raise BadInput("The number of clips is not given.", mend="Give --n N.")
    count = asked.n if asked.n is not None else 1 if asked.set not in SETS else len(Repertoire(spec).names)
    order = Order(set=asked.set, count=count, seed=asked.seed, size=asked.size, fps=asked.fps, seconds=asked.seconds)
    begun = time.monotonic()
    done: list[Done] = []
    progress, of = Progress("clips"), len(jobs_of(spec, order))
    for each in render_set(order, asked.out, jobs=asked.jobs or usual_jobs()):
        done.append(each)
        progress(len(done), of, each.name)
    missing = [{"clip": each.name, "why": each.why} for each in done if each.why is not None]
    # Not every look-alike can be told from what it is taken for by a clip: the guide shows its own clip instead.
    left_out = [each for each in missing if asked.set == "glossary" and each["clip"].endswith(".no")]
    failures = [each for each in missing if each not in left_out]
    clips = len(done) - len(missing)
    if asked.set == "glossary" and clips:
        failures += stills_of(asked.out)[1]
    return (1 if failures else 0), {
        "clips": clips,
        "kept": sum(each.kept for each in done),
        "as_wished": sum(each.hit for each in done if not each.kept),
        "seconds": round(time.monotonic() - begun, 3),
        "failed": len(failures),
        "failures": failures,
        "left_out": left_out,
        "out": str(asked.out),
    }


def _size(text: str) -> tuple[int, int]:
    width, cross, height = text.lower().partition("x")
    if not (cross and width.isdecimal() and height.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no size such as 320x180")
    return int(width), int(height)


def render(answer: dict[str, Any]) -> str:
    """The same for people."""
    kept = f", {answer['kept']} of them from before" if answer["kept"] else ""
    lines = [f"{answer['clips']} clips are in {answer['out']}{kept}; {answer['seconds']:.0f} s."]
    lines += [f"  not made: {each['clip']}: {each['why']}" for each in answer["failures"]]
    lines += [f"  no look-alike beside it: {each['clip']}: {each['why']}" for each in answer["left_out"]]
    return "\n".join(lines)
