"""Runs of made-up models over a benchmark, here or in a process that a test may kill."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.support.backends import Scripted
from videolect.evals.benchmark import Benchmark
from videolect.evals.run import Ran, run
from videolect.vlm.base import Decoding, Film, Wanted
from videolect.vlm.memory import MemoryBackend

TASKS = ("caption", "critique", "yes_no")


def shown(row: Any, wanted: Wanted) -> Film:
    """A film of its own for each clip."""
    dice = np.random.default_rng(list(f"{row.source_id}/{row.video_id}".encode()))
    return Film(pictures=dice.integers(0, 256, (2, 32, 32, 3), dtype=np.uint8), times_s=(0.0, 0.5))


def answer(made: Benchmark, out: Path, backend: Any = None, **more: Any) -> Ran:
    given = {"system": "it", "shown": shown, "tasks": TASKS, **more}
    return run(made, given.pop("tasks"), backend or MemoryBackend(), given.pop("shown"), out, **given)


def said(out: Path) -> list[dict[str, Any]]:
    """The lines without what differs from run to run."""
    lines = [json.loads(line) for line in out.read_text().split("\n") if line]
    return [{name: value for name, value in line.items() if name not in ("seconds", "money")} for line in lines[1:]]


def answered(out: Path) -> list[str]:
    return [line["row_id"] for line in said(out) if "error" not in line]


def rows_of(made: Benchmark) -> list[Any]:
    return [row for task in TASKS for row in made.items[task]]


class Failing(Scripted):
    """Raises ``error`` for prompts that ``when`` names."""

    def __init__(self, error: Exception, when: Any = lambda prompt: True) -> None:
        super().__init__()
        self.error, self.when = error, when

    def generate(self, film: Any, prompts: Any, how: Any = None, **more: Any) -> Any:
        """As the protocol has it."""
        found = super().generate(film, prompts, how or Decoding(), **more)
        if any(map(self.when, prompts)):
            raise self.error
        return found

    def p_yes(self, film: Any, prompts: Any, **more: Any) -> Any:
        """As the protocol has it."""
        found = super().p_yes(film, prompts, **more)
        if any(map(self.when, prompts)):
            raise self.error
        return found


_RUN = """
import resource
import sys
from pathlib import Path
from tests.support import runs as here
from videolect.errors import BadInput
made = here.Benchmark.read(Path(sys.argv[1]), "test")
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), int(sys.argv[4])))
try:
    here.answer(made, Path(sys.argv[2]), here.MemoryBackend(token_s=float(sys.argv[3])))
except BadInput as error:
    sys.exit(str(error))
"""


def start(made: Benchmark, out: Path, *, token_s: float = 0, room: int = 1 << 20) -> subprocess.Popen[str]:
    """A run in a process of its own, which may write files of ``room`` bytes."""
    root = Path(__file__).parent.parent.parent
    path = os.pathsep.join([str(root), str(root / "src"), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-c", _RUN, str(made.folder), str(out), str(token_s), str(room)],
        env={**os.environ, "PYTHONPATH": path}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def wait_for(out: Path, lines: int) -> None:
    deadline = time.monotonic() + 60
    while not out.exists() or out.read_bytes().count(b"\n") < lines:
        assert time.monotonic() < deadline
        time.sleep(0.005)
