"""One film and many prompts: what it saves to encode the film once, beside one call of the library for each.

A random model, 256 wide with 4 layers; 1,440 patches are 360 tokens of film. Ratios of processor time on one thread;
the answers are compared too.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from tools.tiny_models import built

from videolect.language import load_spec
from videolect.training.tiny.models import Size
from videolect.vlm import prompts, tokens
from videolect.vlm.base import Decoding, Film
from videolect.vlm.tokens import PixelFormat

WIDE = Size(
    name="wide", pixels=PixelFormat(), most_pixels=16 * 192 * 240, tower=(4, 128, 4, 384), places=256, deepstack=(1,),
    language=(4, 256, 8, 768),
)  # fmt: skip
FRAMES, HEIGHT, WIDTH = 16, 160, 288


def run(*, quick: bool) -> None:
    """Print each way's seconds and the ratio to the obvious one."""
    import torch

    from videolect.vlm.backends.qwen import Qwen

    torch.set_num_threads(1)
    times = 2 if quick else 7
    with tempfile.TemporaryDirectory() as folder:
        model = Qwen(str(built(WIDE, Path(folder))))
    pictures = np.random.default_rng(1).integers(0, 256, (FRAMES, HEIGHT, WIDTH, 3), np.uint8)
    film = Film(pictures=pictures, times_s=tuple(at / 2 for at in range(FRAMES)))
    judged = [prompts.judge(f"The camera pans left, number {at}, past a man who walks his dog.") for at in range(8)]
    drafts = [
        prompts.draft_label_free(load_spec(), aspect) for aspect in ("subject", "scene", "motion", "spatial", "camera")
    ]
    seen = tokens.seen(film, model.format)
    print(f"{len(seen.patches):,} patches, {seen.tokens} tokens of film; seconds of one thread, median of {times}")
    print("| work | way | seconds | films encoded | times as fast | largest difference |")
    print("|---|---|---|---|---|---|")

    ours, shared = _timed(lambda: _fresh(model).p_yes(film, judged), times)
    theirs, alone = _timed(lambda: [_alone(model, film, each) for each in judged], times)
    called, pairs = _timed(lambda: [_as_pairs(model, film, each) for each in judged], times)
    apart = max(abs(score.p_yes - one) for score, one in zip(shared, alone, strict=True))
    _row("P(Yes) of 8 captions", "film once, 8 prompts behind it", ours, 1, theirs / ours, apart)
    _row("", "one forward each", theirs, 8, 1.0, 0.0)
    far = max(abs(one - other) for one, other in zip(pairs, alone, strict=True))
    _row("", "as t2v_metrics does: a generation for each pair", called, 8, theirs / called, far)

    how = Decoding(max_tokens=8 if quick else 64)
    ours, shared_texts = _timed(lambda: _fresh(model).generate(film, drafts, how), times)
    theirs, texts = _timed(lambda: [_written(model, film, each, how.max_tokens) for each in drafts], times)
    same = sum(answer.text == text for [answer], text in zip(shared_texts, texts, strict=True))
    _row(f"5 drafts of {how.max_tokens} tokens", "film once, one batch", ours, 1, theirs / ours, 5.0 - same)
    _row("", "the library's generate for each", theirs, 5, 1.0, 0.0)
    print(f"the same text in {same} of 5 drafts")


def _fresh(model: Any) -> Any:
    """Without what it kept of the film before."""
    model._last = None
    return model


def _timed(work: Callable[[], Any], times: int) -> tuple[float, Any]:
    spent, answer = [], work()
    for _ in range(times):
        began = time.process_time()
        answer = work()
        spent.append(time.process_time() - began)
    return float(np.median(spent)), answer


def _row(work: str, way: str, seconds: float, films: int, ratio: float, difference: float) -> None:
    print(f"| {work} | {way} | {seconds:.3f} | {films} | {ratio:.1f} | {difference:.1g} |")


def _given(model: Any, film: Film, prompt: prompts.Prompt) -> dict[str, Any]:
    import torch

    seen = tokens.seen(film, model.format)
    text = tokens.chat_head(seen.words) + tokens.chat_tail(prompt.text)
    ids = torch.tensor([model.tokenizer.encode(text, add_special_tokens=False)])
    return {
        "input_ids": ids, "attention_mask": torch.ones_like(ids),
        "mm_token_type_ids": (ids == model._config.video_token_id).int() * 2,
        "pixel_values_videos": torch.from_numpy(seen.patches), "video_grid_thw": torch.tensor([seen.grid]),
    }  # fmt: skip


def _alone(model: Any, film: Film, prompt: prompts.Prompt) -> float:
    import torch

    with torch.inference_mode():
        logits = model._model(**_given(model, film, prompt), logits_to_keep=1).logits[0, -1]
    return float(torch.softmax(logits.double(), dim=-1)[model.yes])


def _as_pairs(model: Any, film: Film, prompt: prompts.Prompt) -> float:
    import torch

    with torch.inference_mode():
        out = model._model.generate(
            **_given(model, film, prompt), max_new_tokens=1, do_sample=False, output_scores=True,
            return_dict_in_generate=True,
        )  # fmt: skip
    return float(torch.softmax(out.scores[0][0].double(), dim=-1)[model.yes])


def _written(model: Any, film: Film, prompt: prompts.Prompt, most: int) -> str:
    import torch

    given = _given(model, film, prompt)
    with torch.inference_mode():
        out = model._model.generate(**given, max_new_tokens=most, do_sample=False)
    ids = out[0, given["input_ids"].shape[1] :]
    return str(model.tokenizer.decode(ids, skip_special_tokens=True)).strip()
