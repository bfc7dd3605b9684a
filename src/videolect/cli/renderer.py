"""The renderer is an extra: whoever renders asks first whether it is there."""

from __future__ import annotations

from videolect.errors import MissingExtra


def need_numba(mend: str = "") -> None:
    """MissingExtra where the renderer cannot run. ``mend``: what else helps."""
    try:
        from videolect.stage import numba  # noqa: F401
    except MissingExtra as error:
        raise MissingExtra(error.message, mend=f"{error.mend} {mend}".rstrip()) from None
