"""What an answer is worth: P(Yes) of a judge that does not learn, and how far a critique's points are the expert's.

A reward is asked about one row and several answers to it, since a judge encodes their film once. It answers None where
it has nothing to say of rows of this task.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Event
from typing import TYPE_CHECKING, Protocol

from videolect.evals.measures.critique import by_rule, points_in
from videolect.points.match import match_points
from videolect.record.critique import SENTINELS, is_sentinel
from videolect.training.examples import Branch
from videolect.vlm.base import Backend, Film, YesScore
from videolect.vlm.prompts import Prompt, judge

if TYPE_CHECKING:
    from videolect.training.model import Trainee
    from videolect.training.recipe import Rollout

Reward = Callable[[Film, Branch, Sequence[str]], Sequence[float] | None]
"""Of a film, what was asked, and texts that answer it: one number each, more is better."""
Rewards = Mapping[str, tuple[float, Reward]]
"""By name: how much each weighs, and the reward."""


class Judge(Protocol):
    """What says how likely a Yes is; every backend does."""

    def p_yes(self, film: Film | None, prompts: Sequence[Prompt], *, cancel: Event | None = None) -> list[YesScore]:
        """As ``vlm.base.Backend.p_yes``."""
        ...


class Before:
    """The model as it was when the run began, as a judge. Without LoRA it costs as much memory again."""

    def __init__(self, trainee: Trainee) -> None:
        trainee.keep_reference()
        self._trainee = trainee

    def p_yes(self, film: Film | None, prompts: Sequence[Prompt], *, cancel: Event | None = None) -> list[YesScore]:
        """As ``vlm.base.Backend.p_yes``."""
        with self._trainee.before() as backend:
            return backend.p_yes(film, prompts, cancel=cancel)


def by_p_yes(asked: Judge, sentinels: tuple[str, ...] = SENTINELS) -> Reward:
    """The chance that the judge says Yes to the text as a description of the film; 0 for no text.

    Of a critique it is the caption with the critique's points carried out that is judged. ``sentinels``: critiques that
    say that there is nothing to carry out (``evals.measures.critique.sentinels_of`` the rows).
    """

    def described(branch: Branch, text: str) -> str:
        """What the answer makes the caption be."""
        if branch.task != "critique" or not text.strip():
            return text.strip()
        return by_rule(branch.caption or "", text, sentinels).strip()

    def reward(film: Film, branch: Branch, texts: Sequence[str]) -> list[float] | None:
        if branch.task not in ("caption", "critique"):
            return None
        captions = [described(branch, text) for text in texts]
        said = list(dict.fromkeys(text for text in captions if text))  # what is said twice is judged once
        scores = asked.p_yes(film, [judge(text) for text in said]) if said else []
        worth = {text: score.p_yes for text, score in zip(said, scores, strict=True)}
        return [worth.get(text, 0.0) for text in captions]

    return reward


def by_points(sentinels: tuple[str, ...] = SENTINELS) -> Reward:
    """F1 of a critique's points beside the expert's; where nothing is to be criticised 1 for the sentinel, else 0."""

    def reward(film: Film, branch: Branch, texts: Sequence[str]) -> list[float] | None:
        if branch.task != "critique":
            return None
        draft = branch.caption or ""
        right, true = is_sentinel(branch.answer, sentinels), points_in(branch.answer, draft, sentinels)
        made = []
        for text in texts:
            found = points_in(text, draft, sentinels)
            if not true:
                made.append(float(is_sentinel(text, sentinels) == right and not found))
                continue
            both = len(match_points(found, true, draft).pairs) if found else 0
            made.append(2 * both / (len(found) + len(true)))
        return made

    return reward


def rewards_of(
    rollout: Rollout, trainee: Trainee, asked: Judge | None, sentinels: tuple[str, ...] = SENTINELS
) -> Rewards:
    """Those that a recipe names. ``asked``: the judge; None: the model as it is now, of which a copy is kept where it
    has to be. ``sentinels``: of the rows."""
    makes: Mapping[str, Callable[[], Reward]] = {
        "p_yes": lambda: by_p_yes(asked if asked is not None else Before(trainee), sentinels),
        "points": lambda: by_points(sentinels),
    }  # fmt: skip
    return {name: (weight, makes[name]()) for name, weight in rollout.rewards.items()}


def named(asked: Backend | None) -> str:
    """Which judge this is: a run goes on only with the same."""
    return "the model as it was" if asked is None else f"{asked.model.name} {asked.model.version}"
