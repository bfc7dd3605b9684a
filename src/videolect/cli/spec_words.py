"""``videolect spec claims`` and ``spec lint``: what a text says of its clip, and what it had better say otherwise."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from videolect.cli.spec_option import SHIPPED, add_spec, spec_of
from videolect.errors import BadInput, CannotRead, NotFound
from videolect.language.claims import claims_of
from videolect.language.lexicon import shipped_lexicon
from videolect.language.lexicon_values import Lexicon
from videolect.language.lint import constructiveness, lint, lint_critique

MAX_BYTES = 20_000_000


def add_verbs(verbs: Any) -> None:
    """Add both verbs to the subparsers of ``spec``."""
    claims = verbs.add_parser("claims", help="what a caption asserts and denies", description=run_claims.__doc__)
    _add_text(claims)
    claims.set_defaults(run=run_claims, render=text_claims)
    advice = verbs.add_parser("lint", help="advice on the wording of a text", description=run_lint.__doc__)
    _add_text(advice)
    advice.add_argument("--aspect", metavar="ASPECT", help="the aspect that the text belongs to")
    advice.add_argument("--critique", action="store_true", help="the text is a critique, not a caption")
    advice.set_defaults(run=run_lint, render=text_lint)


def _add_text(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("text", metavar="TEXT-OR-FILE", help="a text, the path of a file that holds it, or -")
    add_spec(verb)


def run_claims(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Which primitives a caption asserts or denies, with the words that do it."""
    return 0, {"claims": [claim.as_json() for claim in claims_of(_text(args.text), _lexicon(args))]}


def text_claims(answer: dict[str, Any]) -> str:
    """One line per claim: place, state, primitive, words."""
    if not answer["claims"]:
        return "The text claims nothing that the lexicon knows."
    return "\n".join(
        f"{claim['start']:5d}-{claim['end']:<5d} {claim['state']:8s} {claim['primitive']:42s} {claim['words']!r}"
        for claim in answer["claims"]
    )


def run_lint(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Advice on the wording of a caption or a critique. Findings never make the command fail."""
    text, lexicon = _text(args.text), _lexicon(args)
    if args.aspect:
        spec_of(args).aspect(args.aspect)
    if not args.critique:
        return 0, {"findings": [finding.as_json() for finding in lint(text, args.aspect, lexicon)]}
    found = [finding.as_json() for finding in lint_critique(text, args.aspect, lexicon)]
    return 0, {"findings": found, "constructiveness": constructiveness(text, lexicon)}


def text_lint(answer: dict[str, Any]) -> str:
    """One paragraph per finding; for a critique its constructiveness."""
    lines = [
        f"{finding['start']}-{finding['end']} {finding['kind']}: {finding['words']!r}\n"
        f"    {finding['reason']} {finding['suggestion']}"
        for finding in answer["findings"]
    ]
    if "constructiveness" in answer:
        lines.append(f"Constructive: {answer['constructiveness']:.0%} of its words.")
    return "\n".join(lines) or "Nothing to say."


def _text(given: str) -> str:
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


def _lexicon(args: argparse.Namespace) -> Lexicon:
    """Of the one that ships the lexicon alone is read."""
    return shipped_lexicon() if args.spec == SHIPPED else spec_of(args).lexicon
