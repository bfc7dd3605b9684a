"""The same recipe for other trainers: how ms-swift or LLaMA-Factory would run the rows that are exported for them.

Values are the recipe's, as far as the other trainer has an option for them; ``docs/data-rows.md`` says where it has
none. Options are those that its documentation names (``tests/data/trainer_options.json`` lists them with their pages).
Neither trainer was ever run by us.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from videolect.dataset.rows.folder import Command
from videolect.errors import BadInput
from videolect.training.recipe import Recipe
from videolect.training.recipes import recipe_of

SUPERVISED = ("caption", "critique", "yes_no")
PIXELS = 32 * 32
"""Of a token of Qwen3-VL: patches of 16 by 16, merged two by two."""
Options = Sequence[tuple[str, str]]


def commands(manifest: Mapping[str, Any], *, recipe: str | None = None) -> list[Command]:
    """How to run the rows of this manifest, by its format: a script or a file of settings each for supervised rows and
    for pairs, where the part ``train`` has some. ``recipe``: this one alone instead of the paper's.

    BadInput for a recipe that the trainer has no method for, or that learns from rows that are not there.
    """
    write = WRITERS.get(manifest["rows_format"])
    if write is None:
        if recipe is not None:
            raise BadInput(
                f"Rows of the format {manifest['rows_format']} come without a command.",
                mend=f"Leave --recipe out, or use --format {' or '.join(WRITERS)}.",
            )
        return []
    return [write(chosen, manifest) for chosen in _recipes(manifest, recipe)]


def _recipes(manifest: Mapping[str, Any], name: str | None) -> list[Recipe]:
    there = {file.removeprefix("train/").removesuffix(".jsonl") for file in manifest["files"] if _of(file) == "train"}
    if name is not None:
        chosen = recipe_of(name)
        if chosen.method not in ("sft", "dpo") or not chosen.model.startswith("Qwen/"):
            raise BadInput(
                f"{name} is {chosen.method} of {chosen.model}, which the other trainer does not do.",
                mend="Name a recipe of sft or dpo for a published model: train list.",
            )
        if not there & set(chosen.tasks):
            raise BadInput(
                f"{name} learns from {', '.join(chosen.tasks)}, and the part train has no such rows.",
                mend="Export these tasks, or name another recipe.",
            )
        return [chosen]
    supervised = [task for task in SUPERVISED if task in there]
    names = []
    if supervised:
        names.append("qwen3vl_8b_sft_captions_1xh200" if supervised == ["caption"] else "qwen3vl_8b_sft_full_1xh200")
    if "preference" in there:
        names.append("qwen3vl_8b_dpo_lora_1xh200")
    return [recipe_of(one) for one in names]


def _of(file: str) -> str:
    return file.partition("/")[0]


def _files(recipe: Recipe, manifest: Mapping[str, Any], part: str) -> list[str]:
    return [f"{part}/{task}.jsonl" for task in recipe.tasks if f"{part}/{task}.jsonl" in manifest["files"]]


def rows_of_a_step(recipe: Recipe, manifest: Mapping[str, Any]) -> int:
    """Rows of the recipe's clips of one step, on average: other trainers count rows."""
    rows = sum(int(manifest["files"][file]["rows"]) for file in _files(recipe, manifest, "train"))
    return max(1, round(recipe.step_clips * rows / max(1, int(manifest["counts"]["train"]["videos"]))))


# ------------------------------------------------------------------------------------------------------------ ms-swift


def frames_of(recipe: Recipe) -> Options:
    """The environment by which ms-swift shows the recipe's frames: so many, evenly, at most so large.

    ``VIDEO_MIN_TOKEN_NUM``: its default of 128 would enlarge small frames, and lift a maximum below 135.
    """
    return (
        ("FPS_MIN_FRAMES", f"{recipe.frames}"), ("FPS_MAX_FRAMES", f"{recipe.frames}"), ("VIDEO_MIN_TOKEN_NUM", "1"),
        ("VIDEO_MAX_TOKEN_NUM", f"{recipe.most_pixels // PIXELS}"),
    )  # fmt: skip


def _ms_swift(recipe: Recipe, manifest: Mapping[str, Any]) -> Command:
    kind = recipe.method
    options = [*_swift_data(recipe, manifest), *_swift_tuner(recipe), *_swift_steps(recipe)]
    if kind == "dpo":
        options = [("rlhf_type", "dpo"), *options, ("beta", f"{recipe.beta:g}"), ("loss_type", "sigmoid")]
    name = f"ms-swift-{kind}.sh"
    each = "".join(f" \\\n    --{option} {value}" for option, value in options)
    environment = "".join(f"export {name}={value}\n" for name, value in frames_of(recipe))
    text = _SWIFT.format(
        what=_WHAT[kind], model=recipe.model, recipe=recipe.name, code=manifest["code"], name=name,
        rows=rows_of_a_step(recipe, manifest), clips=recipe.step_clips, devices=recipe.devices, frames=recipe.frames,
        memory=_SHARDED if recipe.lora is None else "", environment=environment,
        command="swift rlhf" if kind == "dpo" else "swift sft", options=each,
    )  # fmt: skip
    return Command(file=name, text=text, recipe=recipe.name, run=f"sh DIR/{name}", runs=True)


_WHAT = {"sft": "Supervised fine-tuning", "dpo": "DPO"}
_SHARDED = """\
# Every weight is trained: DeepSpeed keeps 16 bytes of each, on all GPUs together. NPROC_PER_NODE=2 and more share them.
"""
_SWIFT = """\
#!/bin/sh
# {what} of {model} on the rows beside this script, with ms-swift 4.
# By the recipe {recipe} of {code}. Never run by its makers, who had no GPU.
# Releases before 4 call --tuner_type --train_type.
#
#     pip install 'ms-swift>=4.0' 'qwen_vl_utils>=0.0.14' deepspeed
#     sh DIR/{name}           from the folder in which the paths of the films hold; or set ROOT_IMAGE_DIR
#
# Options: https://swift.readthedocs.io/en/latest/Instruction/Command-line-parameters.html
set -eu
ROWS=$(cd "$(dirname "$0")" && pwd)
export NPROC_PER_NODE="${{NPROC_PER_NODE:-{devices}}}"
{memory}# {frames} frames of a film, evenly, as many tokens each as the recipe's pixels give.
{environment}# {clips} clips of a step have some {rows} rows.
STEP=$(( ({rows} + NPROC_PER_NODE - 1) / NPROC_PER_NODE ))

{command}{options}
"""


def _swift_data(recipe: Recipe, manifest: Mapping[str, Any]) -> Options:
    def named(part: str) -> str:
        return " ".join(f'"$ROWS/{file}"' for file in _files(recipe, manifest, part))

    tried = [("val_dataset", named("dev"))] if _files(recipe, manifest, "dev") else []
    return (
        ("model", f'"${{MODEL:-{recipe.model}}}"'), ("use_hf", "true"), ("dataset", named("train")), *tried,
        ("strict", "true"), ("max_length", f"{recipe.most_tokens}"), ("truncation_strategy", "delete"),
        ("output_dir", f'"${{OUT:-ms-swift-{recipe.method}}}"'),
    )  # fmt: skip


def _swift_tuner(recipe: Recipe) -> Options:
    frozen = "false" if recipe.train_tower else "true"
    parts = (("freeze_llm", "false"), ("freeze_vit", frozen), ("freeze_aligner", frozen))
    shared = "zero3" if recipe.shards == "fsdp" else "zero2"
    if recipe.lora is None:
        return (("tuner_type", "full"), ("torch_dtype", "bfloat16"), ("deepspeed", shared), *parts)
    lora = recipe.lora
    return (
        ("tuner_type", "lora"), ("torch_dtype", "bfloat16"), ("lora_rank", f"{lora.rank}"),
        ("lora_alpha", f"{lora.alpha}"), ("lora_dropout", f"{lora.dropout:g}"), ("target_modules", "all-linear"),
        *parts, *((("deepspeed", shared),) if recipe.shards == "fsdp" else ()),
    )  # fmt: skip


def _swift_steps(recipe: Recipe) -> Options:
    length = ("max_steps", f"{recipe.steps}") if recipe.steps else ("num_train_epochs", f"{recipe.epochs:g}")
    least = f'{{"min_lr": {recipe.learning_rate * recipe.final_share:g}}}'
    return (
        length, ("per_device_train_batch_size", "1"), ("per_device_eval_batch_size", "1"),
        ("gradient_accumulation_steps", '"$STEP"'), ("average_tokens_across_devices", "true"),
        ("learning_rate", f"{recipe.learning_rate:g}"), ("lr_scheduler_type", "cosine_with_min_lr"),
        ("lr_scheduler_kwargs", f"'{least}'"), ("warmup_ratio", f"{recipe.warm_up:g}"),
        ("weight_decay", f"{recipe.weight_decay:g}"), ("adam_beta1", f"{recipe.betas[0]:g}"),
        ("adam_beta2", f"{recipe.betas[1]:g}"), ("max_grad_norm", f"{recipe.clip:g}"),
        ("gradient_checkpointing", "true" if recipe.checkpointing else "false"),
        ("vit_gradient_checkpointing", "false"), ("seed", f"{recipe.seed}"), ("data_seed", f"{recipe.seed}"),
        ("save_steps", f"{recipe.save_every}"), ("save_total_limit", f"{recipe.keep}"),
        ("eval_steps", f"{recipe.evaluate_every}"), ("logging_steps", "1"), ("dataset_num_proc", "4"),
        ("dataloader_num_workers", "4"),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------------- LLaMA-Factory


def _llama_factory(recipe: Recipe, manifest: Mapping[str, Any]) -> Command:
    kind = recipe.method
    name = f"llama-factory-{kind}.yaml"
    told = {
        **_factory_model(recipe), **_factory_tuner(recipe), **_factory_data(recipe, manifest),
        **_factory_steps(recipe, rows_of_a_step(recipe, manifest)),
    }  # fmt: skip
    lines = "".join(f"{option}: {_yaml(value)}\n" for option, value in told.items())
    text = _FACTORY.format(
        what=_WHAT[kind], model=recipe.model, recipe=recipe.name, code=manifest["code"], name=name, lines=lines,
        frames=recipe.frames, seconds=f"{recipe.frames / _RATE:g}", devices=recipe.devices,
    )  # fmt: skip
    return Command(file=name, text=text, recipe=recipe.name, run=f"cd DIR; llamafactory-cli train {name}", runs=False)


_RATE = 2.0
"""Frames a second: LLaMA-Factory's default, by which it also tells the times in its prompts."""
_FACTORY = """\
# {what} of {model} on the rows beside this file, with LLaMA-Factory.
# By the recipe {recipe} of {code}. Never run by its makers, who had no GPU.
#
#     cd DIR; llamafactory-cli train {name}
#
# media_dir is the folder in which the paths of the films hold. gradient_accumulation_steps is for {devices} GPU.
# It shows {_rate} frames a second, {frames} at most, and tells their times by that rate: of films longer than
# {seconds} s they lie evenly over the film, and the times are not theirs. cutoff_len cuts what is longer.
# Options: its examples/train_full/qwen3vl_full_sft.yaml, and src/llamafactory/hparams
{lines}""".replace("{_rate}", f"{_RATE:g}")


def _factory_model(recipe: Recipe) -> dict[str, Any]:
    return {
        "model_name_or_path": recipe.model, "trust_remote_code": True, "video_max_pixels": recipe.most_pixels,
        "video_min_pixels": PIXELS, "video_fps": _RATE, "video_maxlen": recipe.frames,
    }  # fmt: skip


def _factory_tuner(recipe: Recipe) -> dict[str, Any]:
    told: dict[str, Any] = {
        "stage": recipe.method, "do_train": True, "freeze_vision_tower": not recipe.train_tower,
        "freeze_multi_modal_projector": not recipe.train_tower, "freeze_language_model": False,
    }  # fmt: skip
    if recipe.method == "dpo":
        told |= {"pref_beta": recipe.beta, "pref_loss": "sigmoid"}
    if recipe.lora is None:
        return {**told, "finetuning_type": "full"}
    lora = recipe.lora
    return {
        **told, "finetuning_type": "lora", "lora_rank": lora.rank, "lora_alpha": lora.alpha,
        "lora_dropout": lora.dropout, "lora_target": "all",
    }  # fmt: skip


def _factory_data(recipe: Recipe, manifest: Mapping[str, Any]) -> dict[str, Any]:
    def named(part: str) -> str:
        names = (file.removesuffix(".jsonl").replace("/", "_") for file in _files(recipe, manifest, part))
        return ",".join(f"videolect_{name}" for name in names)

    tried = {"eval_dataset": named("dev"), "eval_strategy": "steps", "eval_steps": recipe.evaluate_every}
    return {
        "dataset_dir": ".", "media_dir": ".", "dataset": named("train"), **(tried if named("dev") else {}),
        "template": "qwen3_vl_nothink", "cutoff_len": recipe.most_tokens, "preprocessing_num_workers": 4,
        "dataloader_num_workers": 4, "output_dir": f"llama-factory-{recipe.method}",
    }  # fmt: skip


def _factory_steps(recipe: Recipe, rows: int) -> dict[str, Any]:
    length = {"max_steps": recipe.steps} if recipe.steps else {"num_train_epochs": float(recipe.epochs)}
    return {
        **length, "per_device_train_batch_size": 1, "per_device_eval_batch_size": 1,
        "gradient_accumulation_steps": max(1, round(rows / recipe.devices)), "learning_rate": recipe.learning_rate,
        "lr_scheduler_type": "cosine_with_min_lr",
        "lr_scheduler_kwargs": {"min_lr": recipe.learning_rate * recipe.final_share}, "warmup_ratio": recipe.warm_up,
        "weight_decay": recipe.weight_decay, "adam_beta1": recipe.betas[0], "adam_beta2": recipe.betas[1],
        "max_grad_norm": recipe.clip, "bf16": True, "seed": recipe.seed, "logging_steps": 1,
        "save_steps": recipe.save_every, "save_total_limit": recipe.keep,
    }  # fmt: skip


def _yaml(value: Any) -> str:
    """JSON is YAML; but 1e-05 would be read as a text there."""
    if isinstance(value, float):
        return f"{value:.10f}".rstrip("0") + "0" if 0 < abs(value) < 1e-3 else repr(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_yaml(one)}" for name, one in value.items()) + "}"
    return value if isinstance(value, str) else json.dumps(value)


WRITERS: Mapping[str, Callable[[Recipe, Mapping[str, Any]], Command]] = {
    "ms-swift": _ms_swift, "llama-factory": _llama_factory,
}  # fmt: skip
"""By the format of rows."""
