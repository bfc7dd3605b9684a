"""What every vision-language model offers, local or served: texts for a film and prompts, and how likely a "Yes" is.

The film always comes first and is given once for many prompts, so that whoever can encode it once does so: five
aspects, eight captions to judge, and N candidates share it. A backend takes pictures as values; it reads no film file.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Event
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from videolect.errors import BadInput, VideolectError
from videolect.record.people import Model
from videolect.vlm.prompts import Prompt

Finish = Literal["stop", "length", "refused"]


@dataclass(frozen=True, kw_only=True)
class Film:
    """What a model sees of a clip: some frames of it with their times, at the size at which they are to be seen."""

    pictures: NDArray[np.uint8]
    """[frames, height, width, 3] RGB."""
    times_s: tuple[float, ...]
    """When each is shown, in seconds from the clip's first frame; rising."""

    def __post_init__(self) -> None:
        shape = self.pictures.shape
        if self.pictures.dtype != np.uint8 or len(shape) != 4 or shape[3] != 3 or not shape[0]:
            raise BadInput(
                f"Pictures of {self.pictures.dtype} {list(shape)} are no film.",
                mend="Give uint8 of [frames, height, width, 3].",
            )
        if len(self.times_s) != shape[0]:
            raise BadInput(f"{shape[0]} frames have {len(self.times_s)} times.", mend="Give one for each.")
        if not all(map(math.isfinite, self.times_s)) or any(
            after <= before for before, after in zip(self.times_s, self.times_s[1:], strict=False)
        ):
            raise BadInput("The times of the frames do not rise.", mend="Give seconds, each later than the one before.")

    @cached_property
    def hash(self) -> str:
        """Of pixels and times: what was seen."""
        digest = hashlib.sha256(repr((self.pictures.shape, self.times_s)).encode())
        digest.update(np.ascontiguousarray(self.pictures).data)
        return digest.hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which frames a model wants to see, and how large."""

    frames: int
    """Evenly in time over the clip; fewer where it has fewer."""
    most_pixels: int
    """Of one frame."""
    multiple: int
    """Sides are multiples of it: a patch times how many are merged."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Decoding:
    """How a text is drawn from a model. Temperature 0: the likeliest token each time, and one candidate only."""

    max_tokens: int = 768
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    count: int = 1
    """Candidates for each prompt."""

    def __post_init__(self) -> None:
        if not 1 <= self.max_tokens <= 1 << 17:
            raise BadInput(f"{self.max_tokens} tokens cannot be written.", mend="Allow 1 to 131,072.")
        if not 0 <= self.temperature <= 5:
            raise BadInput(f"The temperature {self.temperature} cannot be used.", mend="Give 0 to 5.")
        if not 0 < self.top_p <= 1:
            raise BadInput(f"top_p is {self.top_p}.", mend="Give more than 0, 1 at most.")
        if not 1 <= self.count <= 1024:
            raise BadInput(f"{self.count} candidates were asked for.", mend="Ask for 1 to 1,024.")
        if self.count > 1 and self.temperature == 0:
            raise BadInput(
                "At temperature 0 all candidates are the same.", mend="Raise the temperature, or ask for one."
            )

    def as_parameters(self) -> dict[str, str | int | float | bool | None]:
        """For the record of what made a text."""
        drawn = {"top_p": self.top_p, "seed": self.seed} if self.temperature else {}
        return {"max_tokens": self.max_tokens, "temperature": self.temperature, **drawn}


GREEDY = Decoding()
"""The likeliest tokens."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A text that a model wrote."""

    text: str
    prompt_tokens: int
    """Of film and words; -1 where a server does not say."""
    tokens: int
    """Written, the one that ends the text among them; -1 where a server does not say."""
    finish: Finish = "stop"
    """``length``: cut off at the most tokens that were allowed. ``refused``: the model declined."""


@dataclass(frozen=True, kw_only=True, slots=True)
class YesScore:
    """How likely the first token of the answer is "Yes", over the whole vocabulary: Lin et al. 2024 (VQAScore).

    A server that tells only its likeliest tokens gives bounds where "Yes" or "No" is not among them.
    """

    p_yes: float
    """The lower bound, where it is not exact."""
    p_no: float
    p_yes_most: float
    """The upper bound; ``p_yes`` where it is exact."""
    p_no_most: float

    @property
    def exact(self) -> bool:
        """Whether both are known, and not only bounded."""
        return self.p_yes == self.p_yes_most and self.p_no == self.p_no_most

    @property
    def yes_of_both(self) -> float:
        """Yes / (Yes + No): another score, which may differ by orders of magnitude; 0.5 where both are 0."""
        both = self.p_yes + self.p_no
        return self.p_yes / both if both > 0 else 0.5


@dataclass(slots=True)
class Spent:
    """What a backend has used since it was made."""

    calls: int = 0
    encodings: int = 0
    """Films that went through the vision tower, where it is ours."""
    prompt_tokens: int = 0
    tokens: int = 0
    seconds: float = 0.0
    money: float = 0.0
    """In the currency of the price that was given; 0 where none was."""


class Cancelled(Exception):
    """Private to whoever set the event: the work was given up between two tokens."""


class NoAnswer(VideolectError):
    """A served model gave nothing that can be used: the network, the server, or what it said."""

    exit_code = 1

    def __init__(self, message: str, *, mend: str, status: int | None = None, passing: bool = False) -> None:
        super().__init__(message, mend=mend)
        self.status = status
        """Of HTTP; None where there was no answer."""
        self.passing = passing
        """Whether the same may succeed later."""


class TooDear(NoAnswer):
    """What was to be spent is spent: every further call fails alike."""


Likeliest = tuple[tuple[str, float], ...]
"""Tokens with their natural log-probabilities over the whole vocabulary, likeliest first."""


class Backend(Protocol):
    """A vision-language model. Adapters stand in ``vlm.backends``; one contract suite runs against all of them."""

    model: Model
    """Name and version, and what else decides about its texts: format of the film, adapters, precision."""
    wanted: Wanted
    spent: Spent

    def generate(
        self, film: Film | None, prompts: Sequence[Prompt], how: Decoding = GREEDY, *, cancel: Event | None = None
    ) -> list[list[Answer]]:
        """For each prompt ``how.count`` answers. Errors of ``videolect.errors``; Cancelled once ``cancel`` is set."""
        ...

    def p_yes(self, film: Film | None, prompts: Sequence[Prompt], *, cancel: Event | None = None) -> list[YesScore]:
        """For each prompt the chance that it is answered by "Yes"."""
        ...


class TellsFirstTokens(Protocol):
    """What a backend may offer besides: a server needs it to answer requests for log-probabilities."""

    def first_token_logprobs(
        self, film: Film | None, prompts: Sequence[Prompt], top: int, *, cancel: Event | None = None
    ) -> list[Likeliest]:
        """For each prompt the ``top`` likeliest first tokens of the answer, as they are written. One forward pass."""
        ...
