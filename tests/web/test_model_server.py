"""The model server: what it takes, what it refuses and how, and that whoever hangs up ends the work."""

from __future__ import annotations

import base64
import io
import json
import socket
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from tests.support import movies
from tests.support.burn_in import read_burn_in
from tests.support.served import live
from videolect.vlm.backends.chat import open_chat
from videolect.vlm.base import Answer, Cancelled, Decoding, Film, NoAnswer, Spent, Wanted
from videolect.vlm.memory import MemoryBackend
from videolect.vlm.prompts import free
from videolect.web.model_request import Bounds
from videolect.web.model_server import create_server

KEY = "a key for tests"
PICTURES = np.random.default_rng(5).integers(0, 256, (3, 8, 12, 3), dtype=np.uint8)
WORDS = {"type": "text", "text": "What does the camera do?"}


def still(picture: Any, form: str = "PNG", **how: Any) -> str:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, form, **how)
    return base64.b64encode(out.getvalue()).decode()


def image(picture: Any, form: str = "PNG") -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": f"data:image/{form.lower()};base64,{still(picture, form)}"}}


def timed(text: str, picture: Any) -> list[dict[str, Any]]:
    return [{"type": "text", "text": text}, image(picture)]


def asking(*parts: Any, **more: Any) -> dict[str, Any]:
    return {"model": "memory", "messages": [{"role": "user", "content": [*parts, WORDS]}], **more}


class Watched(MemoryBackend):
    """Keeps the films that it was shown."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self.seen: list[Film | None] = []
        self.asked: list[str] = []

    def generate(self, film: Film | None, prompts: Any, how: Decoding = Decoding(), **more: Any) -> Any:  # noqa: B008
        self.seen.append(film)
        self.asked += [prompt.text for prompt in prompts]
        return super().generate(film, prompts, how, **more)


@pytest.fixture
def model() -> Watched:
    return Watched()


@pytest.fixture
def client(model: Watched) -> TestClient:
    return TestClient(create_server(model, bounds=Bounds(body_bytes=2_000_000, frames=4, pixels=64 * 64)))


def post(client: TestClient, body: Any, expect: int = 200) -> Any:
    answer = client.post("/v1/chat/completions", json=body)
    assert answer.status_code == expect, answer.text
    return answer.json()


# --------------------------------------------------------------------------------------------------------- what is seen


def test_the_model_sees_the_very_pixels_and_times(client: TestClient, model: Watched):
    parts = [
        *timed("<0.0 seconds>", PICTURES[0]),
        *timed("<0.25 seconds>", PICTURES[1]),
        *timed("<7 seconds>", PICTURES[2]),
    ]
    answer = post(client, asking(*parts))
    film = Film(pictures=PICTURES, times_s=(0.0, 0.25, 7.0))
    assert [shown.hash if shown else None for shown in model.seen] == [film.hash]
    assert model.asked == [WORDS["text"]]
    assert answer["videolect"]["film"] == {
        "hash": film.hash, "frames": 3, "width": 12, "height": 8, "times": "given", "resized": False
    }  # fmt: skip
    [expected] = MemoryBackend().generate(film, [free(WORDS["text"])])
    [choice] = answer["choices"]
    assert choice["message"] == {"role": "assistant", "content": expected[0].text, "refusal": None}
    assert (choice["index"], choice["finish_reason"], choice["logprobs"]) == (0, "stop", None)
    assert answer["usage"]["completion_tokens"] == expected[0].tokens
    assert answer["usage"]["total_tokens"] == expected[0].tokens + expected[0].prompt_tokens


def test_without_times_a_frame_a_second_is_assumed_and_told(client: TestClient, model: Watched):
    answer = post(client, asking(image(PICTURES[0]), image(PICTURES[1])))
    assert model.seen[0] is not None
    assert model.seen[0].times_s == (0.0, 1.0)
    assert answer["videolect"]["film"]["times"] == "assumed"


def test_frames_come_in_one_url_too(client: TestClient, model: Watched):
    url = "data:video/jpeg;base64," + ",".join(still(each, "JPEG", quality=95, subsampling=0) for each in PICTURES)
    post(client, asking({"type": "video_url", "video_url": {"url": url, "times_s": [0, 0.5, 1.5]}}))
    post(client, asking({"type": "video_url", "video_url": {"url": url}}))
    given, assumed = model.seen
    assert given is not None
    assert assumed is not None
    assert (given.times_s, assumed.times_s) == ((0.0, 0.5, 1.5), (0.0, 1.0, 2.0))
    assert np.abs(given.pictures.astype(int) - PICTURES).mean() < 8


def test_a_film_is_sampled_evenly_at_its_own_times(tmp_path: Path, model: Watched):
    client = TestClient(create_server(model))
    film = movies.late_start(tmp_path / "late.mp4", 48)
    url = "data:video/mp4;base64," + base64.b64encode(film.read_bytes()).decode()
    answer = post(client, asking({"type": "video_url", "video_url": {"url": url}}))
    [shown] = model.seen
    assert shown is not None
    assert (len(shown.times_s), shown.times_s[0]) == (8, 0.0)
    assert shown.times_s[-1] == pytest.approx(47 / 24, abs=1e-3)
    count, height, width, _ = shown.pictures.shape
    assert height * width <= model.wanted.most_pixels
    assert answer["videolect"]["film"]["times"] == "decoded"
    assert answer["videolect"]["film"]["resized"]
    assert count == 8


def test_the_right_frames_of_a_film_are_shown(tmp_path: Path, model: Watched):
    model.wanted = Wanted(frames=3, most_pixels=320 * 180, multiple=2)
    film = movies.constant(tmp_path / "film.mp4", 25)
    url = "data:video/mp4;base64," + base64.b64encode(film.read_bytes()).decode()
    post(TestClient(create_server(model)), asking({"type": "video_url", "video_url": {"url": url}}))
    assert model.seen[0] is not None
    assert [read_burn_in(picture) for picture in model.seen[0].pictures] == [0, 12, 24]


def test_a_picture_that_does_not_fit_is_scaled_and_that_is_told(model: Watched):
    model.wanted = Wanted(frames=3, most_pixels=1024, multiple=8)
    client = TestClient(create_server(model))
    answer = post(client, asking(image(np.zeros((50, 100, 3), np.uint8))))
    told = answer["videolect"]["film"]
    assert told["resized"]
    assert told["width"] * told["height"] <= 1024
    assert (told["width"] % 8, told["height"] % 8) == (0, 0)


def test_a_film_is_decoded_once_for_many_questions(client: TestClient, model: Watched, monkeypatch: pytest.MonkeyPatch):
    from videolect.web import model_request

    decoded: list[int] = []
    real = model_request.stills

    def counted(pictures: Sequence[bytes], limits: Any = None) -> Any:
        decoded.append(len(pictures))
        return real(pictures, limits)

    monkeypatch.setattr(model_request, "stills", counted)
    for _ in range(3):
        post(client, asking(image(PICTURES[0])))
    post(client, asking(*timed("<0.5 seconds>", PICTURES[0])))
    assert decoded == [1, 1]
    assert model.seen[0] is model.seen[2], "so that a backend that keeps what it made of a film finds it again"


def test_a_text_that_reads_like_a_time_is_a_text(client: TestClient, model: Watched):
    post(client, {"model": "memory", **message({"type": "text", "text": "<1.50 seconds>"})})
    assert model.asked == ["<1.50 seconds>"]


def test_a_text_alone_is_a_question_without_a_film(client: TestClient, model: Watched):
    answer = post(client, {"model": "memory@1", "messages": [{"role": "user", "content": "Make one text of them."}]})
    assert model.seen == [None]
    assert answer["videolect"] == {"film": None}


# ------------------------------------------------------------------------------------------------------ what is refused

DATA = "data:image/png;base64,"


def at(url: Any, kind: str = "image_url", **more: Any) -> dict[str, Any]:
    """A question about what stands at this URL."""
    return message({"type": kind, kind: {"url": url, **more}}, WORDS)


JPEGS = "data:video/jpeg;base64,"


def message(*parts: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": list(parts)}]}


REFUSED: dict[str, tuple[Any, int, str]] = {
    "no JSON": ("{", 400, "no JSON"),
    "no object": ([], 400, "no JSON object"),
    "another model": ({"model": "gpt"}, 404, "There is no model 'gpt'. Ask for 'memory'."),
    "no messages": ({"messages": None}, 400, "one question at a time"),
    "a system message": ({"messages": [{"role": "system", "content": "x"}]}, 400, "not the user's"),
    "a talk": ({"messages": [{"role": "user", "content": "x"}] * 3}, 400, "one question at a time"),
    "no content": (message(), 400, "no content"),
    "no words": (message(image(PICTURES[0])), 400, "The text is empty"),
    "words first": (message(WORDS, image(PICTURES[0])), 400, "The film comes after words"),
    "two films": (message(image(PICTURES[0]), {"type": "video_url", "video_url": {}}, WORDS), 400, "one film"),
    "sound": (message({"type": "input_audio"}, WORDS), 400, "'input_audio' is not taken"),
    "an address": (at("http://a/b.png"), 400, "fetches nothing"),
    "a file": (at("file:///etc/passwd", "video_url"), 400, "opens no file"),
    "a path": (at("/etc/passwd"), 400, "is no data: URL"),
    "no URL": (at(7), 400, "is no data: URL"),
    "no base64": (at(f"{DATA}%%%"), 400, "no base64"),
    "nothing": (at(DATA), 400, "no base64"),
    "two in one": (at(DATA + still(PICTURES[0]) + "," + still(PICTURES[0])), 400, "no base64"),
    "two films in one": (at("data:video/mp4;base64,aGVsbG8=,aGVsbG8=", "video_url"), 400, "no base64"),
    "no picture": (at(f"{DATA}aGVsbG8="), 400, "no JPEG and no PNG"),
    "a GIF": (
        at(f"{DATA}{still(PICTURES[0], 'GIF')}"), 400, "no JPEG"
    ),
    "a cut picture": (
        at(f"{DATA}{still(PICTURES[0])[:-120]}"), 400, "damaged"
    ),
    "WebP": (at("data:image/webp;base64,aa=="), 400, "webp"),
    "two sizes": (message(image(PICTURES[0]), image(PICTURES[0][:4]), WORDS), 400, "are of 12x4 and 12x8"),
    "a large picture": (message(image(np.zeros((65, 64, 3), np.uint8)), WORDS), 400, "64x65 pixels"),
    "many frames": (message(*[image(PICTURES[0])] * 5, WORDS), 400, "5 frames"),
    "some times": (message(*timed("<0.0 seconds>", PICTURES[0]), image(PICTURES[1]), WORDS), 400, "some none"),
    "times that fall": (
        message(*timed("<2.0 seconds>", PICTURES[0]), *timed("<1.0 seconds>", PICTURES[1]), WORDS), 400, "do not rise"
    ),
    "times of another number": (
        at(JPEGS + still(PICTURES[0], "JPEG"), "video_url", times_s=[0, 1]),
        400, "have 2 times",
    ),
    "no film": (
        at("data:video/mp4;base64,aGVsbG8=", "video_url"), 400,
        "The film is not a video file",
    ),
    "tools": ({"tools": [{"type": "function"}]}, 400, "'tools' is not done here"),
    "a penalty": ({"presence_penalty": 0.5}, 400, "'presence_penalty' is not done here"),
    "something new": ({"a" * 200: 1}, 400, "is not done here"),
    "too many tokens": ({"max_tokens": 100_000}, 400, "'max_tokens' is '100000'"),
    "no number": ({"temperature": "hot"}, 400, "'temperature' is 'hot'"),
    "a truth": ({"max_tokens": True}, 400, "'max_tokens' is 'True'"),
    "candidates": ({"n": 2}, 400, "all candidates are the same"),
    "too many candidates": ({"n": 33, "temperature": 1}, 400, "'n' is '33'"),
    "no nucleus": ({"top_p": 0}, 400, "top_p"),
    "a stream of sorts": ({"stream": "yes"}, 400, "'stream' is 'yes'"),
    "chances of a text": ({"logprobs": True}, 400, "first token alone"),
    "chances alone": ({"top_logprobs": 5}, 400, "without 'logprobs'"),
    "too many chances": ({"logprobs": True, "top_logprobs": 21, "max_tokens": 1}, 400, "'top_logprobs' is '21'"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_request_that_is_not_served_is_refused_in_openais_words(client: TestClient, model: Watched, name: str):
    change, status, words = REFUSED[name]
    body = {**asking(), **change} if isinstance(change, dict) else change
    data = body if isinstance(body, str) else json.dumps(body)
    answer = client.post("/v1/chat/completions", content=data, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"
    assert words in error["message"]
    assert "/tmp" not in error["message"]
    assert not model.seen


def test_what_would_change_nothing_may_be_said(client: TestClient):
    post(
        client,
        asking(user="ann", presence_penalty=0, tools=[], stop=None, response_format={"type": "text"}, metadata={}),
    )


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_page_of_another_site_cannot_ask(client: TestClient, kind: str):
    answer = client.post("/v1/chat/completions", content=json.dumps(asking()), headers={"Content-Type": kind})
    assert answer.status_code == 415


def test_a_body_that_is_too_large_is_not_read(client: TestClient, model: Watched):
    answer = client.post("/v1/chat/completions", json=asking(image(PICTURES[0]), metadata={"x": "y" * 2_000_000}))
    assert answer.status_code == 413

    def endless() -> Any:
        for _ in range(300):
            yield b" " * 10_000

    headers = {"Content-Type": "application/json"}
    assert client.post("/v1/chat/completions", content=endless(), headers=headers).status_code == 413
    assert not model.seen


def test_addresses_that_are_none(client: TestClient):
    for method, path, status in (("GET", "/", 404), ("GET", "/v1/chat/completions", 405), ("GET", "/v1/models/x", 404)):
        answer = client.request(method, path)
        assert answer.status_code == status
        assert "message" in answer.json()["error"]


# --------------------------------------------------------------------------------------------------------------- rights


def test_a_key_is_asked_for_everywhere_but_at_health():
    client = TestClient(create_server(MemoryBackend(), key=KEY))
    bad = [{}, {"Authorization": "Bearer x"}, {"Authorization": KEY}, {"Authorization": "Bearer \xe9"}]
    for method, path in (("GET", "/v1/models"), ("GET", "/v1/models/memory"), ("POST", "/v1/chat/completions")):
        for headers in bad:
            raw = {name: value.encode("latin-1") for name, value in headers.items()}
            answer = client.request(method, path, headers=raw, json=asking() if method == "POST" else None)
            assert answer.status_code == 401
            assert answer.json()["error"]["code"] == "invalid_api_key"
            assert answer.headers["www-authenticate"] == "Bearer"
    assert client.get("/health").json() == {"status": "ok", "model": "memory@1", "running": 0, "waiting": 0}
    client.headers["Authorization"] = f"Bearer {KEY}"
    assert client.get("/v1/models").json()["data"][0]["id"] == "memory"
    post(client, asking())


def test_the_model_is_described(client: TestClient):
    listed = client.get("/v1/models").json()
    assert listed["object"] == "list"
    [model] = listed["data"]
    assert model == client.get("/v1/models/memory").json()
    assert model["videolect"]["wanted"] == {"frames": 8, "most_pixels": 128 * 128, "multiple": 2}
    assert model["videolect"]["logprobs"] is True
    assert model["videolect"]["most"]["frames"] == 4


# -------------------------------------------------------------------------------------------------- answers and chances


def test_candidates_and_a_seed(client: TestClient):
    first = post(client, asking(n=3, temperature=1.3, seed=4))
    texts = [choice["message"]["content"] for choice in first["choices"]]
    assert [choice["index"] for choice in first["choices"]] == [0, 1, 2]
    assert len(set(texts)) > 1
    again = post(client, asking(n=3, temperature=1.3, seed=4))
    assert [choice["message"]["content"] for choice in again["choices"]] == texts


def test_chances_of_the_first_token_are_the_models(client: TestClient):
    answer = post(client, asking(logprobs=True, top_logprobs=20, max_completion_tokens=1))
    [choice] = answer["choices"]
    [first] = choice["logprobs"]["content"]
    told = [(each["token"], each["logprob"]) for each in first["top_logprobs"]]
    [expected] = MemoryBackend().first_token_logprobs(None, [free(WORDS["text"])], 20)
    assert told == list(expected)
    assert choice["message"]["content"] == first["token"] == told[0][0]
    assert bytes(first["bytes"]).decode() == first["token"]


class Plain:
    """A backend that has nothing that a backend need not have, and fails as it is told."""

    def __init__(self, error: Exception | None = None) -> None:
        one = MemoryBackend()
        self.model, self.wanted, self.spent, self.error = one.model, one.wanted, Spent(), error

    def generate(self, film: Any, prompts: Any, how: Any = None, *, cancel: Any = None) -> Any:
        if self.error is not None:
            raise self.error
        return [[Answer(text="I cannot.", prompt_tokens=-1, tokens=-1, finish="refused")] for _ in prompts]

    def p_yes(self, film: Any, prompts: Any, *, cancel: Any = None) -> Any:
        raise AssertionError


def test_a_backend_that_tells_no_chances_and_no_usage():
    client = TestClient(create_server(Plain()))
    assert "tells no log-probabilities" in post(client, asking(logprobs=True, max_tokens=1), 400)["error"]["message"]
    answer = post(client, asking())
    assert "usage" not in answer
    assert answer["choices"][0]["finish_reason"] == "content_filter"


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (NoAnswer("It is busy.", mend="Wait.", passing=True), 503, "It is busy. Wait."),
        (NoAnswer("It is odd.", mend="Look."), 502, "It is odd. Look."),
        (RuntimeError("/secret/path"), 500, "The server failed on this request. Its log says why."),
        (MemoryError(), 500, "The server failed on this request. Its log says why."),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_model_that_fails(error: Exception, status: int, words: str, stream: bool):
    client = TestClient(create_server(Plain(error)))
    assert post(client, asking(stream=stream), status)["error"]["message"] == words


def test_a_failure_behind_signs_of_life_is_an_event(monkeypatch: pytest.MonkeyPatch):
    from videolect.web import model_server

    monkeypatch.setattr(model_server, "ALIVE_S", 0.02)

    class Slow(Plain):
        def generate(self, *_: Any, **__: Any) -> Any:
            time.sleep(0.2)
            raise NoAnswer("It broke.", mend="Mend it.")

    lines = TestClient(create_server(Slow())).post("/v1/chat/completions", json=asking(stream=True)).text.split("\n\n")
    assert lines[0] == ": at work"
    assert json.loads(lines[-3].removeprefix("data: "))["error"]["message"] == "It broke. Mend it."
    assert lines[-2:] == ["data: [DONE]", ""]


def test_a_stream_says_the_same_as_a_whole_answer(client: TestClient):
    body = asking(*timed("<0.0 seconds>", PICTURES[0]), n=2, temperature=1, seed=3)
    whole = post(client, body)
    answer = client.post(
        "/v1/chat/completions", json={**body, "stream": True, "stream_options": {"include_usage": True}}
    )
    assert answer.headers["content-type"].startswith("text/event-stream")
    *events, done, rest = answer.text.split("\n\n")
    assert (done, rest) == ("data: [DONE]", "")
    said = [json.loads(event.removeprefix("data: ")) for event in events]
    texts, ends = ["", ""], [None, None]
    for each in said[:-1]:
        [choice] = each["choices"]
        texts[choice["index"]] += choice["delta"].get("content", "")
        ends[choice["index"]] = choice["finish_reason"] or ends[choice["index"]]
        assert each["usage"] is None
    assert texts == [choice["message"]["content"] for choice in whole["choices"]]
    assert ends == [choice["finish_reason"] for choice in whole["choices"]]
    assert (said[-1]["choices"], said[-1]["usage"]) == ([], whole["usage"])
    assert len(said) > 8


# ------------------------------------------------------------------------------------------------ many at the same time


def until(condition: Any) -> None:
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError


class Patient(MemoryBackend):
    """Works until it is given up."""

    given_up = False

    def generate(self, *_: Any, cancel: threading.Event, **__: Any) -> Any:
        self.given_up = cancel.wait(60)
        raise Cancelled


def calling(url: str, body: Any) -> socket.socket:
    """A caller who has asked and not been answered."""
    data = json.dumps(body).encode()
    caller = socket.create_connection(("127.0.0.1", int(url.split(":")[2].split("/")[0])))
    lines = ["POST /v1/chat/completions HTTP/1.1", "Host: a", "Content-Type: application/json"]
    caller.sendall("\r\n".join([*lines, f"Content-Length: {len(data)}", "", ""]).encode() + data)
    return caller


@pytest.mark.parametrize("stream", [False, True])
def test_who_hangs_up_ends_the_work(stream: bool):
    model = Patient()
    with live(create_server(model)) as url, httpx.Client(trust_env=False) as client:

        def busy() -> tuple[int, int]:
            told = client.get(f"{url[:-3]}/health").json()
            return told["running"], told["waiting"]

        with calling(url, asking(stream=stream)):
            until(lambda: busy() == (1, 0))
            with calling(url, asking(stream=stream)):
                until(lambda: busy() == (1, 1))
            until(lambda: busy() == (1, 0))
            assert not model.given_up
        until(lambda: busy() == (0, 0))
    assert model.given_up


class Counted(MemoryBackend):
    """Knows how many asked at the same time."""

    def __init__(self, parallel: int) -> None:
        super().__init__(parallel=parallel)
        self.running = self.most = 0
        self.guard = threading.Lock()
        self.go = threading.Event()

    def generate(self, *args: Any, **more: Any) -> Any:
        with self.guard:
            self.running += 1
            self.most = max(self.most, self.running)
        self.go.wait(20)
        with self.guard:
            self.running -= 1
        return super().generate(*args, **more)


@pytest.mark.parametrize("parallel", [1, 3])
def test_a_model_works_on_as_many_as_it_can_and_others_wait_or_are_sent_away(parallel: int):
    model = Counted(parallel)
    with (
        live(create_server(model, bounds=Bounds(waiting=2))) as url,
        httpx.Client(trust_env=False, timeout=30) as client,
    ):
        health = f"{url[:-3]}/health"
        statuses: list[int] = []

        def busy() -> int:
            told = client.get(health).json()
            return int(told["running"] + told["waiting"])

        def ask() -> None:
            statuses.append(client.post(f"{url}/chat/completions", json=asking()).status_code)

        threads = [threading.Thread(target=ask) for _ in range(parallel + 2)]
        for number, thread in enumerate(threads, start=1):
            thread.start()
            until(
                lambda number=number: sum(client.get(health).json()[each] for each in ("running", "waiting")) == number
            )
        refused = client.post(f"{url}/chat/completions", json=asking())
        assert (refused.status_code, refused.json()["error"]["type"]) == (429, "rate_limit_error")
        assert refused.headers["retry-after"] == "1"
        model.go.set()
        for thread in threads:
            thread.join()
    assert statuses == [200] * (parallel + 2)
    assert model.most == parallel


def test_our_client_is_told_of_a_film_that_is_too_large_while_it_still_sends(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    noise = np.random.default_rng(1).integers(0, 256, (8, 512, 512, 3), dtype=np.uint8)
    large = Film(pictures=noise, times_s=tuple(map(float, range(8))))
    with live(create_server(MemoryBackend(), bounds=Bounds(body_bytes=100_000))) as url:
        backend = open_chat(f"{url}?still=png&tries=1")
        with pytest.raises(NoAnswer, match=r"too large \(413\). It says: The request has more than 100,000 bytes"):
            backend.generate(large, [free("What is it?")])
