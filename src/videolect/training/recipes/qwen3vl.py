"""Recipes for the published Qwen3-VL models.

What the paper tells: SFT on captions, critiques and Yes/No jointly; DPO of post- over pre-captions; RLHF-V with more
weight on the words that changed; Qwen3-VL-8B-Instruct. Rates, epochs, frames and sizes it does not tell. They are
assumed here: from the same authors' public configurations for CameraBench (LLaMA-Factory: full, tower and projector
frozen, 2e-5 for 7B and 1e-5 for 32B, cosine, warm-up 0.05; LoRA rank 64, 9e-5 to 2e-4), from the methods' own papers,
or by us. None of them has been run on the model that it names.
"""

from __future__ import annotations

from dataclasses import replace

from videolect.training.recipe import GIB, Guard, Lora, Recipe, Rollout

_CAMERABENCH = "assumed: the authors' public configuration for CameraBench"
_H200, _H100, _CARD = 139 * GIB, 79 * GIB, 23 * GIB
"""Bytes that a program can use of an H200 (measured), an H100 of 80 GB, a card of 24 GB."""
_SUSTAINED = 316e12
"""40 % of 790 TFLOP/s, the bfloat16 matrix product that was measured on an H200: what the plan's hours go by."""

_COMMON = {
    "final_share": "assumed by us: a tenth, so that the last steps still learn",
    "warm_up": _CAMERABENCH,
    "weight_decay": f"{_CAMERABENCH}, which sets none",
    "betas": "assumed by us: usual for language models (0.9, 0.95)",
    "clip": "assumed by us: usual for language models",
    "step_clips": "assumed by us: 32 clips with all their rows, some 130,000 tokens",
    "frames": "assumed by us: sixteen, evenly; CameraBench samples 8 a second of 16,384 pixels",
    "most_pixels": "assumed by us: about 480x272, so that small text and faces stay visible",
    "train_tower": f"{_CAMERABENCH}: tower and projector frozen",
    "rate": "40 % of the matrix product measured on an H200; not yet measured for this run",
}


def qwen3vl_8b_sft_full_1xh200() -> Recipe:
    """The paper's best: all three tasks, every weight of the language model, on one H200."""
    return Recipe(
        name="qwen3vl_8b_sft_full_1xh200",
        says="SFT on captions, critiques and Yes/No; every weight of the language model; one H200.",
        model="Qwen/Qwen3-VL-8B-Instruct", precision="mixed",
        learning_rate=1e-5, weight_decay=0.0, epochs=2, step_clips=32,
        batch_tokens=6_144, most_tokens=6_144, device_bytes=_H200, rate=_SUSTAINED, best_by="reward_pairwise_half_tie",
        sources={
            **_COMMON,
            "learning_rate": f"{_CAMERABENCH} has 2e-5 for 7B with batches of 8; halved by us for fewer, longer steps",
            "epochs": "assumed by us: the authors' CameraBench runs take 6 over a set a tenth as large",
        },
    )  # fmt: skip


def qwen3vl_8b_sft_captions_1xh200() -> Recipe:
    """The paper's control: captions alone."""
    whole = qwen3vl_8b_sft_full_1xh200()
    return replace(
        whole, name="qwen3vl_8b_sft_captions_1xh200", tasks=("caption",), best_by="caption_bleu4",
        says="SFT on captions alone; every weight of the language model; one H200.",
    )  # fmt: skip


def qwen3vl_8b_dpo_lora_1xh200() -> Recipe:
    """DPO of final captions over drafts; the adapter switched off is the reference."""
    whole = qwen3vl_8b_sft_full_1xh200()
    return replace(
        whole, name="qwen3vl_8b_dpo_lora_1xh200", method="dpo", tasks=("preference",), lora=Lora(),
        precision="bfloat16", beta=0.1,
        learning_rate=5e-6, epochs=1, batch_tokens=16_384, best_by="reward_pairwise_half_tie",
        says="DPO of final captions over drafts, reference log-probabilities computed once; LoRA; one H200.",
        sources={
            **_COMMON,
            "learning_rate": "assumed: 5e-6, the order of Rafailov et al. 2023 (1e-6 full) raised for LoRA",
            "epochs": "assumed: one, as in Zephyr (Tunstall et al. 2023), where more overfits",
            "beta": "assumed: 0.1, Rafailov et al. 2023",
            "lora": f"{_CAMERABENCH}: rank 64; alpha twice the rank by us",
        },
    )  # fmt: skip


def qwen3vl_8b_rlhfv_lora_1xh200() -> Recipe:
    """The same pairs, but the words that the expert changed weigh more."""
    whole = qwen3vl_8b_dpo_lora_1xh200()
    return replace(
        whole, name="qwen3vl_8b_rlhfv_lora_1xh200", method="rlhfv", edited_weight=5.0,
        says="RLHF-V: DPO in which the words that experts changed weigh more; LoRA; one H200.",
        sources={
            **whole.sources, "edited_weight": "assumed: 5, the gamma of Yu et al. 2023 (RLHF-V); the paper tells none",
        },
    )  # fmt: skip


def qwen3vl_8b_gspo_lora_1xh200() -> Recipe:
    """GSPO: captions that a judge says Yes to, and critiques whose points are the expert's. It begins where SFT ended:
    ``--model`` names that checkpoint, and the same checkpoint with its adapter off is the judge."""
    whole = qwen3vl_8b_sft_full_1xh200()
    return replace(
        whole, name="qwen3vl_8b_gspo_lora_1xh200", method="gspo", tasks=("caption", "critique"), lora=Lora(),
        precision="bfloat16", learning_rate=1e-5, weight_decay=0.0, steps=200, step_clips=16,
        batch_tokens=16_384, most_tokens=6_144, best_by="caption_bleu4", evaluate_every=50, save_every=25,
        guard=Guard(patience=10),
        rollout=Rollout(
            rewards={"p_yes": 1.0, "points": 1.0}, samples=8, temperature=1.0, max_tokens=384, updates=1, at_once=64,
            token_seconds=0.03,
        ),
        says="GSPO from P(Yes) of captions and points of critiques, after SFT; LoRA; one H200.",
        sources={
            **_COMMON,
            "learning_rate": "assumed by us: 1e-5, between the 1e-6 that is usual for policies trained whole (TRL's "
            "default for GRPO) and the 1e-4 of LoRA",
            "step_clips": "assumed by us: 16 clips with all their prompts, some 1,000 answers",
            "epochs": "assumed by us: 200 steps in its place, since each draws anew",
            "lora": f"{_CAMERABENCH}: rank 64; alpha twice the rank by us",
            "rollout": "clips 3e-4 and 4e-4, advantages in deviations: Zheng et al. 2025 (GSPO), whose formulas have "
            "no divergence either; 8 samples at temperature 1: assumed, TRL's defaults; both rewards alike, and one "
            "update of a draw instead of GSPO's four parts: assumed by us; 384 tokens: three times the longest kind of "
            "final caption, on average; 0.03 s a token: 36 layers started one by one, assumed and not measured",
            "best_by": "assumed by us: a figure that is none of the rewards, so that a model that games them is seen",
        },
    )  # fmt: skip


def _small(name: str, model: str, *, batch_tokens: int) -> Recipe:
    whole = qwen3vl_8b_sft_full_1xh200()
    return replace(
        whole, name=name, model=model, lora=Lora(rank=32, alpha=64),
        precision="bfloat16", learning_rate=1e-4, most_pixels=98_304,
        batch_tokens=batch_tokens, most_tokens=batch_tokens, step_clips=16, device_bytes=_CARD, rate=30e12,
        says=f"SFT on all three tasks with LoRA: {model.rpartition('/')[2]} on one card of 24 GB.",
        sources={
            **_COMMON,
            "learning_rate": f"{_CAMERABENCH}: 9e-5 to 2e-4 for LoRA",
            "epochs": "assumed by us",
            "lora": "assumed by us: rank 32, half of the authors', to leave room on a small card",
            "most_pixels": "assumed by us: three quarters of the large recipes' for memory",
            "rate": "assumed by us: 40 % of about 75 TFLOP/s of a card of 24 GB; not measured",
        },
    )  # fmt: skip


def qwen3vl_2b_lora_24gb() -> Recipe:
    """The smallest published model on a desktop's card."""
    return _small("qwen3vl_2b_lora_24gb", "Qwen/Qwen3-VL-2B-Instruct", batch_tokens=8_192)


def qwen3vl_4b_lora_24gb() -> Recipe:
    """4B on a desktop's card."""
    return _small("qwen3vl_4b_lora_24gb", "Qwen/Qwen3-VL-4B-Instruct", batch_tokens=8_192)


def qwen3vl_32b_lora_8xh100() -> Recipe:
    """32B over eight cards: the frozen weights are sharded (FSDP)."""
    whole = qwen3vl_8b_sft_full_1xh200()
    return replace(
        whole, name="qwen3vl_32b_lora_8xh100", model="Qwen/Qwen3-VL-32B-Instruct", lora=Lora(),
        precision="bfloat16", learning_rate=5e-5,
        devices=8, shards="fsdp", device_bytes=_H100, step_clips=64, batch_tokens=12_288,
        says="SFT on all three tasks with LoRA: 32B over eight H100 of 80 GB.",
        sources={
            **_COMMON,
            "learning_rate": f"{_CAMERABENCH} halves the rate from 7B to 32B; so do we, from 1e-4 for LoRA",
            "epochs": "assumed by us",
            "lora": f"{_CAMERABENCH}: rank 64; alpha twice the rank by us",
        },
    )  # fmt: skip
