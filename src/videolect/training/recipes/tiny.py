"""A model of 1.7 million parameters that learns camera movement from staged clips on a CPU, in minutes."""

from __future__ import annotations

from dataclasses import replace

from videolect.training.recipe import ASSUMED, Guard, Recipe, Rollout

_OURS = "found by our own trials with staged clips (docs/tiny-models.md)"


def tiny_cpu() -> Recipe:
    """Three tasks on clips that the stage draws; it brings its own rows and its own model when none are given."""
    return Recipe(
        name="tiny_cpu",
        says="SFT on all three tasks with staged clips, a model of 1.7 million parameters, one core of a CPU.",
        model="tiny:small", train_tower=True, learning_rate=1.5e-3, final_share=0.05, warm_up=0.05, weight_decay=0.05,
        betas=(0.9, 0.98), clip=1.0, steps=1100, step_clips=24, batch_tokens=24 * 700, most_tokens=2_048,
        precision="float32", checkpointing=False, frames=8, most_pixels=64 * 64, device_bytes=4 << 30, rate=30e9,
        evaluate_every=275, evaluate_clips=60, save_every=50, best_by="movement", hints=0.5,
        shares={"caption": 1.0, "critique": 0.5, "yes_no": 0.5}, guard=Guard(times=6.0, patience=50),
        sources=dict.fromkeys((*ASSUMED, "rate"), _OURS),
    )  # fmt: skip


def tiny_cpu_desk() -> Recipe:
    """Goes on from what ``tiny_cpu`` made, with a desk's own prompts: a caption's has 1,000 tokens, so fewer steps; a
    critique's 2,000, out of all proportion here, so no critiques."""
    return replace(
        tiny_cpu(), name="tiny_cpu_desk",
        says="The model of tiny_cpu goes on with rows of a desk (--rows, --model): one core of a CPU.",
        tasks=("caption", "yes_no"), learning_rate=1e-3, steps=120, step_clips=16, most_tokens=3_072,
        batch_tokens=16_384, shares={"caption": 1.0, "yes_no": 0.25}, hints=0.0, evaluate_every=60, evaluate_clips=30,
        best_by="caption_bleu4",
    )  # fmt: skip


def tiny_cpu_gspo() -> Recipe:
    """GSPO on the same clips, for a model that ``tiny_cpu`` has taught: its own judgement rewards, and known points."""
    whole = tiny_cpu()
    return replace(
        whole, name="tiny_cpu_gspo", method="gspo", tasks=("caption", "critique"), shares={}, hints=0.0,
        says="GSPO on staged clips with a model that tiny_cpu has taught (--model), one core of a CPU.",
        learning_rate=2e-5, final_share=1.0, warm_up=0.0, weight_decay=0.0, steps=60, step_clips=16,
        evaluate_every=20, save_every=10, guard=Guard(patience=20), best_by="movement",
        rollout=Rollout(
            rewards={"p_yes": 1.0, "points": 1.0}, samples=8, temperature=1.0, max_tokens=64, updates=2, below=0.1,
            above=0.1, at_once=32, token_seconds=0.01,
        ),
        sources={
            **dict.fromkeys((*ASSUMED, "rate"), _OURS),
            "learning_rate": "by our own trials: at 1e-4 with 8 clips a step the points fell in 37 steps, at 2e-5 "
            "with 16 they rose",
            "step_clips": "by the same trials",
            "steps": "assumed by us: minutes of an idle core",
            "rollout": "samples and advantages: Zheng et al. 2025 (GSPO); its clips of 3e-4 are for models whose rates "
            "are a hundred times lower: 0.1 is assumed by us; two updates of a draw, so that they are used",
        },
    )  # fmt: skip
