"""The data of the paper's authors, for tests. They are not redistributed: they lie beside the checkout or nowhere."""

from __future__ import annotations

from tests.support.clips import ROOT

FOLDER = ROOT.parent / "shared" / "reference-data"
SHOWN = "../shared/reference-data"
"""How messages name the folder: from the repository's root."""
