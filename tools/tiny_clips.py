"""Draw the small staged clips that the tiny model learns from: ``videolect.training.tiny.clips`` says what they are.

python -m tools.tiny_clips --parts 0 60        draw them into build/tiny-clips (4 clips a second on one core)
"""

from __future__ import annotations

import argparse
from pathlib import Path

from videolect.training.tiny import clips
from videolect.training.tiny.clips import Part

FOLDER = Path(__file__).resolve().parents[1] / "build" / "tiny-clips"


def part(number: int, *, held_back: bool = False, folder: Path = FOLDER) -> Part:
    """From the folder, or drawn and kept there."""
    return clips.part(number, held_back=held_back, folder=folder, say=lambda words: print(words, flush=True))


def main() -> None:
    """Draw parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", type=int, nargs=2, default=(0, 60), metavar=("FIRST", "BEHIND"))
    parser.add_argument("--held-back", action="store_true", help="in places that no other part shows")
    asked = parser.parse_args()
    for number in range(*asked.parts):
        made = part(number, held_back=asked.held_back)
        print(f"part {number}: {len(made.moves)} clips", flush=True)


if __name__ == "__main__":
    main()
