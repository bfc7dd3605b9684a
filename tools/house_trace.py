"""Run one real request and say how deep its calls go, through how many functions and files, and what they only hand on.

    python -m tools.house_trace desk                     our desk: look at a task, send a critique, ask for a revision
    python -m tools.house_trace starlette procrastinate inspect_ai      peers, where they are installed
    python -m tools.house_trace desk --worst 10          the deepest stack and the worst, by name

Only the package's own named functions count: no lambda, no comprehension, nothing of a library. Each request runs once
before it is traced, so that what is made once is not counted. A stack is one thread's: a server hands work to another.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

Request = Callable[[], Any]


class Trace:
    """Looks on while ``on``; of the package ``name`` alone."""

    def __init__(self, name: str) -> None:
        found = find_spec(name)
        if found is None or found.origin is None:
            raise SystemExit(f"{name} is not installed here.")
        self.folder = str(Path(found.origin).parent) + os.sep
        self.on = False
        self.clear()

    def clear(self) -> None:
        """Forget what was seen."""
        self.deepest: list[CodeType] = []
        self.most_different = 0
        """Functions on one stack, each counted once however often it calls itself."""
        self.calls: Counter[CodeType] = Counter()
        self.journeys: set[tuple[tuple[str, CodeType], ...]] = set()
        self._given: dict[int, dict[str, object]] = {}

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        """As ``sys.setprofile`` wants it."""
        if not self.on or event != "call" or not self._is_own(frame.f_code):
            return
        code = frame.f_code
        self.calls[code] += 1
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        # Taken now: a function may give its parameter another value before it calls on.
        self._given[id(frame)] = {name: frame.f_locals[name] for name in names if name in frame.f_locals}
        stack = [one for one in _up(frame) if self._is_own(one.f_code)]
        if len(stack) > len(self.deepest):
            self.deepest = [one.f_code for one in reversed(stack)]
        self.most_different = max(self.most_different, len({one.f_code for one in stack}))
        for name, value in self._given[id(frame)].items():
            if name not in {"self", "cls"} and not isinstance(value, bool | int | float | None):
                self._follow(value, stack)

    def _follow(self, value: object, stack: list[FrameType]) -> None:
        way: list[tuple[str, CodeType]] = []
        for one in stack:
            given = self._given.get(id(one), {})
            name = next((name for name, held in given.items() if held is value and name not in {"self", "cls"}), None)
            if name is None:
                break
            way.append((name, one.f_code))
        if len({code for _, code in way}) > 1:
            self.journeys.add(tuple(reversed(way)))

    def longest(self, least: int = 4) -> list[tuple[tuple[str, CodeType], ...]]:
        """Journeys through at least so many different functions that are no part of a longer one."""
        found = sorted(self.journeys, key=len, reverse=True)
        kept: list[tuple[tuple[str, CodeType], ...]] = []
        for way in found:
            if len({code for _, code in way}) >= least and not any(set(way) <= set(other) for other in kept):
                kept.append(way)
        return kept

    def name(self, code: CodeType) -> str:
        """web/api.py:desk_router.<locals>.view, without the part that nobody needs."""
        return f"{code.co_filename.removeprefix(self.folder)}:{code.co_qualname.replace('.<locals>', '')}"

    def _is_own(self, code: CodeType) -> bool:
        file = code.co_filename
        return file.startswith(self.folder) and not code.co_name.startswith("<") and not file.endswith("testclient.py")


def _up(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


# ----------------------------------------------------------------------------------------------------------- requests


PASSWORD = "a password of today"  # noqa: S105  # of a workspace that is thrown away
ANSWERS = {
    "shot_transition": False, "steadiness": "very_smooth", "camera_movement": "major_simple",
    "camera_pan": "left_to_right",
    "camera_motion_speed": "regular", "shot_type": "scenery", "scene_movement": "mostly_static",
    "shot_size_start": "wide",
}  # fmt: skip


@contextmanager
def desk() -> Iterator[dict[str, tuple[Request, Request]]]:
    """Our desk over a workspace on SQLite, made by commands. Each request has its rehearsal, on another caption."""
    from starlette.testclient import TestClient

    from videolect.cli.main import main as videolect
    from videolect.wiring import Workspace

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "work"

        def command(*words: str, typed: str = "") -> None:
            said = io.StringIO()
            sys.stdin = io.StringIO(typed)
            with redirect_stdout(said):
                code = videolect([*words, "--workspace", str(root)])
            sys.stdin = sys.__stdin__
            assert code == 0, said.getvalue()

        command("desk", "init")
        command("desk", "invite", "ann", "--role", "annotator", "--password-stdin", typed=PASSWORD)
        command("data", "import", str(_film(Path(folder) / "c1.mp4")), "--campaign", "spring")
        workspace = Workspace.open(root)
        client = TestClient(workspace.app())
        session = client.post("/api/session", json={"person": "ann", "password": PASSWORD}).json()
        client.headers["X-CSRF-Token"] = session["csrf"]

        def call(method: str, aspect: str, verb: str = "", body: Any = None) -> Any:
            answer = client.request(method, f"/api/tasks/spring/c1/{aspect}{verb}", json=body)
            assert answer.is_success, answer.text
            return answer.json()

        def take(aspect: str) -> int:
            return int(call("POST", aspect, "/claim")["lease"]["token"])

        call("POST", "labels", "/label", {"token": take("labels"), "answers": ANSWERS})
        command("desk", "work")
        tokens = {aspect: take(aspect) for aspect in [one.id for one in workspace.spec.aspects[:2]]}
        first, second = tokens
        for aspect, token in tokens.items():
            call("POST", aspect, "/rate", {"token": token, "rating": 3})

        def critique(aspect: str) -> Request:
            text = call("GET", aspect)["draft"]["text"]
            point = {"id": "p1", "kind": "replace", "start": 0, "end": 3, "words": text[:3], "instruction": "Our"}
            body = {"token": tokens[aspect], "raw": "The first word.", "points": [point]}
            return lambda: call("POST", aspect, "/critique", body)

        def revise(aspect: str) -> Request:
            return lambda: call("POST", aspect, "/revise", {"token": tokens[aspect]})

        yield {
            "the desk: look at a task": (lambda: call("GET", first), lambda: call("GET", first)),
            "the desk: send a critique": (critique(first), critique(second)),
            "the desk: ask for a revision": (revise(first), revise(second)),
        }
        workspace.close()


@contextmanager
def starlette() -> Iterator[dict[str, tuple[Request, Request]]]:
    """A route below a mount, behind a middleware."""
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.gzip import GZipMiddleware
    from starlette.responses import JSONResponse
    from starlette.routing import Mount, Route
    from starlette.testclient import TestClient

    async def page(request: Any) -> JSONResponse:
        return JSONResponse({"id": request.path_params["id"], "got": await request.json()})

    app = Starlette(
        routes=[Mount("/api", routes=[Route("/tasks/{id:int}", page, methods=["POST"])])],
        middleware=[Middleware(GZipMiddleware)],
    )
    client = TestClient(app)  # its own functions are left out: they serve no request

    def ask() -> None:
        assert client.post("/api/tasks/7", json={"rating": 3}).json() == {"id": 7, "got": {"rating": 3}}

    yield {"starlette: a request to a route": (ask, ask)}


@contextmanager
def procrastinate() -> Iterator[dict[str, tuple[Request, Request]]]:
    """A job put into the connector in memory, and run by a worker."""
    import procrastinate as library
    from procrastinate.testing import InMemoryConnector

    app = library.App(connector=InMemoryConnector())
    done = []

    @app.task(queue="sums", name="add")
    async def add(a: int, b: int) -> None:
        done.append(a + b)

    async def run() -> None:
        async with app.open_async():
            await add.defer_async(a=1, b=2)
            await app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)

    def both() -> None:
        asyncio.run(run())
        assert done.pop() == 3

    yield {"procrastinate: a job put and run": (both, both)}


@contextmanager
def inspect_ai() -> Iterator[dict[str, tuple[Request, Request]]]:
    """One sample asked of the model that is none."""
    from inspect_ai import Task, eval
    from inspect_ai.dataset import Sample
    from inspect_ai.model import ModelOutput, ModelUsage, get_model
    from inspect_ai.scorer import includes

    with tempfile.TemporaryDirectory() as folder:

        def run() -> None:
            task = Task(dataset=[Sample(input="Say it", target="output")], scorer=includes())
            said = ModelOutput.from_content("mockllm/model", "The output.")
            said.usage = ModelUsage()  # left out, it would be counted with a table from the internet
            model = get_model("mockllm/model", custom_outputs=[said])
            (log,) = eval(task, model=model, log_dir=folder, display="none")
            assert log.status == "success", log.error

        yield {"inspect_ai: one sample asked and scored": (run, run)}


def _film(path: Path) -> Path:
    """A second of grey."""
    import av

    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(24):
            file.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
        file.mux(stream.encode(None))
    return path


SUBJECTS = {"desk": "videolect", "starlette": "starlette", "procrastinate": "procrastinate", "inspect_ai": "inspect_ai"}
"""What can be traced, and whose functions count."""


def traced(subject: str) -> Iterator[tuple[str, Trace]]:
    """Each request of a subject, and what was seen of it."""
    trace = Trace(SUBJECTS[subject])
    # Before the first request: threads that a server keeps look on only if they were begun after this.
    threading.setprofile(trace)
    sys.setprofile(trace)
    try:
        with globals()[subject]() as requests:
            for name, (rehearsal, request) in requests.items():
                rehearsal()
                trace.clear()
                trace.on = True
                request()
                trace.on = False
                yield name, trace
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def main() -> int:
    """Print a line a request."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("subjects", nargs="*", choices=[*SUBJECTS, []], default=["desk"])
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="name the N worst too")
    asked = parser.parse_args()
    print("| request | deepest stack | the same without repetition | calls | functions | files | handed on through 4 |")
    print("|---|---|---|---|---|---|---|")
    told = []
    for subject in asked.subjects:
        for name, seen in traced(subject):
            files = {code.co_filename for code in seen.calls}
            longest = seen.longest()
            sizes = [
                len(seen.deepest),
                seen.most_different,
                seen.calls.total(),
                len(seen.calls),
                len(files),
                len(longest),
            ]
            print("| " + " | ".join([name, *(f"{size:,}" for size in sizes)]) + " |", flush=True)
            often = [f"{count:,} x {seen.name(code)}" for code, count in seen.calls.most_common(asked.worst)]
            ways = [f"{way[0][0]}: " + " > ".join(seen.name(code) for _, code in way) for way in longest[: asked.worst]]
            told.append("\n  ".join([name, "deepest: " + " > ".join(map(seen.name, seen.deepest)), *ways, *often]))
    if asked.worst:
        print("", *told, sep="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
