"""The shape of a film: how large, how fast, how long."""

from __future__ import annotations

from dataclasses import dataclass

from videolect.errors import BadInput


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """320x180, 16 frames a second, 4 s where nothing else is said."""

    size: tuple[int, int] = (320, 180)
    """Width and height in pixels."""
    fps: int = 16
    frames: int = 64

    def __post_init__(self) -> None:
        if min(self.size) < 32 or max(self.size) > 4096 or self.size[0] % 2 or self.size[1] % 2:
            raise BadInput(
                f"A size of {self.size[0]}x{self.size[1]} cannot be rendered.",
                mend="Give even numbers from 32 to 4096.",
            )
        if not 1 <= self.fps <= 120 or not 2 <= self.frames <= 2000:
            raise BadInput(
                f"{self.frames} frames at {self.fps} a second cannot be rendered.",
                mend="Give 1 to 120 frames a second, and 2 to 2,000 frames in all.",
            )

    @property
    def seconds(self) -> float:
        """How long."""
        return self.frames / self.fps

    @property
    def aspect(self) -> float:
        """Height over width."""
        return self.size[1] / self.size[0]
