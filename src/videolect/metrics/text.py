"""What two texts have in common: the door to BLEU. Formulas and sources stand in the files and in docs/metrics.md."""

from videolect.metrics.bleu import BleuCounts, Implementation, bleu_counts, corpus_bleu, sentence_bleu
from videolect.metrics.tokens import Tokenizer, words

__all__ = ["BleuCounts", "Implementation", "Tokenizer", "bleu_counts", "corpus_bleu", "sentence_bleu", "words"]
