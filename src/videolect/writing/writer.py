"""A model as a writer of captions, and one draft with its time and its cost, as ``write draft`` prints it.

What serves the annotators is what is measured and what re-captions: the desk, the commands and the benchmark all call
this. A text is never quietly mended: an answer that is no caption is an error, and the task stays where it is.
"""

from __future__ import annotations

import difflib
import re
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from videolect.errors import VideolectError
from videolect.language.spec import Spec
from videolect.oversight.ports import Writer
from videolect.record.acts.captions import NotApplied
from videolect.record.clip import Clip
from videolect.record.critique import SENTINEL, Critique, Point
from videolect.record.drafting import Draft, DraftRequest, PolishedText, PolishRequest, ReviseRequest, Revision
from videolect.record.instructions import wanted_words
from videolect.record.people import Model
from videolect.vlm import prompts
from videolect.vlm.base import GREEDY, Answer, Backend, Decoding
from videolect.vlm.prompts import Prompt
from videolect.writing.looks import Look

MOST_CHARACTERS = 20_000
"""Of a caption; what is longer is a model that does not stop."""


class NoCaption(VideolectError):
    """A model answered with something that is no caption."""

    exit_code = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Timed:
    """A draft, how long it took, and how many tokens a model wrote for it."""

    draft: Draft
    seconds: float
    tokens: int = 0
    """Tokens that a model generated: 0 for a writer that is no model, such as ``labels``."""

    def as_json(self) -> dict[str, object]:
        """The keys of ``write draft``."""
        model = self.draft.model
        return {
            "text": self.draft.text,
            "model": model.id,
            "parameters": dict(model.parameters),
            "prompt_hash": model.prompt_hash,
            "seconds": round(self.seconds, 4),
            "tokens": self.tokens,
            "cannot_know": list(self.draft.cannot_know),
            "planted": [{"kind": e.kind, "wrong": e.wrong, "right": e.right} for e in self.draft.planted],
        }


def write_draft(writer: Writer, request: DraftRequest) -> Timed:
    """Draft once and time it. The errors are the writer's own."""
    began = time.perf_counter()
    draft = writer.draft(request)
    tokens = draft.model.parameters.get("tokens", 0)
    return Timed(draft=draft, seconds=time.perf_counter() - began, tokens=tokens if isinstance(tokens, int) else 0)


class ModelWriter:
    """Drafts, polishes, revises and criticises with a vision-language model.

    ``look`` shows it the clips; ``how`` is how its texts are drawn. ``accept_cut``: take texts that were cut off at the
    most tokens, which stands beside them as ``finish``; else they are refused. ``label_free``: drafts are asked for
    without what the labels say, as rows for training ask for them.
    """

    def __init__(
        self, spec: Spec, backend: Backend, look: Look, *, how: Decoding = GREEDY, accept_cut: bool = False,
        label_free: bool = False,
    ) -> None:  # fmt: skip
        self.spec, self.backend, self.look, self.how, self.accept_cut = spec, backend, look, how, accept_cut
        self.label_free = label_free

    def draft(self, request: DraftRequest) -> Draft:
        """As ``ports.Writer.draft``. NoCaption where the model answered with something else."""
        return self.draft_together([request])[0]

    def draft_together(self, requests: Sequence[DraftRequest]) -> list[Draft]:
        """Several aspects of one clip with one look at it: the model encodes the film once."""
        asked = [self.prompt_of(each) for each in requests]
        written = self._ask(requests[0].clip, asked)
        return [
            Draft(text=caption_in(answer, prompt, accept_cut=self.accept_cut), model=model)
            for (answer, model), prompt in zip(written, asked, strict=True)
        ]

    def prompt_of(self, request: DraftRequest) -> Prompt:
        """What a draft is asked for with."""
        answers = {} if self.label_free else request.answers
        return prompts.draft(self.spec, request.aspect, answers, request.parents)

    def revise(self, request: ReviseRequest) -> Revision:
        """As ``ports.Writer.revise``. A point of which no trace is found in the text is told as not applied."""
        if request.critique.words.strip() == SENTINEL:
            model = self._model(prompts.revise(self.spec, request.aspect, request.draft, request.critique), None, 0.0)
            return Revision(text=request.draft, model=model)
        prompt = prompts.revise(self.spec, request.aspect, request.draft, request.critique)
        [(answer, model)] = self._ask(request.clip, [prompt])
        text = caption_in(answer, prompt, accept_cut=self.accept_cut)
        missing = [point for point in request.critique.points if not carried_out(request.draft, text, point)]
        why = "No trace of it is found in the new text."
        return Revision(
            text=text, model=model,
            applied=tuple(point.id for point in request.critique.points if point not in missing),
            not_applied=tuple(NotApplied(point=point.id, why=why) for point in missing),
        )  # fmt: skip

    def polish(self, request: PolishRequest) -> PolishedText:
        """The expert's notes in clear sentences of the same meaning."""
        prompt = prompts.polish(self.spec, request.aspect, request.draft, request.critique)
        [(answer, model)] = self._ask(request.clip, [prompt])
        return PolishedText(text=caption_in(answer, prompt, accept_cut=self.accept_cut), model=model)

    def critique(self, clip: Clip, aspect: str, caption: str) -> tuple[Critique, Model]:
        """What the model finds wrong with a caption; the sentinel where it finds nothing."""
        prompt = prompts.critique(self.spec, aspect, caption)
        [(answer, model)] = self._ask(clip, [prompt])
        said = caption_in(answer, prompt, accept_cut=self.accept_cut)
        return Critique(raw=SENTINEL if _plain(said) == _plain(SENTINEL) else said), model

    def _ask(self, clip: Clip, asked: Sequence[Prompt]) -> list[tuple[Answer, Model]]:
        began = time.perf_counter()
        film = self.look(clip, self.backend.wanted)
        answers = [each[0] for each in self.backend.generate(film, asked, self.how)]
        seconds = (time.perf_counter() - began) / len(asked)
        return [(answer, self._model(prompt, answer, seconds)) for answer, prompt in zip(answers, asked, strict=True)]

    def _model(self, prompt: Prompt, answer: Answer | None, seconds: float) -> Model:
        """Who wrote it, with all that decides about its texts, and what it cost."""
        of = self.backend.model
        spent: dict[str, str | int | float | bool | None] = {"seconds": round(seconds, 4)}
        if answer is not None:
            spent |= {"tokens": answer.tokens, "prompt_tokens": answer.prompt_tokens, "finish": answer.finish}
        return replace(
            of, prompt_hash=prompt.hash, parameters={**of.parameters, **self.how.as_parameters(), **spent}
        )  # fmt: skip


def rewriter_of(backend: Backend, *, how: Decoding = GREEDY) -> Callable[[Prompt], tuple[str, Model]]:
    """A model that writes without looking: what ``merge_captions`` takes."""

    def rewrite(prompt: Prompt) -> tuple[str, Model]:
        [[answer]] = backend.generate(None, [prompt], how)
        of = backend.model
        model = replace(of, prompt_hash=prompt.hash, parameters={**of.parameters, **how.as_parameters()})
        try:
            return caption_in(answer, prompt), model
        except NoCaption:
            return "", model

    return rewrite


# ---------------------------------------------------------------------------------------- what a model answered


def caption_in(answer: Answer, prompt: Prompt, *, accept_cut: bool = False) -> str:
    """The text of an answer; NoCaption for nothing, a refusal, a text cut off or endless, the prompt itself, a page."""
    text = _unwrapped(answer.text)
    if answer.finish == "refused":
        raise _no("declined to answer", text, "Ask another model, or write this one by hand.")
    if not text:
        raise _no("answered with nothing", text, "Try again; if it stays so, ask another model.")
    if answer.finish == "length" and not accept_cut:
        raise _no(f"was cut off after {answer.tokens} tokens", text, "Allow more tokens, or ask another model.")
    if len(text) > MOST_CHARACTERS:
        raise _no(f"wrote {len(text):,} characters", text, "Allow fewer tokens, or ask another model.")
    if is_page(text):
        raise _no("answered with a web page", text, "Check the server's address.")
    if unreadable := sorted(
        {each for each in text if unicodedata.category(each) in ("Cc", "Cs") and each not in "\n\t\r"}
    ):
        raise _no(f"wrote {unreadable[0]!r}, which is no letter", text, "Use a model that is trained.")
    if _echoes(text, prompt.text):
        raise _no("answered with the prompt", text, "Use a model that is trained to follow instructions.")
    return text


def is_page(text: str) -> bool:
    """Whether a server answered with a page for browsers."""
    return re.match(r"\s*(?:<!doctype html|<html)", text, re.IGNORECASE) is not None


def carried_out(draft: str, text: str, point: Point) -> bool:
    """Whether a text shows that the point was followed, as far as words can tell.

    What was to be written stands in it more often than before, or what was to go stands in it less often; of a remark
    only that anything changed.
    """
    if point.kind == "remark":
        return text != draft
    if point.kind == "reorder":
        return text != draft and _count(point.words, text) >= 1
    gone = bool(point.words) and _count(point.words, text) < _count(point.words, draft)
    if point.kind == "delete":
        return gone
    wanted = wanted_words(point.instruction)
    come = bool(wanted) and _count(wanted, text) > _count(wanted, draft)
    return come or (point.kind == "replace" and gone)


def _count(words: str, text: str) -> int:
    """How often these words stand in the text, as words."""
    found = _plain(words)
    return len(re.findall(rf"(?<!\w){re.escape(found)}(?!\w)", _plain(text))) if found else 0


def _plain(words: str) -> str:
    return " ".join(words.lower().split()).strip(" .,;:!?")


def _unwrapped(text: str) -> str:
    """Without the marks in which models like to wrap a text: a code fence, quotation marks around it all."""
    text = text.strip()
    if fenced := re.fullmatch(r"```\w*\n(.*?)\n?```", text, re.DOTALL):
        text = fenced[1].strip()
    if len(text) > 1 and (text[0], text[-1]) in {('"', '"'), ("“", "”")} and not set('"“”') & set(text[1:-1]):
        text = text[1:-1].strip()
    return text


def _echoes(text: str, prompt: str) -> bool:
    """Whether most of a long answer is one stretch of the prompt's own words. What it quotes may come back."""
    own = prompts.without_quotes(prompt)
    if len(text) < 200:
        return text == own.strip()
    match = difflib.SequenceMatcher(None, own, text[:4000], autojunk=False).find_longest_match()
    return match.size > 0.6 * min(len(text), 4000)


def _no(what: str, text: str, mend: str) -> NoCaption:
    shown = f": {text[:120]!r}" if text else ""
    return NoCaption(f"The model {what}{shown}.", mend=mend)
