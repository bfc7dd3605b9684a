"""What commands tell of films that they take in: progress, a line for each in a report, the answer."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from videolect.cli.progress import Progress
from videolect.errors import BadInput
from videolect.files import whole_file
from videolect.intake import Intake, Opener
from videolect.video import imports
from videolect.video.imports import Imported, Refused
from videolect.video.shots import ShotRules
from videolect.video.sources import Sources


def imported(
    intake: Intake, sources: Sources, opener: Opener | None, *, jobs: int, report: Path | None = None,
    proxies: bool = True, on_progress: imports.Progress | None = None, shots: ShotRules | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Import them all, as ``Intake.videos``; what ``data import`` answers. ``report``: gets a line for each film."""
    seen = set[bytes]()
    defects = Counter[str]()
    refused = []
    new = clips = older = 0
    results = intake.videos(
        sources, opener, jobs=jobs, proxies=proxies, shots=shots, on_progress=on_progress or Progress()
    )
    with _reporting(report) as tell, closing(results):
        for one in results:
            if isinstance(one, Refused):
                refused.append(refusal(one.path, one.why, one.mend, one.line))
                tell(_row(one))
                continue
            video = one.result.video
            new += one.is_new
            clips += len(one.clips)
            identity = bytes.fromhex(video.hash)
            if identity not in seen:
                seen.add(identity)
                defects.update(video.problems)
                older += one.older
            row = _row(one.result, one.is_new)
            if (error := one.why_no_clip) is not None:
                refused.append(refusal(one.result.path, error.message, error.mend, one.result.source.line))
                row |= {"why": error.message, "mend": error.mend}
            elif opener is not None:
                row |= {"clip": one.clips[0].id} if shots is None else {"clips": [clip.id for clip in one.clips]}
            tell(row)
    tasks, campaigns = (opener.tasks, opener.campaigns) if opener is not None else (0, 0)
    return {
        "videos": len(seen), "new": new, "clips": clips, "older_clips": older, "tasks": tasks,
        "acts": new + campaigns + tasks, "by_status": {}, "defects": dict(defects), "refused": refused,
        "unknown_columns": list(sources.unknown),
    }  # fmt: skip


# --------------------------------------------------------------------------------------------------------- what is told


def _shown(path: Path) -> str:
    """File names may hold bytes that are no UTF-8."""
    return os.fsencode(path).decode("utf-8", "replace")


def refusal(path: Path, why: str, mend: str, line: str | None = None) -> dict[str, str]:
    """One film that was left out, as commands answer it."""
    return {"path": _shown(path), "why": f"{why} {mend}"} | ({"line": line} if line else {})


def _row(result: Imported | Refused, is_new: bool = False) -> dict[str, Any]:
    """One film's line of the report."""
    row: dict[str, Any] = {"path": _shown(result.path), "hash": None, "new": is_new, "why": None, "mend": None}
    if isinstance(result, Refused):
        row |= {"why": result.why, "mend": result.mend, "line": result.line and _shown(Path(result.line))}
    else:
        row |= {"hash": result.video.hash, "line": result.source.line, "clip": None}
        if result.stretch is not None:
            row |= {"start_frame": result.stretch.start_frame, "end_frame": result.stretch.end_frame}
        if result.source.extra:
            row["extra"] = dict(result.source.extra)
    return row | {"seconds": round(result.seconds, 3)}


@contextmanager
def _reporting(path: Path | None) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Writes lines beside the report's place; it is there whole or not at all."""
    if path is None:
        yield lambda row: None
        return
    if path.is_dir():
        raise BadInput(f"{path} is a folder.", mend="Name a file with --report.")
    with whole_file(path) as partial, partial.open("w", encoding="utf-8") as out:
        yield lambda row: print(json.dumps(row), file=out, flush=True)
