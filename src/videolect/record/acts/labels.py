"""What an expert answered of a clip: the label record, in the stream of the clip's labels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from videolect.errors import BadInput
from videolect.language.values import Segment
from videolect.record.acts.base import Act
from videolect.record.checks import check_text, content_hash

Answer = str | int | float | bool | tuple[str | Segment, ...] | None
"""A raw answer in a label record: a list holds strings, or the segments of a movement; None is "left open"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Labelled(Act):
    """An expert answered the label form."""

    answers: Mapping[str, Answer]
    record_schema: int
    """The schema of the answers, by the specification that they were given under; ``Spec.migrate`` lifts older ones."""
    untouched: tuple[str, ...] = ()
    """Fields whose preselected answer the person never looked at. They are answered, but on nobody's word."""

    def __post_init__(self) -> None:
        Act.__post_init__(self)
        if self.record_schema < 1:
            raise BadInput(f"Record schema {self.record_schema} is below 1.", mend="Name the specification's.")
        for name, answer in self.answers.items():
            check_text(name, "The name of a label's field", limit=200)
            for part in answer if isinstance(answer, tuple) else (answer,):
                for text in part.movements if isinstance(part, Segment) else (part,):
                    if isinstance(text, str):
                        check_text(text, f"The answer to {name}")
        if strange := [name for name in self.untouched if name not in self.answers]:
            raise BadInput(
                f"{strange[0][:60]!r} was left as preselected, yet it has no answer.",
                mend="Name only fields that are answered.",
            )

    @property
    def labels_hash(self) -> str:
        """Identity of the answers, whatever their order."""
        return hash_of_answers(self.answers)


def hash_of_answers(answers: Mapping[str, Answer]) -> str:
    """Identity of a label record, whatever the order of its fields."""
    return content_hash(json.dumps(dict(answers), sort_keys=True, default=Segment.as_json))
