"""Better texts by looking at more of them: the best of N by a reward, and criticising and revising under a guard.

Every candidate is kept with its score, also those that are not chosen. Beside the chosen one stand the two that say
what the reward is worth: one at random, and, where a reference is at hand, the one that is best by it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf, isnan, nan
from random import Random
from threading import Event

from videolect.errors import BadInput
from videolect.record.clip import Clip
from videolect.record.critique import SENTINEL
from videolect.record.drafting import DraftRequest, ReviseRequest
from videolect.record.people import Model
from videolect.vlm import prompts
from videolect.vlm.base import Backend, Decoding, YesScore
from videolect.vlm.prompts import Prompt
from videolect.writing.looks import Look
from videolect.writing.writer import ModelWriter, NoCaption, caption_in

Reward = Callable[[Clip, str, Sequence[str]], list[float]]
"""How good texts about one aspect of a clip are, higher is better; NaN where that cannot be said."""
Measure = Callable[[str], float]
"""How good a text is against a reference."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """One text that was looked at."""

    number: int
    text: str
    reward: float
    """NaN where it was not scored."""
    yes_of_both: float | None = None
    """Beside a reward that is P(Yes): Yes / (Yes + No)."""
    origin: str
    """``sample``, ``original`` or ``revision``."""
    model: Model | None = None
    of: int | None = None
    """Which candidate it revises."""
    critique: str = ""
    """By which critique."""
    fault: str = ""
    """Why it is none to choose, such as being cut off."""
    measure: float | None = None
    """Against a reference, where one was given."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """All that was looked at, and what was chosen."""

    candidates: tuple[Candidate, ...]
    chosen: int
    at_random: int
    """One that chance chose of those that could be chosen."""
    oracle: int | None = None
    """The best by the reference."""
    stopped: str = ""
    """Why a search went no further."""

    @property
    def text(self) -> str:
        """That of the chosen one."""
        return self.candidates[self.chosen].text

    def as_json(self) -> dict[str, object]:
        """As ``write best`` prints it."""
        return {
            "text": self.text, "chosen": self.chosen, "at_random": self.at_random, "oracle": self.oracle,
            "stopped": self.stopped,
            "parameters": next((dict(each.model.parameters) for each in self.candidates if each.model), {}),
            "candidates": [
                {
                    "number": each.number, "text": each.text, "reward": None if isnan(each.reward) else each.reward,
                    "yes_of_both": each.yes_of_both, "origin": each.origin, "of": each.of, "critique": each.critique,
                    "fault": each.fault,
                    "measure": each.measure, "model": None if each.model is None else each.model.id,
                    "prompt_hash": None if each.model is None else each.model.prompt_hash,
                }
                for each in self.candidates
            ],
        }  # fmt: skip


class YesReward:
    """P(Yes) that a text describes the clip: the film is encoded once for all texts."""

    def __init__(self, backend: Backend, look: Look) -> None:
        self.backend, self.look = backend, look

    def scores(self, clip: Clip, aspect: str, texts: Sequence[str]) -> list[YesScore]:
        """For each text; of one text that comes twice, one answer."""
        distinct = list(dict.fromkeys(texts))
        asked = [prompts.judge(text, aspect=aspect) for text in distinct]
        found = dict(zip(distinct, self.backend.p_yes(self.look(clip, self.backend.wanted), asked), strict=True))
        return [found[text] for text in texts]

    def __call__(self, clip: Clip, aspect: str, texts: Sequence[str]) -> list[float]:
        """P(Yes) over the whole vocabulary; of a bound, its lower end."""
        return [score.p_yes for score in self.scores(clip, aspect, texts)]


def best_of(
    writer: ModelWriter, request: DraftRequest, count: int, reward: Reward, *, how: Decoding | None = None,
    measure: Measure | None = None, prompt: Prompt | None = None, cancel: Event | None = None,
) -> Search:  # fmt: skip
    """Draw ``count`` captions and take the one of the highest reward; of equals the first.

    ``prompt``: what to ask instead of what the aspect's policy says, for a model that knows only that. NoCaption where
    not one of the texts is a caption.
    """
    drawn = replace(how or Decoding(temperature=0.8, top_p=0.95), count=count)
    prompt = prompt or writer.prompt_of(request)
    film = writer.look(request.clip, writer.backend.wanted)
    [answers] = writer.backend.generate(film, [prompt], drawn, cancel=cancel)
    model = replace(
        writer.backend.model, prompt_hash=prompt.hash,
        parameters={**writer.backend.model.parameters, **drawn.as_parameters()},
    )  # fmt: skip
    found = []
    for number, answer in enumerate(answers):
        try:
            text, fault = caption_in(answer, prompt, accept_cut=writer.accept_cut), ""
        except NoCaption as error:
            text, fault = answer.text, error.message
        found.append(Candidate(number=number, text=text, reward=nan, origin="sample", model=model, fault=fault))
    return _chosen(_scored(found, request.clip, request.aspect, reward, measure), seed=drawn.seed, measure=measure)


def critique_revise(
    writer: ModelWriter, clip: Clip, aspect: str, text: str, reward: Reward, *, rounds: int = 3, gain: float = 0.0,
    measure: Measure | None = None, seed: int = 0,
) -> Search:  # fmt: skip
    """Let the model criticise and revise a caption, round after round, while the reward rises by more than ``gain``.

    The original stays a candidate: a revision is taken only if its reward is higher. It stops when the critic finds
    nothing, the revision changes nothing, the reward does not rise, or after ``rounds``.
    """
    if rounds < 1:
        raise BadInput(f"{rounds} rounds were asked for.", mend="Ask for 1 or more.")
    first = Candidate(number=0, text=text, reward=nan, origin="original")
    found = _scored([first], clip, aspect, reward, measure)
    best, stopped = 0, f"{rounds} rounds are over"
    for _ in range(rounds):
        now = found[best]
        try:
            critique, _critic = writer.critique(clip, aspect, now.text)
        except NoCaption as error:
            stopped = f"the critic wrote no critique: {error.message}"
            break
        if critique.words.strip() == SENTINEL:
            stopped = "the critic finds nothing"
            break
        try:
            revision = writer.revise(ReviseRequest(clip=clip, aspect=aspect, draft=now.text, critique=critique))
        except NoCaption as error:
            stopped = f"the reviser wrote no caption: {error.message}"
            break
        if revision.text == now.text:
            stopped = "the revision changes nothing"
            break
        new = Candidate(
            number=len(found), text=revision.text, reward=nan, origin="revision", model=revision.model,
            of=best, critique=critique.words,
        )  # fmt: skip
        found += _scored([new], clip, aspect, reward, measure)
        if not found[-1].reward > now.reward + gain:
            stopped = "the reward does not rise"
            break
        best = len(found) - 1
    return replace(_chosen(found, seed=seed, measure=measure), chosen=best, stopped=stopped)


def _scored(
    candidates: Sequence[Candidate], clip: Clip, aspect: str, reward: Reward, measure: Measure | None
) -> list[Candidate]:  # fmt: skip
    sound = [each for each in candidates if not each.fault]
    texts, numbers = [each.text for each in sound], [each.number for each in sound]
    both: dict[int, float] = {}
    if sound and isinstance(reward, YesReward):
        told = reward.scores(clip, aspect, texts)
        scores = [score.p_yes for score in told]
        both = dict(zip(numbers, (score.yes_of_both for score in told), strict=True))
    else:
        scores = reward(clip, aspect, texts) if sound else []
    rewards = dict(zip(numbers, scores, strict=True))
    return [
        replace(
            each, reward=rewards.get(each.number, nan), yes_of_both=both.get(each.number),
            measure=None if measure is None else measure(each.text),
        )
        for each in candidates
    ]  # fmt: skip


def _chosen(candidates: Sequence[Candidate], *, seed: int, measure: Measure | None) -> Search:
    sound = [each.number for each in candidates if not each.fault]
    if not sound:
        raise NoCaption(
            f"Not one of {len(candidates)} texts is a caption: {candidates[0].fault}",
            mend="Allow more tokens, or ask another model.",
        )
    scored = [at for at in sound if not isnan(candidates[at].reward)] or sound
    best = max(scored, key=lambda at: (_or_least(candidates[at].reward), -at))
    by_reference = max(sound, key=lambda at: (_or_least(candidates[at].measure), -at)) if measure is not None else None
    drawn = Random(seed).choice(sound)  # noqa: S311 - no secret: the same seed has to draw the same
    return Search(candidates=tuple(candidates), chosen=best, at_random=drawn, oracle=by_reference)


def _or_least(value: float | None) -> float:
    return -inf if value is None or isnan(value) else value
