"""How a run ends: by a signal that lets it write a checkpoint first, and with a model that others can open."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from videolect.files import CannotWrite, whole_folder
from videolect.training.checkpoints import NoRoom, says

if TYPE_CHECKING:
    from videolect.training.model import Trainee


def export(trainee: Trainee, folder: Path) -> Path:
    """What was learned as a checkpoint, or an adapter, that everything else can open; whole or not there. NoRoom."""
    from safetensors import SafetensorError

    try:
        with whole_folder(folder, instead=True) as partial:
            trainee.save(partial)
    except (CannotWrite, SafetensorError) as error:
        raise NoRoom(
            f"The model could not be written to {folder}: {says(error.__cause__ or error)}.",
            mend="Make room, then write it from the last checkpoint: --resume. Nothing is learned anew.",
        ) from None
    return folder


@contextmanager
def signals(stop: Callable[[str], None]) -> Iterator[None]:
    """SIGTERM and SIGINT end the run behind the step at hand; a second one ends it at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}

    def asked(number: int, _: Any) -> None:
        stop(signal.Signals(number).name)
        for each, handler in before.items():
            signal.signal(each, handler)

    try:
        for each in before:
            signal.signal(each, asked)
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
