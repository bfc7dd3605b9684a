"""``videolect desk work``: whatever waits for a draft is drafted."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from videolect.cli.options import add_writer, workspace_of
from videolect.oversight.worker import draft_all, own_drafter


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    parser.add_argument("--watch", action="store_true", help="go on waiting for work until it is stopped")
    add_writer(parser, "drafts", drafts=True)
    parser.add_argument("--campaign", help="only this one")


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Draft whatever waits for a draft, then stop; with --watch go on. Several may work at once, on other machines too.
    An interrupt ends it after the draft that is being written; what is not drafted waits for whoever comes next."""
    with workspace_of(asked, writes=True) as workspace:
        if asked.campaign:
            workspace.catalogue.campaign(asked.campaign)
        begun = time.monotonic()
        with stopped_by_signals() as stop:
            done = draft_all(
                workspace.desk, workspace.writer, own_drafter(), campaign=asked.campaign, stop=stop, watch=asked.watch
            )
        spent = workspace.writer.spent()
    return (1 if done.failed else 0), {
        "drafted": done.drafted, "failed": [key.stream for key in done.failed], "stopped": stop.is_set(),
        "seconds": round(time.monotonic() - begun, 3), "spent": spent,
    }  # fmt: skip


@contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """An event that the first interrupt or SIGTERM sets; the second ends the process as ever."""
    stop = threading.Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {each: signal.getsignal(each) for each in signals}

    def told(number: int, frame: object) -> None:
        stop.set()
        for each in signals:
            signal.signal(each, before[each])
        print("Ending after the draft that is being written.", file=sys.stderr, flush=True)

    for each in signals:
        signal.signal(each, told)
    try:
        yield stop
    finally:
        for each in signals:
            signal.signal(each, before[each])


def render(answer: dict[str, Any]) -> str:
    """For people."""
    lines = [f"{answer['drafted']} drafts were written in {answer['seconds']:.1f} s."]
    if spent := answer["spent"]:
        lines.append(
            f"{spent['calls']} calls, {spent['encodings']} films encoded, {spent['prompt_tokens']} tokens read and "
            f"{spent['tokens']} written, {spent['seconds']:.1f} s of the model, {spent['money']:.4g} spent."
        )
    return "\n".join([*lines, *(f"  failed: {stream}" for stream in answer["failed"])])
