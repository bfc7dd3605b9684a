"""Every prompt that is ever put to a model: written here and nowhere else, from the specification's own policies.

A prompt is the text that follows the film. The film comes first and nothing specific to a task or an aspect stands
before it, so that whoever keeps what he has made of a film can use it for all prompts about it.

Captions and critiques are quoted as data between marks: whatever they say, they are texts to be worked on. Each prompt
is known by its ``hash``, which is kept with what it produced.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from videolect.errors import BadInput
from videolect.language.policy import policy_label_free, policy_with_labels
from videolect.language.spec import Spec
from videolect.record.critique import SENTINEL, Critique

VERSION = "1"
"""Raised whenever a prompt would read otherwise for the same specification and the same data."""

Task = Literal["draft", "polish", "revise", "critique", "judge", "merge", "differences", "corrupt", "free"]
Corruption = Literal["inaccurate", "spurious", "incomplete", "non_constructive"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """What is asked of a model about a film, or without one."""

    task: Task
    text: str
    aspect: str | None = None
    spec_hash: str | None = None
    """Of the specification that it was written from."""

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise BadInput("A prompt says nothing.", mend="Give it a text.")

    @property
    def hash(self) -> str:
        """SHA-256 of all of it: two prompts with one hash are one prompt."""
        whole = [VERSION, self.task, self.aspect, self.spec_hash, self.text]
        return hashlib.sha256(json.dumps(whole, ensure_ascii=False).encode()).hexdigest()


# --------------------------------------------------------------------------------------------------------- captions


def draft(spec: Spec, aspect: str, answers: Mapping[str, object], captions: Mapping[str, str] | None = None) -> Prompt:
    """Write the caption of one aspect; what the labels say stands there as facts. Without labels: ``draft_label_free``.

    ``captions``: finished ones of other aspects, by aspect; those that this aspect is written from are shown.
    BadInput where the policy refuses such a clip.
    """
    if not answers:
        return draft_label_free(spec, aspect, captions)
    policy = policy_with_labels(spec, aspect, answers, captions)
    if policy.refused:
        raise BadInput(policy.refused, mend="Split the clip at its transition, or choose another aspect.")
    return _draft(spec, aspect, policy.text, captions or {})


def draft_label_free(spec: Spec, aspect: str, captions: Mapping[str, str] | None = None) -> Prompt:
    """The same where nobody has labelled the clip: what hangs on labels is told as a condition."""
    return _draft(spec, aspect, policy_label_free(spec, aspect).text, captions or {})


def _draft(spec: Spec, aspect: str, policy: str, captions: Mapping[str, str]) -> Prompt:
    of = spec.aspect(aspect)
    parents = [
        f"The finished {spec.aspect(name).title.lower()} caption:\n{quoted('caption', captions[name])}"
        for name in of.parents
        if captions.get(name, "").strip()
    ]
    text = _paragraphs(
        f"Describe one aspect of this video: {of.title.lower()}.", policy, *parents, "Answer with the caption alone."
    )
    return Prompt(task="draft", aspect=aspect, text=text, spec_hash=spec.hash)


def polish(spec: Spec, aspect: str, caption: str, critique: Critique) -> Prompt:
    """Put an expert's notes into clear sentences that mean the same: nothing added, nothing left out."""
    return Prompt(
        task="polish", aspect=aspect, spec_hash=spec.hash,
        text=_paragraphs(
            f"An expert has watched this video and criticised the caption of its {_title(spec, aspect)}.",
            f"The caption:\n{quoted('caption', caption)}",
            f"The expert's notes:\n{quoted('notes', critique.words)}",
            "Write the notes again as clear, complete sentences in English that somebody can carry out without seeing "
            "the video. Keep every demand and its meaning. Add none, judge nothing yourself, and quote words of the "
            "caption as they stand in it.",
            "Answer with the sentences alone.",
        ),
    )  # fmt: skip


def revise(spec: Spec, aspect: str, caption: str, critique: Critique) -> Prompt:
    """Carry out a critique: change what it asks for and leave all else as it is."""
    return Prompt(
        task="revise", aspect=aspect, spec_hash=spec.hash,
        text=_paragraphs(
            f"This is a caption of the {_title(spec, aspect)} of this video:\n{quoted('caption', caption)}",
            f"A critique of it, which holds:\n{quoted('critique', critique.words)}",
            "Write the caption again so that every demand of the critique is met. Leave everything that it does not "
            "speak of as it is, word for word. Write one paragraph of plain English.",
            "Answer with the caption alone.",
        ),
    )  # fmt: skip


def critique(spec: Spec, aspect: str, caption: str, *, sentinel: str = SENTINEL) -> Prompt:
    """Find what is wrong with a caption, and say for each fault what to write; the sentinel where nothing is."""
    return Prompt(
        task="critique", aspect=aspect, spec_hash=spec.hash,
        text=_paragraphs(
            f"This is a caption of the {_title(spec, aspect)} of this video:\n{quoted('caption', caption)}",
            f"It was to be written so:\n{quoted('policy', policy_label_free(spec, aspect).text)}",
            "Say what is wrong in it and what is missing by what the video shows. For each fault quote the words and "
            "say what to write instead. Do not change what is right.",
            f"If nothing is to be changed, answer with exactly: {sentinel}",
            "Otherwise answer with the critique alone.",
        ),
    )  # fmt: skip


def judge(text: str, *, aspect: str | None = None) -> Prompt:
    """Whether a text is true of the film, answered by Yes or No: what ``p_yes`` asks."""
    return Prompt(
        task="judge", aspect=aspect,
        text=_paragraphs(
            f"Does this text describe the video correctly?\n{quoted('text', text)}",
            'Answer with one word, "Yes" or "No".',
        ),
    )  # fmt: skip


def question(text: str) -> Prompt:
    """A question about the film that is answered by Yes or No, such as a primitive's own."""
    return Prompt(task="judge", text=_paragraphs(" ".join(text.split()), 'Answer with one word, "Yes" or "No".'))


def merge(captions: Mapping[str, str], words: int, *, keep: Sequence[str] = ()) -> Prompt:
    """Make one text of several captions, without a film. ``words``: at most so many. ``keep``: terms that must stay."""
    parts = [f"{name.capitalize()}:\n{quoted('caption', text)}" for name, text in captions.items() if text.strip()]
    terms = [f"Keep these terms as they are: {'; '.join(keep)}."] if keep else []
    return Prompt(
        task="merge",
        text=_paragraphs(
            "These captions describe the same video, each one aspect of it.",
            *parts,
            f"Make one text of them, of at most {words} words: first the camera, then the subject, its motion, the "
            "scene and where everything is. Say once what several of them say. State nothing that none of them states.",
            *terms,
            "Answer with the text alone.",
        ),
    )  # fmt: skip


def differences(before: str, after: str) -> Prompt:
    """What a caption gained and lost, for whoever wrote the first; without a film."""
    return Prompt(
        task="differences",
        text=_paragraphs(
            f"A caption:\n{quoted('before', before)}",
            f"The same caption after it was corrected:\n{quoted('after', after)}",
            "List what was added, what was removed and what was corrected, each with the words, and end with one piece "
            "of advice for the writer of the first.",
        ),
    )  # fmt: skip


# ------------------------------------------------------------------------------- critiques and captions made wrong

_SPOILT: Mapping[Corruption, str] = {
    "inaccurate": "Exchange {count} of what it asks to be written for something false that is as plausible and of the "
    "same kind: another direction, size, color, number or thing. What is found wrong, the wording and all else stay.",
    "spurious": "Add {count} to it that is false: call something wrong that the caption has right, and say what to "
    "write instead. Put it where it does not stand out. Keep every word of the critique.",
    "incomplete": "Leave {count} of what it finds out of it, whole. Do not change the rest and add nothing. At least "
    "one thing must stay.",
    "non_constructive": "Keep what it finds wrong or missing and take out what is right instead, of {count} of it: of "
    "what is to be added say only that something of that kind is missing. Name no right value.",
}
_COUNTED: Mapping[int, str] = {1: "one thing", 2: "two things", 3: "three things"}


def corrupt_critique(
    spec: Spec, aspect: str, caption: str, critique: str, *, how: Corruption, count: int | None = 1
) -> Prompt:
    """Spoil a critique in one declared way, without a film; to learn what good critiques are worth.

    ``count``: of how many things; None: of all.
    """
    number = "all" if count is None else _COUNTED.get(count, f"{count} things")
    return Prompt(
        task="corrupt", aspect=aspect, spec_hash=spec.hash,
        text=_paragraphs(
            f"This is a caption of the {_title(spec, aspect)} of a video:\n{quoted('caption', caption)}",
            f"A critique of it, which holds:\n{quoted('critique', critique)}",
            "Critiques that are wrong in a known way are needed to measure what right ones are worth. Write this one "
            f"again so. {_SPOILT[how].format(count=number)}",
            "Do not say what was changed. Answer with the critique alone.",
        ),
    )  # fmt: skip


def imagined_critique(spec: Spec, aspect: str, caption: str) -> Prompt:
    """Criticise a caption without having seen its film: what a critique is worth that only sounds like one."""
    return Prompt(
        task="corrupt", aspect=aspect, spec_hash=spec.hash,
        text=_paragraphs(
            f"This is a caption of the {_title(spec, aspect)} of a video that you cannot see:\n"
            f"{quoted('caption', caption)}",
            "Imagine the video, and write the critique that somebody could write who has watched it: quote the words "
            "that are wrong and say what to write instead, and say what is missing. Be as sure of it as he would be.",
            "Answer with the critique alone.",
        ),
    )  # fmt: skip


def worst_caption(spec: Spec, aspect: str, caption: str) -> Prompt:
    """Write a caption of the same form of which nothing is true."""
    return Prompt(
        task="corrupt", aspect=aspect, spec_hash=spec.hash,
        text=_paragraphs(
            f"This is a right caption of the {_title(spec, aspect)} of a video:\n{quoted('caption', caption)}",
            "Write a caption of the same aspect, form and length of which nothing is true of that video.",
            "Answer with the caption alone.",
        ),
    )  # fmt: skip


def free(text: str) -> Prompt:
    """Somebody's own words, as a served model is asked."""
    return Prompt(task="free", text=text)


# ------------------------------------------------------------------------------------------------------------ quoting


def quoted(name: str, text: str) -> str:
    """The text as data: between marks that it cannot hold itself, however they are spelt."""
    return f"<{name}>\n{_MARK.sub(lambda mark: f'< {mark[1]}>', text.strip())}\n</{name}>"


_NAMES = ("caption", "notes", "critique", "policy", "text", "before", "after")
_MARK = re.compile(rf"<(\s*/?\s*(?:{'|'.join(_NAMES)})\s*)>", re.IGNORECASE)
_QUOTED = re.compile(rf"<({'|'.join(_NAMES)})>\n.*?\n</\1>", re.DOTALL)


def without_quotes(prompt: str) -> str:
    """The prompt's own words, without what it quotes."""
    return _QUOTED.sub("", prompt)


def _title(spec: Spec, aspect: str) -> str:
    return spec.aspect(aspect).title.lower()


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part.strip() for part in parts if part.strip())
