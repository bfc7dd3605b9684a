"""Short clips of a camera in a painted village: films for tests that need some, made without numba in a second."""

from tests.support.village.film import MOVEMENTS, Movement, render_clip, rendered_frames, true_answers

__all__ = ["MOVEMENTS", "Movement", "render_clip", "rendered_frames", "true_answers"]
