"""Who acts: a person or a model. To the desk both are workers that hold a lease on a task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from videolect.record.checks import check_name, check_text


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A person, by pseudonym. Names, passwords and roles are the account's, never the record's."""

    id: str

    def __post_init__(self) -> None:
        check_name(self.id, "The person's id")


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """A model, with all that is needed to say what made a text."""

    name: str
    version: str
    prompt_hash: str | None = None
    """SHA-256 of the whole rendered prompt; None for a writer that has none."""
    parameters: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_name(self.name, "The model's name")
        check_text(self.version, "The model's version", limit=200, blank=False)

    @property
    def id(self) -> str:
        """``name@version``: one id for every act of this model, whatever the prompt."""
        return f"{self.name}@{self.version}"


Actor = Person | Model
