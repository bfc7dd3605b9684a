"""``videolect desk invite``: somebody gets an account."""

from __future__ import annotations

import argparse
import secrets
import sys
from typing import Any

from videolect.cli.options import workspace_of
from videolect.oversight.roles import ROLES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.add_argument("person", help="a pseudonym: letters, digits, '.', '_', '-'")
    parser.add_argument("--name", help="shown in greetings; default: the pseudonym")
    parser.add_argument("--role", action="append", choices=ROLES, required=True, help="may be given again")
    parser.add_argument(
        "--password-stdin", action="store_true", help="read the password; default: make one and print it"
    )


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Make an account."""
    with workspace_of(asked) as workspace:
        password = sys.stdin.readline().rstrip("\n") if asked.password_stdin else secrets.token_urlsafe(12)
        workspace.invite(asked.person, name=asked.name or asked.person, roles=asked.role, password=password)
    return 0, {
        "person": asked.person, "roles": asked.role, "password": None if asked.password_stdin else password
    }  # fmt: skip


def render(answer: dict[str, Any]) -> str:
    """For people."""
    said = f"{answer['person']} may sign in as {', '.join(answer['roles'])}."
    return said + (f"\nPassword (shown once): {answer['password']}" if answer["password"] else "")
