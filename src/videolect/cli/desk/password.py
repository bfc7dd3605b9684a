"""``videolect desk password``: somebody gets a new password."""

from __future__ import annotations

import argparse
import secrets
import sys
from typing import Any

from videolect.cli.options import workspace_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.add_argument("person")
    parser.add_argument("--password-stdin", action="store_true", help="read it; default: make one and print it")


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Replace a forgotten password."""
    with workspace_of(asked) as workspace:
        password = sys.stdin.readline().rstrip("\n") if asked.password_stdin else secrets.token_urlsafe(12)
        workspace.set_password(asked.person, password)
    return 0, {"person": asked.person, "password": None if asked.password_stdin else password}


def render(answer: dict[str, Any]) -> str:
    """For people."""
    return f"Password (shown once): {answer['password']}"
