"""The shape of OpenAI's chat completions, both ways, without a network: requests written, answers read and bounded.

What is read comes from a server that may be anything. Nothing is taken for granted, and nothing is guessed: an answer
of another shape is a ``Misshapen`` that says where, for the backend to tell with the server's name.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from numpy.typing import NDArray

from videolect.vlm.base import Answer, Decoding, Film, Finish, YesScore
from videolect.vlm.prompts import Prompt
from videolect.vlm.tokens import harmless

FilmForm = Literal["frames", "video_frames", "video"]
"""How a film is sent: pictures each after its time, vLLM's ``data:video/jpeg`` with all of them, or one MP4."""

Still = Literal["jpeg", "png"]
"""How one picture is sent."""

YES, NO = "Yes", "No"

_CHARACTERS_A_TOKEN = 32
_CHARACTERS_BESIDE = 2_000
_BYTES_A_TOKEN = 2_048
_BYTES_BESIDE = 1 << 18
_ECHO = 40
"""Characters of a prompt from which an answer that begins with it is an echo."""

_FINISHES: Mapping[str, Finish] = {"stop": "stop", "length": "length", "content_filter": "refused"}


class Misshapen(Exception):
    """Private: the answer is not of the shape that was agreed on; the text says where."""


# ------------------------------------------------------------------------------------------------------------ asking


def film_parts(
    film: Film, form: FilmForm, media_type: str, encode: Callable[[NDArray[Any]], bytes],
    mp4: Callable[[Film], bytes] | None = None, *, exact: bool = False,
) -> list[dict[str, Any]]:  # fmt: skip
    """The parts of a message that show the film. ``encode``: one as ``media_type``; ``exact``: see ``time_words``."""
    if form == "video":
        assert mp4 is not None
        return [{"type": "video_url", "video_url": {"url": _data_url("video/mp4", [mp4(film)])}}]
    stills = [encode(picture) for picture in film.pictures]
    if form == "video_frames":
        # vLLM knows no times here and ignores the key; our own server reads it.
        told = {"url": _data_url("video/jpeg", stills), "times_s": list(film.times_s)}
        return [{"type": "video_url", "video_url": told}]
    parts: list[dict[str, Any]] = []
    for words, still in zip(time_words(film.times_s, exact=exact), stills, strict=True):
        parts.append({"type": "text", "text": words})
        parts.append({"type": "image_url", "image_url": {"url": _data_url(media_type, [still])}})
    return parts


def time_words(times_s: Sequence[float], *, exact: bool = False) -> list[str]:
    """``<1.3 seconds>`` as the model's release writes it, with more digits where one would make two times the same.

    ``exact``: so that the very number can be read back, for a server of our own.
    """
    for digits in range(1, 10) if not exact else ():
        words = [f"<{time:.{digits}f} seconds>" for time in times_s]
        if len(set(words)) == len(words):
            return words
    return [f"<{time:.20f} seconds>" if "e" in repr(time) else f"<{time!r} seconds>" for time in times_s]


def body(
    film_json: str, prompt: Prompt, model: str, how: Decoding, *, count: int, stream: bool, likeliest: int = 0,
    tokens_field: str = "max_tokens", extra: Mapping[str, Any] | None = None,
) -> bytes:  # fmt: skip
    """A request. ``film_json``: the film's parts as JSON without brackets, made once for many prompts."""
    asked: dict[str, Any] = {"model": model, tokens_field: how.max_tokens, "temperature": how.temperature}
    if how.temperature:
        asked |= {"top_p": how.top_p, "seed": how.seed}
    if count > 1:
        asked["n"] = count
    if stream:
        asked |= {"stream": True, "stream_options": {"include_usage": True}}
    if likeliest:
        asked |= {"logprobs": True, "top_logprobs": likeliest}
    asked |= extra or {}
    text = json.dumps({"type": "text", "text": harmless(prompt.text)})
    content = f"{film_json},{text}" if film_json else text
    return f'{json.dumps(asked)[:-1]},"messages":[{{"role":"user","content":[{content}]}}]}}'.encode()


def _data_url(media_type: str, data: Sequence[bytes]) -> str:
    return f"data:{media_type};base64,{','.join(base64.b64encode(each).decode() for each in data)}"


# ----------------------------------------------------------------------------------------------------------- reading


def most_bytes(how: Decoding, count: int) -> int:
    """Of one answer, streamed or not; whoever sends more does not keep to what was asked."""
    return _BYTES_BESIDE + count * how.max_tokens * _BYTES_A_TOKEN


@dataclass(slots=True)
class _Choice:
    text: list[str] = field(default_factory=list)
    characters: int = 0
    refusal: list[str] = field(default_factory=list)
    finish: str | None = None


class Reading:
    """What a server has said so far: ``take`` a whole answer or its parts as they come, then ask for ``answers``."""

    def __init__(self, prompt: Prompt, how: Decoding, count: int) -> None:
        self.prompt = prompt
        self.count = count
        self.most_characters = _CHARACTERS_BESIDE + how.max_tokens * _CHARACTERS_A_TOKEN
        self.prompt_tokens = self.tokens = -1
        self.first_likeliest: list[tuple[str, float]] | None = None
        self._choices: dict[int, _Choice] = {}

    def finished(self, *, of: int) -> bool:
        """Whether so many candidates came, or more, and all that came have said how they ended."""
        return len(self._choices) >= of and all(each.finish for each in self._choices.values())

    @property
    def refused(self) -> bool:
        """Whether a candidate was declined."""
        return any(each.refusal or each.finish == "content_filter" for each in self._choices.values())

    def refuse(self, words: str) -> None:
        """All of it was declined, in these words."""
        self._choices = {at: _Choice(refusal=[words], finish="content_filter") for at in range(self.count)}

    def take(self, said: Any, part: Literal["message", "delta"]) -> None:
        """A whole answer (``message``) or a part of a stream (``delta``). Misshapen where it is neither."""
        choices = _of(said, "choices", list, "the answer")
        for at, choice in enumerate(choices):
            index = choice.get("index", at) if isinstance(choice, dict) else at
            if not isinstance(index, int) or not 0 <= index < self.count:
                raise Misshapen(f"it numbers a candidate {str(index)[:20]!r} of {self.count}")
            self._take(self._choices.setdefault(index, _Choice()), choice, part)
        usage = said.get("usage")
        if isinstance(usage, dict):
            self.prompt_tokens, self.tokens = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")

    def _take(self, kept: _Choice, choice: Any, part: str) -> None:
        told = _of(choice, part, dict, "a candidate")
        for name, into in (("content", kept.text), ("refusal", kept.refusal)):
            words = told.get(name)
            if words is None:
                continue
            if not isinstance(words, str):
                raise Misshapen(f"its {name} is {type(words).__name__}, not text")
            kept.characters += len(words)
            into.append(words)
        if kept.characters > self.most_characters:
            raise Misshapen(
                f"it wrote more than {self.most_characters:,} characters, which no such number of tokens is"
            )
        finish = choice.get("finish_reason")
        if finish is not None:
            kept.finish = str(finish)[:40]
        if self.first_likeliest is None and choice.get("logprobs"):
            self.first_likeliest = _likeliest(choice["logprobs"])

    def answers(self) -> list[Answer]:
        """The candidates in their order. Misshapen for what no model should answer."""
        if len(self._choices) != self.count:
            hint = " (with many=no they are asked for one by one)" if self._choices else ""
            raise Misshapen(f"it gave {len(self._choices)} candidates of {self.count}{hint}")
        return [self._answer(self._choices[index]) for index in range(self.count)]

    def _answer(self, kept: _Choice) -> Answer:
        text, refusal = "".join(kept.text), "".join(kept.refusal)
        if kept.finish is None:
            raise Misshapen("it does not say why it ended")
        finish = "refused" if refusal else _FINISHES.get(kept.finish)
        if finish is None:
            raise Misshapen(f"it ended for the reason {kept.finish!r}")
        for words in (text, refusal):
            if "\x00" in words or any("\ud800" <= sign <= "\udfff" for sign in words):
                raise Misshapen("it holds signs that are no text")
        if finish != "refused" and not text.strip():
            raise Misshapen(f"it is empty ({kept.finish})")
        asked = self.prompt.text.strip()
        if len(asked) >= _ECHO and text.strip().startswith(asked):
            raise Misshapen("it repeats the prompt")
        tokens = self.tokens if self.count == 1 else -1  # a server counts all candidates together
        return Answer(
            text=text or refusal, prompt_tokens=self.prompt_tokens, tokens=tokens, finish=finish
        )  # fmt: skip


def yes_score(likeliest: Sequence[tuple[str, float]]) -> YesScore:
    """Of the first token's likeliest: exact for what is among them. What is not is at most what is left of the mass,
    and no likelier than the least of them."""
    chances: dict[str, float] = {}
    for token, chance in likeliest:
        chances[token] = max(chances.get(token, 0.0), min(1.0, math.exp(chance)))
    every = [min(1.0, math.exp(chance)) for _, chance in likeliest]
    most = min(max(0.0, 1.0 - math.fsum(every)), min(every))
    yes, no = chances.get(YES), chances.get(NO)
    return YesScore(
        p_yes=yes or 0.0, p_no=no or 0.0, p_yes_most=most if yes is None else yes, p_no_most=most if no is None else no
    )  # fmt: skip


class Events:
    """Server-sent events out of bytes as they come: the data of each. Comments and other fields are passed over."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[str] = []

    def take(self, received: bytes) -> Iterator[str]:
        """The data of every event that is whole now. Misshapen where it is no UTF-8."""
        # A carriage return may be the first half of a line's end: it waits for what follows.
        *lines, self._rest = (self._rest + received).split(b"\n")
        for line in lines:
            try:
                words = line.removesuffix(b"\r").decode()
            except UnicodeDecodeError:
                raise Misshapen("it holds bytes that are no UTF-8") from None
            if not words:
                if self._data:
                    yield "\n".join(self._data)
                self._data = []
            elif words.startswith("data:"):
                self._data.append(words.removeprefix("data:").removeprefix(" "))


def read_json(text: str | bytes) -> Any:
    """Any JSON. Misshapen for what is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Misshapen("it is no JSON") from None


def complaint(said: Any) -> tuple[str, str]:
    """(message, code) of an error in any of the shapes that servers use; empty where there is none."""
    if not isinstance(said, dict):
        return "", ""
    told = said.get("error", said)
    if isinstance(told, str):
        return told, ""
    if not isinstance(told, dict):
        return "", ""
    message = told.get("message") or told.get("detail") or ""
    return message if isinstance(message, str) else json.dumps(message), str(told.get("code") or told.get("type") or "")


def _likeliest(logprobs: Any) -> list[tuple[str, float]]:
    content = _of(logprobs, "content", list, "the log-probabilities")
    if not content:
        raise Misshapen("its log-probabilities tell no token")
    found = []
    for each in _of(content[0], "top_logprobs", list, "the first token's log-probabilities"):
        token, chance = _of(each, "token", str, "a log-probability"), _of(each, "logprob", (int, float), "a token")
        if math.isnan(chance) or chance > 1e-3:
            raise Misshapen(f"it tells a log-probability of {chance}")
        found.append((token, float(chance)))
    if not found:
        raise Misshapen("it tells no likeliest tokens")
    return found


def _count(usage: Mapping[str, Any], name: str) -> int:
    value = usage.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else -1


def _of(said: Any, name: str, kind: type | tuple[type, ...], what: str) -> Any:
    if not isinstance(said, dict) or not isinstance(said.get(name), kind) or isinstance(said.get(name), bool):
        raise Misshapen(f"{what} has no {name!r}")
    return said[name]
