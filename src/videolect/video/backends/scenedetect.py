"""PySceneDetect (BSD-3-Clause), the only file that imports it: its content and adaptive detectors on our pictures.

Extra ``shots``. It brings OpenCV. Its readers are not used: strangers' files are decoded in the child, as everywhere.
The one track holds ``content_val``, by which both detectors decide, in half units; the decision is then replayed by
PySceneDetect's own code, its minimum length of 15 frames included. Written against 0.7, whose detectors are not yet a
stable interface.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

import numpy as np

from videolect.errors import INSTALL, BadInput, MissingExtra
from videolect.video.shots import Picture, Scores, Transition, as_bytes

_FULL = 127.5
"""The largest ``content_val`` that is told apart; cuts lie around 27 to 90."""


class _Detector(ABC):
    size = (256, 144)
    """PySceneDetect itself scales to a width of 256."""
    threshold: float
    _name: str

    def __init__(self) -> None:
        library = _library()
        self.found_by = f"scenedetect-{self._name} {library.__version__}"

    def score(self, pictures: Iterable[Picture], rate: float) -> Scores:
        """``content_val`` of each frame."""
        library = _library()
        detector = library.ContentDetector()
        values = []
        for number, picture in enumerate(pictures):
            detector.process_frame(library.FrameTimecode(number, rate), np.ascontiguousarray(picture[:, :, ::-1]))
            # What a StatsManager would tell, without the edges that it has computed and nobody reads.
            values.append(detector._frame_score)
        if not values:
            raise BadInput("There is no picture to look at.", mend="Give the pictures of a film.")
        return Scores(found_by=self.found_by, rate=rate, tracks={"content": as_bytes(np.array(values), _FULL)})

    def read(self, scores: Scores, threshold: float) -> list[Transition]:
        """Cuts, as its own code decides; it does not know of other transitions."""
        library = _library()
        detector = _replaying(self._detector(library, threshold))
        values = scores.tracks["content"] / 255 * _FULL
        cuts: list[int] = []
        for number, value in enumerate(values.tolist()):
            cuts += [
                found.frame_num for found in detector.process_frame(library.FrameTimecode(number, scores.rate), value)
            ]
        cuts += [found.frame_num for found in detector.post_process(library.FrameTimecode(len(values), scores.rate))]
        return [
            Transition(
                kind="cut", start_frame=at, end_frame=at, found_by=self.found_by, score=min(1.0, values[at] / 100)
            )
            for at in sorted(set(cuts))
            if at > 0
        ]

    @abstractmethod
    def _detector(self, library: Any, threshold: float) -> Any:
        """PySceneDetect's own, with this threshold."""


class Content(_Detector):
    """``detect-content``: the difference between two frames in hue, saturation and lightness."""

    threshold = 27.0
    _name = "content"

    def _detector(self, library: Any, threshold: float) -> Any:
        return library.ContentDetector(threshold=threshold)


class Adaptive(_Detector):
    """``detect-adaptive``: the same difference against that of the two frames on either side."""

    threshold = 3.0
    _name = "adaptive"

    def _detector(self, library: Any, threshold: float) -> Any:
        return library.AdaptiveDetector(adaptive_threshold=threshold)


def _replaying(detector: Any) -> Any:
    """The detector, taking a stored score where it would take a picture."""
    detector._calculate_frame_score = lambda timecode, score: score
    return detector


def _library() -> Any:
    try:
        import scenedetect
    except ImportError as error:
        raise MissingExtra(f"PySceneDetect cannot be loaded: {error}.", mend=INSTALL.format("shots")) from error
    return scenedetect
