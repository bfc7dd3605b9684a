"""A backend that answers what a test tells it to, and keeps what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event

from videolect.record.people import Model
from videolect.vlm.base import GREEDY, Answer, Decoding, Film, Finish, Spent, Wanted, YesScore
from videolect.vlm.prompts import Prompt

Says = Callable[[Prompt, int], str]
"""The text for a prompt and the number of a candidate."""


class Scripted:
    """``says`` gives the texts, ``yes`` the chance of "Yes" for a prompt, ``finish`` how each answer ends."""

    def __init__(
        self, says: Says | str = "The camera pans left.", yes: Callable[[Prompt], float] | None = None,
        finish: Finish = "stop",
    ) -> None:  # fmt: skip
        self.says: Says = (lambda prompt, number: says) if isinstance(says, str) else says
        self.yes = yes or (lambda prompt: 0.5)
        self.finish: Finish = finish
        self.model = Model(name="scripted", version="1", parameters={"film": "none"})
        self.wanted = Wanted(frames=4, most_pixels=64 * 64, multiple=32)
        self.spent = Spent()
        self.asked: list[tuple[Film | None, tuple[Prompt, ...], Decoding]] = []

    def generate(
        self, film: Film | None, prompts: Sequence[Prompt], how: Decoding = GREEDY, *, cancel: Event | None = None
    ) -> list[list[Answer]]:  # fmt: skip
        """As ``base.Backend``."""
        self.asked.append((film, tuple(prompts), how))
        return [
            [
                Answer(text=self.says(prompt, number), prompt_tokens=9, tokens=5, finish=self.finish)
                for number in range(how.count)
            ]
            for prompt in prompts
        ]  # fmt: skip

    def p_yes(self, film: Film | None, prompts: Sequence[Prompt], *, cancel: Event | None = None) -> list[YesScore]:
        """As ``base.Backend``."""
        self.asked.append((film, tuple(prompts), GREEDY))
        found = [self.yes(prompt) for prompt in prompts]
        return [YesScore(p_yes=chance, p_no=1 - chance, p_yes_most=chance, p_no_most=1 - chance) for chance in found]
