"""Gemini through Google's client, against a server on this machine that speaks as the service does."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

pytest.importorskip("google.genai")

from videolect.errors import BadInput
from videolect.vlm.backends.gemini import Gemini, open_gemini
from videolect.vlm.base import Cancelled, Decoding, Film, NoAnswer, TooDear
from videolect.vlm.prompts import free, judge
from videolect.writing.looks import film_as_mp4

SECRET = "AIza-a-secret-word"
Says = Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]


def film(seed: int = 1, frames: int = 8) -> Film:
    pictures = np.random.default_rng(seed).integers(0, 256, (frames, 64, 64, 3), dtype=np.uint8)
    return Film(pictures=pictures, times_s=tuple(number / 4 for number in range(frames)))


def said(text: str = "It pans left.", why: str = "STOP", **more: Any) -> tuple[int, dict[str, Any]]:
    candidate = {"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": why, **more}
    return 200, {
        "candidates": [candidate], "usageMetadata": {"promptTokenCount": 40, "candidatesTokenCount": 5},
    }  # fmt: skip


class Service:
    """What was asked, and the files that were left."""

    def __init__(self, says: Says) -> None:
        self.says, self.url = says, ""
        self.asked: list[dict[str, Any]] = []
        self.keys: set[str | None] = set()
        self.files: dict[str, bytes] = {}
        self.gone: list[str] = []


@contextmanager
def service(says: Says = lambda body: said()) -> Iterator[Service]:
    made = Service(says)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Say nothing."""

        def tell(self, status: int, body: dict[str, Any], **headers: str) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {
                "Content-Type": "application/json",
                "Content-Length": str(len(data)),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            made.keys.add(self.headers.get("x-goog-api-key"))
            if self.path.startswith("/upload/") and "start" in self.headers.get("X-Goog-Upload-Command", ""):
                at = f"{made.url}/put/{len(made.files)}"
                return self.tell(200, {}, **{"X-Goog-Upload-URL": at, "X-Goog-Upload-Status": "active"})
            if self.path.startswith("/put/"):
                name = f"files/f{len(made.files)}"
                made.files[name] = data
                kept = {"name": name, "uri": f"{made.url}/{name}", "state": "ACTIVE", "mimeType": "video/mp4"}
                return self.tell(200, {"file": kept}, **{"X-Goog-Upload-Status": "final"})
            made.asked.append(json.loads(data))
            return self.tell(*made.says(made.asked[-1]))

        def do_DELETE(self) -> None:
            made.gone.append(self.path.rpartition("/")[2])
            self.tell(200, {})

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIDEOLECT_GEMINI_KEY", SECRET)
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)


def backend(of: Service, more: str = "") -> Gemini:
    return open_gemini(f"gemini-x?url={of.url}{more}", film_as_mp4)


def test_the_film_goes_over_as_a_video_with_its_own_rate_before_the_words():
    with service() as of:
        [[answer]] = backend(of).generate(film(), [free("What does it do?")], Decoding(max_tokens=33))
    [asked] = of.asked
    seen, words = asked["contents"][0]["parts"]
    assert base64.b64decode(seen["inlineData"]["data"])[4:8] == b"ftyp"
    assert seen["videoMetadata"]["fps"] == pytest.approx(4.0)
    assert words == {"text": "What does it do?"}
    assert asked["generationConfig"]["maxOutputTokens"] == 33
    assert (answer.text, answer.prompt_tokens, answer.tokens, answer.finish) == ("It pans left.", 40, 5, "stop")
    assert of.keys == {SECRET}


def test_a_large_film_is_uploaded_once_and_taken_back_when_another_comes():
    with service() as of:
        model = backend(of, "&inline_bytes=100")
        model.generate(film(), [free("One?"), free("Two?")])
        model.generate(film(), [free("Three?")])
        assert list(of.files) == ["files/f0"]
        assert of.files["files/f0"][4:8] == b"ftyp"
        model.generate(film(2), [free("Four?")])
        model.close()
    assert len(of.files) == 2
    assert of.gone == ["f0", "f1"]
    assert {part["contents"][0]["parts"][0]["fileData"]["file_uri"] for part in of.asked} == {
        f"{of.url}/files/f0", f"{of.url}/files/f1",
    }  # fmt: skip


def test_chances_are_told_or_it_is_said_that_they_are_not():
    top = {"logprobsResult": {"topCandidates": [{"candidates": [
        {"token": "No", "logProbability": -0.2}, {"token": "Yes", "logProbability": -2.0},
    ]}]}}  # fmt: skip
    with service(lambda body: said("No", **top)) as of:
        [score] = backend(of).p_yes(film(), [judge("It pans.")])
    assert score.p_yes == pytest.approx(np.exp(-2.0))
    assert score.exact
    assert of.asked[0]["generationConfig"]["responseLogprobs"] is True
    with service() as of, pytest.raises(NoAnswer, match="tells no chances"):
        backend(of).p_yes(film(), [judge("It pans.")])


@pytest.mark.parametrize(("why", "finish"), [("SAFETY", "refused"), ("MAX_TOKENS", "length"), ("STOP", "stop")])
def test_how_an_answer_ended(why: str, finish: str):
    with service(lambda body: said("It", why)) as of:
        assert backend(of).generate(None, [free("x")])[0][0].finish == finish
    with service(lambda body: (200, {"promptFeedback": {"blockReason": "SAFETY"}})) as of:
        assert backend(of).generate(None, [free("x")])[0][0].finish == "refused"


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500])
def test_what_the_service_refuses_is_told_without_the_key(status: int):
    body = {"error": {"code": status, "message": f"bad, with key {SECRET}", "status": "X"}}
    with service(lambda _: (status, body)) as of, pytest.raises(NoAnswer, match=str(status)) as told:
        backend(of).generate(None, [free("x")])
    assert SECRET not in str(told.value)
    assert told.value.passing is (status in (429, 500))


def test_a_service_that_is_away_is_told():
    with pytest.raises(NoAnswer, match="cannot be asked"):
        open_gemini("gemini-x?url=http://127.0.0.1:9&timeout_s=2", film_as_mp4).generate(None, [free("x")])


def test_limits_and_options(monkeypatch: pytest.MonkeyPatch):
    with service() as of:
        model = backend(of, "&price_prompt=1000&price_written=1000&price_most=0.04")
        model.generate(None, [free("x")])
        assert model.spent.money == pytest.approx(0.045)
        with pytest.raises(TooDear):
            model.generate(None, [free("y")])
        cancel = threading.Event()
        cancel.set()
        with pytest.raises(Cancelled):
            backend(of).generate(None, [free("x")], cancel=cancel)
    assert SECRET not in repr(vars(model)["_key"]) + str(model.model)
    for words, says in (("m?colour=red", "no option 'colour'"), ("m?frames=x", "frames is 'x'")):
        with pytest.raises(BadInput, match=says):
            open_gemini(words, film_as_mp4)
    monkeypatch.delenv("VIDEOLECT_GEMINI_KEY")
    with pytest.raises(BadInput, match="no key for Gemini"):
        open_gemini("m", film_as_mp4)
