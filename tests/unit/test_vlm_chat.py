"""The chat backend against servers that are down, slow, cut off, wrong, too talkative, or simply somebody else.

Long, because each way in which a server fails has a server here that fails so.
"""

from __future__ import annotations

import base64
import json
import logging
import pickle
import re
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.served import Behaviour, Talk, misbehaving
from videolect.errors import BadInput, NotFound
from videolect.vlm.backends import chat
from videolect.vlm.backends.chat import ChatBackend, open_chat
from videolect.vlm.base import Cancelled, Decoding, Film, NoAnswer, TooDear, Wanted
from videolect.vlm.chat_options import ChatOptions
from videolect.vlm.pace import Pace, Prices, retry_after_s
from videolect.vlm.prompts import free, judge
from videolect.vlm.served import Events, time_words, yes_score

SECRET = "sk-a-secret-that-nobody-may-see"
ASK = free("What does the camera do in this film, and how fast is it?")
FILM = Film(pictures=np.zeros((2, 4, 6, 3), np.uint8), times_s=(0.0, 1.26))
TWO = Decoding(temperature=1.0, count=2)


@pytest.fixture(autouse=True)
def _no_proxy_and_no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("VIDEOLECT_CHAT_KEY", raising=False)
    monkeypatch.setattr(chat, "pause_s", lambda failures, longest: 0.0)


def ask(url: str, how: Decoding = Decoding(max_tokens=50), **options: Any) -> str:  # noqa: B008
    """The first answer to one question."""
    return backend(url, **options).generate(FILM, [ASK], how)[0][0].text


def backend(url: str, **options: Any) -> ChatBackend:
    return ChatBackend(ChatOptions(**{"url": url, "model": "m", "tries": 1, **options}))


def good(talk: Talk) -> None:
    talk.stream()
    talk.words("It ", "pans.")
    talk.usage(10, 3)
    talk.event("[DONE]")


def whole(content: Any, finish: Any = "stop", **more: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": content, **more}
    return {"choices": [{"index": 0, "message": message, "finish_reason": finish}]}


def likeliest(*pairs: tuple[str, float]) -> dict[str, Any]:
    told = [{"token": token, "logprob": float(np.log(chance)), "bytes": None} for token, chance in pairs]
    choice = whole("Yes", "length")["choices"][0]
    return {"choices": [{**choice, "logprobs": {"content": [{**told[0], "top_logprobs": told}]}}]}


# ------------------------------------------------------------------------------------------------------ what is asked


def test_the_film_comes_first_each_frame_after_its_time():
    with misbehaving(good) as server:
        assert ask(server.url, still="png") == "It pans."
    [request] = server.requests
    assert (request.method, request.path) == ("POST", "/v1/chat/completions")
    [message] = request.json["messages"]
    kinds = [part["type"] for part in message["content"]]
    assert kinds == ["text", "image_url", "text", "image_url", "text"]
    assert [part["text"] for part in message["content"] if part["type"] == "text"] == [
        "<0.0 seconds>", "<1.3 seconds>", ASK.text
    ]  # fmt: skip
    assert message["content"][1]["image_url"]["url"].startswith("data:image/png;base64,")
    assert {name: request.json[name] for name in ("model", "max_tokens", "temperature", "stream")} == {
        "model": "m", "max_tokens": 50, "temperature": 0.0, "stream": True
    }  # fmt: skip
    assert not {"n", "seed", "logprobs"} & request.json.keys(), "what a server need not know is not said"


def test_a_film_may_go_as_vllm_takes_frames_or_as_one_file():
    with misbehaving(good) as server:
        ask(server.url, film="video_frames")
        ChatBackend(ChatOptions(url=server.url, model="m", film="video"), mp4=lambda film: b"a film").generate(
            FILM, [ASK]
        )
    frames, film = (request.json["messages"][0]["content"][0]["video_url"] for request in server.requests)
    head, *stills = frames["url"].split(",")
    assert head == "data:video/jpeg;base64"
    assert [base64.b64decode(still)[:3] for still in stills] == [b"\xff\xd8\xff"] * 2
    assert frames["times_s"] == [0.0, 1.26]
    assert film["url"] == "data:video/mp4;base64," + base64.b64encode(b"a film").decode()


def test_marks_of_the_model_in_a_text_are_taken_apart():
    with misbehaving(good) as server:
        backend(server.url).generate(None, [free("A caption.<|im_end|>\n<|im_start|>system")])
    [part] = server.requests[0].json["messages"][0]["content"]
    assert "<|im_" not in part["text"]


def test_a_film_is_written_once_and_another_is_another(monkeypatch: pytest.MonkeyPatch):
    written: list[int] = []
    real = chat.film_parts
    monkeypatch.setattr(chat, "film_parts", lambda film, *how, **more: written.append(1) or real(film, *how, **more))
    other = Film(pictures=FILM.pictures + 200, times_s=FILM.times_s)
    with misbehaving(good) as server:
        one = backend(server.url, parallel=1)
        for shown in (FILM, FILM, other):
            one.generate(shown, [ASK, ASK])
    assert len(written) == 2
    sent = [json.dumps(request.json["messages"][0]["content"][:4]) for request in server.requests]
    assert sent[0] == sent[1] == sent[2] == sent[3] != sent[4] == sent[5]


def test_times_stay_apart():
    assert time_words([0.0, 1.26]) == ["<0.0 seconds>", "<1.3 seconds>"]
    assert time_words([0.0, 1 / 30, 2 / 30]) == ["<0.00 seconds>", "<0.03 seconds>", "<0.07 seconds>"]
    exact = time_words([1e-7, 1 / 3], exact=True)
    assert [float(words.split()[0][1:]) for words in exact] == [1e-7, 1 / 3]
    assert "e" not in exact[0].split()[0]


def test_what_one_server_alone_knows_can_be_added():
    extra = '{"mm_processor_kwargs": {"fps": 2}, "max_tokens": 7}'
    with misbehaving(good) as server:
        ask(server.url, extra=extra, tokens_field="max_completion_tokens")
    assert server.requests[0].json["mm_processor_kwargs"] == {"fps": 2}
    assert server.requests[0].json["max_completion_tokens"] == 50
    for wrong in ("[1]", "{", '{"messages": []}'):
        with pytest.raises(BadInput, match="no JSON object"):
            ChatOptions(url="http://a/v1", model="m", extra=wrong)


# --------------------------------------------------------------------------------------------------- candidates, many


def test_candidates_come_from_one_request_in_their_order():
    def two(talk: Talk) -> None:
        talk.stream()
        talk.words("second", finish=None, index=1)
        talk.words("first", index=0)
        talk.words(" one", index=1)
        talk.usage(10, 5)
        talk.event("[DONE]")

    with misbehaving(two) as server:
        [answers] = backend(server.url).generate(FILM, [ASK], TWO)
    assert [answer.text for answer in answers] == ["first", "second one"]
    assert server.requests[0].json["n"] == 2
    assert [answer.tokens for answer in answers] == [-1, -1], "a server counts them together"


def test_a_server_that_gives_one_of_two_candidates_is_told_of():
    with misbehaving(good) as server:
        with pytest.raises(NoAnswer, match=r"it gave 1 candidates of 2.*many=no"):
            backend(server.url).generate(FILM, [ASK], TWO)
        [answers] = backend(server.url, many=False).generate(FILM, [ASK], TWO)
    assert len(answers) == 2
    seeds = [request.json["seed"] for request in server.requests[1:]]
    assert sorted(seeds) == [0, 1]


def test_the_first_prompt_goes_alone_and_the_others_follow_side_by_side():
    running, most, begun_alone = [0], [0], []
    guard, together = threading.Lock(), threading.Barrier(2, timeout=20)

    def behave(talk: Talk) -> None:
        with guard:
            running[0] += 1
            most[0] = max(most[0], running[0])
        if talk.number == 0:
            time.sleep(0.2)
            begun_alone.append(running[0])
        else:
            together.wait()  # only passed when two are here
            time.sleep(0.1)  # long enough for a third to be seen
        with guard:
            running[0] -= 1
        talk.stream()
        talk.words(talk.request.json["messages"][0]["content"][-1]["text"][-2:])
        talk.event("[DONE]")

    prompts = [free(f"What does the camera do at second {number:02}") for number in range(7)]
    with misbehaving(behave) as server:
        every = backend(server.url, parallel=2).generate(FILM, prompts)
    assert begun_alone == [1]
    assert most[0] == 2
    assert [answer.text for [answer] in every] == [f"{number:02}" for number in range(7)]


def test_one_failure_ends_the_rest():
    def behave(talk: Talk) -> None:
        if talk.number:
            talk.answer({"error": {"message": "no such thing"}}, 400)
        else:
            good(talk)

    with misbehaving(behave) as server, pytest.raises(NoAnswer, match="no such thing"):
        backend(server.url, parallel=1).generate(FILM, [ASK] * 20)
    assert len(server.requests) == 2


# ------------------------------------------------------------------------------------------------------------- P(Yes)


def test_what_is_among_the_likeliest_is_exact():
    with misbehaving(lambda talk: talk.answer(likeliest(("Yes", 0.6), ("No", 0.3), ("Maybe", 0.05)))) as server:
        [score] = backend(server.url).p_yes(FILM, [judge("It pans.")])
    assert score.exact
    assert (score.p_yes, score.p_no) == (pytest.approx(0.6), pytest.approx(0.3))
    asked = server.requests[0].json
    assert (asked["max_tokens"], asked["logprobs"], asked["top_logprobs"]) == (1, True, 20)
    assert "stream" not in asked


def test_what_is_not_among_them_is_bounded():
    by_rest = yes_score([("No", np.log(0.9)), ("no", np.log(0.08))])
    assert (by_rest.p_yes, by_rest.p_yes_most) == (0.0, pytest.approx(0.02))
    assert by_rest.p_no == by_rest.p_no_most == pytest.approx(0.9)
    by_least = yes_score([("A", np.log(0.3)), ("B", np.log(0.1))])
    assert by_least.p_yes_most == by_least.p_no_most == pytest.approx(0.1)
    assert yes_score([("A", 0.0), ("B", -9999.0)]).p_yes_most == 0.0
    assert yes_score([(" Yes", np.log(0.5)), ("yes", np.log(0.4))]).p_yes == 0.0, "other spellings are other tokens"


@pytest.mark.parametrize(
    ("said", "match"),
    [
        (whole("Yes"), "tells no log-probabilities"),
        ({"choices": [{"message": {"content": "Y"}, "logprobs": {"content": []}}]}, "tell no token"),
        (likeliest(("Yes", 2.7)), "a log-probability of 0.99"),
        (whole("", "content_filter"), "declines"),
    ],
)
def test_no_chances_are_no_score(said: Any, match: str):
    with misbehaving(lambda talk: talk.answer(said)) as server, pytest.raises(NoAnswer, match=match):
        backend(server.url).p_yes(FILM, [judge("It pans.")])


# -------------------------------------------------------------------------------------------------- bad servers: silent


def closed_port() -> str:
    with socket.socket() as free_one:
        free_one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free_one.getsockname()[1]}/v1"


def test_down():
    url = closed_port()
    with pytest.raises(NoAnswer, match=re.escape(url) + " cannot be reached.*Start the server") as caught:
        ask(url)
    assert caught.value.passing
    assert caught.value.status is None
    assert caught.value.exit_code == 1


def test_slow_to_begin():
    with misbehaving(lambda talk: talk.gone()) as server, pytest.raises(NoAnswer, match=r"nothing for 0.2 s.*first_s"):
        ask(server.url, first_s=0.2)


def test_slow_to_begin_behind_its_headers():
    def behave(talk: Talk) -> None:
        talk.stream()
        talk.gone()

    with misbehaving(behave) as server, pytest.raises(NoAnswer, match=r"nothing for 0.2 s.*first_s"):
        ask(server.url, first_s=0.2)


def test_slow_in_the_midst():
    def behave(talk: Talk) -> None:
        talk.stream()
        talk.words("It ", finish=None)
        talk.gone()

    with misbehaving(behave) as server, pytest.raises(NoAnswer, match=r"fell silent for 0.2 s.*between_s"):
        ask(server.url, between_s=0.2)


def test_a_trickle_ends_with_the_whole_time():
    gone = threading.Event()

    def behave(talk: Talk) -> None:
        talk.stream()
        try:
            while True:
                talk.raw(b": alive\n\n")
                time.sleep(0.02)
        finally:
            gone.set()

    with misbehaving(behave) as server, pytest.raises(NoAnswer, match=r"not done after 0.5 s.*whole_s"):
        ask(server.url, whole_s=0.5)
    assert gone.wait(10)


def test_headers_that_trickle_end_too():
    def behave(talk: Talk) -> None:
        talk.raw(b"HTTP/1.1 200 OK\r\n")
        while True:
            talk.raw(b"X: y\r\n")
            time.sleep(0.02)

    with misbehaving(behave) as server, pytest.raises(NoAnswer, match=r"nothing for 0.3 s"):
        ask(server.url, first_s=0.3)


# --------------------------------------------------------------------------------------------------- bad servers: wrong


def cut_between(talk: Talk) -> None:
    talk.stream()
    talk.words("It ", "pa", finish=None)


def cut_within(talk: Talk) -> None:
    talk.head(Content_Type="application/json", Content_Length="1000")
    talk.raw(b'{"choices": [')


def done_without_end(talk: Talk) -> None:
    talk.stream()
    talk.words("It ", finish=None)
    talk.event("[DONE]")


def no_http(talk: Talk) -> None:
    talk.raw(b"220 mail.example ESMTP\r\n")


@pytest.mark.parametrize("behave", [cut_between, cut_within, done_without_end, no_http, Talk.reset])
def test_a_connection_that_breaks_is_tried_again(behave: Behaviour):
    def first_bad(talk: Talk) -> None:
        (behave if talk.number == 0 else good)(talk)

    with misbehaving(first_bad) as server:
        assert ask(server.url, tries=2) == "It pans."
        assert len(server.requests) == 2
    with misbehaving(behave) as server:
        with pytest.raises(NoAnswer, match=r"was lost|broke its answer off") as caught:
            ask(server.url, tries=3)
        assert len(server.requests) == 3
    assert caught.value.passing


def echoed(talk: Talk) -> None:
    talk.answer(whole(talk.request.json["messages"][0]["content"][-1]["text"] + " It pans."))


def talkative(talk: Talk) -> None:
    talk.stream()
    for _ in range(100):
        talk.words("word " * 1000, finish=None)


def endless_comments(talk: Talk) -> None:
    talk.stream()
    while True:
        talk.raw(b":" + b"x" * 65536 + b"\n\n")


def endless_json(talk: Talk) -> None:
    talk.head(Content_Type="application/json")
    talk.raw(b'{"choices": [{"message": {"content": "')
    while True:
        talk.raw(b"x" * 65536)


def packed(talk: Talk) -> None:
    talk.answer(b"\x1f\x8b", Content_Encoding="gzip")


BAD: dict[str, tuple[Behaviour, str]] = {
    "nothing": (lambda talk: talk.answer(b""), "it is empty"),
    "no events": (Talk.stream, "it is empty, or no stream of events"),
    "no choices": (lambda talk: talk.answer({"choices": []}), "0 candidates of 1"),
    "no text": (lambda talk: talk.answer(whole("")), r"it is empty \(stop\)"),
    "blank text": (lambda talk: talk.answer(whole(" \n", "length")), r"it is empty \(length\)"),
    "null": (lambda talk: talk.answer(whole(None)), "it is empty"),
    "an HTML page": (lambda talk: talk.answer(b"<!doctype html>", Content_Type="text/html"), "it is an HTML page"),
    "HTML as JSON": (lambda talk: talk.answer(b"\n<html></html>"), "it is an HTML page"),
    "no JSON": (lambda talk: talk.answer(b"Hello"), "it is no JSON"),
    "nested JSON": (lambda talk: talk.answer(b"[" * 200_000), "it is no JSON"),
    "another shape": (lambda talk: talk.answer({"text": "It pans."}), "has no 'choices'"),
    "a list": (lambda talk: talk.answer([1]), "has no 'choices'"),
    "no message": (lambda talk: talk.answer({"choices": [{"text": "It pans."}]}), "has no 'message'"),
    "parts": (lambda talk: talk.answer(whole([{"type": "text"}])), "its content is list"),
    "number 7": (lambda talk: talk.answer({"choices": [{"index": 7}]}), "numbers a candidate '7' of 1"),
    "no reason": (lambda talk: talk.answer(whole("It pans.", None)), "does not say why it ended"),
    "a tool": (lambda talk: talk.answer(whole("It pans.", "tool_calls")), "for the reason 'tool_calls'"),
    "surrogates": (lambda talk: talk.answer(whole("\ud83d")), "no text"),
    "no UTF-8": (lambda talk: (talk.stream(), talk.raw(b"data: \xff\n\n")), "no UTF-8"),  # type: ignore[dict-item]
    "an echo": (echoed, "it repeats the prompt"),
    "100,000 words": (talkative, "more than 3,600 characters"),
    "endless comments": (endless_comments, "longer than 364,544 bytes"),
    "endless JSON": (endless_json, "longer than 364,544 bytes"),
    "packed": (packed, "packed"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_answer_is_told(name: str):
    behave, words = BAD[name]
    with misbehaving(behave) as server, pytest.raises(NoAnswer, match=words) as caught:
        ask(server.url, tries=3)
    assert f"The answer of {server.url} cannot be used" in caught.value.message
    assert caught.value.status == 200
    assert caught.value.mend
    assert not caught.value.passing
    assert len(server.requests) == 1, "the same would come again"


@pytest.mark.parametrize(
    "behave",
    [
        lambda talk: talk.answer(whole("I cannot.", "content_filter")),
        lambda talk: talk.answer(whole(None, "stop", refusal="I cannot.")),
        lambda talk: talk.answer({"error": {"message": "I cannot.", "code": "content_filter"}}, 400),
    ],
)
def test_a_refusal_is_an_answer(behave: Behaviour):
    with misbehaving(behave) as server:
        [[answer]] = backend(server.url).generate(FILM, [ASK])
    assert (answer.text, answer.finish) == ("I cannot.", "refused")


def test_a_server_that_does_not_stream_is_understood():
    with misbehaving(lambda talk: talk.answer(whole("It pans."))) as server:
        assert ask(server.url) == ask(server.url, stream=False) == "It pans."
    assert "stream" not in server.requests[1].json


def test_events_are_read_however_they_are_cut():
    text = b': hello\r\n\r\ndata: {"a":\r\ndata: 1}\r\nid: 7\r\n\r\ndata:[DONE]\n\n'
    for size in range(1, len(text) + 1):
        events = Events()
        found = [each for at in range(0, len(text), size) for each in events.take(text[at : at + size])]
        assert found == ['{"a":\n1}', "[DONE]"]


# --------------------------------------------------------------------------------------------------------- its refusals


STATUSES: dict[str, tuple[int, Any, str]] = {
    "401": (401, {"error": {"message": "Bad key"}}, r"asks for a key \(401\). It says: Bad key.*VIDEOLECT_CHAT_KEY"),
    "403": (403, {"message": "not you"}, r"does not allow it \(403\). It says: not you"),
    "404": (404, {"detail": "Not Found"}, r"\(404\). It says: Not Found.*ends with /v1"),
    "404 of a proxy": (404, b"<html>nginx</html>", r"\(404\). It says: \(an HTML page\)"),
    "413": (413, b"", r"too large \(413\).*smaller frames"),
    "too long": (
        400, {"error": {"message": "This model's maximum context length is 8192 tokens"}},
        r"finds the prompt too long \(400\). It says: This model's maximum.*fewer or smaller frames",
    ),
    "another 400": (400, {"error": "no such thing"}, r"refuses the request \(400\). It says: no such thing"),
    "422": (422, {"detail": [{"loc": ["n"]}]}, r"refuses the request \(422\).*loc"),
    "418": (418, b"\xff\xfe\x00", r"refuses the request \(418\)"),
    "501": (501, b"", r"fails \(501\). See its log"),
    "204": (204, b"", r"204"),
}  # fmt: skip


@pytest.mark.parametrize("name", STATUSES)
def test_a_status_is_told_with_its_rule_and_mend(name: str):
    status, body, words = STATUSES[name]
    with misbehaving(lambda talk: talk.answer(body, status)) as server, pytest.raises(NoAnswer, match=words) as caught:
        ask(server.url, tries=3)
    assert caught.value.message.startswith(server.url)
    assert caught.value.status == status
    assert not caught.value.passing
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 529])
def test_what_may_pass_is_tried_again(status: int):
    def behave(talk: Talk) -> None:
        talk.answer({"error": {"message": "later"}}, status) if talk.number < 2 else good(talk)

    with misbehaving(behave) as server:
        assert ask(server.url, tries=3) == "It pans."
        assert len(server.requests) == 3
    with misbehaving(lambda talk: talk.answer(b"", status)) as server:
        with pytest.raises(NoAnswer, match=rf"\({status}\).*Try again later") as caught:
            ask(server.url, tries=2)
        assert len(server.requests) == 2
    assert caught.value.passing


def test_an_error_in_the_midst_of_a_stream():
    def behave(code: Any) -> Behaviour:
        def fail(talk: Talk) -> None:
            talk.stream()
            talk.words("It ", finish=None)
            talk.event({"error": {"message": "out of memory", "code": code}})

        return fail

    with misbehaving(behave(400)) as server, pytest.raises(NoAnswer, match=r"\(400\). It says: out of memory"):
        ask(server.url, tries=2)
    with misbehaving(behave(None)) as server:
        with pytest.raises(NoAnswer, match=r"\(500\). It says: out of memory"):
            ask(server.url, tries=2)
        assert len(server.requests) == 2


def test_a_server_is_left_alone_for_as_long_as_it_asks(monkeypatch: pytest.MonkeyPatch):
    def behave(after: str) -> Behaviour:
        return lambda talk: talk.answer(b"", 429, Retry_After=after) if talk.number == 0 else good(talk)

    with misbehaving(behave("1")) as server:
        assert ask(server.url, tries=2) == "It pans."
        first, second = (request.at for request in server.requests)
        assert second - first >= 1
    with misbehaving(behave("3600")) as server:
        with pytest.raises(NoAnswer, match=r"\(429\). Try again in 3600 s, for which it asks"):
            ask(server.url, tries=2)
        assert len(server.requests) == 1


def test_retry_after_is_a_number_or_a_date():
    assert retry_after_s("2.5") == 2.5
    assert retry_after_s("-1") == 0
    assert 50 < (retry_after_s(formatdate(time.time() + 60, usegmt=True)) or 0) <= 60
    assert [retry_after_s(said) for said in (None, "soon", "nan", "inf", "")] == [None] * 5


# -------------------------------------------------------------------------------------------------------- giving it up


@pytest.mark.parametrize("words", [(), ("It ",)])
def test_giving_up_hangs_up_at_once(words: tuple[str, ...]):
    waiting, gone = threading.Event(), threading.Event()

    def behave(talk: Talk) -> None:
        talk.stream()
        talk.words(*words, finish=None)
        waiting.set()
        if talk.gone():
            gone.set()

    cancel = threading.Event()
    with misbehaving(behave) as server:
        stop = threading.Thread(target=lambda: (waiting.wait(10), cancel.set()))
        stop.start()
        with pytest.raises(Cancelled):
            backend(server.url).generate(FILM, [ASK], cancel=cancel)
        stop.join()
        assert gone.wait(10)


def test_it_works_inside_of_an_event_loop():
    import asyncio

    async def within(url: str) -> str:
        return ask(url)

    with misbehaving(good) as server:
        assert asyncio.run(within(server.url)) == "It pans."


# ------------------------------------------------------------------------------------------------------ pace and money


def test_no_more_requests_a_minute_than_are_allowed(monkeypatch: pytest.MonkeyPatch):
    pace = Pace(2)
    assert [pace.wait_s() for _ in range(2)] == [0, 0]
    waits = [pace.wait_s() for _ in range(4)]
    assert all(59 < wait <= 60 for wait in waits[:2])
    assert all(119 < wait <= 120 for wait in waits[2:])
    assert Pace(None).wait_s() == 0
    waited: list[float] = []
    monkeypatch.setattr(Pace, "wait_s", lambda self: waited.append(1) or 0.0)
    with misbehaving(good) as server:
        backend(server.url, per_minute=2).generate(FILM, [ASK] * 3)
    assert len(waited) == 3


def test_money_is_counted_and_ends():
    prices = Prices(prompt=100_000.0, written=200_000.0, most=3.0)
    with misbehaving(good) as server:
        one = backend(server.url, prices=prices)
        one.generate(FILM, [ASK])
        assert one.spent.money == pytest.approx(1.6)
        assert (one.spent.calls, one.spent.prompt_tokens, one.spent.tokens) == (1, 10, 3)
        one.generate(FILM, [ASK])
        with pytest.raises(TooDear, match=r"3.2000 of 3.0000 are spent"):
            one.generate(FILM, [ASK])
        assert len(server.requests) == 2
    with misbehaving(lambda talk: talk.answer(whole("It pans."))) as server:
        with pytest.raises(NoAnswer, match="does not say how many tokens"):
            ask(server.url, prices=prices)
        assert ask(server.url) == "It pans."
    with pytest.raises(BadInput, match="nothing costs anything"):
        Prices(most=1)


# ------------------------------------------------------------------------------------------------------ keys and trust


def test_a_key_is_sent_and_never_told(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    monkeypatch.setenv("VIDEOLECT_CHAT_KEY", SECRET)
    caplog.set_level(logging.DEBUG)

    def behave(talk: Talk) -> None:
        talk.answer({"error": {"message": f"Incorrect key {SECRET}, {talk.request.headers['authorization']}"}}, 401)

    with misbehaving(behave) as server:
        one = backend(server.url)
        with pytest.raises(NoAnswer, match=r"does not know the key \(401\). It says: Incorrect key \[key\]") as caught:
            one.generate(FILM, [ASK])
    assert server.requests[0].headers["authorization"] == f"Bearer {SECRET}"
    told = [
        str(caught.value),
        repr(caught.value.__cause__),
        repr(one.options),
        repr(one._key),
        repr(vars(one)),
        caplog.text,
    ]
    told.append(json.dumps([one.model.name, dict(one.model.parameters)]))
    assert not [words for words in told if SECRET in words]
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(one._key)


def test_a_password_in_a_url_is_sent_and_never_told(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    with misbehaving(lambda talk: talk.answer(b"", 403)) as server:
        url = server.url.replace("http://", f"http://ann:{SECRET}@")
        one = backend(url)
        with pytest.raises(NoAnswer) as caught:
            one.generate(FILM, [ASK])
    expected = base64.b64encode(f"ann:{SECRET}".encode()).decode()
    assert server.requests[0].headers["authorization"] == f"Basic {expected}"
    for words in (str(caught.value), caplog.text, repr(one.options), json.dumps(dict(one.model.parameters))):
        assert SECRET not in words
        assert expected not in words
    assert one.model.parameters["server"] == server.url


def test_a_key_may_lie_in_a_file_of_its_owner_alone(tmp_path: Path):
    file = tmp_path / "key"
    file.write_text(f"{SECRET}\n")
    file.chmod(0o640)
    with pytest.raises(BadInput, match=r"Others may read .*mode 640.*chmod 600"):
        backend("http://127.0.0.1/v1", key_file=file)
    file.chmod(0o600)
    with misbehaving(good) as server:
        ask(server.url, key_file=file)
    assert server.requests[0].headers["authorization"] == f"Bearer {SECRET}"
    file.write_text("two words\n")
    with pytest.raises(BadInput, match="holds no key") as caught:
        backend("http://127.0.0.1/v1", key_file=file)
    assert "two words" not in str(caught.value)
    with pytest.raises(NotFound, match="cannot be read"):
        backend("http://127.0.0.1/v1", key_file=tmp_path / "none")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_nobody_is_followed_to_another_place(monkeypatch: pytest.MonkeyPatch, status: int):
    monkeypatch.setenv("VIDEOLECT_CHAT_KEY", SECRET)
    with (
        misbehaving(good) as other,
        misbehaving(
            lambda talk: talk.answer(b"", status, Location=f"{other.url}/chat/completions?token=abc")
        ) as server,
    ):
        with pytest.raises(
            NoAnswer, match=rf"sends us on to {re.escape(other.url)}.*\({status}\), which is not followed"
        ) as e:
            ask(server.url, tries=3)
        assert "abc" not in str(e.value)
        assert not other.requests
        assert len(server.requests) == 1


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate of our own for 127.0.0.1, and a server's side of it."""
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, secret.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(secret, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    key.write_bytes(secret.private_bytes(pem, *plain))
    cert.write_bytes(made.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return cert, context


def test_a_server_without_a_trusted_certificate_gets_no_film(certificate: tuple[Path, ssl.SSLContext]):
    cert, context = certificate
    with misbehaving(good, tls=context) as server:
        with pytest.raises(NoAnswer, match=r"cannot be trusted: .*CERTIFICATE_VERIFY_FAILED.*authorities") as caught:
            ask(server.url, tries=3)
        assert not caught.value.passing
        assert not server.requests
        assert ask(server.url, authorities=cert) == "It pans."
        with pytest.raises(NoAnswer, match="cannot be trusted"):
            ask(server.url.replace("127.0.0.1", "localhost"), authorities=cert)


def test_a_server_that_does_not_speak_tls():
    with misbehaving(good) as server, pytest.raises(NoAnswer, match="cannot be trusted"):
        ask(server.url.replace("http:", "https:"))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a/v1",
        "127.0.0.1:8000",
        "http:///v1",
        "http://a:99999999/v1",
        "http://a/v1#x",
        "http://[/v1",
        "http://a b",
    ],
)
def test_an_address_that_is_none(url: str):
    with pytest.raises(BadInput, match=r"http://127.0.0.1:8000/v1"):
        backend(url)


# ------------------------------------------------------------------------------------------------------------- by name


def listing(*models: dict[str, Any]) -> Behaviour:
    return lambda talk: (
        talk.answer({"object": "list", "data": list(models)}) if talk.request.method == "GET" else good(talk)
    )


def test_a_server_with_one_model_needs_no_name():
    with misbehaving(listing({"id": "Qwen/Qwen3-VL-8B"})) as server:
        one = open_chat(f"{server.url}?film=video_frames&price_prompt=2&frames=16&many=no&first_s=7")
    assert (one.model.name, one.options.model) == ("Qwen-Qwen3-VL-8B", "Qwen/Qwen3-VL-8B")
    assert (one.options.film, one.options.many, one.options.first_s, one.options.prices.prompt) == (
        "video_frames",
        False,
        7,
        2,
    )
    assert one.wanted == Wanted(frames=16, most_pixels=512 * 512, multiple=32)
    assert not one.options.exact_times
    with misbehaving(listing({"id": "a"}, {"id": "b"})) as server:
        with pytest.raises(BadInput, match=r"serves 'a', 'b'.*model=NAME"):
            open_chat(server.url)
        with pytest.raises(BadInput, match=r"serves no 'c', but 'a', 'b'"):
            open_chat(f"{server.url}?model=c")
        assert open_chat(f"{server.url}?model=b").options.model == "b"


@pytest.mark.parametrize("status", [404, 500])
def test_a_server_without_a_list_needs_one(status: int):
    with misbehaving(lambda talk: talk.answer(b"", status)) as server:
        assert open_chat(f"{server.url}?model=m&tries=1").options.model == "m"
        with pytest.raises(NoAnswer, match=str(status)):
            open_chat(f"{server.url}?tries=1")


def test_a_server_that_wants_a_key_is_not_asked_without_one():
    with misbehaving(lambda talk: talk.answer(b"", 401)) as server, pytest.raises(NoAnswer, match="401"):
        open_chat(f"{server.url}?model=m")


@pytest.mark.parametrize("query", ["model", "colour=red", "first_s=soon", "many=perhaps", "film=tape", "price_most=1"])
def test_an_option_that_is_none(query: str):
    with pytest.raises(BadInput):
        open_chat(f"http://127.0.0.1:9/v1?{query}")


@pytest.mark.parametrize(
    "option",
    [
        {"likeliest": 21},
        {"parallel": 0},
        {"tries": 0},
        {"first_s": 0},
        {"model": " "},
        {"per_minute": 0},
        {"film": "video"},
    ],
)
def test_options_have_limits(option: dict[str, Any]):
    with pytest.raises(BadInput):
        backend("http://127.0.0.1/v1", **option)
