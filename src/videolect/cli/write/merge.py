"""``videolect write merge``: one text of several captions."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from videolect.cli.spec_option import add_spec, spec_of
from videolect.cli.write.clip import read_captions
from videolect.errors import INSTALL, CannotRead, MissingExtra, NotFound
from videolect.vlm.backends.tokenizer import counter
from videolect.wiring import make_backend
from videolect.writing.merge import by_words, merge_captions
from videolect.writing.writer import rewriter_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    parser.add_argument("captions", type=Path, metavar="FILE.json", help="captions by aspect")
    parser.add_argument("--budget", type=int, default=490, metavar="N", help="tokens; default: 490, of Wan's 512")
    parser.add_argument(
        "--tokenizer", type=Path, metavar="FILE", help="tokenizer.json to count with; default: 1.54 tokens a word"
    )
    parser.add_argument("--rewriter", metavar="W", help="a model that may rewrite: qwen:PATH, chat:URL ...")
    add_spec(parser)


def run(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Make one text of several captions, within a budget of tokens. Nothing goes in silence: what went is told."""
    count = by_words if args.tokenizer is None else _counter(args.tokenizer)
    rewriter = None
    if args.rewriter is not None:
        rewriter = rewriter_of(make_backend(args.rewriter))
    made = merge_captions(spec_of(args), read_captions(args.captions), args.budget, count=count, rewriter=rewriter)
    return (1 if made.lost else 0), made.as_json() | {
        "budget": args.budget, "counted_by": "words" if args.tokenizer is None else args.tokenizer.name,
    }  # fmt: skip


def _counter(path: Path) -> Any:
    """Tokens by a tokenizer's own file."""
    if not path.is_file():
        raise NotFound(f"There is no tokenizer in {path}.", mend="Give the path of a tokenizer.json.")
    try:
        return counter(path)
    except ImportError:
        raise MissingExtra("To count tokens needs tokenizers.", mend=INSTALL.format("vlm")) from None
    except ValueError as error:
        raise CannotRead(f"{path.name} is no tokenizer: {error}.", mend="Give a tokenizer.json.") from None


def render(answer: dict[str, Any]) -> str:
    """The text, and what became of the rest."""
    words, tokens = (f"{answer[f'{what}_before']} {what} became {answer[what]}" for what in ("words", "tokens"))
    lines = [answer["text"], "", f"{words}, {tokens} of {answer['budget']}."]
    lines += [f"Said twice: {sentence}" for sentence in answer["repeated"]]
    lines += [f"Dropped from {each['aspect']}: {each['sentence']}" for each in answer["dropped"]]
    lines += [f"No longer claimed: {', '.join(answer['lost'])}."] if answer["lost"] else []
    return "\n".join(lines)
