"""A real server in a process of its own that a test may kill with -9 and start again in the same place.

The processes are forked from a server that has loaded everything, so that a restart takes a moment and not a second.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import time
from pathlib import Path
from typing import Any

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(
    ["videolect.web.app", "videolect.wiring", "videolect.cli.serving", "videolect.writing.labels.writer"]
)


def _serve(root: str, port: int, plant: int) -> None:
    from videolect.cli.serving import serve
    from videolect.wiring import Workspace, WriterChoice

    serve(Workspace.open(Path(root), writer=WriterChoice(plant=plant)), host="127.0.0.1", port=port)


class KillableServer:
    """The desk of one workspace on one port."""

    def __init__(self, root: Path, *, plant: int = 0) -> None:
        self.root = root
        self.plant = plant
        self.kills = 0
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.process: Any = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Begin, and wait until it answers."""
        self.process = _context.Process(target=_serve, args=(str(self.root), self.port, self.plant), daemon=True)
        self.process.start()
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if not self.process.is_alive() or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def kill(self) -> None:
        """As a power cut would."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.join()
        self.kills += 1

    def stop(self) -> None:
        if self.process is not None and self.process.is_alive():
            self.process.kill()
            self.process.join()
