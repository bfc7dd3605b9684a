"""A small glossary on the spot: films of tests/support/movies.py with the truth of the specification's own examples."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

from tests.support import movies
from videolect.language.spec import Spec


def put_clip(
    folder: Path, name: str, answers: Mapping[str, Any], *, also: str | None = None, frames: int | None = None
) -> Path:  # fmt: skip
    """One clip with its truth; its film, of one to two seconds, another for each name."""
    folder.mkdir(parents=True, exist_ok=True)
    primitive, _, kind = name.rpartition(".")
    asked = {"primitive": primitive, "state": kind == "yes", "also": also}
    film = movies.constant(folder / f"{name}.mp4", frames or 24 + crc32(name.encode()) % 24, size=(128, 72))
    truth = {"asked": asked, "records": [dict(answers)]}
    (folder / f"{name}.truth.json").write_text(json.dumps(truth), encoding="utf-8")
    return film


def put_glossary(folder: Path, spec: Spec, *primitives: str) -> None:
    """A clip for each primitive, from an example of it, and one of its first look-alike that is among them."""
    for name in primitives:
        put_clip(folder, f"{name}.yes", example(spec, name))
        for other in spec.primitives[name].look_alikes:
            if other.id in primitives:
                put_clip(folder, f"{name}.no", example(spec, other.id, without=name), also=other.id)
                break


def example(spec: Spec, primitive: str, *, without: str | None = None) -> Mapping[str, Any]:
    """A record for which it is so, and which says that the other one is not."""
    records = [each.answers for each in spec.primitives[primitive].examples]
    told = [
        other.example
        for one in (primitive, without)
        if one is not None
        for other in spec.primitives[one].look_alikes
        if {one, other.id} == {primitive, without} and other.example is not None
    ]
    for record in (*told, *records):
        states = spec.derive(record)
        if states[primitive] and (without is None or states[without] is False):
            return record
    raise AssertionError(f"No example of the specification shows {primitive} without {without}.")
