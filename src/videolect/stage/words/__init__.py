"""True words about a staged clip: captions, drafts with known errors, and critiques of them.

    >>> from videolect.stage.words import captions, critiques, drafts

Pure functions of their arguments: the same facts and the same seed give the same bytes on any machine.
"""

from videolect.stage.words.captions import ASPECTS, captions
from videolect.stage.words.critiques import critiques
from videolect.stage.words.drafts import Draft, drafts
from videolect.stage.words.telling import Telling, Verdict, judge

__all__ = ["ASPECTS", "Draft", "Telling", "Verdict", "captions", "critiques", "drafts", "judge"]
