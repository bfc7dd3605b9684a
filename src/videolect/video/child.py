"""The child process that decodes one stranger's file: the request as a line of JSON on stdin, the answer on stdout.

Started by ``sandbox.py``; it binds itself before it touches the file, and ends when its stdin does. The answer is one
line of JSON and, after it, bytes: for ``inspect`` the timestamps and the durations as the file says them (two tables of
signed 64-bit little-endian integers) and the brightness of a few frames, for ``frames`` and ``stills`` the pictures,
each height x width x 3 bytes of red, green, blue; for ``proxy`` nothing, as it is written to the place that was named.
"""

from __future__ import annotations

import json
import math
import os
import resource
import signal
import sys
import threading
from pathlib import Path
from typing import Any

streaming: list[bool] = []
"""Not empty once pictures are on their way: nothing but pictures may be written then."""

_BROKEN_OFF = 3
_OPEN_FILES = 64
_NEAR_BYTES = 64 << 20


def main() -> None:
    """Do what stdin asks."""
    request = json.loads(sys.stdin.readline())
    threading.Thread(target=end_with_the_keeper, daemon=True).start()  # before there is no room for its stack
    bind(request["limits"])
    try:
        answer(request)
    except (MemoryError, ImportError) as error:
        if streaming:
            os._exit(_BROKEN_OFF)
        # A library that finds no room to be loaded raises ImportError.
        say({"refused": "memory", "detail": str(error)})


def bind(limits: dict[str, Any]) -> None:
    """Take on the limits: they hold for this process and whatever it starts, and cannot be loosened again."""
    seconds = math.ceil(limits["seconds"])
    for what, most in (
        (resource.RLIMIT_AS, limits["memory_bytes"]),
        (resource.RLIMIT_CPU, seconds * max(1, limits["threads"])),
        (resource.RLIMIT_FSIZE, limits["written_bytes"]),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))
    # If our keeper was killed, nobody watches the clock but this.
    signal.alarm(seconds + 10)


def end_with_the_keeper() -> None:
    """Wait until stdin ends: whoever asked has gone, and nobody wants the answer."""
    # Not sys.stdin, whose lock a waiting thread would hold while Python shuts down.
    os.read(0, 1)
    os._exit(1)


def answer(request: dict[str, Any]) -> None:
    """Look at the file, or hand out pictures."""
    if request["what"] == "stills":
        stills(request)
        return
    from videolect.video.backends.pyav import Refused, inspect, pictures, write_proxy

    limits = request["limits"]
    try:
        if request["what"] == "inspect":
            facts, pts, durations, lumas = inspect(
                request["path"], threads=limits["threads"], most_pixels=limits["pixels"], most_frames=limits["frames"]
            )
            if facts["error_count"] and short_of_memory(limits["memory_bytes"]):
                raise MemoryError
            say(facts)
            sys.stdout.buffer.write(pts.tobytes() + durations.tobytes())
            sys.stdout.buffer.writelines(lumas)
        elif request["what"] == "proxy":
            written = write_proxy(
                request["path"], request["times"], request["out"], threads=limits["threads"],
                size=(request["size"][0], request["size"][1]), fps=request["fps"],
            )  # fmt: skip
            say({"written": written})
        else:
            first = True
            size = request["size"] and (request["size"][0], request["size"][1])
            groups = request["groups"]
            for height, width, data in pictures(request["path"], groups, threads=limits["threads"], size=size):
                if first:
                    say({"height": height, "width": width})
                    first = False
                    streaming.append(True)
                sys.stdout.buffer.write(data)
            if first:
                say({"refused": "no_frames", "detail": ""})
    except Refused as refused:
        if streaming:
            os._exit(_BROKEN_OFF)
        if refused.kind in ("no_frames", "broken") and short_of_memory(limits["memory_bytes"]):
            raise MemoryError from refused
        say({"refused": refused.kind, "detail": refused.detail})
    sys.stdout.buffer.flush()


def stills(request: dict[str, Any]) -> None:
    """Still pictures that lie in the file one after the other, all of one size."""
    from videolect.video.backends.pillow import NoPicture, opened, pixels

    data = Path(request["path"]).read_bytes()
    try:
        images = [opened(data[start:end], request["limits"]["pixels"]) for start, end in request["spans"]]
        say({"sizes": [[image.height, image.width] for image in images]})
        streaming.append(True)
        for image in images:
            sys.stdout.buffer.write(pixels(image))
    except NoPicture as error:
        if streaming:  # its head was sound, its data are not
            sys.stdout.buffer.flush()  # those before it are whole
            sys.stderr.write(str(error))
            sys.stderr.flush()
            os._exit(_BROKEN_OFF)
        say({"refused": "no_picture", "detail": str(error)})
    sys.stdout.buffer.flush()


def short_of_memory(limit: int) -> bool:
    """Whether this process has been close to its limit: decoders often call a failed allocation "invalid data"."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return False
    peak = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmPeak:"))
    return limit - peak < max(_NEAR_BYTES, limit // 8)


def say(line: dict[str, Any]) -> None:
    """One line of JSON."""
    sys.stdout.buffer.write(json.dumps(line).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
