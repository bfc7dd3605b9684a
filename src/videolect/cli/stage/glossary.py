"""The pictures of a glossary are made: ``stage render`` does it last, ``stage stills`` alone."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

from videolect.cli.progress import Progress
from videolect.stage.glossary import Made, make_pictures
from videolect.video.imports import usual_jobs


def stills_of(folder: Path) -> tuple[list[Made], list[dict[str, Any]]]:
    """All that were made or kept, and those that could not be."""
    progress, of, count = Progress("stills"), sum(1 for _ in folder.glob("*.mp4")), itertools.count(1)

    def told(made: Made) -> None:
        progress(next(count), of, made.name)

    made = make_pictures(folder, jobs=usual_jobs(), told=told)
    return made, [{"clip": each.name, "why": each.why} for each in made if each.why is not None]
