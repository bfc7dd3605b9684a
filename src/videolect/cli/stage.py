"""``videolect stage``: clips whose truth is known."""

from __future__ import annotations

import argparse
import itertools
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from videolect.cli.progress import Progress
from videolect.errors import BadInput, MissingExtra
from videolect.stage.orders import SETS

if TYPE_CHECKING:
    from videolect.stage.glossary import Made
    from videolect.stage.sets import Done


def add_parser(nouns: Any) -> None:
    """The noun and its verbs."""
    verbs = nouns.add_parser("stage", help="render clips whose truth is known").add_subparsers(
        metavar="VERB", required=True
    )
    verb = verbs.add_parser("render", help="render a set of clips with their truth", description=run_render.__doc__)
    verb.add_argument("--set", required=True, metavar="SET", help="glossary, exam, bench or train")
    verb.add_argument(
        "--n", type=int, metavar="N", help="how many clips; of a glossary: primitives (default: all of them)"
    )
    verb.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed, the same clips (default 1)")
    verb.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder for films and truth")
    verb.add_argument("--size", type=_size, default=(320, 180), metavar="WxH", help="of the picture (default 320x180)")
    verb.add_argument("--fps", type=int, default=16, metavar="N", help="frames a second (default 16)")
    verb.add_argument("--seconds", type=float, default=4.0, metavar="S", help="of each clip (default 4)")
    verb.add_argument("--jobs", type=int, metavar="N", help="clips rendered at once; default: one per core")
    verb.set_defaults(run=run_render, render=render_render)
    verb = verbs.add_parser(
        "stills", help="first and last frames of a glossary, and its index", description=run_stills.__doc__
    )
    verb.add_argument("folder", type=Path, metavar="DIR", help="that stage render --set glossary filled")
    verb.set_defaults(run=run_stills, render=render_stills)
    verb = verbs.add_parser("list", help="what can be staged, and what cannot and why")
    verb.set_defaults(run=run_list, render=render_list)


def run_render(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Render a set: CLIP.mp4 and CLIP.truth.json for each. What is there already is kept, so a run that was stopped
    goes on where it was. A glossary gets its stills and their index last, as stage stills makes them; a look-alike that
    cannot be shown beside what it is taken for is told and left out."""
    if asked.jobs is not None and not 1 <= asked.jobs <= 1000:
        raise BadInput(f"--jobs is {asked.jobs}.", mend="Give 1 to 1,000; leave it out for one per core.")
    need_numba()
    from videolect.language import load_spec
    from videolect.stage.orders import Order, jobs_of
    from videolect.stage.plan.repertoire import Repertoire
    from videolect.stage.sets import render_set
    from videolect.video.imports import usual_jobs

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
        failures += _stills_of(asked.out)[1]
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


def render_render(answer: dict[str, Any]) -> str:
    """The same for people."""
    kept = f", {answer['kept']} of them from before" if answer["kept"] else ""
    lines = [f"{answer['clips']} clips are in {answer['out']}{kept}; {answer['seconds']:.0f} s."]
    lines += [f"  not made: {each['clip']}: {each['why']}" for each in answer["failures"]]
    lines += [f"  no look-alike beside it: {each['clip']}: {each['why']}" for each in answer["left_out"]]
    return "\n".join(lines)


def run_stills(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Make what guide and desk show of a glossary: the first and the last frame of each film, beside it, and the index.
    What is there is kept."""
    made, failures = _stills_of(asked.folder)
    kept = sum(each.kept for each in made)
    return (1 if failures else 0), {
        "clips": len(made) - len(failures), "kept": kept, "failed": len(failures), "failures": failures,
        "out": str(asked.folder),
    }  # fmt: skip


def render_stills(answer: dict[str, Any]) -> str:
    """The same for people."""
    lines = [f"{answer['clips']} clips in {answer['out']} have their stills, {answer['kept']} of them from before."]
    return "\n".join(lines + [f"  left out: {each['clip']}: {each['why']}" for each in answer["failures"]])


def _stills_of(folder: Path) -> tuple[list[Made], list[dict[str, Any]]]:
    from videolect.stage.glossary import make_pictures
    from videolect.video.imports import usual_jobs

    progress, of, count = Progress("stills"), sum(1 for _ in folder.glob("*.mp4")), itertools.count(1)

    def told(made: Made) -> None:
        progress(next(count), of, made.name)

    made = make_pictures(folder, jobs=usual_jobs(), told=told)
    return made, [{"clip": each.name, "why": each.why} for each in made if each.why is not None]


def run_list(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """What can be staged of camera and set-up, and what cannot and why."""
    from videolect.language import load_spec
    from videolect.stage.plan.repertoire import GROUPS, NOT_STAGED, Repertoire

    spec = load_spec()
    of = sum(primitive.group in GROUPS for primitive in spec.primitives.values())
    return 0, {"staged": Repertoire(spec).names, "of": of, "not_staged": dict(NOT_STAGED)}


def render_list(answer: dict[str, Any]) -> str:
    """The same for people."""
    lines = [f"{len(answer['staged'])} of {answer['of']} primitives of camera and set-up can be staged."]
    lines += [f"  {name}" for name in answer["staged"]]
    lines.append("Not:")
    lines += [f"  {name}: {why}" for name, why in answer["not_staged"].items()]
    return "\n".join(lines)


def need_numba(mend: str = "") -> None:
    """MissingExtra where the renderer cannot run. ``mend``: what else helps."""
    try:
        from videolect.stage import numba  # noqa: F401
    except MissingExtra as error:
        raise MissingExtra(error.message, mend=f"{error.mend} {mend}".rstrip()) from None


def _size(text: str) -> tuple[int, int]:
    width, cross, height = text.lower().partition("x")
    if not (cross and width.isdecimal() and height.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no size such as 320x180")
    return int(width), int(height)
