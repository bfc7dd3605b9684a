"""Which served model is asked, how, and within which limits; and how a line of text says it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl

from videolect.errors import BadInput
from videolect.vlm.base import Wanted
from videolect.vlm.keys import DEFAULT_VARIABLE
from videolect.vlm.pace import Prices
from videolect.vlm.served import FilmForm, Still

WANTED = Wanted(frames=32, most_pixels=512 * 512, multiple=32)
"""Of a server that does not say what it wants."""

_FREE = Prices()


@dataclass(frozen=True, kw_only=True, slots=True)
class ChatOptions:
    """Which server is asked, how, and within which limits."""

    url: str = field(repr=False)
    """Up to and with ``/v1``. A name and a password in it are sent, and never told."""
    model: str
    """As the server calls it."""
    version: str = "served"
    """Of the weights, for the record of what made a text: a server does not say."""
    wanted: Wanted = WANTED
    film: FilmForm = "frames"
    still: Still = "jpeg"
    """Frames as JPEG (quality 95, full colours), or as PNG, pixel for pixel; ``video_frames`` are always JPEG."""
    exact_times: bool = False
    """Whether the times of ``frames`` are told with all their digits: for our own server, which reads numbers. A model
    that reads them as words has seen one digit."""
    stream: bool = True
    many: bool = True
    """Whether several candidates may be asked for in one request."""
    likeliest: int = 20
    """First tokens that are asked for to score by; servers allow 20 at most, some fewer."""
    parallel: int = 4
    """Requests of one call that run at the same time."""
    connect_s: float = 10.0
    first_s: float = 300.0
    """Until the first byte of the answer."""
    between_s: float = 60.0
    """Until the next byte."""
    whole_s: float = 900.0
    """For one request with all its tries and pauses."""
    tries: int = 4
    longest_pause_s: float = 60.0
    per_minute: int | None = None
    prices: Prices = _FREE
    tokens_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    extra: str = ""
    """A JSON object that is added to each request, for what one server alone knows."""
    key_variable: str = DEFAULT_VARIABLE
    key_file: Path | None = None
    authorities: Path | None = None
    """A file of certificates to trust, in place of the usual ones."""

    def __post_init__(self) -> None:
        if not 1 <= self.likeliest <= 20:
            raise BadInput(f"{self.likeliest} likeliest tokens were asked for.", mend="Ask for 1 to 20.")
        if not (1 <= self.parallel <= 256 and 1 <= self.tries <= 20):
            raise BadInput(
                f"{self.parallel} requests at a time and {self.tries} tries.", mend="Allow 1 to 256, and 1 to 20."
            )
        for name in ("connect_s", "first_s", "between_s", "whole_s", "longest_pause_s"):
            if not 0 < getattr(self, name) <= 86_400:
                raise BadInput(f"{name} is {getattr(self, name)}.", mend="Give more than 0, a day at most.")
        if not self.model.strip() or len(self.model) > 300:
            raise BadInput("The model has no name.", mend="Name it as the server's /models does.")
        self.as_extra()

    def as_extra(self) -> dict[str, Any]:
        """``extra`` as an object."""
        try:
            made = json.loads(self.extra or "{}")
        except (ValueError, RecursionError):
            made = None
        if not isinstance(made, dict) or made.keys() & {"messages", "stream", "n", "model"}:
            raise BadInput(
                "What is to be added to each request is no JSON object, or says what is said already.",
                mend='Give one such as {"mm_processor_kwargs": {"fps": 2}}.',
            )
        return made


_YES_OR_NO = {"yes": True, "no": False}
_CONVERTED: dict[str, Callable[[str], Any]] = {
    "model": str, "version": str, "film": str, "still": str, "tokens_field": str, "extra": str, "key_variable": str,
    "key_file": Path, "authorities": Path, "likeliest": int, "parallel": int, "tries": int, "per_minute": int,
    "connect_s": float, "first_s": float, "between_s": float, "whole_s": float, "longest_pause_s": float,
    "stream": _YES_OR_NO.__getitem__, "many": _YES_OR_NO.__getitem__, "exact_times": _YES_OR_NO.__getitem__,
}  # fmt: skip
PRICES = ("prompt", "written", "most")
FRAMES = ("frames", "most_pixels", "multiple")
_AMONG = {
    "film": ("frames", "video_frames", "video"), "still": ("jpeg", "png"),
    "tokens_field": ("max_tokens", "max_completion_tokens"),
}  # fmt: skip


def options_said(query: str) -> dict[str, Any]:
    """``name=value&name=value``, each as what it is to be. BadInput lists the known ones."""
    made: dict[str, Any] = {}
    for name, text in parse_qsl(query, keep_blank_values=True):
        kind = _CONVERTED.get(name)
        if name in FRAMES:
            kind = int
        if name.removeprefix("price_") in PRICES and name.startswith("price_"):
            kind = float
        if kind is None:
            known = ", ".join(sorted([*_CONVERTED, *FRAMES, *(f"price_{each}" for each in PRICES)]))
            raise BadInput(f"A chat server has no option {name[:60]!r}.", mend=f"Use {known}.")
        try:
            made[name] = kind(text)
        except (ValueError, KeyError):
            raise BadInput(f"{name} is {text[:60]!r}.", mend="Give yes or no, or a number, as it asks for.") from None
        if text not in _AMONG.get(name, (text,)):
            raise BadInput(f"{name} is {text[:60]!r}.", mend=f"Use one of {', '.join(_AMONG[name])}.")
    return made


def frames_told(said: Any) -> dict[str, int]:
    """What our own server says of the frames that its model wants; nothing of anybody else."""
    if not isinstance(said, dict):
        return {}
    return {name: said[name] for name in FRAMES if isinstance(said.get(name), int) and 0 < said[name] < 1 << 30}
