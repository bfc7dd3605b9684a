"""``videolect spec guide``: the specification as a static site, with what shows its primitives."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from videolect.cli.spec_option import add_spec, spec_of
from videolect.errors import BadInput, NotFound
from videolect.files import cannot_write, whole_folder
from videolect.language import Spec
from videolect.language.guide import Picture, guide
from videolect.language.values import LookAlike, Primitive
from videolect.stage.glossary import Glossary, Loop, make_pictures
from videolect.video.imports import usual_jobs

_STILLS = (".jpg", ".jpeg", ".png", ".webp", ".gif")
_CLIPS = (".mp4", ".webm")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a guide that is there is replaced")
    add_spec(parser)
    named = "stills and clips to show, each named after its primitive: pan_left.mp4"
    parser.add_argument("--media", type=Path, metavar="DIR", help=named)
    parser.add_argument(
        "--pictures",
        type=Path,
        metavar="DIR",
        help="a glossary of stage render: loops and stills of what can be staged",
    )


def run(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Write a page for every primitive, with search; open index.html in a browser, no server is needed."""
    spec = spec_of(args)
    own = _media(spec, args.media)
    out: Path = args.out
    _check_ours(out)
    files, left_out = list(own.values()), list[str]()
    pictures = {id_: Picture(path=f"media/{path.name}", moving=path.suffix in _CLIPS) for id_, path in own.items()}
    beside = {(p.id, o.id): pictures[o.id] for p, o in _pairs(spec) if o.id in pictures}
    if args.pictures is not None:
        left_out = _stills_made(args.pictures)
        staged, staged_beside, staged_files = _staged(spec, args.pictures)
        pictures, beside, files = staged | pictures, staged_beside | beside, [*staged_files, *files]
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(out, error) from None
    # A link stays, and what it leads to is replaced: it may be what a web server shows.
    with whole_folder(out.resolve(), instead=True, may_replace=_check_ours) as partial:
        pages = _write(partial, guide(spec, pictures, beside), files)
    answer = {"path": str(out / "index.html"), "files": pages, "pictures": len(pictures), "version": spec.version}
    return 0, {**answer, "hash": spec.hash, "left_out": left_out}


def _check_ours(out: Path) -> None:
    """BadInput for what is there and is no guide."""
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / "search-index.js").is_file())):
        raise BadInput(f"{out} is in use, and not by a guide.", mend="Give a new folder, or an empty one.")


def _write(folder: Path, pages: Iterable[tuple[str, str]], media: Iterable[Path]) -> int:
    number = 0
    for path, content in pages:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")
        number += 1
    for picture in media:
        (folder / "media").mkdir(exist_ok=True)
        _copy(picture, folder / "media" / picture.name)
    return number


def _copy(picture: Path, to: Path) -> None:
    try:
        read = picture.open("rb")
    except OSError as error:
        raise BadInput(
            f"{picture} cannot be read: {error.strerror}.", mend="Let it be read, or take it out of its folder."
        ) from None
    with read, to.open("wb") as written:
        shutil.copyfileobj(read, written)


def _pairs(spec: Spec) -> Iterator[tuple[Primitive, LookAlike]]:
    return ((primitive, other) for primitive in spec.primitives.values() for other in primitive.look_alikes)


def _stills_made(folder: Path) -> list[str]:
    """Make what a glossary lacks of stills; the clips that have none."""
    return [each.name for each in make_pictures(folder, jobs=usual_jobs()) if each.why is not None]


def _staged(
    spec: Spec, folder: Path
) -> tuple[dict[str, Picture], dict[tuple[str, str], Picture], list[Path]]:  # fmt: skip
    """What a glossary shows of primitives and of look-alikes, and its files."""
    glossary = Glossary.read(folder)
    shown = glossary.under(spec)
    used: dict[str, Loop] = {}

    def picture(loop: Loop) -> Picture:
        used[loop.name] = loop
        film, start, end = (f"media/{name}" for name in loop.files)
        return Picture(path=film, moving=True, start=start, end=end)

    pictures = {id_: picture(loop) for id_ in spec.primitives if (loop := shown.of(id_)) is not None}
    pairs = [(p.id, o.id) for p, o in _pairs(spec)]
    beside = {pair: picture(loop) for pair in pairs if (loop := shown.beside(*pair)) is not None}
    return pictures, beside, [folder / name for loop in used.values() for name in loop.files]


def _media(spec: Spec, folder: Path | None) -> dict[str, Path]:
    if folder is None:
        return {}
    if not folder.is_dir():
        raise NotFound(f"There is no folder {folder}.", mend="Give a folder of stills and clips.")
    paths = sorted(path for path in folder.iterdir() if path.suffix in _STILLS + _CLIPS)
    if strangers := [path.name for path in paths if path.stem not in spec.primitives]:
        raise BadInput(f"{strangers[0]} is named after no primitive.", mend="Name each file after one: pan_left.mp4.")
    clips_last = sorted(paths, key=lambda path: path.suffix in _CLIPS)
    return {path.stem: path for path in clips_last}  # where there are a still and a clip, the clip shows more


def render(answer: dict[str, Any]) -> str:
    """Where it lies."""
    left_out = "".join(f"\n  left out, as it cannot be read: {name}" for name in answer["left_out"])
    return f"{answer['files']} files, {answer['pictures']} pictures. Open {answer['path']} in a browser.{left_out}"
