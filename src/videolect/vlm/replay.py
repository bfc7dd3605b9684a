"""A tape of a model's answers: kept while another backend gives them, and given again without it.

A tape is a file of JSON lines. The first says which model spoke; each further one is what it gave to one prompt about
one film under one way of decoding, by their hashes. Lines are appended whole, so several processes may keep one tape;
of two answers to the same the earlier counts. What a killed process left of a line is passed over, and told.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import Event, Lock
from typing import Any, Literal, cast

from videolect.errors import UPGRADE, BadInput, CannotRead, NotFound
from videolect.files import append, lock
from videolect.record.people import Model
from videolect.vlm.base import (
    GREEDY,
    Answer,
    Backend,
    Cancelled,
    Decoding,
    Film,
    Likeliest,
    Spent,
    TellsFirstTokens,
    Wanted,
    YesScore,
)
from videolect.vlm.prompts import Prompt

log = logging.getLogger(__name__)

FORMAT = 1

Kind = Literal["texts", "yes", "first"]
Slot = tuple[str, str | None, str, str]
"""Kind, hash of the film, hash of the prompt, decoding."""


class Tape:
    """See the module. ``model`` and ``wanted`` are those of the backend that was recorded."""

    def __init__(self, path: Path, model: Model, wanted: Wanted) -> None:
        self.path = path
        self.model = model
        self.wanted = wanted
        self.problems: list[str] = []
        """What was passed over."""
        self._kept: dict[Slot, Any] = {}
        self._guard = Lock()

    @classmethod
    def read(cls, path: Path) -> Tape:
        """What is on the tape. NotFound where there is none, CannotRead where it is no tape."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise NotFound(
                f"There is no tape {path}: {error.strerror}.", mend="Record one: record:FILE,BACKEND."
            ) from None
        lines = data.split(b"\n")
        tape = cls(path, *_head(path, lines[0]))
        for number, line in enumerate(lines[1:], start=2):
            if not line:
                continue
            try:
                told = json.loads(line)
            except (ValueError, RecursionError):
                tape.problems.append(f"{path}:{number} is no whole line; it is passed over.")
                log.warning(tape.problems[-1])
                continue
            tape._keep(number, told)
        return tape

    @classmethod
    def open(cls, path: Path, model: Model, wanted: Wanted) -> Tape:
        """The tape of this model, begun where there is none. BadInput for one of another model."""
        with _writing(path) as handle:
            if b"\n" not in os.pread(handle, 1 << 16, 0):  # new, or its first writer was killed at once
                os.ftruncate(handle, 0)
                head = {"tape": FORMAT, "model": _model_said(model), "wanted": asdict(wanted)}
                append(handle, [json.dumps(head, ensure_ascii=False)])
        tape = cls.read(path)
        if (tape.model.id, _deciding(tape.model)) != (model.id, _deciding(model)):
            raise BadInput(
                f"{path} is a tape of {tape.model.id}, and this is {model.id}"
                f"{' with other parameters' if tape.model.id == model.id else ''}.",
                mend="Record on a tape of its own.",
            )
        return tape

    def find(self, kind: Kind, film: Film | None, prompt: Prompt, how: str) -> Any:
        """What is kept; None where nothing is."""
        return self._kept.get(_slot(kind, film, prompt, how))

    def add(self, kind: Kind, film: Film | None, prompts: Sequence[Prompt], how: str, said: Sequence[Any]) -> None:
        """Keep what was said to each prompt, in one write."""
        lines = []
        with self._guard:
            for prompt, each in zip(prompts, said, strict=True):
                slot = _slot(kind, film, prompt, how)
                self._kept.setdefault(slot, each)
                lines.append(
                    {
                        "kind": kind, "film": slot[1], "prompt": slot[2], "how": how, "task": prompt.task,
                        "aspect": prompt.aspect, "said": each,
                    }
                )  # fmt: skip
        with _writing(self.path) as handle:
            append(handle, (json.dumps(line, ensure_ascii=False) for line in lines))

    def _keep(self, number: int, told: Any) -> None:
        try:
            slot = (str(told["kind"]), told["film"], str(told["prompt"]), str(told["how"]))
            _ = hash(slot)
            _CHECKS[told["kind"]](told["said"])
            self._kept.setdefault(slot, told["said"])
        except (KeyError, TypeError, ValueError) as error:
            raise CannotRead(
                f"{self.path}:{number} is no line of a tape: {error!r}.", mend="Record anew, or remove the line."
            ) from None


class Replayer:
    """The ``replay`` backend: only what is on the tape. NotFound names a prompt that is not.

    With ``backend`` it is ``record``: what is not on the tape yet is asked of it, and kept.
    """

    def __init__(self, tape: Tape, backend: Backend | None = None) -> None:
        self.tape = tape
        self.backend = backend
        self.model = tape.model
        self.wanted = tape.wanted
        self.spent = backend.spent if backend is not None else Spent()

    @classmethod
    def record(cls, path: Path, backend: Backend) -> Replayer:
        """Over a backend, on its tape."""
        return cls(Tape.open(path, backend.model, backend.wanted), backend)

    def generate(
        self, film: Film | None, prompts: Sequence[Prompt], how: Decoding = GREEDY, *, cancel: Event | None = None
    ) -> list[list[Answer]]:
        """As ``Backend.generate``."""

        def ask(backend: Backend, missing: Sequence[Prompt]) -> list[Any]:
            made = backend.generate(film, missing, how, cancel=cancel)
            return [[asdict(answer) for answer in answers] for answers in made]

        every = self._all("texts", film, prompts, _decoding(how), ask, cancel)
        return [_answers(said) for said in every]

    def p_yes(self, film: Film | None, prompts: Sequence[Prompt], *, cancel: Event | None = None) -> list[YesScore]:
        """As ``Backend.p_yes``."""

        def ask(backend: Backend, missing: Sequence[Prompt]) -> list[Any]:
            return [asdict(score) for score in backend.p_yes(film, missing, cancel=cancel)]

        return [YesScore(**said) for said in self._all("yes", film, prompts, "", ask, cancel)]

    def first_token_logprobs(
        self, film: Film | None, prompts: Sequence[Prompt], top: int, *, cancel: Event | None = None
    ) -> list[Likeliest]:
        """As ``TellsFirstTokens.first_token_logprobs``."""

        def ask(backend: Backend, missing: Sequence[Prompt]) -> list[Any]:
            if not hasattr(backend, "first_token_logprobs"):
                raise BadInput(f"{backend.model.id} tells no log-probabilities.", mend="Ask it for P(Yes).")
            every = cast(TellsFirstTokens, backend).first_token_logprobs(film, missing, top, cancel=cancel)
            return [[list(pair) for pair in told] for told in every]

        return [_pairs(said) for said in self._all("first", film, prompts, str(top), ask, cancel)]

    def _all(
        self, kind: Kind, film: Film | None, prompts: Sequence[Prompt], how: str,
        ask: Callable[[Backend, Sequence[Prompt]], list[Any]], cancel: Event | None,
    ) -> list[Any]:  # fmt: skip
        if cancel is not None and cancel.is_set():
            raise Cancelled
        missing = [prompt for prompt in prompts if self.tape.find(kind, film, prompt, how) is None]
        missing = list({prompt.hash: prompt for prompt in missing}.values())
        if missing and self.backend is None:
            raise _not_on(self.tape, kind, film, missing[0], how)
        if missing:
            assert self.backend is not None
            self.tape.add(kind, film, missing, how, ask(self.backend, missing))
        elif self.backend is None:
            self.spent.calls += 1
        return [self.tape.find(kind, film, prompt, how) for prompt in prompts]


# ------------------------------------------------------------------------------------------------------------- lines


def _slot(kind: str, film: Film | None, prompt: Prompt, how: str) -> Slot:
    return kind, film.hash if film is not None else None, prompt.hash, how


def _decoding(how: Decoding) -> str:
    """What decides about the texts: at temperature 0 neither the seed does nor top_p."""
    return json.dumps({**how.as_parameters(), "count": how.count})


def _answers(said: Any) -> list[Answer]:
    if not isinstance(said, list) or not said:
        raise ValueError("no answers")
    made = [Answer(**each) for each in said]
    if not all(isinstance(each.text, str) and each.finish in ("stop", "length", "refused") for each in made):
        raise ValueError("no answer")
    return made


def _pairs(said: Any) -> Likeliest:
    return tuple((str(token), float(chance)) for token, chance in said)


def _yes(said: Any) -> YesScore:
    made = YesScore(**said)
    if not all(isinstance(each, float | int) for each in said.values()):
        raise ValueError("no probability")
    return made


_CHECKS: dict[str, Callable[[Any], object]] = {"texts": _answers, "yes": _yes, "first": _pairs}


def _head(path: Path, line: bytes) -> tuple[Model, Wanted]:
    try:
        told = json.loads(line)
        if told["tape"] != FORMAT:
            raise BadInput(f"{path} is a tape of format {told['tape']!r}; this release reads {FORMAT}.", mend=UPGRADE)
        return Model(**told["model"]), Wanted(**told["wanted"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise CannotRead(
            f"{path} is no tape: its first line names no model.", mend="Name one that was recorded."
        ) from None


def _deciding(model: Model) -> dict[str, Any]:
    """Its parameters without where it was served, which decides about no text."""
    return {name: value for name, value in model.parameters.items() if name != "server"}


def _model_said(model: Model) -> dict[str, Any]:
    return {"name": model.name, "version": model.version, "parameters": dict(model.parameters)}


def _not_on(tape: Tape, kind: Kind, film: Film | None, prompt: Prompt, how: str) -> NotFound:
    about = f"about film {film.hash[:12]}" if film is not None else "without a film"
    what = f"{prompt.task}{f' of {prompt.aspect}' if prompt.aspect else ''}"
    return NotFound(
        f"{tape.path} holds no {kind} for prompt {prompt.hash[:12]} ({what}) {about}{f', {how}' if how else ''}.",
        mend="Record it with the backend that it is a tape of: record:FILE,BACKEND.",
    )


@contextmanager
def _writing(path: Path) -> Iterator[int]:
    """The file, locked for one writer."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError as error:
        raise BadInput(f"{path} cannot be a tape: {error.strerror}.", mend="Name another file.") from None
    try:
        lock(handle)
        yield handle
    finally:
        os.close(handle)
