"""What two texts have in common: the one door to the metrics of texts.

Each metric stands in its file with its source; docs/metrics.md has all of them, and how the implementations of one name
differ. A metric has a name here only if it is that metric.
"""

from videolect.metrics.bleu import BleuCounts, Implementation, bleu_counts, corpus_bleu, sentence_bleu
from videolect.metrics.cider import cider
from videolect.metrics.edits import word_edits
from videolect.metrics.rouge import rouge_l
from videolect.metrics.tokens import Tokenizer, words

__all__ = [
    "BleuCounts",
    "Implementation",
    "Tokenizer",
    "bleu_counts",
    "cider",
    "corpus_bleu",
    "rouge_l",
    "sentence_bleu",
    "word_edits",
    "words",
]
