"""OpenAI's own client, as anybody would use it, against our server on a real socket."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import openai
import pytest

from tests.support import movies
from tests.support.served import live
from videolect.vlm.backends.pillow import still
from videolect.vlm.base import Decoding, Film
from videolect.vlm.memory import MemoryBackend
from videolect.vlm.prompts import free
from videolect.vlm.served import time_words
from videolect.web.model_server import create_server

KEY = "a-key-for-tests"
QUESTION = "What does the camera do?"
FILM = Film(
    pictures=np.random.default_rng(1).integers(0, 256, (4, 32, 48, 3), dtype=np.uint8), times_s=(0.0, 0.5, 1.0, 1.5)
)
TRUTH = MemoryBackend()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with live(create_server(MemoryBackend(), key=KEY)) as address:
        yield address


@pytest.fixture
def client(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[openai.OpenAI]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with openai.OpenAI(base_url=url, api_key=KEY, max_retries=0) as made:
        yield made


def asked(*parts: Any) -> Any:
    return [{"role": "user", "content": [*parts, {"type": "text", "text": QUESTION}]}]


def frames() -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    for words, picture in zip(time_words(FILM.times_s), FILM.pictures, strict=True):
        url = "data:image/png;base64," + base64.b64encode(still(picture, "png")).decode()
        parts += [{"type": "text", "text": words}, {"type": "image_url", "image_url": {"url": url}}]
    return parts


def test_plain(client: openai.OpenAI):
    assert [model.id for model in client.models.list()] == ["memory"]
    assert client.models.retrieve("memory").owned_by == "videolect"
    answer = client.chat.completions.create(model="memory", messages=asked())
    [[expected]] = TRUTH.generate(None, [free(QUESTION)])
    [choice] = answer.choices
    assert (choice.message.role, choice.message.content, choice.finish_reason) == ("assistant", expected.text, "stop")
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (expected.prompt_tokens, expected.tokens)
    assert (answer.model, answer.object) == ("memory", "chat.completion")


def test_frames_with_their_times(client: openai.OpenAI):
    answer = client.chat.completions.create(model="memory", messages=asked(*frames()))
    [[expected]] = TRUTH.generate(FILM, [free(QUESTION)])
    assert answer.choices[0].message.content == expected.text
    assert answer.model_extra is not None
    assert answer.model_extra["videolect"]["film"]["hash"] == FILM.hash


def test_candidates(client: openai.OpenAI):
    answer = client.chat.completions.create(
        model="memory", messages=asked(*frames()), n=3, temperature=1.1, top_p=0.9, seed=8, max_tokens=20
    )
    how = Decoding(count=3, temperature=1.1, top_p=0.9, seed=8, max_tokens=20)
    [expected] = TRUTH.generate(FILM, [free(QUESTION)], how)
    assert [choice.message.content for choice in answer.choices] == [each.text for each in expected]


def test_stream(client: openai.OpenAI):
    parts = client.chat.completions.create(
        model="memory", messages=asked(*frames()), stream=True, stream_options={"include_usage": True}
    )
    text, usage, finish = "", None, None
    for part in parts:
        usage = part.usage or usage
        for choice in part.choices:
            text += choice.delta.content or ""
            finish = choice.finish_reason or finish
    [[expected]] = TRUTH.generate(FILM, [free(QUESTION)])
    assert (text, finish) == (expected.text, "stop")
    assert usage is not None
    assert usage.completion_tokens == expected.tokens


def test_log_probabilities(client: openai.OpenAI):
    answer = client.chat.completions.create(
        model="memory", messages=asked(*frames()), max_tokens=1, temperature=0, logprobs=True, top_logprobs=20
    )
    told = answer.choices[0].logprobs
    assert told is not None
    assert told.content is not None
    [first] = told.content
    [expected] = TRUTH.first_token_logprobs(FILM, [free(QUESTION)], 20)
    assert [(each.token, each.logprob) for each in first.top_logprobs] == list(expected)
    assert answer.choices[0].message.content == first.token


def test_a_film_in_one_piece(client: openai.OpenAI, tmp_path: Path):
    film = movies.constant(tmp_path / "film.mp4", 24)
    url = "data:video/mp4;base64," + base64.b64encode(film.read_bytes()).decode()
    messages = asked({"type": "video_url", "video_url": {"url": url}})
    answer = client.chat.completions.create(model="memory", messages=messages)
    blind = client.chat.completions.create(model="memory", messages=asked())
    assert answer.model_extra is not None
    told = answer.model_extra["videolect"]["film"]
    assert (told["frames"], told["times"]) == (8, "decoded")
    assert answer.choices[0].message.content != blind.choices[0].message.content


def test_errors_are_the_clients_own(client: openai.OpenAI, url: str):
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="gpt", messages=asked())
    assert caught.value.code == "model_not_found"
    address = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    with pytest.raises(openai.BadRequestError, match="This server fetches nothing and opens no file") as refused:
        client.chat.completions.create(model="memory", messages=asked(address))
    assert refused.value.param == "messages"
    tool: Any = {"type": "function", "function": {"name": "look"}}
    with pytest.raises(openai.BadRequestError, match="'tools' is not done here"):
        client.chat.completions.create(model="memory", messages=asked(), tools=[tool])
    with openai.OpenAI(base_url=url, api_key="wrong", max_retries=0) as stranger:
        try:
            stranger.models.list()
            found = None
        except openai.AuthenticationError as error:
            found = error.code
    assert found == "invalid_api_key"
