"""The few errors that a person can mend: what happened, and what to do about it.

Only what a person can mend is one of these; everything else keeps its traceback. A command ends with the error's
``exit_code`` (1: the data say no, 2: asked wrongly); the desk's HTTP interface maps the classes to status codes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches


class VideolectError(Exception):
    """Something a person can mend: ``message`` names the value and the rule, ``mend`` says what to do."""

    exit_code = 2

    def __init__(self, message: str, *, mend: str) -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.message} {self.mend}"

    def __reduce__(self) -> tuple[Callable[..., VideolectError], tuple[object, ...], dict[str, object]]:
        """An error of another process arrives as what it was, whatever makes it; Python's own way loses the mend."""
        return _without_init, (type(self), self.args), self.__dict__


def _without_init(kind: type[VideolectError], args: tuple[object, ...]) -> VideolectError:
    """One whose ``__init__`` has not run: what that would set is set from what the other process sent."""
    return kind.__new__(kind, *args)


class BadInput(VideolectError):
    """A value breaks a rule."""


class NotFound(VideolectError):
    """Nothing has that name."""


class NotAllowed(VideolectError):
    """This person's role does not include that."""


class NotYourTurn(VideolectError):
    """The act may not follow here: the task's state or the person's part in it forbids it."""


class StaleVersion(VideolectError):
    """The task has moved on since it was read."""


class HeldByAnother(VideolectError):
    """Someone else holds the lease on the task."""


class LeaseLost(VideolectError):
    """The lease has lapsed or was handed to someone else."""


class KeyReused(VideolectError):
    """One idempotency key came with two different acts."""


class CannotRead(VideolectError):
    """A file cannot be read as what it should be."""

    exit_code = 1


class MissingExtra(VideolectError):
    """An optional part of the package is not installed."""


INSTALL = "Install it: pip install 'videolect[{}]'."
"""The mend of a missing extra, by its name."""

UPGRADE = "Upgrade it: pip install --upgrade videolect."
"""The mend of what a newer release wrote."""


def perhaps(wrong: str, known: Iterable[str], else_: str) -> str:
    """A mend for a name that nobody has: those that look like it, or else what is said."""
    near = get_close_matches(wrong, sorted(known), n=3, cutoff=0.6)
    return f"Perhaps {' or '.join(near)}. {else_}" if near else else_
