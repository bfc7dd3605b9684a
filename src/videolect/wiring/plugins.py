"""What may be chosen by name: writers, models, detectors of shots. Only here are all adapters known.

Each is a plain table; others add theirs by an entry point of its group.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from videolect.errors import BadInput
from videolect.language.spec import Spec
from videolect.oversight.ports import Writer
from videolect.video.blends import Blends
from videolect.video.shots import Engine
from videolect.vlm.base import GREEDY, Decoding
from videolect.writing.looks import Look, film_as_mp4

if TYPE_CHECKING:
    from videolect.vlm.base import Backend

M = TypeVar("M")


@dataclass(frozen=True, kw_only=True, slots=True)
class Plugins(Generic[M]):
    """What makes each of one kind, by name."""

    what: str
    group: str
    """Of entry points."""
    ours: Mapping[str, M]

    def names(self) -> list[str]:
        """Of all that are known here."""
        return sorted({*self.ours, *(point.name for point in entry_points(group=self.group))})

    def of(self, name: str) -> M:
        """What makes the one of that name. BadInput lists the known ones."""
        if name in self.ours:
            return self.ours[name]
        for point in entry_points(group=self.group, name=name):
            return cast(M, point.load())
        raise self.unknown(name)

    def unknown(self, name: str, more: Sequence[str] = ()) -> BadInput:
        """The error for a name that nobody has. ``more``: what else would do."""
        known = ", ".join([*self.names(), *more])
        return BadInput(f"There is no {self.what} {name[:60]!r}.", mend=f"Use one of {known}.")


def _labels_writer(spec: Spec, plant: int, seed: int) -> Writer:
    from videolect.writing.labels.writer import LabelsWriter

    return LabelsWriter(spec, plant=plant, seed=seed)


WRITERS: Plugins[Callable[[Spec, int, int], Writer]] = Plugins(
    what="writer", group="videolect.writers", ours={"labels": _labels_writer}
)
"""Writers that are no models, made for a specification, a number of planted errors and a seed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WriterChoice:
    """Which writer is wanted, and how it is to write."""

    name: str = "labels"
    """One of ``WRITERS``, or a backend as ``make_backend`` takes it: ``qwen:PATH``, ``chat:URL``."""
    plant: int = 0
    """Declared errors in each draft; of the labels writer."""
    seed: int = 0
    how: Decoding = GREEDY
    """Of a model: how its texts are drawn."""
    accept_cut: bool = False
    """Of a model: whether a text that was cut off is taken."""
    label_free: bool = False
    """Of a model: whether drafts are asked for without what the labels say."""


def writer_maker(choice: WriterChoice, look: Look | None = None) -> Callable[[Spec], Writer]:
    """What makes that writer for a version of the specification; a model is loaded once, here, for all of them.

    ``look`` shows a model the clips. BadInput lists the known names.
    """
    if choice.name in WRITERS.names():
        make = WRITERS.of(choice.name)
        return lambda spec: make(spec, choice.plant, choice.seed)
    if choice.name.partition(":")[0] not in BACKENDS.names():
        raise WRITERS.unknown(choice.name, more=[f"{name}:..." for name in BACKENDS.names()])
    if choice.plant:
        raise BadInput("A model cannot be told to write errors.", mend="Leave --plant out, or use the labels writer.")
    if look is None:
        raise BadInput("There is nothing that the model could look at.", mend="Give the film.")
    from videolect.writing.writer import ModelWriter

    backend, seen = make_backend(choice.name), look
    return lambda spec: ModelWriter(
        spec, backend, seen, how=choice.how, accept_cut=choice.accept_cut, label_free=choice.label_free
    )


def make_writer(choice: WriterChoice, spec: Spec, look: Look | None = None) -> Writer:
    """The writer for one version of the specification."""
    return writer_maker(choice, look)(spec)


def _transnetv2(weights: Path | None) -> Engine:
    from videolect.video.backends.transnetv2 import TransNetV2

    return TransNetV2.load(weights)


def _scenedetect(name: str) -> Callable[[Path | None], Engine]:
    def make(weights: Path | None) -> Engine:
        from videolect.video.backends import scenedetect

        detector: Engine = getattr(scenedetect, name)()
        return detector

    return make


DETECTORS: Plugins[Callable[[Path | None], Engine]] = Plugins(
    what="detector of shots",
    group="videolect.shots",
    ours={
        "blends": lambda weights: Blends(),
        "content": _scenedetect("Content"),
        "adaptive": _scenedetect("Adaptive"),
        "transnetv2": _transnetv2,
    },
)
"""Made with the path of their weights."""

CUTS_DETECTOR = "blends"
"""The detector whose transitions people edit at the desk."""


def make_detector(name: str, *, weights: Path | None = None) -> Engine:
    """The detector of that name. BadInput lists the known ones, MissingExtra says what to install."""
    make = DETECTORS.of(name)
    if weights is not None and name in ("blends", "content", "adaptive"):
        raise BadInput(
            f"The detector {name} takes no weights.", mend="Leave --weights out, or use --engine transnetv2."
        )
    return make(weights)


def _memory(argument: str) -> Backend:
    from videolect.vlm.memory import MemoryBackend

    if argument:
        raise BadInput(f"The backend memory takes no {argument[:60]!r}.", mend="Use memory alone.")
    return MemoryBackend()


def _replay(argument: str) -> Backend:
    from videolect.vlm.replay import Replayer, Tape

    return Replayer(Tape.read(Path(_named("replay:FILE", argument))))


def _record(argument: str) -> Backend:
    from videolect.vlm.replay import Replayer

    file, _, inner = argument.partition(",")
    _named("record:FILE,BACKEND", file and inner)
    return Replayer.record(Path(file), make_backend(inner))


def _chat(argument: str) -> Backend:
    from videolect.vlm.backends.chat import open_chat

    return open_chat(_named("chat:URL", argument), mp4=film_as_mp4)


def _gemini(argument: str) -> Backend:
    from videolect.vlm.backends.gemini import open_gemini

    return open_gemini(_named("gemini:MODEL", argument), lambda film: film_as_mp4(film, off_s=0.06))


def _qwen(argument: str) -> Backend:
    from videolect.vlm.backends.qwen import open_qwen

    return open_qwen(_named("qwen:PATH", argument))


def _named(form: str, argument: str) -> str:
    if not argument:
        raise BadInput("The backend lacks what stands behind its name.", mend=f"Write {form}.")
    return argument


BACKENDS: Plugins[Callable[[str], Backend]] = Plugins(
    what="backend",
    group="videolect.backends",
    ours={
        "memory": _memory,
        "replay": _replay,
        "record": _record,
        "chat": _chat,
        "qwen": _qwen,
        "gemini": _gemini,
    },
)
"""Vision-language models, made with what stands behind the colon."""


def make_backend(words: str) -> Backend:
    """A model by ``NAME`` or ``NAME:ARGUMENT``. BadInput lists the known names, MissingExtra says what to install."""
    name, _, argument = words.partition(":")
    return BACKENDS.of(name)(argument)
