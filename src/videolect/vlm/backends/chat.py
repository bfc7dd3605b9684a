"""The ``chat`` backend: any server that speaks OpenAI's chat completions (vLLM, SGLang, hosted ones, our own).

The film's part comes first and is the same bytes for every prompt; the first prompt goes alone until it is answered
to, and the others follow at once, so that a server that keeps what it made of a prefix can use it.

Whatever a server does ends as an answer or as a ``NoAnswer`` that names the server, the rule and the mend, within the
times of ``ChatOptions``. Redirects are not followed: a key goes to the server for which it was given and to no other.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import ssl
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import chain
from threading import Event, Lock
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import httpx

from videolect import __version__
from videolect.errors import BadInput, NotFound
from videolect.record.people import Model
from videolect.vlm.backends.pillow import still
from videolect.vlm.base import (
    GREEDY,
    Answer,
    Cancelled,
    Decoding,
    Film,
    Likeliest,
    NoAnswer,
    Spent,
    YesScore,
)
from videolect.vlm.chat_options import FRAMES, PRICES, WANTED, ChatOptions, frames_told, options_said
from videolect.vlm.keys import address_of, key_of, shown
from videolect.vlm.pace import Pace, Prices, pause_s, retry_after_s
from videolect.vlm.prompts import Prompt
from videolect.vlm.served import (
    Events,
    Misshapen,
    Reading,
    Still,
    body,
    complaint,
    film_parts,
    most_bytes,
    read_json,
    yes_score,
)

log = logging.getLogger(__name__)

T = TypeVar("T")

_LISTED_AT_MOST = 1 << 20
_TOLD = 300
"""Characters of a server's own words that are repeated."""
_LOOK_S = 0.05
"""Between two looks whether the work was given up."""
_FOR_A_WHILE = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
_TOO_LONG = re.compile(r"context|too long|too many tokens|maximum (?:number|length)|max_model_len|max_tokens", re.I)


class ChatBackend:
    """See the module. ``mp4`` makes the film that is sent where ``options.film`` is ``video``.

    Several threads may use one; each of their calls has its own connections.
    """

    def __init__(self, options: ChatOptions, *, mp4: Callable[[Film], bytes] | None = None) -> None:
        self.options = options
        self.address = address_of(options.url)
        if options.film == "video" and mp4 is None:
            raise BadInput("There is nobody to make films to be sent.", mend='Send "frames" or "video_frames".')
        self.model = _as_model(options, self.address)
        self.wanted = options.wanted
        self.spent = Spent()
        self.parallel = options.parallel
        self._mp4 = mp4
        self._sent = ("", "")  # the last film's hash, and how it was sent
        self._key = key_of(options.url, variable=options.key_variable, file=options.key_file)
        self._pace = Pace(options.per_minute)
        self._guard = Lock()
        self._tls = _tls(options)
        if self._key is not None and self.address.startswith("http:") and not _is_near(self.address):
            log.warning("The key goes to %s in the clear: use https.", self.address)

    def generate(
        self, film: Film | None, prompts: Sequence[Prompt], how: Decoding = GREEDY, *, cancel: Event | None = None
    ) -> list[list[Answer]]:
        """As ``Backend.generate``; NoAnswer and TooDear besides."""
        at_once = how.count if self.options.many else 1
        asked = [
            (prompt, replace(how, count=at_once, seed=how.seed + number))
            for prompt in prompts
            for number in range(how.count // at_once)
        ]
        readings = self._ask(film, asked, cancel, stream=self.options.stream)
        each = len(asked) // len(prompts) if prompts else 1
        answers = [self._shaped(reading.answers) for reading in readings]
        return [list(chain(*answers[start : start + each])) for start in range(0, len(answers), each)]

    def p_yes(self, film: Film | None, prompts: Sequence[Prompt], *, cancel: Event | None = None) -> list[YesScore]:
        """As ``Backend.p_yes``: exact where the server tells "Yes" and "No" among its likeliest tokens, else bounds."""
        every = self.first_token_logprobs(film, prompts, self.options.likeliest, cancel=cancel)
        return [yes_score(likeliest) for likeliest in every]

    def first_token_logprobs(
        self, film: Film | None, prompts: Sequence[Prompt], top: int, *, cancel: Event | None = None
    ) -> list[Likeliest]:
        """As ``TellsFirstTokens.first_token_logprobs``; at most 20."""
        one = Decoding(max_tokens=1)
        readings = self._ask(film, [(prompt, one) for prompt in prompts], cancel, stream=False, likeliest=top)
        told = []
        for reading in readings:
            if reading.refused:
                raise NoAnswer(f"{self.address} declines to answer.", mend="Ask another model.", status=200)
            if reading.first_likeliest is None:
                raise NoAnswer(
                    f"{self.address} tells no log-probabilities.",
                    mend="Use a server that does: vLLM, SGLang, or videolect write serve.",
                )
            told.append(tuple(sorted(reading.first_likeliest, key=lambda each: -each[1])))
        return told

    def served(self) -> list[dict[str, Any]]:
        """The models that the server lists, as it describes them. NoAnswer with status 404 where it lists none."""

        async def ask(client: httpx.AsyncClient) -> Any:
            answer = _Whole()
            request = client.build_request("GET", f"{self.address}/models")
            await self._tried(lambda: self._exchange(client, request, _LISTED_AT_MOST, answer))
            return self._shaped(answer.said)

        said = self._run(ask, None)
        found = said.get("data") if isinstance(said, dict) else None
        if not isinstance(found, list):
            raise self._wrong(Misshapen("the list of models has no 'data'"))
        return [each for each in found if isinstance(each, dict) and isinstance(each.get("id"), str)]

    # ------------------------------------------------------------------------------------------------- many prompts

    def _ask(
        self, film: Film | None, asked: Sequence[tuple[Prompt, Decoding]], cancel: Event | None, *, stream: bool,
        likeliest: int = 0,
    ) -> list[Reading]:  # fmt: skip
        if cancel is not None and cancel.is_set():
            raise Cancelled
        if not asked:
            return []
        began = time.perf_counter()
        shown_film = self._film_json(film)

        async def ask(client: httpx.AsyncClient) -> list[Reading]:
            gate = asyncio.Semaphore(self.options.parallel)
            begun = asyncio.Event()

            async def one(prompt: Prompt, how: Decoding) -> Reading:
                async with gate:
                    request = body(
                        shown_film, prompt, self.options.model, how, count=how.count, stream=stream,
                        likeliest=likeliest, tokens_field=self.options.tokens_field, extra=self.options.as_extra(),
                    )  # fmt: skip
                    return await self._tried(lambda: self._said(client, request, prompt, how, stream, begun))

            first = asyncio.ensure_future(one(*asked[0]))
            tasks = [first]
            waiting = asyncio.ensure_future(begun.wait())
            try:
                await asyncio.wait([first, waiting], return_when=asyncio.FIRST_COMPLETED)
                tasks += [asyncio.ensure_future(one(*each)) for each in asked[1:]]
                return list(await asyncio.gather(*tasks))
            finally:
                for task in (*tasks, waiting):
                    task.cancel()
                await asyncio.gather(*tasks, waiting, return_exceptions=True)

        try:
            return self._run(ask, cancel)
        finally:
            with self._guard:
                self.spent.seconds += time.perf_counter() - began

    def _film_json(self, film: Film | None) -> str:
        """Its parts as JSON; those of the film before are kept, as most calls are about the same one."""
        if film is None:
            return ""
        known, kept = self._sent
        if known == film.hash:
            return kept
        form = self.options.film
        kind: Still = "jpeg" if form == "video_frames" else self.options.still
        parts = film_parts(
            film,
            form,
            f"image/{kind}",
            partial(still, form=kind),
            self._mp4,
            exact=self.options.exact_times,
        )
        kept = json.dumps(parts)[1:-1]
        self._sent = film.hash, kept
        return kept

    def _run(self, work: Callable[[httpx.AsyncClient], Awaitable[T]], cancel: Event | None) -> T:
        """Do the work in a thread of its own, as the caller's may run an event loop; end it at once when given up."""
        gone = Event()

        async def watched() -> T:
            async with self._client() as client:
                task = asyncio.ensure_future(work(client))
                try:
                    while not task.done():
                        await asyncio.wait([task], timeout=_LOOK_S)
                        if gone.is_set() or (cancel is not None and cancel.is_set()):
                            raise Cancelled
                    return task.result()
                finally:
                    task.cancel()
                    await asyncio.gather(task, return_exceptions=True)

        def run(coroutine: Coroutine[Any, Any, T]) -> T:
            return asyncio.run(coroutine)

        with ThreadPoolExecutor(1, "chat") as thread:
            future = thread.submit(run, watched())
            try:
                return future.result()
            except BaseException:  # such as an interrupt from the keyboard: nothing goes on behind our back
                gone.set()
                raise

    def _client(self) -> httpx.AsyncClient:
        headers = {"Accept-Encoding": "identity", "User-Agent": f"videolect/{__version__}"}
        if self._key is not None:
            headers["Authorization"] = self._key.header()
        # Only connecting is timed by httpx; it knows no time for a first byte or for the whole.
        timeout = httpx.Timeout(None, connect=self.options.connect_s)
        return httpx.AsyncClient(headers=headers, timeout=timeout, verify=self._tls, follow_redirects=False)

    # -------------------------------------------------------------------------------------------------- one request

    async def _tried(self, once: Callable[[], Awaitable[T]]) -> T:
        """Try, and again after what passes, until the tries or the time are used up."""
        options = self.options
        await asyncio.sleep(self._pace.wait_s())
        try:
            async with asyncio.timeout(options.whole_s):
                for failures in range(options.tries):
                    try:
                        return await once()
                    except _Again as again:
                        pause = max(pause_s(failures, longest=options.longest_pause_s), again.after_s or 0.0)
                        if failures + 1 == options.tries or pause > options.longest_pause_s:
                            raise again.error from None
                        log.info("%s Trying again in %.1f s.", again.error.message, pause)
                        await asyncio.sleep(pause + self._pace.wait_s())
                raise AssertionError("the last try returns or raises")
        except TimeoutError:
            raise self._late(f"is not done after {options.whole_s:g} s", "whole_s") from None

    async def _said(
        self, client: httpx.AsyncClient, content: bytes, prompt: Prompt, how: Decoding, stream: bool,
        begun: asyncio.Event,
    ) -> Reading:  # fmt: skip
        self.options.prices.check(self.spent.money)
        reading = Reading(prompt, how, how.count)
        into = _Stream(self, reading) if stream else _Whole(reading)
        request = client.build_request(
            "POST", f"{self.address}/chat/completions", content=content, headers={"Content-Type": "application/json"}
        )
        try:
            await self._exchange(client, request, most_bytes(how, how.count), into, begun)
        except _Filtered as filtered:
            reading.refuse(str(filtered))
        money = self.options.prices.of(reading.prompt_tokens, reading.tokens)
        with self._guard:
            self.spent.calls += 1
            self.spent.prompt_tokens += max(0, reading.prompt_tokens)
            self.spent.tokens += max(0, reading.tokens)
            self.spent.money += money
        return reading

    async def _exchange(
        self, client: httpx.AsyncClient, request: httpx.Request, limit: int, into: _Whole | _Stream,
        begun: asyncio.Event | None = None,
    ) -> None:  # fmt: skip
        """Send it and read what comes, in time and within bounds."""
        late = time.monotonic() + self.options.first_s
        try:
            async with asyncio.timeout(self.options.first_s):
                response = await client.send(request, stream=True)
            try:
                await self._read(response, late, limit, into, begun)
            finally:
                await response.aclose()
        except TimeoutError:
            raise self._late(f"has said nothing for {self.options.first_s:g} s", "first_s") from None
        except httpx.TransportError as error:
            raise self._lost(error) from None
        except Misshapen as wrong:
            raise self._wrong(wrong) from None

    async def _read(
        self, response: httpx.Response, late: float, limit: int, into: _Whole | _Stream, begun: asyncio.Event | None
    ) -> None:
        good = response.status_code == 200
        if good:
            into.begin(response)
        refusal = bytearray()
        chunks = response.aiter_raw().__aiter__()
        received, patience = 0, max(0.001, late - time.monotonic())
        while True:
            try:
                async with asyncio.timeout(patience):
                    chunk = await anext(chunks)
            except StopAsyncIteration:
                break
            except TimeoutError:
                if not received:
                    raise
                raise self._late(f"fell silent for {patience:g} s in the midst of its answer", "between_s") from None
            received += len(chunk)
            patience = self.options.between_s
            if begun is not None:
                begun.set()
            if received > limit:
                raise Misshapen(f"it is longer than {limit:,} bytes")
            if not good:
                refusal += chunk
                if len(refusal) > 1 << 16:
                    break
            elif into.take(chunk):
                return
        if not good:
            raise self._refusal(response.status_code, response.headers, bytes(refusal))
        if not into.end():
            raise _Again(
                NoAnswer(
                    f"{self.address} broke its answer off.", mend="Try again; the server's log may say why.",
                    passing=True,
                )
            )  # fmt: skip

    # ------------------------------------------------------------------------------------------------------- errors

    def _shaped(self, make: Callable[[], T]) -> T:
        try:
            return make()
        except Misshapen as wrong:
            raise self._wrong(wrong) from None

    def _wrong(self, wrong: Misshapen) -> NoAnswer:
        return NoAnswer(
            f"The answer of {self.address} cannot be used: {self._told(str(wrong))}.",
            mend="Make sure that the URL leads to chat completions as OpenAI defines them, and the model follows "
            "instructions.",
            status=200,
        )  # fmt: skip

    def _late(self, what: str, name: str) -> NoAnswer:
        return NoAnswer(
            f"{self.address} {what}.", mend=f"Allow more with {name}, or look at what keeps the server busy.",
            passing=True,
        )  # fmt: skip

    def _lost(self, error: httpx.TransportError) -> Exception:
        words = self._told(str(error) or type(error).__name__)
        if isinstance(error, httpx.ConnectError) and _is_about_trust(error):
            return NoAnswer(
                f"{self.address} cannot be trusted: {words}.",
                mend="Use an address for which it has a certificate, or name whom to trust with authorities.",
            )
        what = "cannot be reached" if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout) else "was lost"
        mend = "Start the server, or mend its URL."
        return _Again(NoAnswer(f"{self.address} {what}: {words}.", mend=mend, passing=True))

    def _refusal(self, status: int, headers: httpx.Headers, data: bytes) -> Exception:
        """What a status other than 200 means."""
        if 300 <= status < 400:
            target = urljoin(f"{self.address}/", headers.get("location", ""))
            return NoAnswer(
                f"{self.address} sends us on to {shown(target)[:200]} ({status}), which is not followed.",
                mend="Give that URL, if it is to be trusted with the films and the key.", status=status,
            )  # fmt: skip
        message, code = self._complaint(headers, data)
        return self._complained(status, message, code, retry_after_s(headers.get("retry-after")))

    def _complained(self, status: int, message: str, code: str, after_s: float | None = None) -> Exception:
        """What an error means that a server tells, by its status or in the midst of a stream."""
        if status < 500 and code in ("content_filter", "content_policy_violation"):
            return _Filtered(self._told(message))
        words = f" It says: {self._told(message)}" if message else ""
        asked_for = f"${self.options.key_variable}" if self.options.key_file is None else str(self.options.key_file)
        known = {
            401: ("asks for a key" if self._key is None else "does not know the key", f"Put its key into {asked_for}."),
            403: ("does not allow it", f"Use a key that may use {self.options.model}."),
            404: ("does not have that", f"Look whether the URL ends with /v1 and it serves {self.options.model}."),
            413: ("finds the request too large", "Send fewer or smaller frames, or raise its limit."),
        }
        if status in (400, 422) and _TOO_LONG.search(message):
            known[status] = ("finds the prompt too long", "Send fewer or smaller frames, or allow fewer tokens.")
        rule, mend = known.get(
            status, ("refuses the request", "Mend what it names.") if status < 500 else ("fails", "See its log.")
        )
        passing = status in _FOR_A_WHILE
        if passing:
            rule, mend = ("is busy" if status in (429, 503, 529) else "fails"), "Try again later."
        if after_s is not None and after_s > self.options.longest_pause_s:
            mend = f"Try again in {after_s:.0f} s, for which it asks; longest_pause_s is less."
        error = NoAnswer(f"{self.address} {rule} ({status}).{words}", mend=mend, status=status, passing=passing)
        return _Again(error, after_s) if passing else error

    def _complaint(self, headers: httpx.Headers, data: bytes) -> tuple[str, str]:
        if _is_html(headers, data):
            return "(an HTML page)", ""
        try:
            message, code = complaint(read_json(data))
        except Misshapen:
            message, code = data[: 4 * _TOLD].decode(errors="replace"), ""
        return message, code

    def _told(self, words: str) -> str:
        """A server's own words: without the key, on one line, not too many."""
        words = self._key.hidden_in(words) if self._key is not None else words
        plain = " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())
        return plain if len(plain) <= _TOLD else f"{plain[:_TOLD]}..."


class _Again(Exception):
    """Private: it failed in a way that may pass, and after how long to try again where the server says so."""

    def __init__(self, error: NoAnswer, after_s: float | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.after_s = after_s


class _Filtered(Exception):
    """Private: the server declines, by an error in place of an answer; its words."""


class _Whole:
    """An answer that comes in one piece."""

    def __init__(self, reading: Reading | None = None) -> None:
        self.reading = reading
        self._data = bytearray()

    def begin(self, response: httpx.Response) -> None:
        _check_head(response)

    def take(self, chunk: bytes) -> bool:
        self._data += chunk
        return False

    def said(self) -> Any:
        if not self._data.strip():
            raise Misshapen("it is empty")
        if self._data.lstrip()[:1] == b"<":
            raise Misshapen("it is an HTML page")
        return read_json(bytes(self._data))

    def end(self) -> bool:
        if self.reading is not None:
            self.reading.take(self.said(), "message")
        return True


class _Stream:
    """An answer that comes in events; or in one piece, from a server that does not know better."""

    def __init__(self, backend: ChatBackend, reading: Reading) -> None:
        self.reading = reading
        self._backend = backend
        self._events = Events()
        self._whole: _Whole | None = None
        self._came = self._done = False

    def begin(self, response: httpx.Response) -> None:
        _check_head(response)
        if "json" in response.headers.get("content-type", ""):
            self._whole = _Whole(self.reading)

    def take(self, chunk: bytes) -> bool:
        if self._whole is not None:
            return self._whole.take(chunk)
        for data in self._events.take(chunk):
            self._came = True
            if data.strip() == "[DONE]":
                self._done = True
                return self.reading.finished(of=1)
            said = read_json(data)
            if isinstance(said, dict) and said.get("error"):
                message, code = complaint(said)
                status = int(code) if code.isdigit() and len(code) == 3 else 500
                raise self._backend._complained(status, message or "an error without words", code)
            self.reading.take(said, "delta")
        return False

    def end(self) -> bool:
        if self._whole is not None:
            return self._whole.end()
        if not self._came:
            raise Misshapen("it is empty, or no stream of events")
        return not self._done and self.reading.finished(of=self.reading.count)


def _check_head(response: httpx.Response) -> None:
    if "html" in response.headers.get("content-type", ""):
        raise Misshapen("it is an HTML page")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise Misshapen("it is packed, although that was not asked for")


def _is_html(headers: httpx.Headers, data: bytes) -> bool:
    return "html" in headers.get("content-type", "") or data.lstrip()[:1] == b"<"


def _is_about_trust(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _is_near(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def _tls(options: ChatOptions) -> ssl.SSLContext:
    if not options.url.startswith("https:"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used, and quicker to make than one that trusts somebody
    if options.authorities is None:
        return httpx.create_ssl_context()
    try:
        return ssl.create_default_context(cafile=str(options.authorities))
    except OSError as error:
        raise NotFound(
            f"No certificates can be read from {options.authorities}: {error.strerror or error}.",
            mend="Name a file of certificates in PEM.",
        ) from None


def _as_model(options: ChatOptions, address: str) -> Model:
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", options.model)[:100].strip(".-") or "served"
    still = {} if options.film == "video" else {"still": "jpeg" if options.film == "video_frames" else options.still}
    extra = {"extra": options.extra} if options.extra else {}
    told = {"server": address, "served_as": options.model, "film": options.film, **still, **extra}
    return Model(name=name, version=options.version, parameters=told)


# ------------------------------------------------------------------------------------------------------------ by name


def open_chat(words: str, *, mp4: Callable[[Film], bytes] | None = None) -> ChatBackend:
    """The server at ``URL?option=value&...``: ``ChatOptions`` by name, ``price_prompt``, ``price_written`` and
    ``price_most``, ``frames``, ``most_pixels`` and ``multiple``. What is not said the server is asked for, if it tells:
    its model where it has one only, and which frames that wants."""
    url, _, query = words.partition("?")
    said = options_said(query)
    wanted = {name: said.pop(name) for name in FRAMES if name in said}
    prices = Prices(**{name: said.pop(f"price_{name}") for name in PRICES if f"price_{name}" in said})
    asked = ChatOptions(**{"model": "(unknown)", **said}, url=url, prices=prices)
    try:
        listed = ChatBackend(replace(asked, film="frames")).served()
    except NoAnswer as error:
        # Some servers list nothing, or fail at it, and answer all the same.
        if "model" not in said or error.status in (None, 401, 403):
            raise
        listed = []
    names = [each["id"] for each in listed]
    if "model" not in said and len(names) != 1:
        raise BadInput(f"{shown(url)} serves {_names(names)}.", mend="Name one: URL?model=NAME.")
    model = said.get("model") or names[0]
    if names and model not in names:
        raise BadInput(f"{shown(url)} serves no {model!r}, but {_names(names)}.", mend="Name one: URL?model=NAME.")
    told = next((each for each in listed if each["id"] == model), {}).get("videolect")
    ours = told if isinstance(told, dict) else {}
    if ours:
        said = {"exact_times": True, "version": str(ours.get("version", "served"))[:200], **said}
    frames = {**frames_told(ours.get("wanted")), **wanted}
    told_us = {**said, "model": model, "wanted": replace(WANTED, **frames)}
    return ChatBackend(replace(asked, **told_us), mp4=mp4)


def _names(names: Sequence[str]) -> str:
    return ", ".join(repr(name[:80]) for name in names[:10]) or "no model"
