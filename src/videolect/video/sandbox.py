"""Strangers' files are decoded in a child process of its own, with limits; what it says comes back as plain data.

The child is ``python -I``, in a session of its own, without this process's environment (no key or password in sight),
with limits on memory, processor time, written bytes and open files, without core dumps. Past the wall clock it is
killed with all that it may have started.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import IO, Any, cast

from videolect.errors import CannotRead

_PACKAGE_PARENT = str(Path(__file__).resolve().parents[2])

# The same package as ours, whether it is installed or lies in a checkout; -I alone would drop PYTHONPATH.
_START = """
import sys
if sys.argv[1] not in sys.path:
    sys.path.insert(0, sys.argv[1])
from videolect.video.child import main
main()
"""

_SAID_AT_MOST = 2000
"""Characters of the child's own complaints that are looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What decoding one file may cost."""

    memory_bytes: int = 4 << 30
    """Address space, so reserve well above what a picture needs: 8K takes about 2 GiB."""
    seconds: float | None = None
    """By the wall clock; None: five minutes, and one second more for every 100 kB of the file."""
    threads: int = 2
    pixels: int = 8192 * 8192
    """Of one picture."""
    frames: int = 2_000_000
    """Of one file: nine hours at 60 frames a second."""
    written_bytes: int = 256 << 20
    """Of the child's answer and its complaints, each."""

    def seconds_for(self, path: Path) -> float:
        """The wall clock for this file."""
        return self.seconds_for_bytes(path.stat().st_size)

    def seconds_for_bytes(self, size: int) -> float:
        """The wall clock for a file of this size."""
        return self.seconds if self.seconds is not None else 300.0 + size / 100_000


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the child did not do it, in the words of ``child.py``, and what the library muttered."""

    kind: str
    detail: str


class Stop:
    """Ends the children that run under it, also those that begin later."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._children = set[subprocess.Popen[bytes]]()
        self._said = False

    def now(self) -> None:
        """Kill them."""
        with self._guard:
            self._said = True
            for child in self._children:
                _kill(child)

    @contextmanager
    def over(self, child: subprocess.Popen[bytes]) -> Iterator[None]:
        """The child runs under it as long as the block does."""
        with self._guard:
            self._children.add(child)
            if self._said:
                _kill(child)
        try:
            yield
        finally:
            with self._guard:
                self._children.discard(child)


def ask(
    request: Mapping[str, Any], path: Path, limits: Limits, *, stop: Stop | None = None
) -> tuple[dict[str, Any], bytes] | Refusal:
    """The child's answer to one request: a dictionary, and the bytes after it."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as muttered:
        with _child(request, path, limits, said, muttered) as (child, ran_out), (stop or Stop()).over(child):
            child.wait()
        said.seek(0)
        line = said.readline(limits.written_bytes)
        if refusal := _refusal(line, child.returncode, ran_out.is_set(), _tail(muttered), limits.seconds_for(path)):
            return refusal
        return json.loads(line), said.read()


@contextmanager
def listen(
    request: Mapping[str, Any], path: Path, limits: Limits
) -> Iterator[tuple[dict[str, Any], BufferedReader, Callable[[], Refusal | None]] | Refusal]:
    """The same for an answer too large to keep: a dictionary, a stream of the bytes after it, and what tells, where the
    stream ended too early, why the child stopped (None: it came to its end)."""
    with (
        tempfile.TemporaryFile() as muttered,
        _child(request, path, limits, subprocess.PIPE, muttered) as (child, ran_out),
    ):
        assert child.stdout is not None
        line = child.stdout.readline(1 << 20)
        if not line.endswith(b"\n"):
            child.wait()
        if refusal := _refusal(line, child.poll() or 0, ran_out.is_set(), _tail(muttered), limits.seconds_for(path)):
            yield refusal
        else:

            def ended() -> Refusal | None:
                code = child.wait()
                return (
                    _refusal(b"", code, ran_out.is_set(), _tail(muttered), limits.seconds_for(path)) if code else None
                )

            yield json.loads(line), cast("BufferedReader", child.stdout), ended


@contextmanager
def _child(
    request: Mapping[str, Any], path: Path, limits: Limits, stdout: IO[bytes] | int, stderr: IO[bytes]
) -> Iterator[tuple[subprocess.Popen[bytes], threading.Event]]:
    """A running child, and an event that says whether its time ran out. After the block it is gone."""
    seconds = limits.seconds_for(path)
    child = subprocess.Popen(
        [sys.executable, "-I", "-c", _START, _PACKAGE_PARENT],
        stdin=subprocess.PIPE, stdout=stdout, stderr=stderr, start_new_session=True, close_fds=True, env=_environment(),
    )  # fmt: skip
    ran_out = threading.Event()

    def stop() -> None:
        ran_out.set()
        _kill(child)

    clock = threading.Timer(seconds, stop)
    clock.daemon = True
    clock.start()
    try:
        assert child.stdin is not None
        bounds = {
            "memory_bytes": limits.memory_bytes, "seconds": seconds, "threads": limits.threads, "pixels": limits.pixels,
            "frames": limits.frames, "written_bytes": limits.written_bytes,
        }  # fmt: skip
        with contextlib.suppress(BrokenPipeError):  # it died at once: its exit code tells
            asked = json.dumps({**request, "path": os.fspath(path.resolve()), "limits": bounds})
            # The pipe stays open: should this process be killed it closes, and the child ends too.
            child.stdin.write(asked.encode() + b"\n")
            child.stdin.flush()
        yield child, ran_out
    finally:
        clock.cancel()
        _kill(child)
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


def _kill(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def _tail(muttered: IO[bytes]) -> str:
    size = muttered.seek(0, os.SEEK_END)
    muttered.seek(max(0, size - _SAID_AT_MOST))
    lines = muttered.read().decode(errors="replace").splitlines()
    return lines[-1].strip() if lines else ""


def _refusal(line: bytes, code: int, ran_out: bool, muttered: str, seconds: float) -> Refusal | None:
    if ran_out:
        return Refusal("time", f"{seconds:.0f} s")
    if not line.endswith(b"\n"):
        if code == -signal.SIGXCPU:
            return Refusal("time", f"{seconds:.0f} s of processor time")
        if code in (-signal.SIGKILL, -signal.SIGTERM):  # no decoder does that to itself
            return Refusal("killed", f"signal {-code}")
        return Refusal("died", f"signal {-code}" if code < 0 else muttered or f"exit code {code}")
    try:
        answer = json.loads(line)
    except ValueError:
        raise CannotRead(
            "The decoder's answer is no JSON.", mend="Report this file: it confuses the decoder."
        ) from None
    if "refused" in answer:
        return Refusal(str(answer["refused"]), str(answer.get("detail", "")))
    return None
