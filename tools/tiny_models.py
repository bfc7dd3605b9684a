"""Build random Qwen3-VL checkpoints that fit into a test: ``micro`` and ``small``, each with a real tokenizer.

    python -m tools.tiny_models                what `make tiny-models` calls: build/tiny-models/{micro,small}
    python -m tools.tiny_models micro --out DIR

What they are is told in ``videolect.training.tiny.models``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from videolect.training.tiny import models
from videolect.training.tiny.models import SIZES, Size, stamp_of

FOLDER = Path(__file__).resolve().parents[1] / "build" / "tiny-models"
TRAINED = FOLDER.parent / "tiny-trained" / "model"
"""What ``make tiny-trained`` makes."""
CLIPS = FOLDER.parent / "tiny-clips"
"""What it learned from."""


def built(size: Size, folder: Path = FOLDER) -> Path:
    """The checkpoint's folder below this one, made where it is not there yet or was made by other settings."""
    return models.built(size, folder)


def main() -> None:
    """Build those that were named, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*SIZES, []], metavar="NAME", help=", ".join(SIZES))
    parser.add_argument("--out", type=Path, default=FOLDER, metavar="DIR")
    asked = parser.parse_args()
    for name in asked.names or SIZES:
        made = built(SIZES[name], asked.out)
        print(f"{made}: {stamp_of(made)['parameters']:,} parameters")


if __name__ == "__main__":
    main()
