"""What systems are measured on: the rows of one part of a split, and what is known of their clips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from videolect.dataset.rows.folder import read_manifest, read_rows
from videolect.dataset.rows.row import Row
from videolect.errors import NotFound
from videolect.evals.states import Known


@dataclass(frozen=True, kw_only=True, slots=True)
class Benchmark:
    """The rows of one part, and those of another to learn from."""

    folder: Path
    part: str
    manifest: Mapping[str, Any]
    items: Mapping[str, Sequence[Row]]
    train: Mapping[str, Sequence[Row]]
    known: Known | None = None
    """States of the clips, against which captions are scored by what they claim."""

    @staticmethod
    def read(folder: Path, part: str, *, train: str = "train") -> Benchmark:
        """NotFound where the part has no rows; CannotRead where the files are not the manifest's."""
        manifest = read_manifest(folder)
        names = [name.partition("/") for name in manifest["files"]]
        tasks = [task.removesuffix(".jsonl") for of, _, task in names if of == part]
        if not tasks:
            parts = ", ".join(dict.fromkeys(of for of, _, _ in names))
            raise NotFound(f"{folder} has no part {part!r}.", mend=f"It has {parts}.")
        items = {task: read_rows(folder, part, task, manifest) for task in tasks}
        learns = part != train and f"{train}/yes_no.jsonl" in manifest["files"]
        return Benchmark(
            folder=folder, part=part, manifest=manifest, items=items,
            train={"yes_no": read_rows(folder, train, "yes_no", manifest)} if learns else {},
        )  # fmt: skip
