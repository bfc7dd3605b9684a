"""The camera in every frame: where it is, where it looks, and how its lens is set.

Angles in radians: ``yaw`` 0 looks north and grows to the left (counter-clockwise from above), ``pitch`` grows upwards,
``roll`` grows clockwise as the camera itself turns (the picture then turns the other way). Camera space: x right, y
down, z forward.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from videolect.errors import BadInput

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Track:
    """One number (or place) for each frame; all arrays have the length of the clip."""

    place: Floats
    """[F, 3] metres."""
    yaw: Floats
    pitch: Floats
    roll: Floats
    focal: Floats
    """In widths of the picture: 0.5 is 90 degrees wide, 1 is 53, 3 is 19."""
    focus: Floats
    """Metres along the gaze at which it is sharp."""
    aperture: Floats
    """Diameter of the lens's opening in metres; 0 is sharp everywhere."""
    exposure: Floats
    """Stops: 0 is as lit, 1 twice as bright."""
    barrel: float = 0.0
    """Radial distortion of the lens: 0 none, about 0.25 a barrel, 1 a fisheye (equidistant)."""

    def __post_init__(self) -> None:
        count = len(self.yaw)
        for name in ("place", "pitch", "roll", "focal", "focus", "aperture", "exposure"):
            if len(getattr(self, name)) != count:
                raise BadInput(
                    f"The track has {count} frames and {len(getattr(self, name))} of {name}.",
                    mend="Give one of each for every frame.",
                )
        if count == 0:
            raise BadInput("The track has no frame.", mend="Give one or more.")
        for name in ("place", "yaw", "pitch", "roll", "focal", "focus", "aperture", "exposure"):
            if not np.isfinite(getattr(self, name)).all():
                raise BadInput(f"The track's {name} is not a number everywhere.", mend="Give finite numbers.")
        for name, least in (("focal", 0.05), ("focus", 0.01), ("aperture", 0.0)):
            low = float(getattr(self, name).min())
            if low < least:
                raise BadInput(f"The track's {name} goes down to {low:g}.", mend=f"Give {least:g} or more.")
        if not 0 <= self.barrel <= 1:
            raise BadInput(f"A distortion of {self.barrel:g}.", mend="Give 0 to 1.")

    @property
    def frames(self) -> int:
        """How many."""
        return len(self.yaw)

    def turns(self) -> Floats:
        """[F, 3, 3]: world directions into camera space."""
        return turns_of(self.yaw, self.pitch, self.roll)

    def world_to_camera(self) -> Floats:
        """[F, 3, 4]."""
        turns = self.turns()
        return np.concatenate([turns, -np.einsum("fij,fj->fi", turns, self.place)[..., None]], axis=2)

    def at(self, frames: NDArray[np.intp]) -> Track:
        """The same at other times: these frames, in this order."""
        return replace(
            self,
            **{
                name: getattr(self, name)[frames]
                for name in ("place", "yaw", "pitch", "roll", "focal", "focus", "aperture", "exposure")
            },
        )


def turns_of(yaw: Floats, pitch: Floats, roll: Floats) -> Floats:
    """[F, 3, 3]: world directions into camera space, for cameras that look so."""
    yaw, pitch, roll = np.broadcast_arrays(np.atleast_1d(yaw), np.atleast_1d(pitch), np.atleast_1d(roll))
    zero = np.zeros_like(yaw)
    forward = np.stack([-np.sin(yaw) * np.cos(pitch), np.cos(yaw) * np.cos(pitch), np.sin(pitch)], axis=1)
    right = np.stack([np.cos(yaw), np.sin(yaw), zero], axis=1)
    down = np.cross(forward, right)
    c, s = np.cos(roll)[:, None], np.sin(roll)[:, None]
    # Clockwise, as seen by who stands behind the camera: its right side goes down.
    turned_right, turned_down = c * right + s * down, c * down - s * right
    return np.stack([turned_right, turned_down, forward], axis=1)


def gaze_at(place: Floats, target: Floats) -> tuple[Floats, Floats]:
    """Yaw and pitch, [F] each, that look from [F, 3] to [F, 3]."""
    away = target - place
    yaw = np.unwrap(np.arctan2(-away[:, 0], away[:, 1]))
    pitch = np.arctan2(away[:, 2], np.hypot(away[:, 0], away[:, 1]))
    return yaw, pitch
