"""Servers on a port of this machine: the pages with their drafting thread, for whoever serves them."""

from __future__ import annotations

import argparse
import errno
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import uvicorn

from videolect.cli.options import add_writer
from videolect.errors import BadInput, CannotRead
from videolect.oversight.worker import draft_all, own_drafter
from videolect.wiring import Workspace


def add_serving(parser: argparse.ArgumentParser) -> None:
    """Options of whatever serves the pages."""
    parser.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1, this machine only")
    parser.add_argument("--port", type=int, default=8750, help="default: 8750; 0 takes a free one")
    add_writer(parser, drafts=True)
    said = os.environ.get("VIDEOLECT_GLOSSARY")
    parser.add_argument(
        "--glossary", type=Path, metavar="DIR", default=Path(said) if said else None,
        help="pictures of the language; default: $VIDEOLECT_GLOSSARY, or the workspace's folder glossary",
    )  # fmt: skip


def serve(workspace: Workspace, *, host: str, port: int, greeting: str = "") -> None:
    """The pages and the drafting thread, until interrupted."""
    app = workspace.app()
    with listening(host, port) as sock:
        address = f"http://{host}:{sock.getsockname()[1]}"
        print(f"The desk is open at {address}\n{greeting}", file=sys.stderr, flush=True)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        with drafting(workspace):
            server.run(sockets=[sock])


@contextmanager
def served(workspace: Workspace, *, drafts: bool = True) -> Iterator[str]:
    """A real server on a free port, as long as the block runs; its address. ``drafts``: whether it drafts too."""
    with listening("127.0.0.1", 0) as sock:
        server = uvicorn.Server(uvicorn.Config(workspace.app(), log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True, name="server")
        thread.start()
        deadline = time.monotonic() + 30
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise CannotRead("The server did not start.", mend="Look at the messages above.")
            time.sleep(0.02)
        try:
            with drafting(workspace) if drafts else nullcontext():
                yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


@contextmanager
def listening(host: str, port: int) -> Iterator[Any]:
    """A bound socket. BadInput where the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named: only on sockets that say that they are TCP does asyncio send small answers at once.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
        except (OSError, OverflowError) as error:
            why = (getattr(error, "strerror", None) or str(error)).rstrip(".")
            mend = "Choose another with --port, or another address with --host."
            if getattr(error, "errno", None) == errno.EADDRINUSE:
                mend = "Another program listens there, perhaps a desk that runs already. Choose another with --port."
            raise BadInput(f"{host}:{port} cannot be served: {why}.", mend=mend) from None
        yield sock


@contextmanager
def drafting(workspace: Workspace) -> Iterator[None]:
    """A thread that drafts whatever waits, as long as the block runs."""
    stop = threading.Event()
    thread = threading.Thread(
        target=draft_all, args=(workspace.desk, workspace.writer, own_drafter()),
        kwargs={"stop": stop, "watch": True, "every_s": 0.2}, daemon=True, name="drafting",
    )  # fmt: skip
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)
