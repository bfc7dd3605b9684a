"""Keys of served models: from an environment variable or a file of their owner alone, and never told again.

A key is put into one header and nowhere else: its ``repr`` hides it, it cannot be pickled, and whatever a server says
is told without it.
"""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path
from typing import NoReturn
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from videolect.errors import BadInput, NotFound

DEFAULT_VARIABLE = "VIDEOLECT_CHAT_KEY"
_LONGEST = 8192


class Key:
    """A secret and the header that holds it."""

    __slots__ = ("__header", "__secrets")

    def __init__(self, secret: str, *, header: str | None = None) -> None:
        self.__header = header or f"Bearer {secret}"
        # The header's own word too, as a password in base64 is none the less a password.
        self.__secrets = sorted({secret, self.__header.partition(" ")[2]}, key=len, reverse=True)

    def header(self) -> str:
        """The value of ``Authorization``."""
        return self.__header

    def hidden_in(self, text: str) -> str:
        """The text without the secret."""
        for secret in self.__secrets:
            text = text.replace(secret, "[key]")
        return text

    def __repr__(self) -> str:
        return "Key([key])"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A key is not pickled.")


def key_of(url: str, *, variable: str = DEFAULT_VARIABLE, file: Path | None = None) -> Key | None:
    """The key of a server: from the file, the variable, or the password in its URL; None where there is none.

    BadInput for a key that is none, and for a file that others may read.
    """
    parts = urlsplit(url)
    secret = read_key(variable, file)
    if parts.password is not None:
        if secret:
            raise BadInput(
                f"{shown(url)} came with a password, and {file or f'${variable}'} with a key.",
                mend="Give the server one of the two.",
            )
        pair = f"{unquote(parts.username or '')}:{unquote(parts.password)}"
        return Key(unquote(parts.password), header=f"Basic {base64.b64encode(pair.encode()).decode()}")
    return Key(secret) if secret else None


def read_key(variable: str, file: Path | None = None) -> str:
    """The key in a file, or else in an environment variable; empty where there is none."""
    secret = _from_file(file) if file is not None else os.environ.get(variable, "").strip()
    if secret and not (secret.isascii() and secret.isprintable() and " " not in secret and len(secret) <= _LONGEST):
        source = f"The file {file}" if file is not None else f"${variable}"
        raise BadInput(f"{source} holds no key.", mend="A key is one word of printable ASCII, without quotes.")
    return secret


def shown(url: str) -> str:
    """The URL as it may be told: without a name, a password, a query or a fragment."""
    try:
        return urlunsplit(SplitResult(*_bare(urlsplit(url)), "", ""))
    except ValueError:
        return "(no URL)"


def address_of(url: str) -> str:
    """The same, checked: where requests go, without a slash at the end. BadInput where it is no address of a server."""
    mend = "Give one such as http://127.0.0.1:8000/v1"
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise BadInput("The server's URL cannot be read.", mend=f"{mend}.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not url.isprintable() or " " in url:
        raise BadInput(f"{shown(url)[:200]!r} is no URL of a server.", mend=f"{mend}.")
    if parts.query or parts.fragment:
        raise BadInput(f"{shown(url)[:200]} comes with a query or a fragment.", mend=f"{mend}, without either.")
    return shown(url).rstrip("/").removesuffix("/chat/completions")


def _bare(parts: SplitResult) -> tuple[str, str, str]:
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname or ""
    return parts.scheme, host + (f":{parts.port}" if parts.port is not None else ""), parts.path


def _from_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise BadInput(f"{path} is no ordinary file.", mend="Name a file that holds the key.")
            if found.st_mode & 0o077:
                raise BadInput(
                    f"Others may read {path} (mode {stat.S_IMODE(found.st_mode):o}).", mend=f"chmod 600 {path}"
                )
            secret = file.read(_LONGEST + 2).decode("ascii", "replace").strip()
    except OSError as error:
        raise NotFound(f"The key in {path} cannot be read: {error.strerror}.", mend="Check its name.") from None
    if not secret:
        raise BadInput(f"The file {path} is empty.", mend="Write the key into it, one line.")
    return secret
