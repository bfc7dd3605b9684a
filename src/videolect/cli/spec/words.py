"""The text that ``spec claims`` and ``spec lint`` read, and the lexicon that they read it with."""

from __future__ import annotations

import argparse
from pathlib import Path

from videolect.cli.spec_option import SHIPPED, add_spec, spec_of
from videolect.errors import BadInput, CannotRead, NotFound
from videolect.language.lexicon import shipped_lexicon
from videolect.language.lexicon_values import Lexicon

MAX_BYTES = 20_000_000


def add_text(parser: argparse.ArgumentParser) -> None:
    """The text, and the specification."""
    parser.add_argument("text", metavar="TEXT-OR-FILE", help="a text, the path of a file that holds it, or -")
    add_spec(parser)


def text_of(given: str) -> str:
    """The words themselves, or those of the file with that name, without its last line end; - reads standard input."""
    if not given:
        return given
    path = Path("/dev/stdin") if given == "-" else Path(given)
    try:
        if given != "-" and not path.is_file():
            if path.is_dir():
                raise BadInput(f"{given} is a folder.", mend="Name one file, or give the words themselves.")
            if (
                given
                and " " not in given.strip()
                and (path.suffix or "/" in given)
                and not given.endswith((".", "!", "?"))
            ):
                raise NotFound(f"There is no file {given}.", mend="Name a file that exists, or give the words.")
            return given
        raw = path.read_bytes()
        if len(raw) > MAX_BYTES:
            raise BadInput(f"{path.name} has {len(raw):,} bytes.", mend=f"Give {MAX_BYTES:,} at most: one text.")
        return raw.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise CannotRead(f"{path.name} is not a text in UTF-8.", mend="Save it as UTF-8.") from None
    except ValueError:
        return given  # a text with a NUL is no path
    except OSError as error:
        if path.suffix and len(given) < 200 and " " not in given:
            raise CannotRead(f"{path.name} cannot be read: {error.strerror}.", mend="Make it readable.") from None
        return given  # too long for a path


def lexicon_of(args: argparse.Namespace) -> Lexicon:
    """Of the one that ships the lexicon alone is read."""
    return shipped_lexicon() if args.spec == SHIPPED else spec_of(args).lexicon
