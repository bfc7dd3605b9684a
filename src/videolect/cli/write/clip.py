"""A clip on the command line: the film, the aspect, its labels, and captions that are there already."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from videolect.cli.spec_option import add_spec
from videolect.errors import CannotRead, NotFound
from videolect.language import Spec
from videolect.record.acts.labels import Answer
from videolect.record.checks import check_text
from videolect.record.clip import Clip, Video
from videolect.record.drafting import DraftRequest
from videolect.video.probe import Probed, probe
from videolect.writing.looks import Look, looks


def add_clip(parser: argparse.ArgumentParser, *, known: bool = True) -> None:
    """The film, the aspect, and, where it is ``known`` to the verb, what is known of them."""
    parser.add_argument("file", metavar="FILE", help="a video; all of it is the clip")
    parser.add_argument("--aspect", required=True, metavar="A", help="subject, scene, motion ...")
    if known:
        parser.add_argument("--labels", metavar="FILE.json", help="the clip's label record, as a JSON object")
        parser.add_argument("--captions", metavar="FILE.json", help="finished captions of other aspects, by aspect")
    add_spec(parser)


def request_of(args: argparse.Namespace, spec: Spec) -> tuple[DraftRequest, Look]:
    """What is to be drafted, and how a model looks at the film."""
    spec.aspect(args.aspect)
    path = Path(args.file)
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", mend="Give the path of a video.")
    labels, finished = getattr(args, "labels", None), getattr(args, "captions", None)
    answers = read_labels(spec, Path(labels)) if labels else {}
    captions = read_captions(Path(finished)) if finished else {}
    for aspect in captions:
        spec.aspect(aspect)
    probed = probe(path)

    @contextmanager
    def shelf(video_hash: str) -> Iterator[tuple[Path, Probed]]:
        yield path, probed

    clip = clip_of(probed.video, path)
    return DraftRequest(clip=clip, aspect=args.aspect, answers=answers, parents=captions), looks(shelf)


def read_labels(spec: Spec, path: Path) -> dict[str, Answer]:
    """A label record from a JSON file; CannotRead unless it is a consistent one."""
    answers = read_object(path, "a label record")
    for violation in spec.check_answers(answers):
        raise CannotRead(f"{path.name} is no consistent label record. {violation.rule}", mend=violation.mend)
    return cast(dict[str, Answer], spec.normalise(answers))


def read_captions(path: Path) -> dict[str, str]:
    """Captions by aspect from a JSON file."""
    captions = read_object(path, "captions by aspect")
    if any(not isinstance(text, str) for text in captions.values()):
        raise CannotRead(f"{path.name} holds no captions.", mend='Write an object: {"subject": "A man ...", ...}.')
    for aspect, text in captions.items():
        check_text(text, f"The caption of {aspect}")
    return captions


def read_object(path: Path, what: str) -> dict[str, Any]:
    """A JSON object; NotFound where there is no file, CannotRead where it is something else."""
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", mend=f"Give the path of {what}.")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError, RecursionError) as error:
        raise CannotRead(f"{path.name} is not JSON.", mend=f"Mend it: {str(error)[:200]}.") from None
    if not isinstance(found, dict):
        raise CannotRead(f"{path.name} is not {what}.", mend='Write an object: {"steadiness": "smooth", ...}.')
    return found


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


def text_of(words: str) -> str:
    """The words, or what stands in the file that they name. What looks like a file's name has to be one."""
    path, text = Path(words), words
    try:
        is_file = len(words) < 1000 and path.is_file()
    except (OSError, ValueError):
        is_file = False
    if is_file:
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CannotRead(f"{path.name} is no text: {str(error)[:120]}.", mend="Give a file of UTF-8.") from None
    elif re.fullmatch(r"\S+\.(?:txt|md|json|text)", words):
        raise NotFound(f"There is no file {words}.", mend="Give the path of a text, or the words themselves.")
    check_text(text, "The text", blank=False)
    return text.strip()
