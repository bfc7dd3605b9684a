"""What the paper tells of its own systems. It stands beside ours greyed and apart: their items are not ours."""

from __future__ import annotations

from dataclasses import dataclass

SOURCE = "arXiv 2604.21718 (CVPR 2026), main table: means over five aspects; reward over 50 random items"


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """One line of the paper's main table."""

    system: str
    caption_bleu4: float
    reward_accuracy: float
    """Which of several readings of accuracy it is, is not said; the values fit pairs with half credit for ties."""
    critique_bleu4: float
    """Over all items: the half whose right answer is the sentinel decides it."""
    note: str = ""


def _line(system: str, caption: float, reward: float, critique: float, note: str = "") -> Published:
    return Published(
        system=system, caption_bleu4=caption, reward_accuracy=reward, critique_bleu4=critique, note=note
    )  # fmt: skip


MAIN_TABLE: tuple[Published, ...] = (
    _line("Qwen3-VL-8B-Instruct, zero-shot", 3.7, 38.4, 1.3),
    _line("GPT-5", 5.7, 59.5, 2.8),
    _line("Gemini-2.5-Pro", 6.2, 62.0, 3.0),
    _line("Gemini-3.1-Pro", 5.1, 49.9, 3.3, "no probabilities: its words were read as 0 or 1"),
    _line("Qwen3-VL-8B, SFT on captions", 12.0, 50.9, 5.5),
    _line("Qwen3-VL-8B, SFT on captions, critiques, Yes/No", 18.2, 89.8, 41.7),
    _line("Qwen3-VL-8B, RLHF-V on the same", 15.7, 81.0, 25.7),
    _line("Qwen3-VL-8B, DPO on the same", 15.8, 80.8, 25.5),
)
