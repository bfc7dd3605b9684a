"""``create_app(desk, ...)``: the desk's HTTP interface and its pages in one application."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from videolect.errors import (
    BadInput,
    HeldByAnother,
    KeyReused,
    LeaseLost,
    NotAllowed,
    NotFound,
    NotYourTurn,
    StaleVersion,
    VideolectError,
)  # fmt: skip
from videolect.language.query import BadQuery
from videolect.oversight.audit import AuditDesk
from videolect.oversight.cuts import CutsDesk
from videolect.oversight.desk import Desk, LabelsContradict
from videolect.oversight.searching import Searching
from videolect.oversight.spec_draft import LanguageDesk, SpecProblems
from videolect.stage.glossary import Glossary
from videolect.storage import CannotReach, CannotStore
from videolect.video.evidence import CutFinder
from videolect.video.library import Library
from videolect.video.previews import PreviewMaker
from videolect.web.api import ScratchPad, ScratchStale, Triples, desk_router, session_router
from videolect.web.audit_api import audit_router
from videolect.web.auth import Accounts, NotSignedIn, SignInDesk, TooManyTries
from videolect.web.cuts_api import cuts_router
from videolect.web.films_api import films_router
from videolect.web.media import media_router
from videolect.web.pictures_api import pictures_router
from videolect.web.search_api import search_router
from videolect.web.spec_api import language_router

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
"""The built browser client; part of every wheel."""

MAX_BODY = 4_000_000
"""Bytes of one request. Texts have narrower limits of their own (``record.checks``)."""

STATUS_OF: dict[type[VideolectError], int] = {
    NotSignedIn: 401, NotAllowed: 403, NotFound: 404, NotYourTurn: 409, StaleVersion: 409, HeldByAnother: 409,
    LeaseLost: 409, KeyReused: 409, BadInput: 422, TooManyTries: 429,
    CannotReach: 503, CannotStore: 503,
}  # fmt: skip

_HEADERS = {
    # No inline script or style, nothing from elsewhere: markup in a caption stays text even if it slipped through.
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}

App = FastAPI
"""What ``create_app`` returns, under a name that does not say with what it is made."""


def create_app(
    desk: Desk, *, accounts: Accounts, scratch: ScratchPad, library: Library, triples: Triples, language: LanguageDesk,
    cuts: CutFinder, previews: PreviewMaker, searching: Searching, glossary: Glossary | None = None,
    static: Path = STATIC,
) -> FastAPI:  # fmt: skip
    """The application. All that it shows or keeps is handed in; without a glossary the language has no pictures."""
    app = FastAPI(title="videolect", version="1", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    signing = SignInDesk(accounts, desk.clock)
    app.include_router(session_router(signing))
    app.include_router(desk_router(desk, signing, scratch, triples))
    app.include_router(language_router(language, signing))
    app.include_router(cuts_router(CutsDesk(desk.catalogue, cuts), cuts, signing))
    app.include_router(audit_router(AuditDesk(desk.catalogue), scratch, signing))
    app.include_router(films_router(desk, library, previews, signing))
    app.include_router(search_router(desk, searching, signing))
    app.include_router(pictures_router(glossary, desk, language, signing))
    app.include_router(media_router(desk, library, signing.who))
    app.add_exception_handler(VideolectError, _mendable)
    app.add_exception_handler(RequestValidationError, _misshapen)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _broken)
    _add_pages(app, static)
    app.add_middleware(_PackedLists)
    app.add_middleware(_Guard)
    return app


def _add_pages(app: FastAPI, static: Path) -> None:
    """The browser client: its files, and its one page for every other address."""
    index = static / "index.html"
    if (static / "assets").is_dir():
        # Only these are packed: films are served in ranges, which packing would break.
        app.mount("/assets", GZipMiddleware(StaticFiles(directory=static / "assets")), name="assets")

    @app.api_route("/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
    def page(path: str) -> Response:
        if path.startswith(("api/", "media/", "assets/")):
            raise NotFound(f"There is nothing at /{path[:100]}.", mend="See docs/api.md for the addresses.")
        if not index.is_file():
            return PlainTextResponse("The pages are not built. Run: make ui\n", status_code=503)
        return FileResponse(index, headers={"Cache-Control": "no-cache"})


def _mendable(request: Request, error: Exception) -> Response:
    assert isinstance(error, VideolectError)
    status = next((status for kind, status in STATUS_OF.items() if isinstance(error, kind)), 400)
    details: Any = None
    headers = {}
    if isinstance(error, LabelsContradict):
        details = [{"fields": list(v.fields), "rule": v.rule, "mend": v.mend} for v in error.violations]
    if isinstance(error, BadQuery):
        details = {"start": error.start, "end": error.end, "near": list(error.near)}
    if isinstance(error, SpecProblems):
        details = [problem.as_json() for problem in error.problems]
    if isinstance(error, ScratchStale):
        details = error.saved.model_dump()
    if isinstance(error, TooManyTries):
        details = {"retry_after_s": error.retry_after_s}
        headers["Retry-After"] = str(error.retry_after_s)
    name = next(kind.__name__ for kind in type(error).__mro__ if kind in STATUS_OF or kind is VideolectError)
    message, mend = error.message, error.mend
    if isinstance(error, CannotReach | CannotStore):
        # Where the storage is and what it says of our keys is for those who run the desk.
        log.warning("%s: %s", name, error)
        what = "takes no more bytes" if isinstance(error, CannotStore) else "does not answer"
        message, mend = f"The storage of the films {what}.", "Try again; the desk's log says more."
    body = {"error": name, "message": message, "mend": mend, "details": details}
    return JSONResponse(body, status_code=status, headers=headers)


def _misshapen(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [{"where": ".".join(map(str, each["loc"])), "rule": each["msg"]} for each in error.errors()[:20]]
    first = found[0]
    body = {
        "error": "BadInput", "message": f"{first['where']}: {first['rule']}.",
        "mend": "Send the shape that /api/openapi.json describes.", "details": found,
    }  # fmt: skip
    return JSONResponse(body, status_code=422)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    name = "NotFound" if error.status_code == 404 else "Refused"
    body = {"error": name, "message": f"{error.detail}.", "mend": "See docs/api.md.", "details": None}
    return JSONResponse(body, status_code=error.status_code, headers=error.headers)


def _broken(request: Request, error: Exception) -> Response:
    # Starlette logs the traceback; the person gets a sentence, and no insides of the server.
    return JSONResponse(
        {
            "error": "Broken", "message": "The desk failed on this request.",
            "mend": "Try again; nothing half done was kept.", "details": None,
        },
        status_code=500,
        headers=_HEADERS,  # this answer is made outside of the guard
    )  # fmt: skip


class _PackedLists:
    """Packs the long lists of a film's cuts. Nothing else: films are served in ranges, pictures are packed already, and
    an answer with a secret in it is better not packed beside what a stranger may have chosen."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.packed = GZipMiddleware(app, minimum_size=2_000, compresslevel=4)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_list = scope["type"] == "http" and _LISTS.fullmatch(scope["path"])
        await (self.packed if is_list else self.app)(scope, receive, send)


_LISTS = re.compile(r"/api/videos/[^/]+/cuts(/[a-z]+)?")


class _Guard:
    """Sets the security headers on every answer, and refuses a body that is too large before it is read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                known = {name.lower() for name, _ in message["headers"]}
                extra = [
                    (name.lower().encode(), value.encode())
                    for name, value in _HEADERS.items()
                    if name.lower().encode() not in known
                ]
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        refusal = _why_too_large(scope)
        await (refusal or self.app)(scope, receive, guarded)


def _why_too_large(scope: Scope) -> Response | None:
    """The answer to a body that is too long or does not say how long it is; uvicorn holds it to what it says."""
    headers = {name.lower(): value for name, value in scope["headers"]}
    if b"transfer-encoding" in headers:
        return _refusal(411, "The request does not say how long its body is.", "Send Content-Length.")
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or int(length) > MAX_BODY:
        return _refusal(413, f"The request has more than {MAX_BODY:,} bytes.", "Send less.")
    return None


def _refusal(status: int, message: str, mend: str) -> Response:
    return JSONResponse({"error": "BadInput", "message": message, "mend": mend, "details": None}, status_code=status)
