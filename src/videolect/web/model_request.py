"""What a request to the model server asks for: OpenAI's chat completions, read strictly.

Whatever would change the answer and is not done here is refused and not passed over: an answer that looks right and was
made otherwise than was asked is worse than none. Films come in the request itself, as ``data:`` URLs; no address and no
path is ever followed. Their bytes are decoded in the child process of ``video``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import re
import tempfile
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any

from videolect.errors import BadInput, CannotRead, VideolectError
from videolect.record.checks import MAX_TEXT, check_text
from videolect.video.frames import take
from videolect.video.probe import probe
from videolect.video.recipe import Fit, Recipe
from videolect.video.sampling import Uniform
from videolect.video.sandbox import Limits
from videolect.video.stills import fitted, stills
from videolect.vlm.base import Decoding, Film, Wanted
from videolect.vlm.prompts import Prompt, free


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """What one request may bring and ask for."""

    body_bytes: int = 64 << 20
    body_s: float = 120.0
    """Until all of it has come."""
    frames: int = 256
    pixels: int = 4096 * 4096
    """Of one picture."""
    film_bytes: int = 1 << 30
    """Of all its pictures, decoded."""
    film_s: float = 60.0
    """For decoding it."""
    text: int = 10 * MAX_TEXT
    max_tokens: int = 8192
    """For each candidate; also where a request does not say."""
    candidates: int = 32
    waiting: int = 64
    """Requests that wait for the model; more are sent away."""


class Refused(VideolectError):
    """A request that is not served, with the words of OpenAI's errors."""

    def __init__(self, message: str, *, mend: str, param: str | None = None, status: int = 400, code: str = "") -> None:
        super().__init__(message, mend=mend)
        self.param = param
        self.status = status
        self.code = code or None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A film as it came."""

    stills: tuple[bytes, ...] = ()
    """JPEG or PNG, one a frame ..."""
    times_s: tuple[float, ...] | None = None
    """... with their times; None where the request tells none."""
    mp4: bytes | None = None
    """... or a film in one piece."""

    @property
    def hash(self) -> str:
        """Of what was sent."""
        digest = hashlib.sha256(repr((self.times_s, len(self.stills), self.mp4 is not None)).encode())
        for data in (*self.stills, self.mp4 or b""):
            digest.update(hashlib.sha256(data).digest())
        return digest.hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A request that can be served."""

    prompt: Prompt
    sent: Sent | None
    how: Decoding
    stream: bool
    usage_in_stream: bool
    likeliest: int
    """First tokens whose log-probabilities are asked for; 0: none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A film as the model sees it, and how it became that."""

    film: Film
    times: str
    """``given``, ``assumed`` (one frame a second) or ``decoded``."""
    resized: bool


# ------------------------------------------------------------------------------------------------------- the request


_DONE = frozenset(
    {"model", "messages", "max_tokens", "max_completion_tokens", "temperature", "top_p", "seed", "n"}
    | {"stream", "stream_options", "logprobs", "top_logprobs"}
)
_OF_NO_EFFECT = frozenset({"user", "metadata", "store", "safety_identifier", "prompt_cache_key", "service_tier"})
_AS_IF_UNSAID: dict[str, tuple[Any, ...]] = {
    "presence_penalty": (0, None), "frequency_penalty": (0, None), "stop": (None, []), "logit_bias": (None, {}),
    "tools": (None, []), "tool_choice": (None, "none", "auto"), "response_format": (None, {"type": "text"}),
    "modalities": (None, ["text"]), "parallel_tool_calls": (None, True, False),
}  # fmt: skip
"""What is not done here, and the values at which nothing would have to be done."""


def read_request(data: bytes, names: Sequence[str], bounds: Bounds) -> Asked:
    """The request in a body. Refused says which of its values is not served, and why."""
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        raise Refused("The body is no JSON.", mend="Send one JSON object.") from None
    if not isinstance(said, dict):
        raise Refused("The body is no JSON object.", mend="Send one JSON object.")
    for name, value in said.items():
        if name in _DONE or name in _OF_NO_EFFECT or value is None or value in _AS_IF_UNSAID.get(name, ()):
            continue
        raise Refused(
            f"{name[:60]!r} is not done here, and it would change the answer.", mend="Leave it out.", param=name[:60],
            code="unsupported_parameter",
        )  # fmt: skip
    model = said.get("model")
    if model not in names:
        raise Refused(
            f"There is no model {str(model)[:80]!r}.", mend=f"Ask for {names[0]!r}.", param="model", status=404,
            code="model_not_found",
        )  # fmt: skip
    text, sent = _content(said.get("messages"), bounds)
    how = _decoding(said, bounds)
    likeliest = _likeliest(said, how)
    stream = _flag(said, "stream")
    options = said.get("stream_options") or {}
    if not isinstance(options, dict):
        raise Refused("'stream_options' is no object.", mend="Leave it out.", param="stream_options")
    return Asked(
        prompt=free(text), sent=sent, how=how, stream=stream, usage_in_stream=bool(options.get("include_usage")),
        likeliest=likeliest,
    )  # fmt: skip


def _decoding(said: dict[str, Any], bounds: Bounds) -> Decoding:
    name = "max_completion_tokens" if said.get("max_completion_tokens") is not None else "max_tokens"
    tokens = _whole(said, name, Decoding().max_tokens, 1, bounds.max_tokens)
    temperature = _number(said, "temperature", 0.0, 0, 5)
    top_p = _number(said, "top_p", 1.0, 0, 1)
    count = _whole(said, "n", 1, 1, bounds.candidates)
    seed = _whole(said, "seed", 0, -(1 << 63), (1 << 63) - 1)
    try:
        return Decoding(max_tokens=tokens, temperature=temperature, top_p=top_p, seed=seed, count=count)
    except BadInput as error:
        raise Refused(error.message, mend=error.mend) from None


def _likeliest(said: dict[str, Any], how: Decoding) -> int:
    if not _flag(said, "logprobs"):
        if said.get("top_logprobs"):
            raise Refused("'top_logprobs' comes without 'logprobs'.", mend="Set logprobs to true.", param="logprobs")
        return 0
    if how.max_tokens != 1 or how.temperature or how.count != 1:
        raise Refused(
            "Log-probabilities are told of the first token alone.",
            mend="Ask for them with max_tokens 1, temperature 0 and one candidate.", param="logprobs",
        )  # fmt: skip
    return max(1, _whole(said, "top_logprobs", 1, 0, 20))


def _flag(said: dict[str, Any], name: str) -> bool:
    value = said.get(name)
    if value is not None and not isinstance(value, bool):
        raise Refused(f"{name!r} is {str(value)[:40]!r}.", mend="Give true or false.", param=name)
    return bool(value)


def _number(said: dict[str, Any], name: str, default: float, least: float, most: float) -> float:
    value = said.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise Refused(
            f"{name!r} is {str(value)[:40]!r}.", mend=f"Give a number from {least} to {most}.", param=name
        )  # fmt: skip
    return float(value)


def _whole(said: dict[str, Any], name: str, default: int, least: int, most: int) -> int:
    value = said.get(name)
    if value is None:
        return min(default, most)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        mend = f"Give a whole number from {least:,} to {most:,}."
        raise Refused(f"{name!r} is {str(value)[:40]!r}.", mend=mend, param=name)
    return value


# -------------------------------------------------------------------------------------------------------- its message


_TIME = re.compile(r"\s*<(-?\d{1,7}(?:\.\d{1,24})?) seconds>\s*")
_DATA = re.compile(r"data:([a-z]+/[a-z0-9.+-]+);base64,", re.IGNORECASE)


@dataclass(slots=True)
class _Parts:
    texts: list[str] = field(default_factory=list)
    stills: list[bytes] = field(default_factory=list)
    times: list[float | None] = field(default_factory=list)
    video: Sent | None = None
    time: str | None = None
    """A text that names one, of the picture that follows."""


def _content(messages: Any, bounds: Bounds) -> tuple[str, Sent | None]:
    """The words of the one message, and its film."""
    if not isinstance(messages, list) or len(messages) != 1 or not isinstance(messages[0], dict):
        raise Refused(
            "This model answers one question at a time.",
            mend="Send one message, of the user; put what a system message says into its text.", param="messages",
        )  # fmt: skip
    if messages[0].get("role") != "user":
        raise Refused("The message is not the user's.", mend="Give it the role 'user'.", param="messages")
    content = messages[0].get("content")
    if isinstance(content, str):
        return _words([content], bounds), None
    if not isinstance(content, list) or not content:
        raise Refused("The message has no content.", mend="Send a text, or a film and a text.", param="messages")
    found = _Parts()
    for part in content:
        _take(found, part, bounds)
    if found.time is not None:
        found.texts.insert(0, found.time)
    return _words(found.texts, bounds), _sent(found, bounds)


def _take(found: _Parts, part: Any, bounds: Bounds) -> None:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind == "text" and isinstance(part.get("text"), str):
        if _TIME.fullmatch(part["text"]) and not found.texts and found.time is None:
            found.time = part["text"]
        else:
            found.texts.append(part["text"])
        return
    if kind not in ("image_url", "video_url"):
        raise Refused(
            f"A part of the kind {str(kind)[:40]!r} is not taken.", mend="Send text, image_url or video_url.",
            param="messages",
        )  # fmt: skip
    if found.texts:
        raise Refused("The film comes after words.", mend="Put the film's parts first.", param="messages")
    held = part.get(kind)
    url = held.get("url") if isinstance(held, dict) else held
    if kind == "video_url":
        if found.video is not None or found.stills or found.time is not None:
            raise Refused("There is more than one film.", mend="Ask about one at a time.", param="messages")
        found.video = _video(url, held, bounds)
        return
    media, data = _bytes(url)
    if media not in ("image/jpeg", "image/png"):
        raise Refused(f"{media} is not taken.", mend="Send image/jpeg or image/png.", param="messages")
    found.stills += _decoded([data])
    said = _TIME.fullmatch(found.time) if found.time is not None else None
    found.times.append(float(said[1]) if said is not None else None)
    found.time = None


def _video(url: Any, held: Any, bounds: Bounds) -> Sent:
    media, data = _bytes(url)
    if media == "video/mp4":
        return Sent(mp4=_decoded([data])[0])
    if media != "video/jpeg":
        raise Refused(f"{media} is not taken.", mend="Send video/mp4, or video/jpeg with frames.", param="messages")
    frames = tuple(_decoded(data.split(",")))
    times = held.get("times_s") if isinstance(held, dict) else None
    if times is None:
        return Sent(stills=frames)
    if not isinstance(times, list) or not all(
        isinstance(each, int | float) and not isinstance(each, bool) and math.isfinite(each) for each in times
    ):
        raise Refused("'times_s' is no list of seconds.", mend="Give a number for each frame.", param="messages")
    return Sent(stills=frames, times_s=tuple(map(float, times)))


def _bytes(url: Any) -> tuple[str, str]:
    """(media type, base64) of a URL that is data itself."""
    head = _DATA.match(url) if isinstance(url, str) else None
    if head is None:
        raise Refused(
            f"{str(url)[:60]!r} is no data: URL. This server fetches nothing and opens no file.",
            mend="Send the bytes: data:image/jpeg;base64,...", param="messages",
        )  # fmt: skip
    return head[1].lower(), url[head.end() :]


def _decoded(pieces: Sequence[str]) -> list[bytes]:
    try:
        found = [base64.b64decode(each, validate=True) for each in pieces]
    except (binascii.Error, ValueError):
        found = []
    if not found or not all(found):
        raise Refused("A data: URL holds no base64.", mend="Encode the bytes in base64.", param="messages")
    return found


def _words(texts: Sequence[str], bounds: Bounds) -> str:
    text = "\n".join(texts)
    try:
        return check_text(text, "The text", limit=bounds.text, blank=False)
    except BadInput as error:
        raise Refused(error.message, mend=error.mend, param="messages") from None


def _sent(found: _Parts, bounds: Bounds) -> Sent | None:
    if found.video is not None and found.stills:
        raise Refused("There is more than one film.", mend="Ask about one at a time.", param="messages")
    sent = found.video
    if sent is None and found.stills:
        said = [each for each in found.times if each is not None]
        if said and len(said) != len(found.times):
            raise Refused("Some pictures have a time and some none.", mend="Give all of them one.", param="messages")
        sent = Sent(stills=tuple(found.stills), times_s=tuple(said) or None)
    if sent is not None and len(sent.stills) > bounds.frames:
        raise Refused(
            f"The film has {len(sent.stills)} frames.", mend=f"Send at most {bounds.frames}.", param="messages"
        )  # fmt: skip
    return sent


# ----------------------------------------------------------------------------------------------------------- its film


class Films:
    """Films as the model sees them; the last few are kept, as many questions are asked about one."""

    def __init__(self, wanted: Wanted, bounds: Bounds, *, most: int = 8, most_bytes: int = 1 << 30) -> None:
        self.wanted = wanted
        self.bounds = bounds
        self.most = most
        self.most_bytes = most_bytes
        self._kept = OrderedDict[str, Shown]()
        self._guard = Lock()
        """One film is decoded at a time: who waits for it may find that it is done."""

    def shown(self, sent: Sent) -> Shown:
        """The film that was sent. Refused for what cannot be decoded within the bounds."""
        key = sent.hash
        with self._guard:
            if key not in self._kept:
                try:
                    self._kept[key] = self._made(sent)
                except (BadInput, CannotRead) as error:
                    raise Refused(error.message, mend=error.mend, param="messages") from None
            self._kept.move_to_end(key)
            shown = self._kept[key]
            while len(self._kept) > 1 and (len(self._kept) > self.most or self._bytes() > self.most_bytes):
                self._kept.popitem(last=False)
            return shown

    def _bytes(self) -> int:
        return sum(each.film.pictures.nbytes for each in self._kept.values())

    def _made(self, sent: Sent) -> Shown:
        limits = Limits(seconds=self.bounds.film_s, pixels=self.bounds.pixels, written_bytes=self.bounds.film_bytes)
        if sent.mp4 is not None:
            return self._of_mp4(sent.mp4, limits)
        pictures, resized = fitted(stills(sent.stills, replace(limits, frames=self.bounds.frames)), self._fit())
        times = sent.times_s if sent.times_s is not None else tuple(map(float, range(len(pictures))))
        film = Film(pictures=pictures, times_s=times)
        return Shown(film=film, times="given" if sent.times_s is not None else "assumed", resized=resized)

    def _of_mp4(self, data: bytes, limits: Limits) -> Shown:
        """As many frames as the model wants, evenly, each at its own time."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "film.mp4"
            path.write_bytes(data)
            try:
                probed = probe(path, limits=limits)
                recipe = Recipe(pick=Uniform(count=self.wanted.frames), size=self._fit())
                found = take(path, recipe, probed, limits=limits)
            except CannotRead as error:
                raise CannotRead(error.message.replace(str(path), "The film"), mend=error.mend) from None
        first = float(probed.timeline.pts[0] * probed.timeline.time_base)
        return Shown(
            film=Film(pictures=found.pictures, times_s=tuple(time - first for time in found.times_s)), times="decoded",
            resized=found.pictures.shape[1:3] != (probed.video.height, probed.video.width),
        )  # fmt: skip

    def _fit(self) -> Fit:
        return Fit(most_pixels=self.wanted.most_pixels, multiple=self.wanted.multiple)
