"""The metrics of texts and their intervals: seconds, beside sacrebleu, NLTK, rouge_score and pycocoevalcap.

Needs the reference data (``VIDEOLECT_REFERENCE``, or ../shared/reference-data): each draft against the final caption.
pycocoevalcap is no dependency, for the Java under the GPL in its wheel: it is measured where it was installed by hand.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from benchmarks import data
from videolect.metrics.intervals import bootstrap, bootstrap_figure, mean_stats, paired, ratio
from videolect.metrics.ranking import roc_auc
from videolect.metrics.text import bleu_counts, cider, corpus_bleu, rouge_l, sentence_bleu, word_edits, words

PAIRS, PER_FILM, BESIDE = 18_000, 5, 1_000
"""``BESIDE``: so many pairs, spread over all, where a library takes too long for all of them."""


@dataclass(frozen=True, kw_only=True)
class Timed:
    """What came out, and what it took."""

    found: Any
    wall_s: float
    cpu_s: float


def run(*, quick: bool) -> None:
    """Everything on all pairs, the libraries on as many as they can do, the bootstrap over films."""
    pairs = _pairs(data.reference() / "triples.parquet", 2_000 if quick else PAIRS)
    _all(*pairs)
    _beside(*pairs, some=100 if quick else BESIDE)
    _intervals(*pairs, resamples=100 if quick else 1_000)


def _pairs(path: Any, count: int) -> tuple[list[str], list[str]]:
    """As many pairs; where the file has fewer its first ones come again, with a word more on either side.

    A text that is there twice is tokenised once by ours, so the same ones again would flatter it.
    """
    table = pq.read_table(path, columns=["pre_caption", "final_caption"]).to_pylist()
    rows = [(row["pre_caption"], row["final_caption"]) for row in table if row["pre_caption"] and row["final_caption"]]
    again = [(f"{one} again", f"{other} again") for one, other in rows]
    chosen = [*rows, *again][:count]
    print(f"{len(chosen):,} pairs of draft and final caption: {min(len(rows), count):,} of the authors, "
          f"{max(0, count - len(rows)):,} of these again with one word more; "
          f"{np.mean([len(text.split()) for pair in chosen for text in pair]):.0f} words a text")  # fmt: skip
    return [one for one, _ in chosen], [other for _, other in chosen]


def _timed(work: Callable[[], Any]) -> Timed:
    begun, cpu = time.perf_counter(), time.process_time()
    found = work()
    return Timed(found=found, wall_s=time.perf_counter() - begun, cpu_s=time.process_time() - cpu)


def _ours(one: Sequence[str], other: Sequence[str]) -> dict[str, Callable[[], Any]]:
    """Name -> the metric of these pairs, from texts to figures."""

    def bleu(tokenizer: Any, implementation: Any, *, each: bool = False) -> Any:
        counts = bleu_counts(one, other, tokenizer)
        return sentence_bleu(counts, implementation) if each else corpus_bleu(counts, implementation)

    return {
        "sacrebleu, corpus": lambda: bleu("13a", "sacrebleu"),
        "sacrebleu, sentences": lambda: bleu("13a", "sacrebleu", each=True),
        "NLTK, corpus": lambda: bleu("camerabench", "nltk"),
        "NLTK, sentences": lambda: bleu("camerabench", "nltk", each=True),
        "pycocoevalcap, corpus": lambda: bleu("regex", "pycocoevalcap"),
        "pycocoevalcap, sentences": lambda: bleu("regex", "pycocoevalcap", each=True),
        "ROUGE-L": lambda: rouge_l(one, other),
        "CIDEr": lambda: cider(one, other),
        "word edits": lambda: word_edits(one, other),
    }


def _all(one: Sequence[str], other: Sequence[str]) -> None:
    print(f"\nours, all {len(one):,} pairs         figure    wall s   processor s   (mean, or of the corpus)")
    whole = cpu = 0.0
    for name, work in _ours(one, other).items():
        took = _timed(work)
        whole, cpu = whole + took.wall_s, cpu + took.cpu_s
        print(f"  {name:28} {np.mean(took.found):8.4f}  {took.wall_s:8.2f}  {took.cpu_s:10.2f}")
    print(f"  together, on one core                 {whole:8.2f}  {cpu:10.2f}   (each line tokenises anew)")


# ------------------------------------------------------------------------------------------------------ the libraries


def _beside(one: Sequence[str], other: Sequence[str], some: int) -> None:
    """Both sides do the same work on the same pairs in this run; ours gives the values of theirs."""
    pairs = len(one)
    rows = np.linspace(0, pairs - 1, some).astype(int).tolist()
    few = [one[row] for row in rows], [other[row] for row in rows]
    print(f"\nbeside the libraries: corpus BLEU of sacrebleu over all {pairs:,} pairs, the rest over {some:,} of them;")
    print("processor s, their ratio, theirs for all pairs if it goes with their number, largest difference of a value")
    for name, theirs in _theirs(*few).items():
        sides = few
        if name == "sacrebleu, corpus":
            sides, theirs = (list(one), list(other)), _theirs(one, other)[name]
        ours = _ours(*sides)[name]
        ours()  # once before, so that neither side pays for what is loaded at first use
        _forget_tokens()
        mine, its = _timed(ours), _timed(theirs)
        apart = np.abs(np.asarray(mine.found) - np.asarray(its.found)).max()
        scaled = its.cpu_s * pairs / len(sides[0])
        print(f"  {name:28} {len(sides[0]):6,} pairs  ours {mine.cpu_s:7.3f}  theirs {its.cpu_s:7.3f}  "
              f"x{its.cpu_s / mine.cpu_s:6.1f}  all: {scaled:7.1f} s  differs by {apart:.1e}")  # fmt: skip


def _forget_tokens() -> None:
    """sacrebleu keeps the tokens of texts that it has seen."""
    from sacrebleu.tokenizers import tokenizer_13a, tokenizer_re

    tokenizer_13a.Tokenizer13a.__call__.cache_clear()
    tokenizer_re.TokenizerRegexp.__call__.cache_clear()


def _theirs(one: Sequence[str], other: Sequence[str]) -> dict[str, Callable[[], Any]]:
    """The same names done by the libraries. Tokens of NLTK and pycocoevalcap are made by our rule, within the time."""
    import sacrebleu
    from nltk.translate import bleu_score
    from rouge_score.rouge_scorer import RougeScorer

    def coco(*, each: bool) -> Any:
        from pycocoevalcap.bleu.bleu_scorer import BleuScorer

        scorer = BleuScorer(n=4)
        for hypothesis, reference in zip(one, other, strict=True):
            scorer += (" ".join(words(hypothesis, "regex")), [" ".join(words(reference, "regex"))])
        corpus, sentences = scorer.compute_score(option="closest")
        return 100 * np.array(sentences[3]) if each else 100 * corpus[3]

    def nltk(*, each: bool) -> Any:
        hypotheses, references = ([words(text, "camerabench") for text in side] for side in (one, other))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if not each:
                return 100 * bleu_score.corpus_bleu([[text] for text in references], hypotheses)
            smooth = bleu_score.SmoothingFunction().method1
            pairs = zip(hypotheses, references, strict=True)
            return [100 * bleu_score.sentence_bleu([b], a, smoothing_function=smooth) for a, b in pairs]

    def consensus() -> Any:
        from pycocoevalcap.cider.cider import Cider

        sides = ({at: [" ".join(words(text, "regex"))] for at, text in enumerate(side)} for side in (other, one))
        return Cider().compute_score(*sides)[1]

    def rouge() -> Any:
        scorer = RougeScorer(["rougeL"], use_stemmer=True)
        return [scorer.score(b, a)["rougeL"].fmeasure for a, b in zip(one, other, strict=True)]

    theirs = {
        "sacrebleu, corpus": lambda: sacrebleu.corpus_bleu(one, [other], force=True).score,
        "sacrebleu, sentences": lambda: [
            sacrebleu.sentence_bleu(a, [b]).score for a, b in zip(one, other, strict=True)
        ],
        "NLTK, corpus": lambda: nltk(each=False),
        "NLTK, sentences": lambda: nltk(each=True),
        "pycocoevalcap, corpus": lambda: coco(each=False),
        "pycocoevalcap, sentences": lambda: coco(each=True),
        "ROUGE-L": rouge,
        "CIDEr": consensus,
    }
    if find_spec("pycocoevalcap") is None:
        print("  left out: pycocoevalcap and CIDEr (pip install pycocoevalcap)")
        theirs = {name: work for name, work in theirs.items() if not name.startswith(("pycocoevalcap", "CIDEr"))}
    return theirs


# ------------------------------------------------------------------------------------------------------ intervals


def _intervals(one: Sequence[str], other: Sequence[str], resamples: int) -> None:
    """From statistics of the pairs to an interval, over films of five pairs each."""
    films = np.arange(len(one)) // PER_FILM
    counts = bleu_counts(one, other)
    stats = counts.stats("sacrebleu")
    scores = sentence_bleu(counts, "sacrebleu")
    worse = bleu_counts([" ".join(text.split()[:-1]) for text in one], other).stats("sacrebleu")
    longer = np.array([len(text) for text in one], float)
    print(f"\nintervals, {resamples:,} resamples over {films[-1] + 1:,} films of {PER_FILM} pairs"
          "              wall s   processor s")  # fmt: skip

    def corpus(sums: Any) -> Any:
        return corpus_bleu(sums, "sacrebleu")

    for name, work in {
        "corpus BLEU": lambda: bootstrap(stats, films, corpus, resamples),
        "mean of sentence BLEU": lambda: bootstrap(mean_stats(scores), films, ratio, resamples),
        "corpus BLEU of two, paired": lambda: paired(stats, worse, films, corpus, resamples),
        "AUC (no function of sums)": lambda: bootstrap_figure(
            films, lambda rows: roc_auc(longer[rows], scores[rows] > 80), resamples
        ),
    }.items():
        took = _timed(work)
        found = took.found
        interval = f"{found.value:8.3f} [{found.low:7.3f}, {found.high:7.3f}]"
        print(f"  {name:28} {interval}  {took.wall_s:8.2f}  {took.cpu_s:8.2f}")
    _beside_sacrebleu(one, other, stats, corpus, resamples)


def _beside_sacrebleu(one: Sequence[str], other: Sequence[str], stats: Any, corpus: Any, resamples: int) -> None:
    """sacrebleu's own bootstrap draws pairs, not films: so ours draws pairs here too."""
    import sacrebleu

    scorer = sacrebleu.BLEU(force=True)
    scorer.corpus_score(list(one), [list(other)])  # keeps the tokens, for the two that are timed
    without = _timed(lambda: scorer.corpus_score(list(one), [list(other)])).cpu_s
    its = _timed(lambda: scorer.corpus_score(list(one), [list(other)], n_bootstrap=resamples))
    mine = _timed(lambda: bootstrap(stats, np.arange(len(one)), corpus, resamples))
    half = (mine.found.high - mine.found.low) / 2
    print(f"  pairs drawn, not films: processor s of ours {mine.cpu_s:.2f}, sacrebleu's {its.cpu_s - without:.2f} ("
          f"its figure alone, {without:.1f} s, taken off); half of it {half:.3f} and {its.found._ci:.3f}")  # fmt: skip
