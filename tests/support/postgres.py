"""A private PostgreSQL cluster for tests: made in a temporary folder, reached by a socket in it, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PORT = 5432  # only the name of the socket file: the cluster listens on no network address
SECONDS_TO_START = 60
SECONDS_TO_STOP = 30
# Nothing in a test's database has to outlive a power cut.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "32MB"}


def find_postgres() -> Path | None:
    """The folder with `initdb` and `postgres`, or None.

    Debian keeps both off PATH, one folder per version: the newest is taken.
    """
    places = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    if pg_config := shutil.which("pg_config"):
        asked = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        places.append(Path(asked.stdout.strip()))
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    places += sorted(debian, key=lambda place: [int(part) for part in place.parent.name.split(".") if part.isdigit()])[
        ::-1
    ]
    return next((place for place in places if (place / "initdb").is_file() and (place / "postgres").is_file()), None)


def unprivileged() -> dict[str, Any]:
    """Arguments for subprocess that lay root down: PostgreSQL refuses to run as root. Empty for anybody else."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@contextmanager
def cluster(programs: Path) -> Iterator[str]:
    """Run a cluster for as long as the block lasts; gives its URL in SQLAlchemy's form, for the database `postgres`."""
    home = Path(tempfile.mkdtemp(prefix="vl-pg-"))  # short: a socket's path may have about 100 characters
    who = unprivileged()
    if who:
        os.chown(home, who["user"], who["group"])
    try:
        _initialise(programs, home, who)
        with (home / "log").open("wb") as log:
            settings = [word for name, value in FAST.items() for word in ("-c", f"{name}={value}")]
            server = subprocess.Popen(
                [programs / "postgres", "-D", home / "data", "-k", home, "-p", str(PORT), "-h", "", *settings],
                cwd=home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                **who,
            )
            try:
                _wait_until(lambda: _answers(home), server, home / "log")
                yield url(home, "postgres")
            finally:
                _stop(server)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def url(home: Path, database: str) -> str:
    """SQLAlchemy's URL of one database of the cluster that lives in `home`."""
    return f"postgresql+psycopg://postgres@/{database}?host={home}&port={PORT}"


@contextmanager
def fresh_database(cluster_url: str, name: str) -> Iterator[str]:
    """An empty database of that name for as long as the block lasts; gives its URL."""
    _execute(cluster_url, f'CREATE DATABASE "{name}"')
    try:
        yield cluster_url.replace("@/postgres?", f"@/{name}?", 1)
    finally:
        # FORCE: a test that left a connection open must not keep the next one from starting.
        _execute(cluster_url, f'DROP DATABASE "{name}" WITH (FORCE)')


def _initialise(programs: Path, home: Path, who: dict[str, Any]) -> None:
    made = subprocess.run(
        [
            programs / "initdb",
            "-D",
            home / "data",
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ],
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        **who,
    )
    if made.returncode:
        raise RuntimeError(f"initdb ended with {made.returncode}:\n{made.stdout}\n{made.stderr}")


def _execute(cluster_url: str, statement: str) -> None:
    import psycopg

    # psycopg knows the plain scheme only. CREATE DATABASE may not stand in a transaction, hence autocommit.
    with psycopg.connect(cluster_url.replace("postgresql+psycopg", "postgresql", 1), autocommit=True) as connection:
        connection.execute(statement.encode())


def _answers(home: Path) -> bool:
    import psycopg

    try:
        _execute(url(home, "postgres"), "SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def _wait_until(ready: Callable[[], bool], server: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + SECONDS_TO_START
    while not ready():
        if server.poll() is not None or time.monotonic() > give_up:
            raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")
        time.sleep(0.05)


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # fast shutdown: ends sessions instead of waiting for them
    try:
        server.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait(SECONDS_TO_STOP)
