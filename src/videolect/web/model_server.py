"""``create_server(backend)``: any backend as a server that speaks OpenAI's chat completions.

The backend works in threads, one request at a time unless it says that it can more. A stream begins as soon as the
model has answered, and says every second until then that it lives; who hangs up ends the work. Annotations are
evaluated here, not postponed, as in ``api``.
"""

import contextlib
import hmac
import json
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from functools import partial
from threading import Event
from typing import Any, TypeVar, cast

import anyio
import anyio.to_thread
from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from videolect.errors import BadInput, MissingExtra, NotFound, VideolectError
from videolect.vlm.base import Answer, Backend, Cancelled, Finish, Likeliest, NoAnswer, TellsFirstTokens
from videolect.web.model_request import Asked, Bounds, Films, Refused, Shown, read_request

log = logging.getLogger(__name__)

T = TypeVar("T")

ALIVE_S = 1.0
"""Between two signs of life of a stream whose model is still at work."""

_FINISH: dict[Finish, str] = {"stop": "stop", "length": "length", "refused": "content_filter"}
_KINDS = {401: "authentication_error", 404: "invalid_request_error", 413: "invalid_request_error",
          429: "rate_limit_error"}  # fmt: skip


def create_server(
    backend: Backend, *, key: str | None = None, bounds: Bounds | None = None, at_once: int | None = None
) -> FastAPI:
    """The application. ``key``: what a client has to bring as a bearer. ``at_once``: requests that the model works on
    at the same time; default: what its attribute ``parallel`` says, else 1."""
    service = _Service(backend, bounds or Bounds(), at_once or int(getattr(backend, "parallel", 1)))
    app = FastAPI(title="videolect model server", docs_url=None, redoc_url=None, openapi_url=None)

    def check_key(request: Request) -> None:
        if key is None:
            return
        scheme, _, said = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(said.strip().encode(), key.encode()):
            raise Refused(
                "The key is missing or wrong.", mend="Send it as a bearer.", status=401, code="invalid_api_key"
            )

    @app.get("/health")
    def health() -> dict[str, Any]:
        """Whether it lives, and how much it has to do."""
        return {"status": "ok", "model": backend.model.id, "running": service.running, "waiting": service.waiting}

    @app.get("/v1/models")
    def models(request: Request) -> dict[str, Any]:
        """The one model."""
        check_key(request)
        return {"object": "list", "data": [service.as_listed()]}

    @app.get("/v1/models/{name:path}")
    def model(name: str, request: Request) -> dict[str, Any]:
        """The same by name."""
        check_key(request)
        if name not in service.names:
            raise Refused(
                f"There is no model {name[:80]!r}.", mend=f"Ask for {service.names[0]!r}.", status=404,
                code="model_not_found",
            )  # fmt: skip
        return service.as_listed()

    @app.post("/v1/chat/completions")
    async def complete(request: Request) -> Response:
        """An answer."""
        check_key(request)
        data = await _body(request, service.bounds)
        asked = await anyio.to_thread.run_sync(read_request, data, service.names, service.bounds)
        if asked.likeliest and not service.tells_first_tokens:
            raise Refused(
                f"{backend.model.id} tells no log-probabilities.", mend="Leave logprobs out.", param="logprobs"
            )
        service.check_room()
        return _Answering(service, asked)

    app.add_exception_handler(Exception, _broken)
    app.add_exception_handler(VideolectError, _mendable)
    app.add_exception_handler(HTTPException, _http_error)
    return app


async def _body(request: Request, bounds: Bounds) -> bytes:
    """All of it, in time and within bounds."""
    # A page of another site may send a form or plain text to this machine, but JSON only if it is allowed to.
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused("The body is not said to be JSON.", mend="Send Content-Type: application/json.", status=415)
    too_large = Refused(
        f"The request has more than {bounds.body_bytes:,} bytes.", mend="Send fewer or smaller frames.", status=413
    )
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > bounds.body_bytes:
        raise too_large
    data = bytearray()
    try:
        with anyio.fail_after(bounds.body_s):
            async for chunk in request.stream():
                data += chunk
                if len(data) > bounds.body_bytes:
                    raise too_large
    except TimeoutError:
        raise Refused(
            f"The request was not whole after {bounds.body_s:g} s.", mend="Send it faster.", status=408
        ) from None
    return bytes(data)


class _Service:
    """The backend, and who waits for it."""

    def __init__(self, backend: Backend, bounds: Bounds, at_once: int) -> None:
        self.backend = backend
        self.bounds = bounds
        self.names = (backend.model.name, backend.model.id)
        self.films = Films(backend.wanted, bounds)
        self.tells_first_tokens = hasattr(backend, "first_token_logprobs")
        self.at_once = at_once
        self.running = self.waiting = 0
        self._room: list[anyio.Semaphore] = []
        self._threads: list[anyio.CapacityLimiter] = []

    def as_listed(self) -> dict[str, Any]:
        """The model, as /v1/models tells it; ``videolect`` is for clients that know us."""
        model = self.backend.model
        ours = {
            "version": model.version, "parameters": dict(model.parameters), "wanted": asdict(self.backend.wanted),
            "logprobs": self.tells_first_tokens, "at_once": self.at_once,
            "most": {"body_bytes": self.bounds.body_bytes, "frames": self.bounds.frames,
                     "max_tokens": self.bounds.max_tokens, "candidates": self.bounds.candidates},
        }  # fmt: skip
        return {"id": model.name, "object": "model", "created": 0, "owned_by": "videolect", "videolect": ours}

    def check_room(self) -> None:
        """Refused where too many wait already."""
        if self.waiting >= self.bounds.waiting:
            raise Refused(f"{self.waiting} requests wait already.", mend="Try again later.", status=429)

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """The model is this request's own, or one of ``at_once``."""
        if not self._room:
            self._room.append(anyio.Semaphore(self.at_once))  # belongs to the running loop
        self.waiting += 1
        try:
            await self._room[0].acquire()
        finally:
            self.waiting -= 1
        self.running += 1
        try:
            yield
        finally:
            self.running -= 1
            self._room[0].release()

    async def answer(self, asked: Asked, cancel: Event) -> dict[str, Any]:
        """The whole answer, as it is sent where no stream was asked for."""
        shown = None if asked.sent is None else await self._in_thread(partial(self.films.shown, asked.sent))
        async with self.turn():
            return await self._in_thread(partial(self._answer, asked, shown, cancel))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        """In threads of its own: those of the routes stay free for who asks for health."""
        if not self._threads:
            self._threads.append(anyio.CapacityLimiter(self.at_once + self.bounds.waiting))
        return await anyio.to_thread.run_sync(work, limiter=self._threads[0])

    def _answer(self, asked: Asked, shown: Shown | None, cancel: Event) -> dict[str, Any]:
        film = shown.film if shown is not None else None
        if asked.likeliest:
            # The text is the likeliest of the tokens that are told: one pass, and the two cannot disagree.
            telling = cast(TellsFirstTokens, self.backend)
            [likeliest] = telling.first_token_logprobs(film, [asked.prompt], asked.likeliest, cancel=cancel)
            choices = [_choice(0, Answer(text=likeliest[0][0], prompt_tokens=-1, tokens=1, finish="length"), likeliest)]
            usage = None
        else:
            [answers] = self.backend.generate(film, [asked.prompt], asked.how, cancel=cancel)
            choices = [_choice(index, answer) for index, answer in enumerate(answers)]
            usage = _usage(answers)
        model = self.backend.model
        return {
            "id": f"chatcmpl-{secrets.token_hex(12)}", "object": "chat.completion", "created": int(time.time()),
            "model": model.name, "system_fingerprint": model.version, "choices": choices,
            **({"usage": usage} if usage is not None else {}), "videolect": _seen(shown),
        }  # fmt: skip


class _Answering(Response):
    """An answer on its way, whole or as a stream. Who hangs up sets ``cancel``."""

    def __init__(self, service: _Service, asked: Asked) -> None:
        self.service = service
        self.asked = asked
        self.cancel = Event()
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, unless the client goes first."""
        async with anyio.create_task_group() as group:

            async def listen() -> None:
                while (await receive())["type"] != "http.disconnect":
                    pass
                self.cancel.set()
                group.cancel_scope.cancel()

            group.start_soon(listen)
            try:
                await (self._stream if self.asked.stream else self._whole)(scope, receive, send)
            except (Cancelled, OSError):
                log.info("A client hung up.")
            group.cancel_scope.cancel()

    async def _whole(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = JSONResponse(await self.service.answer(self.asked, self.cancel))
        except Exception as error:
            response = _told(error)
        await response(scope, receive, send)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Headers wait for the model for a moment, so that what fails at once fails by its status."""
        done: list[dict[str, Any] | Exception] = []
        ready = anyio.Event()

        async def work() -> None:
            try:
                done.append(await self.service.answer(self.asked, self.cancel))
            except Exception as error:
                done.append(error)
            ready.set()

        async with anyio.create_task_group() as group:
            group.start_soon(work)
            begun = False
            while not ready.is_set():
                with anyio.move_on_after(ALIVE_S):
                    await ready.wait()
                if not ready.is_set():
                    if not begun:
                        await send(_STREAM_BEGINS)
                        begun = True
                    await send({"type": "http.response.body", "body": b": at work\n\n", "more_body": True})
        [made] = done
        if isinstance(made, Exception):
            if not begun:
                await _told(made)(scope, receive, send)
                return
            events = [json.loads(bytes(_told(made).body))]
        else:
            events = list(_chunks(made, self.asked))
        if not begun:
            await send(_STREAM_BEGINS)
        for event in events:
            line = f"data: {json.dumps(event)}\n\n".encode()
            await send({"type": "http.response.body", "body": line, "more_body": True})
        await send({"type": "http.response.body", "body": b"data: [DONE]\n\n", "more_body": False})


_STREAM_BEGINS: dict[str, Any] = {
    "type": "http.response.start", "status": 200,
    "headers": [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store")],
}  # fmt: skip


def _choice(index: int, answer: Answer, likeliest: Likeliest | None = None) -> dict[str, Any]:
    message = {"role": "assistant", "content": answer.text, "refusal": None}
    told = None
    if likeliest is not None:
        each = [_likely(token, chance) for token, chance in likeliest]
        told = {"content": [{**each[0], "top_logprobs": each}], "refusal": None}
    return {"index": index, "message": message, "finish_reason": _FINISH[answer.finish], "logprobs": told}


def _likely(token: str, chance: float) -> dict[str, Any]:
    # JSON has no infinity; OpenAI says -9999 for what cannot be.
    return {"token": token, "logprob": max(chance, -9999.0), "bytes": list(token.encode())}


def _usage(answers: list[Answer]) -> dict[str, int] | None:
    """The film and the words are counted once, as they are read once; None where the backend does not say."""
    prompt, written = answers[0].prompt_tokens, [answer.tokens for answer in answers]
    if min(prompt, *written) < 0:
        return None
    return {"prompt_tokens": prompt, "completion_tokens": sum(written), "total_tokens": prompt + sum(written)}


def _seen(shown: Shown | None) -> dict[str, Any]:
    """What the model was shown, so that a client can tell whether its film came over whole."""
    if shown is None:
        return {"film": None}
    count, height, width, _ = shown.film.pictures.shape
    told = {"hash": shown.film.hash, "frames": count, "width": width, "height": height}
    return {"film": {**told, "times": shown.times, "resized": shown.resized}}


def _chunks(answer: dict[str, Any], asked: Asked) -> list[dict[str, Any]]:
    """The answer cut at its words. It is whole when the first is sent: a backend tells no single tokens."""
    head = {**answer, "object": "chat.completion.chunk"}
    usage = head.pop("usage", None)
    ours = head.pop("videolect")
    if asked.usage_in_stream:
        head["usage"] = None
    made = []
    for choice in answer["choices"]:
        base = {"index": choice["index"], "finish_reason": None, "logprobs": None}
        made.append({**head, "choices": [{**base, "delta": {"role": "assistant", "content": ""}}]})
        words = choice["message"]["content"].split(" ")
        for at, word in enumerate(words):
            text = word if at == len(words) - 1 else f"{word} "
            told = choice["logprobs"] if not at else None
            made.append({**head, "choices": [{**base, "delta": {"content": text}, "logprobs": told}]})
        ended = {**base, "delta": {}, "finish_reason": choice["finish_reason"]}
        made.append({**head, "choices": [ended]})
    made[-1]["videolect"] = ours
    if asked.usage_in_stream:
        made.append({**head, "choices": [], "usage": usage})
    return made


# -------------------------------------------------------------------------------------------------------------- errors


def _told(error: Exception) -> JSONResponse:
    """An error in OpenAI's words; what nobody can mend is logged and tells no insides."""
    if isinstance(error, Refused):
        return _refusal(error.status, str(error), param=error.param, code=error.code)
    if isinstance(error, NoAnswer):
        return _refusal(503 if error.passing else 502, str(error))
    if isinstance(error, BadInput | NotFound):
        return _refusal(400, str(error))
    if isinstance(error, VideolectError) and not isinstance(error, MissingExtra):
        log.warning("The model failed: %s", error)
        return _refusal(500, str(error))
    if isinstance(error, Cancelled):
        raise error
    log.error("The model server failed on a request.", exc_info=error)
    return _refusal(500, "The server failed on this request. Its log says why.")


def _refusal(status: int, message: str, *, param: str | None = None, code: str | None = None) -> JSONResponse:
    kind = _KINDS.get(status, "invalid_request_error" if status < 500 else "server_error")
    headers = {"Retry-After": "1"} if status in (429, 503) else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    body = {"error": {"message": message, "type": kind, "param": param, "code": code}}
    return JSONResponse(body, status_code=status, headers=headers)


def _mendable(request: Request, error: Exception) -> Response:
    return _told(error)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _refusal(error.status_code, f"{error.detail}. See docs/models.md for the addresses.")


def _broken(request: Request, error: Exception) -> Response:
    return _refusal(500, "The server failed on this request. Its log says why.")
