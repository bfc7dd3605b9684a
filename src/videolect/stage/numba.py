"""numba (BSD-2-Clause) compiles what draws; extra ``stage``. MissingExtra where it cannot be loaded."""

from __future__ import annotations

from videolect.errors import INSTALL, MissingExtra

try:
    import numba as nb
except ImportError as error:
    raise MissingExtra(
        f"The stage needs numba, which cannot be loaded: {error}.", mend=INSTALL.format("stage")
    ) from error

__all__ = ["nb"]
