"""Refuse to build a release without the browser client.

The pages are built from ui/ and ignored by git, so a fresh checkout has none. A wheel made from it would install and
start, and then show nothing; an editable install is fine without them, because `make ui` can still add them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGES = Path("src/videolect/web/static/index.html")


class PagesAreBuilt(BuildHookInterface):  # type: ignore[type-arg]
    """Stops a wheel or a source archive that lacks the built pages."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before a target is built; `version` is "editable" for `pip install -e`."""
        if version == "editable" or (Path(self.root) / PAGES).is_file():
            return
        raise SystemExit(
            f"videolect: {PAGES.as_posix()} is missing, and a release without the browser client is of no use.\n"
            "Build it first with `make ui`, then build again. For development, `pip install -e .` needs no pages."
        )
