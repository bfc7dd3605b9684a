"""The ``labels`` writer: drafts from the label record alone, and revises by carrying out the points of a critique.

No model, no randomness, no look at the picture. It states only what the labels say and names the topics that it
cannot know. With ``plant`` it writes declared errors into its drafts, for demonstrations and exams.
"""

from __future__ import annotations

from videolect.errors import BadInput
from videolect.language.spec import Spec
from videolect.points.apply import STOPS, apply_points
from videolect.record.acts.captions import NotApplied
from videolect.record.critique import SENTINEL
from videolect.record.drafting import Draft, DraftRequest, PolishedText, PolishRequest, ReviseRequest, Revision
from videolect.record.people import Model
from videolect.writing.labels.planting import plant
from videolect.writing.labels.sentences import cannot_know, sentences

GRAMMAR = "2"
"""Raised whenever the same labels would give another text."""


class LabelsWriter:
    """See the module. ``plant``: how many errors to write into each draft, where it has room for them."""

    def __init__(self, spec: Spec, plant: int = 0, seed: int = 0) -> None:
        if not 0 <= plant <= 10:
            raise BadInput(f"{plant} errors cannot be planted in a draft.", mend="Plant 0 to 10.")
        self.spec = spec
        self.plant = plant
        self.seed = seed
        parameters: dict[str, str | int | float | bool | None] = {"spec": spec.hash, "plant": plant, "seed": seed}
        self.model = Model(name="labels", version=GRAMMAR, prompt_hash=None, parameters=parameters)

    def draft(self, request: DraftRequest) -> Draft:
        """The caption of one aspect as far as the labels go. NotFound for an aspect that the specification has not."""
        answers = self.spec.normalise(request.answers)
        told = sentences(self.spec, request.aspect, answers)
        key = f"{self.seed}/{request.clip.id}/{request.aspect}"
        text, planted = plant(told, self.plant, key)
        unknown = cannot_know(self.spec, request.aspect, answers)
        return Draft(text=text, model=self.model, cannot_know=unknown, planted=planted)

    def polish(self, request: PolishRequest) -> PolishedText:
        """Each line and each point as a sentence, with its capital and its stop; no word is changed."""
        critique = request.critique
        said = [*critique.raw.splitlines(), *(point.sentence for point in critique.points)]
        lines = [line.strip(" -*\t") for line in said]
        stopped = [line if line[-1] in STOPS else f"{line}." for line in lines if line]
        return PolishedText(text=" ".join(line[0].upper() + line[1:] for line in stopped), model=self.model)

    def revise(self, request: ReviseRequest) -> Revision:
        """The draft with every point carried out that can be carried out by rule (``points``)."""
        critique = request.critique
        if not critique.points:
            why = "These words were written freely and not as points; this writer carries out points only."
            left = () if critique.raw.strip() == SENTINEL else (NotApplied(point="raw", why=why),)
            return Revision(text=request.draft, model=self.model, not_applied=left)
        text, applied, not_applied = apply_points(request.draft, critique.points)
        return Revision(text=text, model=self.model, applied=applied, not_applied=not_applied)
