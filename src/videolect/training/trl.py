"""Our rows and films in TRL's own trainers, for a run that lives there: its launchers, callbacks, trackers and losses.

    from trl import DPOConfig

    from videolect.training.model import LoraPlan, load
    from videolect.training.trl import VideoDPOTrainer

    trainee = load("Qwen/Qwen3-VL-8B-Instruct", lora=LoraPlan(), attention="dense", dtype="bfloat16")
    examples = examples_of(rows, trainee.tokenizer, trainee.pixels, shown)
    trainer = VideoDPOTrainer(trainee, examples, films, DPOConfig("run", precompute_ref_log_probs=True))
    trainer.train()
    trainee.save(Path("run/model"))

Tokens, positions, pixels and labels are ours and all else is TRL's, so the loss of a batch is the one that ``Sft`` and
``Preference`` give. Each answer reads its film for itself: TRL's forward cannot share it (docs/training.md). TRL's
``SFTTrainer`` and ``DPOTrainer`` take pictures, but no video, as of 1.16.0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from videolect.errors import INSTALL, BadInput, MissingExtra
from videolect.files import whole_folder
from videolect.training.batches import filled
from videolect.training.examples import Example, Examples
from videolect.training.films import Films
from videolect.training.model import Trainee
from videolect.training.packing import FILLING, Laid, lay_out
from videolect.training.preference import check_pairs
from videolect.training.sft import Sft, pair_indices
from videolect.vlm.tokens import PixelFormat

TRAINERS = ("VideoSFTTrainer", "VideoDPOTrainer")
Rows = Any
"""A ``datasets.Dataset``; the library is not loaded to name it."""
_IGNORED = -100
_REFERENCE = ("ref_chosen_logps", "ref_rejected_logps")
"""Columns that TRL adds where it asks the reference before the first step."""
_COLUMNS = ("of", "example", "branches", "row_id", "task", "length", *_REFERENCE)
_REFUSED = ("packing", "padding_free", "assistant_only_loss")
"""Settings of TRL that would lay out or label the rows otherwise than the collator does."""


class Collator:
    """From rows of ``rows_of`` to what Qwen3-VL's forward takes, a row of tokens for each answer.

    ``input_ids``, ``attention_mask``, ``labels`` [R, N]; ``position_ids`` [3, R, N]; ``pixel_values_videos`` [patches
    of all rows, numbers of a patch] float32; ``video_grid_thw`` [R, 3]. ``pairs``: all better answers and then all
    worse ones, and ``completion_mask`` [R, N] in place of ``labels``, as TRL wants them.
    """

    def __init__(self, sets: Sequence[Examples], films: Films, pixels: PixelFormat, *, pairs: bool) -> None:
        self.sets = {one.hash: one for one in sets}
        self.films, self.pixels, self.pairs = films, pixels, pairs

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """BadInput for a row of other examples; BlindModel where a film is not what its length was foretold from."""
        import torch

        picked = [self._picked(row, side) for side in range(1 + self.pairs) for row in rows]
        laid = lay_out(picked, "separate")
        films = {one.film: one for one in picked}
        shown = {film: filled([one], self.films, self.pixels).patches[0] for film, one in films.items()}
        labels = _labels(laid)
        made = {
            "input_ids": torch.from_numpy(laid.ids),
            "attention_mask": torch.from_numpy((laid.segment != FILLING).astype(np.int64)),
            "position_ids": torch.from_numpy(laid.positions),
            "pixel_values_videos": torch.from_numpy(np.concatenate([shown[one.film] for one in picked])),
            "video_grid_thw": torch.tensor([one.grid for one in picked]),
        }
        if not self.pairs:
            return made | {"labels": torch.from_numpy(labels)}
        known = {name: torch.tensor([row[name] for row in rows]) for name in _REFERENCE if name in rows[0]}
        return made | {"completion_mask": torch.from_numpy((labels != _IGNORED).astype(np.int64))} | known

    def _picked(self, row: Mapping[str, Any], side: int) -> Example:
        """The row's clip with one answer alone."""
        if row["of"] not in self.sets:
            raise BadInput(
                f"The row {row['row_id']} is of other examples than the trainer was made with.",
                mend="Give the trainer these examples, or as eval_examples.",
            )
        example: Example = self.sets[row["of"]][row["example"]]
        return replace(example, branches=(example.branches[row["branches"][side]],))


def rows_of(examples: Examples, *, pairs: bool = False) -> Rows:
    """The examples' answers, or their pairs, as a ``datasets.Dataset``: names and lengths, neither tokens nor pixels.

    The hash of the examples is a column, so TRL keeps what it precomputes of the reference by what was asked.
    MissingExtra, and BadInput for a branch that is no half of a pair.
    """
    try:
        from datasets import Dataset
    except ImportError as error:
        raise _missing(error) from None
    made: dict[str, list[Any]] = {name: [] for name in _COLUMNS if name not in _REFERENCE}
    for at, example in enumerate(examples.items):
        every = [(one,) for one in range(len(example.branches))]
        for indices in pair_indices(example.branches) if pairs else every:
            chosen = [example.branches[one] for one in indices]
            length = len(example.ids) + max(len(branch.ids) for branch in chosen)
            row = (examples.hash, at, list(indices), chosen[0].row_id, chosen[0].task, length)
            for column, value in zip(made.values(), row, strict=True):
                column.append(value)
    return Dataset.from_dict(made)


def _labels(laid: Laid) -> Any:
    """[R, N]: the answers' tokens in their own columns, and nothing of what stands before them."""
    made = np.full(laid.ids.shape, _IGNORED, np.int64)
    made[laid.due_row, laid.due_column + 1] = laid.due_id
    return made


def _check(trainee: Trainee, args: Any, more: Mapping[str, Any]) -> None:
    if trainee.attention != "dense":
        raise BadInput(
            f"The model attends by {trainee.attention}, for which TRL's forward has no words.",
            mend="Load it with attention='dense'.",
        )
    if wrong := [name for name in _REFUSED if getattr(args, name, False)]:
        raise BadInput(
            f"{wrong[0]} would lay our rows out anew, without their films.",
            mend=f"Leave {wrong[0]} off; the recipes of videolect train pack films (docs/training.md).",
        )
    if getattr(args, "completion_only_loss", None) is False:
        raise BadInput("completion_only_loss is False.", mend="Leave it out: our rows teach their answers alone.")
    if more.get("peft_config") is not None:
        raise BadInput("A peft_config was given.", mend="Give load a LoraPlan: it keeps out of tower and head.")


def _check_weights(examples: Examples) -> None:
    if weighed := [branch.row_id for branch in examples.branches if branch.weights is not None]:
        raise BadInput(
            f"The tokens of the row {weighed[0]} have weights, which TRL's loss would not see.",
            mend="Teach them with videolect's own Sft.",
        )


def _missing(error: ImportError) -> MissingExtra:
    return MissingExtra(f"Training through TRL needs {error.name or 'trl and datasets'}.", mend=INSTALL.format("train"))


def _given(
    trainee: Trainee, examples: Examples, trial: Examples | None, films: Films, args: Any, *, pairs: bool
) -> dict[str, Any]:  # fmt: skip
    """What TRL's trainers take, of what is ours; checked."""
    sets = [one for one in (examples, trial) if one is not None]
    for one in sets:
        if pairs:
            check_pairs(trainee, one)
        else:
            Sft().prepare(trainee, one, films)
        _check_weights(one)
    rows = [None if one is None else _kept(rows_of(one, pairs=pairs), args) for one in (examples, trial)]
    return {
        "model": trainee.model, "args": args, "processing_class": trainee.tokenizer, "train_dataset": rows[0],
        "eval_dataset": rows[1], "data_collator": Collator(sets, films, trainee.pixels, pairs=pairs),
    }  # fmt: skip


def _kept(rows: Rows, args: Any) -> Rows:
    """The rows; in a file of the run where TRL is to precompute: it keeps the reference's answers beside the rows, and
    beside rows in memory no other process and no later start would find them."""
    if not getattr(args, "precompute_ref_log_probs", False):
        return rows
    from datasets import load_from_disk

    folder = Path(args.output_dir) / "rows" / rows._fingerprint
    with args.main_process_first(local=False):
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            with whole_folder(folder) as partial:
                rows.save_to_disk(partial)
    return load_from_disk(folder)


@cache
def _trainers() -> dict[str, Any]:
    """TRL is loaded only when one of its trainers is asked for, so the classes are made here."""
    try:
        import trl as library

        trl: Any = library  # a lazy module: it exports more than it says
        sft, dpo = trl.SFTTrainer, trl.DPOTrainer
    except (ImportError, RuntimeError) as error:
        lacking = error if isinstance(error, ImportError) else error.__cause__  # what a lazy module says of another
        if not isinstance(lacking, ImportError):
            raise
        raise _missing(lacking) from None

    class OurRows:
        """What TRL would do to its own rows is not done to these."""

        def _prepare_dataset(self, dataset: Rows, *_: Any, **__: Any) -> Rows:
            """They are tokens already."""
            return dataset

        def _set_signature_columns_if_needed(self) -> None:
            """No column is dropped before the collator has read it."""
            self._signature_columns = list(_COLUMNS)

        def _send_telemetry(self) -> None:
            """What is taught here, and where, is told to nobody."""

    class VideoSFTTrainer(OurRows, sft):  # type: ignore[misc, valid-type]
        """TRL's ``SFTTrainer`` over our examples: the mean over answer tokens.

        ``eval_examples``: what it evaluates on, with the same ``films``. ``more``: as its own; of ``args``
        ``max_length`` cuts nothing, since lengths are those of the examples' ``Limits``. BadInput as ``Sft.prepare``;
        for a model that was not loaded with dense attention, for answers with weights of tokens, and for what would
        change rows or adapter: ``packing``, ``padding_free``, ``completion_only_loss=False``, ``peft_config``.
        """

        def __init__(
            self, trainee: Trainee, examples: Examples, films: Films, args: Any = None, *,
            eval_examples: Examples | None = None, **more: Any,
        ) -> None:  # fmt: skip
            _check(trainee, args, more)
            super().__init__(**_given(trainee, examples, eval_examples, films, args, pairs=False), **more)
            # transformers marks Qwen3-VL as unable to count a step's tokens, and a step of several batches would be the
            # mean of their means. TRL's loss counts by itself, if it is told the number.
            self.model_accepts_loss_kwargs = True

    class VideoDPOTrainer(OurRows, dpo):  # type: ignore[misc, valid-type]
        """TRL's ``DPOTrainer`` over our pairs.

        With ``precompute_ref_log_probs`` the reference is asked once; without, in each step, and a second model is kept
        where there is no adapter. The rest as ``VideoSFTTrainer``.
        """

        def __init__(
            self, trainee: Trainee, examples: Examples, films: Films, args: Any = None, *,
            eval_examples: Examples | None = None, **more: Any,
        ) -> None:  # fmt: skip
            _check(trainee, args, more)
            super().__init__(**_given(trainee, examples, eval_examples, films, args, pairs=True), **more)

    return {made.__name__: made for made in (VideoSFTTrainer, VideoDPOTrainer)}


def __getattr__(name: str) -> Any:
    """``VideoSFTTrainer`` and ``VideoDPOTrainer``. MissingExtra where TRL is not installed."""
    if name not in TRAINERS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _trainers()[name]
