"""``videolect desk``: make a workspace, let people in, serve the pages, draft, rebuild the projections."""

from __future__ import annotations

import argparse
import errno
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from videolect.cli.options import add_writer, place_of, workspace_of
from videolect.cli.progress import Progress
from videolect.errors import BadInput
from videolect.oversight.roles import ROLES
from videolect.wiring import FILMS, Workspace


def add_parser(nouns: Any) -> None:
    """The noun and its verbs."""
    desk = nouns.add_parser("desk", help="the place where people work")
    verbs = desk.add_subparsers(metavar="VERB", required=True)

    init = verbs.add_parser("init", help="make a workspace")
    init.add_argument(
        "--films", metavar="PLACE", help="where films are kept: a folder or s3://BUCKET/PREFIX; default: the workspace"
    )
    init.set_defaults(run=run_init, render=lambda answer: f"The workspace is {answer['workspace']}.")

    invite = verbs.add_parser("invite", help="make an account")
    invite.add_argument("person", help="a pseudonym: letters, digits, '.', '_', '-'")
    invite.add_argument("--name", help="shown in greetings; default: the pseudonym")
    invite.add_argument("--role", action="append", choices=ROLES, required=True, help="may be given again")
    invite.add_argument(
        "--password-stdin", action="store_true", help="read the password; default: make one and print it"
    )
    invite.set_defaults(run=run_invite, render=_render_invite)

    password = verbs.add_parser("password", help="give a person a new password; their sessions end")
    password.add_argument("person")
    password.add_argument("--password-stdin", action="store_true", help="read it; default: make one and print it")
    password.set_defaults(run=run_password, render=lambda answer: f"Password (shown once): {answer['password']}")

    serve = verbs.add_parser("serve", help="serve the pages")
    add_serving(serve)
    serve.set_defaults(run=run_serve, render=lambda answer: "")

    work = verbs.add_parser("work", help="draft whatever waits for a draft", description=run_work.__doc__)
    work.add_argument("--watch", action="store_true", help="go on waiting for work until it is stopped")
    add_writer(work, "drafts", drafts=True)
    work.add_argument("--campaign", help="only this one")
    work.set_defaults(run=run_work, render=_render_work)

    rebuild = verbs.add_parser("rebuild", help="make queue, board and index anew from the acts, and compare")
    rebuild.set_defaults(run=run_rebuild, render=_render_rebuild)


def add_serving(parser: argparse.ArgumentParser) -> None:
    """Options of whatever serves the pages."""
    parser.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1, this machine only")
    parser.add_argument("--port", type=int, default=8750, help="default: 8750; 0 takes a free one")
    add_writer(parser, drafts=True)
    said = os.environ.get("VIDEOLECT_GLOSSARY")
    parser.add_argument(
        "--glossary", type=Path, metavar="DIR", default=Path(said) if said else None,
        help="pictures of the language; default: $VIDEOLECT_GLOSSARY, or the workspace's folder glossary",
    )  # fmt: skip


def run_init(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Make the folder and the database."""
    with workspace_of(asked, create=True, films=asked.films) as workspace:
        workspace.database.migrate()
    return 0, {
        "workspace": str(place_of(asked)), "database": workspace.database.url.render_as_string(),
        "films": workspace.films_at or str(place_of(asked) / FILMS),
    }  # fmt: skip


def run_invite(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Make an account."""
    with workspace_of(asked) as workspace:
        password = sys.stdin.readline().rstrip("\n") if asked.password_stdin else secrets.token_urlsafe(12)
        workspace.invite(asked.person, name=asked.name or asked.person, roles=asked.role, password=password)
    return 0, {
        "person": asked.person, "roles": asked.role, "password": None if asked.password_stdin else password
    }  # fmt: skip


def run_password(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Replace a forgotten password."""
    with workspace_of(asked) as workspace:
        password = sys.stdin.readline().rstrip("\n") if asked.password_stdin else secrets.token_urlsafe(12)
        workspace.set_password(asked.person, password)
    return 0, {"person": asked.person, "password": None if asked.password_stdin else password}


def _render_invite(answer: dict[str, Any]) -> str:
    said = f"{answer['person']} may sign in as {', '.join(answer['roles'])}."
    return said + (f"\nPassword (shown once): {answer['password']}" if answer["password"] else "")


def run_work(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Draft whatever waits for a draft, then stop; with --watch go on. Several may work at once, on other machines too.
    An interrupt ends it after the draft that is being written; what is not drafted waits for whoever comes next."""
    from videolect.oversight.worker import draft_all, own_drafter

    with workspace_of(asked, writes=True) as workspace:
        if asked.campaign:
            workspace.catalogue.campaign(asked.campaign)
        begun = time.monotonic()
        with stopped_by_signals() as stop:
            done = draft_all(
                workspace.desk, workspace.writer, own_drafter(), campaign=asked.campaign, stop=stop, watch=asked.watch
            )
        spent = workspace.writer.spent()
    return (1 if done.failed else 0), {
        "drafted": done.drafted, "failed": [key.stream for key in done.failed], "stopped": stop.is_set(),
        "seconds": round(time.monotonic() - begun, 3), "spent": spent,
    }  # fmt: skip


def _render_work(answer: dict[str, Any]) -> str:
    lines = [f"{answer['drafted']} drafts were written in {answer['seconds']:.1f} s."]
    if spent := answer["spent"]:
        lines.append(
            f"{spent['calls']} calls, {spent['encodings']} films encoded, {spent['prompt_tokens']} tokens read and "
            f"{spent['tokens']} written, {spent['seconds']:.1f} s of the model, {spent['money']:.4g} spent."
        )
    return "\n".join([*lines, *(f"  failed: {stream}" for stream in answer["failed"])])


@contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """An event that the first interrupt or SIGTERM sets; the second ends the process as ever."""
    stop = threading.Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {each: signal.getsignal(each) for each in signals}

    def told(number: int, frame: object) -> None:
        stop.set()
        for each in signals:
            signal.signal(each, before[each])
        print("Ending after the draft that is being written.", file=sys.stderr, flush=True)

    for each in signals:
        signal.signal(each, told)
    try:
        yield stop
    finally:
        for each in signals:
            signal.signal(each, before[each])


def run_rebuild(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Rebuild; exit code 1 where the projections were not what the acts say."""
    with workspace_of(asked) as workspace:
        made = workspace.ledger.rebuild(Progress("tasks"))
        workspace.searching.rebuild()
    equal = made.before == made.after
    return (0 if equal else 1), {"tasks": made.tasks, "before": made.before, "after": made.after, "equal": equal}


def _render_rebuild(answer: dict[str, Any]) -> str:
    said = "as they were, byte for byte" if answer["equal"] else "NOT what stood there before; they are mended now"
    return f"{answer['tasks']} tasks were folded again. The projections are {said}."


def run_serve(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Serve until interrupted."""
    workspace = workspace_of(asked, writes=True)
    workspace.storage.check()  # a bucket that does not answer is told here, not to every page
    if not workspace.accounts.all():
        raise BadInput("Nobody may sign in yet.", mend="Make an account: videolect desk invite NAME --role annotator.")
    serve(workspace, host=asked.host, port=asked.port)
    return 0, {}


def serve(workspace: Workspace, *, host: str, port: int, greeting: str = "") -> None:
    """The pages and the drafting thread, until interrupted."""
    import uvicorn

    app = workspace.app()
    with listening(host, port) as sock:
        address = f"http://{host}:{sock.getsockname()[1]}"
        print(f"The desk is open at {address}\n{greeting}", file=sys.stderr, flush=True)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        with drafting(workspace):
            server.run(sockets=[sock])


@contextmanager
def listening(host: str, port: int) -> Iterator[Any]:
    """A bound socket. BadInput where the port is taken."""
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named: only on sockets that say that they are TCP does asyncio send small answers at once.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
        except (OSError, OverflowError) as error:
            why = (getattr(error, "strerror", None) or str(error)).rstrip(".")
            mend = "Choose another with --port, or another address with --host."
            if getattr(error, "errno", None) == errno.EADDRINUSE:
                mend = "Another program listens there, perhaps a desk that runs already. Choose another with --port."
            raise BadInput(f"{host}:{port} cannot be served: {why}.", mend=mend) from None
        yield sock


@contextmanager
def drafting(workspace: Workspace) -> Iterator[None]:
    """A thread that drafts whatever waits, as long as the block runs."""
    from videolect.oversight.worker import draft_all, own_drafter

    stop = threading.Event()
    thread = threading.Thread(
        target=draft_all, args=(workspace.desk, workspace.writer, own_drafter()),
        kwargs={"stop": stop, "watch": True, "every_s": 0.2}, daemon=True, name="drafting",
    )  # fmt: skip
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)
