"""``videolect write score``: how true texts are of a clip."""

from __future__ import annotations

import argparse
from typing import Any

from videolect.cli.spec_option import SHIPPED, spec_of
from videolect.cli.write.clip import request_of, text_of
from videolect.wiring import make_backend
from videolect.writing.search import YesReward


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    parser.add_argument("file", metavar="FILE", help="a video; all of it is the clip")
    parser.add_argument("texts", nargs="+", metavar="TEXT", help="captions, or files that hold one each")
    parser.add_argument("--writer", required=True, metavar="W", help="the model that judges: qwen:PATH, chat:URL ...")


def run(args: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """P(Yes) that each text describes the clip. The clip is encoded once for all texts."""
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


def render(answer: dict[str, Any]) -> str:
    """A line for each text."""
    return "\n".join(
        f"{score['p_yes']:.4g}{'' if score['exact'] else ' or more'}  (of Yes and No {score['yes_of_both']:.3f})  "
        f"{score['text'][:100]}"
        for score in answer["scores"]
    )
