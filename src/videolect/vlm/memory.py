"""The ``memory`` backend: a made-up model that needs no weights, the twin of the real ones in tests and in trials.

It answers at random, but always the same to the same: each token is drawn from a distribution that hangs on the film,
the prompt and the tokens before it. So whatever a backend promises (cutting off, candidates, seeds, P(Yes), giving up)
can be tried against it, and a film or a prompt that was garbled on its way gives another answer.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from threading import Event, Lock

import numpy as np
from numpy.typing import NDArray

from videolect.record.people import Model
from videolect.vlm.base import GREEDY, Answer, Cancelled, Decoding, Film, Likeliest, Spent, Wanted, YesScore
from videolect.vlm.prompts import Prompt

_END = "<end>"
_SPOKEN = (
    "the a camera shot scene subject light shadow colour frame lens moves stays pans tilts rolls rises falls turns "
    "slowly quickly smoothly left right up down in out near far wide close high low warm cold bright dark red green "
    "blue grey still empty crowded and then while with without over under behind before across along toward away from"
)
VOCABULARY = ("Yes", "No", _END, *_SPOKEN.split())

_SHARPNESS = 2.5
"""Of the distributions: the likeliest of the tokens has about a third of the mass."""
_ENDING = 2.0
"""By how much the end becomes likelier once a few words stand there."""
_FEW = 6


class MemoryBackend:
    """See the module. ``token_s``: how long a token takes, for trials of patience."""

    def __init__(self, *, token_s: float = 0.0, parallel: int = 1) -> None:
        self.model = Model(name="memory", version="1", parameters={"vocabulary": len(VOCABULARY)})
        self.wanted = Wanted(frames=8, most_pixels=128 * 128, multiple=2)
        self.spent = Spent()
        self.token_s = token_s
        self.parallel = parallel
        self._guard = Lock()

    def generate(
        self, film: Film | None, prompts: Sequence[Prompt], how: Decoding = GREEDY, *, cancel: Event | None = None
    ) -> list[list[Answer]]:
        """As ``Backend.generate``."""
        began = time.perf_counter()
        made = [[self._written(film, prompt, how, number, cancel) for number in range(how.count)] for prompt in prompts]
        written = sum(answer.tokens for answers in made for answer in answers)
        self._count(film, began, sum(answers[0].prompt_tokens for answers in made), written)
        return made

    def p_yes(self, film: Film | None, prompts: Sequence[Prompt], *, cancel: Event | None = None) -> list[YesScore]:
        """As ``Backend.p_yes``; exact."""
        began = time.perf_counter()
        scores = []
        for prompt in prompts:
            chances = np.exp(self._first(film, prompt, cancel))
            yes, no = float(chances[0]), float(chances[1])
            scores.append(YesScore(p_yes=yes, p_no=no, p_yes_most=yes, p_no_most=no))
        self._count(film, began, sum(_tokens_of(film, prompt) for prompt in prompts), 0)
        return scores

    def first_token_logprobs(
        self, film: Film | None, prompts: Sequence[Prompt], top: int, *, cancel: Event | None = None
    ) -> list[Likeliest]:
        """As ``TellsFirstTokens.first_token_logprobs``."""
        began = time.perf_counter()
        told = []
        for prompt in prompts:
            chances = self._first(film, prompt, cancel)
            best = np.argsort(-chances, kind="stable")[:top]
            told.append(tuple((VOCABULARY[at], float(chances[at])) for at in best))
        self._count(film, began, sum(_tokens_of(film, prompt) for prompt in prompts), len(prompts))
        return told

    def _first(self, film: Film | None, prompt: Prompt, cancel: Event | None) -> NDArray[np.float64]:
        self._pause(cancel)
        return _log_chances(_key(film, prompt), ())

    def _written(
        self, film: Film | None, prompt: Prompt, how: Decoding, number: int, cancel: Event | None
    ) -> Answer:  # fmt: skip
        key, words, ended = _key(film, prompt), list[str](), False
        dice = np.random.default_rng([how.seed % (1 << 63), number])
        while len(words) < how.max_tokens and not ended:
            self._pause(cancel)
            token = _drawn(_log_chances(key, words), how, dice)
            ended = token == _END
            words += [token] if not ended else []
        return Answer(
            text=" ".join(words), prompt_tokens=_tokens_of(film, prompt), tokens=len(words) + ended,
            finish="stop" if ended else "length",
        )  # fmt: skip

    def _pause(self, cancel: Event | None) -> None:
        if cancel is not None and cancel.wait(self.token_s):
            raise Cancelled
        if cancel is None and self.token_s:
            time.sleep(self.token_s)

    def _count(self, film: Film | None, began: float, prompt_tokens: int, tokens: int) -> None:
        with self._guard:
            self.spent.calls += 1
            self.spent.encodings += film is not None
            self.spent.prompt_tokens += prompt_tokens
            self.spent.tokens += tokens
            self.spent.seconds += time.perf_counter() - began


def _key(film: Film | None, prompt: Prompt) -> str:
    # The words and not the prompt's hash: what was asked over a wire has lost its aspect.
    return f"{film.hash if film is not None else None}\0{prompt.text}"


def _tokens_of(film: Film | None, prompt: Prompt) -> int:
    return (4 * len(film.times_s) if film is not None else 0) + len(prompt.text.split())


def _log_chances(key: str, words: Sequence[str]) -> NDArray[np.float64]:
    """Of each token of the vocabulary, to come after these."""
    digest = hashlib.sha256(f"{key}\0{' '.join(words)}".encode()).digest()
    logits = np.random.default_rng(int.from_bytes(digest)).normal(0.0, _SHARPNESS, len(VOCABULARY))
    logits[VOCABULARY.index(_END)] = -np.inf if not words else logits[2] + _ENDING * (len(words) - _FEW)
    shifted = logits - logits.max()
    made: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum())
    return made


def _drawn(chances: NDArray[np.float64], how: Decoding, dice: np.random.Generator) -> str:
    if how.temperature == 0:
        return VOCABULARY[int(np.argmax(chances))]
    weights = np.exp((chances - chances.max()) / how.temperature)
    weights /= weights.sum()
    falling = np.argsort(-weights, kind="stable")
    kept = falling[: int(np.searchsorted(np.cumsum(weights[falling]), how.top_p)) + 1]
    return VOCABULARY[int(dice.choice(kept, p=weights[kept] / weights[kept].sum()))]
