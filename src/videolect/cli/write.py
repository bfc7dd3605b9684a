"""``videolect write``: one text for one clip, without a campaign."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any, cast

from videolect.errors import CannotRead, NotFound
from videolect.language import Spec, load_spec
from videolect.language.source import folder_of
from videolect.record.acts import Answer
from videolect.record.clip import Clip, Video
from videolect.record.drafting import DraftRequest
from videolect.wiring import make_writer
from videolect.writing.writer import write_draft


def add_parser(nouns: Any) -> None:
    """Add the noun and its verbs to the subparsers of the command line."""
    noun = nouns.add_parser("write", help="drafts, critiques and revisions of one clip")
    verbs = noun.add_subparsers(dest="verb", required=True, metavar="VERB")
    draft = verbs.add_parser("draft", help="the caption of one aspect", description=run_draft.__doc__)
    draft.add_argument("file", metavar="FILE", help="a video; all of it is the clip")
    draft.add_argument("--aspect", required=True, metavar="A", help="subject, scene, motion ...")
    draft.add_argument("--writer", default="labels", metavar="W", help="the backend; default: labels")
    draft.add_argument("--labels", metavar="FILE.json", help="the clip's label record, as a JSON object")
    draft.add_argument("--spec", default="core", metavar="PATH", help="a folder, or a specification that ships")
    draft.add_argument("--plant", type=int, default=0, metavar="N", help="write N declared errors into the draft")
    draft.add_argument("--seed", type=int, default=0, metavar="S", help="which errors")
    draft.set_defaults(run=run_draft, render=text_draft)


def run_draft(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Write the caption of one aspect of a video. Without labels the labels writer says so, truly, and little else."""
    spec = load_spec(args.spec) if args.spec == "core" else Spec.load(folder_of(args.spec))
    spec.aspect(args.aspect)
    writer = make_writer(args.writer, spec, plant=args.plant, seed=args.seed)
    path = Path(args.file)
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", mend="Give the path of a video.")
    answers = read_labels(spec, Path(args.labels)) if args.labels else {}
    from videolect.video.probe import probe

    request = DraftRequest(clip=clip_of(probe(path).video, path), aspect=args.aspect, answers=answers)
    return 0, write_draft(writer, request).as_json()


def text_draft(answer: dict[str, Any]) -> str:
    """The text, and below it what it leaves open."""
    lines = [answer["text"]]
    if answer["cannot_know"]:
        lines += ["", f"Cannot know: {', '.join(topic.replace('_', ' ') for topic in answer['cannot_know'])}."]
    lines += [f"Planted: {error['wrong']!r} stands for {error['right']!r}." for error in answer["planted"]]
    return "\n".join(lines)


def read_labels(spec: Spec, path: Path) -> dict[str, Answer]:
    """A label record from a JSON file; CannotRead unless it is a consistent one."""
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", mend="Give the path of a label record.")
    try:
        answers = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError, RecursionError) as error:
        raise CannotRead(f"{path.name} is not JSON.", mend=f"Mend it: {str(error)[:200]}.") from None
    if not isinstance(answers, dict):
        raise CannotRead(f"{path.name} is no label record.", mend='Write an object: {"steadiness": "smooth", ...}.')
    for violation in spec.check_answers(answers):
        raise CannotRead(f"{path.name} is no consistent label record. {violation.rule}", mend=violation.mend)
    return cast(dict[str, Answer], spec.normalise(answers))


def clip_of(video: Video, path: Path) -> Clip:
    """All of a video as a clip that is named after its file."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", path.stem)[:100].strip(".") or "clip"
    return Clip(
        id=name,
        video_hash=video.hash,
        source_id=name,
        start_pts=video.start_pts,
        end_pts=video.end_pts,
        time_base=video.time_base,
        start_frame=0,
        end_frame=video.frames,
    )
