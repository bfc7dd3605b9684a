"""``videolect spec guide``: the specification as a static site."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from videolect.errors import BadInput, NotFound
from videolect.language import Spec
from videolect.language.guide import Picture, guide
from videolect.language.source import folder_of
from videolect.language.spec import load_spec

_STILLS = (".jpg", ".jpeg", ".png", ".webp", ".gif")
_CLIPS = (".mp4", ".webm")


def add_verb(verbs: Any) -> None:
    """Add the verb to the subparsers of ``spec``."""
    verb = verbs.add_parser("guide", help="write the guide as a static site", description=run.__doc__)
    verb.add_argument("--out", type=Path, required=True, metavar="DIR", help="a guide that is there is replaced")
    verb.add_argument("--spec", default="core", metavar="PATH", help="a folder, or one that ships (default: core)")
    named = "stills and clips to show, each named after its primitive: pan_left.mp4"
    verb.add_argument("--media", type=Path, metavar="DIR", help=named)
    verb.set_defaults(run=run, render=text)


def run(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Write a page for every primitive, with search; open index.html in a browser, no server is needed."""
    spec = load_spec() if args.spec == "core" else Spec.load(folder_of(args.spec))
    media = _media(spec, args.media)
    out: Path = args.out
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / "search-index.js").is_file())):
        raise BadInput(f"{out} is in use, and not by a guide.", mend="Give a new folder, or an empty one.")
    pictures = {id_: Picture(path=f"media/{path.name}", moving=path.suffix in _CLIPS) for id_, path in media.items()}
    fresh = out.with_name(out.name + ".partial")
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        pages = _write(fresh, guide(spec, pictures), media.values())
        shutil.rmtree(out, ignore_errors=True)
        fresh.rename(out)
    except OSError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        raise BadInput(f"{out} cannot be written: {error.strerror}.", mend="Give a folder that is yours.") from None
    answer = {"path": str(out / "index.html"), "files": pages, "pictures": len(media), "version": spec.version}
    return 0, {**answer, "hash": spec.hash}


def _write(folder: Path, pages: Iterable[tuple[str, str]], media: Iterable[Path]) -> int:
    number = 0
    for path, content in pages:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")
        number += 1
    for picture in media:
        (folder / "media").mkdir(exist_ok=True)
        shutil.copyfile(picture, folder / "media" / picture.name)
    return number


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


def text(answer: dict[str, Any]) -> str:
    """Where it lies."""
    return f"{answer['files']} files, {answer['pictures']} pictures. Open {answer['path']} in a browser."
