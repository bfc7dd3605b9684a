"""``videolect write critique|revise|score|best|merge``: what a vision-language model makes of texts about one clip."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from videolect.cli.options import add_writer, choice_of
from videolect.cli.spec_option import SHIPPED, add_spec, spec_of
from videolect.cli.write_clip import add_clip, read_captions, request_of, text_of
from videolect.errors import INSTALL, BadInput, NotFound


def add_verbs(verbs: Any) -> None:
    """The verbs."""

    critique = verbs.add_parser("critique", help="what is wrong with a caption", description=run_critique.__doc__)
    add_clip(critique, known=False)
    critique.add_argument("--caption", required=True, metavar="TEXT", help="or a file that holds it")
    add_writer(critique, "criticises")
    critique.set_defaults(run=run_critique, render=lambda answer: answer["critique"])

    revise = verbs.add_parser("revise", help="a caption after a critique", description=run_revise.__doc__)
    add_clip(revise, known=False)
    revise.add_argument("--caption", required=True, metavar="TEXT", help="or a file that holds it")
    revise.add_argument("--critique", required=True, metavar="TEXT", help="or a file that holds it")
    add_writer(revise, "revises")
    revise.set_defaults(run=run_revise, render=lambda answer: answer["text"])

    score = verbs.add_parser("score", help="how true texts are of a clip", description=run_score.__doc__)
    score.add_argument("file", metavar="FILE", help="a video; all of it is the clip")
    score.add_argument("texts", nargs="+", metavar="TEXT", help="captions, or files that hold one each")
    score.add_argument("--writer", required=True, metavar="W", help="the model that judges: qwen:PATH, chat:URL ...")
    score.set_defaults(run=run_score, render=render_score)

    best = verbs.add_parser("best", help="the best of N drafts", description=run_best.__doc__)
    add_clip(best)
    add_writer(best, "drafts", drafts=True)
    best.add_argument("--n", type=int, default=8, metavar="N", help="drafts to choose from; default: 8")
    best.add_argument("--judge", metavar="W", help="the model that judges; default: the one that drafts")
    best.add_argument("--seed", type=int, default=0, metavar="S", help="of the draws")
    best.set_defaults(run=run_best, render=render_best)

    merge = verbs.add_parser("merge", help="one text of several captions", description=run_merge.__doc__)
    merge.add_argument("captions", type=Path, metavar="FILE.json", help="captions by aspect")
    merge.add_argument("--budget", type=int, default=490, metavar="N", help="tokens; default: 490, of Wan's 512")
    merge.add_argument(
        "--tokenizer", type=Path, metavar="FILE", help="tokenizer.json to count with; default: 1.54 tokens a word"
    )
    merge.add_argument("--rewriter", metavar="W", help="a model that may rewrite: qwen:PATH, chat:URL ...")
    add_spec(merge)
    merge.set_defaults(run=run_merge, render=render_merge)


def run_critique(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Let a model say what is wrong with a caption, and what to write instead; the sentinel where nothing is."""
    writer, request = _model_writer(args)
    critique, model = writer.critique(request.clip, args.aspect, text_of(args.caption))
    return 0, {
        "critique": critique.words, "model": model.id, "prompt_hash": model.prompt_hash,
        "parameters": dict(model.parameters),
    }  # fmt: skip


def run_revise(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Let the writer carry out a critique: change what it asks for and leave all else."""
    from videolect.record.critique import Critique
    from videolect.record.drafting import ReviseRequest
    from videolect.wiring import make_writer

    spec = spec_of(args)
    request, look = request_of(args, spec)
    asked = ReviseRequest(
        clip=request.clip, aspect=args.aspect, draft=text_of(args.caption),
        critique=Critique(raw=text_of(args.critique)), answers=request.answers,
    )  # fmt: skip
    made = make_writer(choice_of(args), spec, look).revise(asked)
    return 0, {
        "text": made.text, "model": made.model.id, "prompt_hash": made.model.prompt_hash,
        "parameters": dict(made.model.parameters), "applied": list(made.applied),
        "not_applied": [{"point": each.point, "why": each.why} for each in made.not_applied],
    }  # fmt: skip


def run_score(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """P(Yes) that each text describes the clip. The clip is encoded once for all texts."""
    from videolect.wiring import make_backend
    from videolect.writing.search import YesReward

    args.aspect, args.spec = "camera", SHIPPED
    request, look = request_of(args, spec_of(args))
    backend = make_backend(args.writer)
    texts = [text_of(text) for text in args.texts]
    scores = YesReward(backend, look).scores(request.clip, "", texts)
    return 0, {
        "scores": [
            {
                "text": text, "p_yes": score.p_yes, "p_no": score.p_no, "yes_of_both": score.yes_of_both,
                "p_yes_most": score.p_yes_most, "p_no_most": score.p_no_most, "exact": score.exact,
            }
            for text, score in zip(texts, scores, strict=True)
        ],
        "model": backend.model.id, "encodings": backend.spent.encodings, "seconds": round(backend.spent.seconds, 4),
    }  # fmt: skip


def render_score(answer: dict[str, Any]) -> str:
    """A line for each text."""
    return "\n".join(
        f"{score['p_yes']:.4g}{'' if score['exact'] else ' or more'}  (of Yes and No {score['yes_of_both']:.3f})  "
        f"{score['text'][:100]}"
        for score in answer["scores"]
    )


def run_best(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Draw N drafts and take the one that the judge finds most likely to be true. Every candidate is told."""
    from dataclasses import replace

    from videolect.vlm.base import Decoding
    from videolect.wiring import make_backend
    from videolect.writing.search import YesReward, best_of

    if args.n < 1:
        raise BadInput(f"--n is {args.n}.", mend="Give 1 or more.")
    if args.n > 1 and args.temperature == 0:
        args.temperature = 0.8
    writer, request = _model_writer(args)
    judge = writer.backend if args.judge is None else make_backend(args.judge)
    how: Decoding = replace(writer.how, seed=args.seed)
    found = best_of(writer, request, args.n, YesReward(judge, writer.look), how=how)
    return 0, found.as_json() | {"judge": judge.model.id}


def render_best(answer: dict[str, Any]) -> str:
    """The chosen text, and what else there was."""
    lines = [answer["text"], ""]
    for each in answer["candidates"]:
        mark = "*" if each["number"] == answer["chosen"] else " "
        said = each["fault"] or ("not scored" if each["reward"] is None else f"{each['reward']:.4g}")
        lines.append(f"{mark} {said}  {each['text'][:100]}")
    return "\n".join(lines)


def run_merge(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Make one text of several captions, within a budget of tokens. Nothing goes in silence: what went is told."""
    from videolect.writing.merge import by_words, merge_captions

    count = by_words if args.tokenizer is None else _counter(args.tokenizer)
    rewriter = None
    if args.rewriter is not None:
        from videolect.wiring import make_backend
        from videolect.writing.writer import rewriter_of

        rewriter = rewriter_of(make_backend(args.rewriter))
    made = merge_captions(spec_of(args), read_captions(args.captions), args.budget, count=count, rewriter=rewriter)
    return (1 if made.lost else 0), made.as_json() | {
        "budget": args.budget, "counted_by": "words" if args.tokenizer is None else args.tokenizer.name,
    }  # fmt: skip


def render_merge(answer: dict[str, Any]) -> str:
    """The text, and what became of the rest."""
    words, tokens = (f"{answer[f'{what}_before']} {what} became {answer[what]}" for what in ("words", "tokens"))
    lines = [answer["text"], "", f"{words}, {tokens} of {answer['budget']}."]
    lines += [f"Said twice: {sentence}" for sentence in answer["repeated"]]
    lines += [f"Dropped from {each['aspect']}: {each['sentence']}" for each in answer["dropped"]]
    lines += [f"No longer claimed: {', '.join(answer['lost'])}."] if answer["lost"] else []
    return "\n".join(lines)


# ------------------------------------------------------------------------------------------------------------- inside


def _model_writer(args: argparse.Namespace) -> Any:
    """A writer that is a model, and what it is to write of."""
    from videolect.wiring import make_writer
    from videolect.writing.writer import ModelWriter

    spec = spec_of(args)
    request, look = request_of(args, spec)
    writer = make_writer(choice_of(args), spec, look)
    if not isinstance(writer, ModelWriter):
        raise BadInput(f"The writer {args.writer} is no model.", mend="Give --writer qwen:PATH or chat:URL.")
    return writer, request


def _counter(path: Path) -> Any:
    """Tokens by a tokenizer's own file."""
    from videolect.errors import CannotRead, MissingExtra

    if not path.is_file():
        raise NotFound(f"There is no tokenizer in {path}.", mend="Give the path of a tokenizer.json.")
    try:
        from videolect.vlm.backends.tokenizer import counter
    except ImportError:
        raise MissingExtra("To count tokens needs tokenizers.", mend=INSTALL.format("vlm")) from None
    try:
        return counter(path)
    except ValueError as error:
        raise CannotRead(f"{path.name} is no tokenizer: {error}.", mend="Give a tokenizer.json.") from None
