"""What figures are called, what each of them is, and which way is good."""

from __future__ import annotations

from collections.abc import Mapping

from videolect.evals.measures import caption, claims, critique, reward

_PREFIXES: Mapping[str, str] = {"caption": "caption", "critique": "critique", "yes_no": "reward"}
"""Task -> how the full names of its figures begin."""
_TASKS = {prefix: task for task, prefix in _PREFIXES.items()}


def full_name(task: str, figure: str) -> str:
    """A figure's name among those of all tasks: (``yes_no``, ``auc``) is ``reward_auc``."""
    return f"{_PREFIXES[task]}_{figure}"


def task_and_own(name: str) -> tuple[str, str]:
    """The way back: ``reward_auc`` is ``auc`` of ``yes_no``."""
    prefix, _, figure = name.partition("_")
    return _TASKS[prefix], figure


FIGURES: Mapping[str, str] = {
    full_name(task, name): says
    for task, of in (
        ("caption", {**caption.FIGURES, **claims.FIGURES}),
        ("yes_no", reward.FIGURES),
        ("critique", critique.FIGURES),
    )
    for name, says in of.items()
}
"""Every figure by its full name, with what it is; those of a task stand together, in order."""

LOWER_IS_BETTER = frozenset(
    {
        "reward_tie_rate", "reward_brier", "critique_loop_farther", "caption_claims_hallucination",
        "caption_claims_omission", "caption_claims_left_right_swapped", "caption_claims_start_end_swapped",
        "caption_claims_order_swapped",
    }
)  # fmt: skip
NO_DIRECTION = frozenset(
    {
        "caption_words_ratio", "critique_words_ratio", "reward_yes_rate", "caption_claims_open", "caption_claims_made",
    }
)  # fmt: skip
"""Figures that describe and do not judge: of lengths the best is what the experts wrote."""
