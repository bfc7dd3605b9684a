"""What pycocoevalcap's BLEU and CIDEr give for made-up pairs, frozen in ``coco_scores.json``.

Its wheel brings 100 MB of Java under the GPL that nothing here runs, so it has an environment of its own:

    python -m venv coco
    coco/bin/pip install pycocoevalcap==1.2
    coco/bin/python tests/data/make_coco_scores.py

``tests/support/coco.py`` says the same in plain Python, and the tests compare ours with that on any texts.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

FILE = Path(__file__).with_name("coco_scores.json")
WORDS = ["a", "the", "man", "dog", "camera", "pans", "left", "right", "slowly", "3.5", "n't", "close-up", "%", "日本"]


def made_up(count: int, draw: random.Random) -> list[tuple[str, str]]:
    """(hypothesis, reference), their tokens apart by spaces: nearly equal, and at times nothing at all."""
    pairs = []
    for _ in range(count):
        words = draw.choices(WORDS, k=draw.choice([0, 1, 2, 3, 4, 5, 9, 30]))
        mended = [word for word in words if draw.random() < 0.85]
        mended[len(mended) // 2 : len(mended) // 2] = draw.choices(WORDS, k=draw.choice([0, 0, 1, 4]))
        pairs.append((" ".join(words), " ".join(mended)))
    return pairs


def main() -> None:
    from pycocoevalcap.bleu.bleu_scorer import BleuScorer
    from pycocoevalcap.cider.cider import Cider

    sets = []
    for count, seed in ((60, 1), (60, 2), (1, 3), (5, 4)):
        pairs = made_up(count, random.Random(seed))
        scorer = BleuScorer(n=4)
        for hypothesis, reference in pairs:
            scorer += (hypothesis, [reference])
        corpus, sentences = scorer.compute_score(option="closest")
        sides = ({at: [pair[side]] for at, pair in enumerate(pairs)} for side in (1, 0))
        cider = Cider().compute_score(*sides)[1]
        sets.append({"pairs": pairs, "bleu": corpus[3], "bleu_each": sentences[3], "cider_each": list(cider)})
    FILE.write_text(json.dumps(sets, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
