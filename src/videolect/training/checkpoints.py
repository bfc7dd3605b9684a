"""Where a run stands, on disk: each checkpoint is there whole or not at all, and the last good one is never touched.

A checkpoint is a folder ``step-000120`` with ``weights.safetensors`` (what is trained, by name),
``optimizer.safetensors`` (its moments, by name), ``state.json`` (place in the data, random states, guard, best) and
``checkpoint.json``, which names the sizes of the others. It is written beside its place, flushed to the disk, and then
given its name. Nothing in it is a pickle.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import random
import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from videolect.errors import BadInput, CannotRead, NotFound, VideolectError
from videolect.files import CannotWrite, sweep, sync, write_json
from videolect.training.devices import laid_like

log = logging.getLogger(__name__)

FORMAT = "videolect-checkpoint-1"
LISTING = "checkpoint.json"
_NAME = re.compile(r"step-(\d{6,})$")
_BEST = "best.json"

Tensors = Mapping[str, Any]


class NoRoom(VideolectError):
    """A checkpoint could not be written; the one before is whole."""

    exit_code = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """One checkpoint that is whole."""

    folder: Path
    step: int

    def weights(self) -> dict[str, Any]:
        """What was trained, by name."""
        return _tensors(self.folder / "weights.safetensors")

    def optimizer(self) -> dict[str, Any]:
        """The optimizer's tensors, as ``named_state`` names them."""
        return _tensors(self.folder / "optimizer.safetensors")

    def state(self) -> dict[str, Any]:
        """Where the run stood."""
        return _json(self.folder / "state.json")


class Checkpoints:
    """The checkpoints of one run. ``keep``: the latest so many stay, and the best one beside them."""

    def __init__(self, folder: Path, *, keep: int) -> None:
        self.folder, self.keep = folder, keep

    def all(self) -> list[Saved]:
        """Those that are whole, oldest first; what a broken run left half done is not among them."""
        self._recover()
        found = []
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            named = _NAME.match(path.name)
            if named and _whole(path):
                found.append(Saved(folder=path, step=int(named[1])))
            elif named:
                log.warning("%s is not whole and is passed over.", path)
        return sorted(found, key=lambda saved: saved.step)

    def latest(self) -> Saved:
        """Where to go on. NotFound where there is none."""
        found = self.all()
        if not found:
            raise NotFound(f"{self.folder} holds no checkpoint.", mend="Start the run anew, without --resume.")
        return found[-1]

    def begun(self) -> list[str]:
        """Names of all that are there, whole or not."""
        return sorted(path.name for path in self.folder.glob("step-*") if _NAME.match(path.name))

    def best(self) -> Saved | None:
        """The best one so far, if any was measured. CannotRead where what says so is damaged."""
        path = self.folder / _BEST
        if not path.is_file():
            return None
        step = _json(path).get("step")
        if not isinstance(step, int):
            raise CannotRead(f"{path} names no step.", mend="Remove it: the last model then counts as the best.")
        return next((saved for saved in self.all() if saved.step == step), None)

    def agree(self, best_step: int | None) -> None:
        """Say of the best what the state of a run says: whoever was killed behind a checkpoint's name had not yet."""
        best = self.best()
        if best_step in {saved.step for saved in self.all()} and (best is None or best.step != best_step):
            write_json(self.folder / _BEST, {"step": best_step})

    def check_room(self, needs: int) -> None:
        """NoRoom where the disk has no room for so many bytes."""
        at = next(each for each in (self.folder, *self.folder.parents) if each.is_dir())
        free = shutil.disk_usage(at).free
        if needs > free:
            raise NoRoom(
                f"A checkpoint and the model take {needs / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB are free in {at}.",
                mend="Make room, or name a folder on another disk: --out DIR.",
            )

    def save(
        self, step: int, *, weights: Tensors, optimizer: Tensors, state: Mapping[str, Any], best: bool = False
    ) -> Saved:  # fmt: skip
        """Write a checkpoint. NoRoom where the disk is full: what was there stays, and nothing half done does."""
        whole = self.folder / f"step-{step:06d}"
        partial = self.folder / f".{whole.name}.{os.getpid()}.part"
        needs = sum(_bytes(tensor) for of in (weights, optimizer) for tensor in of.values())
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._leftovers()
            _check_room(self.folder, needs)
            partial.mkdir()
            _write_tensors(partial / "weights.safetensors", weights)
            _write_tensors(partial / "optimizer.safetensors", optimizer)
            write_json(partial / "state.json", state)
            sizes = {path.name: path.stat().st_size for path in sorted(partial.iterdir())}
            write_json(partial / LISTING, {"format": FORMAT, "step": step, "sizes": sizes})
            sync(partial)
            aside = self.folder / f".{whole.name}.{os.getpid()}.old"
            if whole.exists():  # of a run that went on from before it
                whole.rename(aside)
            partial.rename(whole)
            sync(self.folder)
            shutil.rmtree(aside, ignore_errors=True)
            if best:
                write_json(self.folder / _BEST, {"step": step})
        except (OSError, CannotWrite, _errors()) as error:
            shutil.rmtree(partial, ignore_errors=True)
            self._recover()
            raise NoRoom(
                f"The checkpoint of step {step} ({needs / 1e6:,.0f} MB) could not be written to {self.folder}: "
                f"{says(error.__cause__ or error)}.",
                mend="Make room, then go on with --resume: from the checkpoint before, or else from the beginning.",
            ) from None
        self._prune()
        return Saved(folder=whole, step=step)

    def forget_after(self, step: int) -> None:
        """Remove what an earlier run wrote behind this step, so that its best is not taken for ours."""
        for saved in self.all():
            if saved.step > step:
                shutil.rmtree(saved.folder)

    def _leftovers(self) -> None:
        self._recover()
        sweep(self.folder, ".*.part", ".step-*.old")

    def _recover(self) -> None:
        """What somebody put aside who was killed before the new one had its name."""
        for path in self.folder.glob(".step-*.old"):
            whole = self.folder / path.name[1:].partition(".")[0]
            if not whole.exists():
                with suppress(OSError):  # another process of this run may have done it
                    path.rename(whole)

    def _prune(self) -> None:
        best = self.best()
        for saved in self.all()[: -self.keep]:
            if best is None or saved.step != best.step:
                shutil.rmtree(saved.folder, ignore_errors=True)


# ------------------------------------------------------------------------------------------------------------- parts


def random_state() -> dict[str, Any]:
    """Of Python, numpy and torch, on every device, as JSON."""
    import torch

    kind, keys, *rest = np.random.get_state(legacy=True)  # the global one: whoever draws from it is restored too
    return {
        "python": random.getstate(),
        "numpy": [kind, base64.b64encode(np.asarray(keys).tobytes()).decode(), *rest],
        "torch": _as_text(torch.get_rng_state()),
        "cuda": [_as_text(each) for each in torch.cuda.get_rng_state_all()] if torch.cuda.is_available() else [],
    }


def restore_random(told: Mapping[str, Any]) -> None:
    """The same again."""
    import torch

    version, internal, gauss = told["python"]
    random.setstate((version, tuple(internal), gauss))
    kind, keys, *rest = told["numpy"]
    np.random.set_state((kind, np.frombuffer(base64.b64decode(keys), np.uint32), *rest))
    torch.set_rng_state(_as_tensor(told["torch"]))
    if told["cuda"] and torch.cuda.is_available():
        torch.cuda.set_rng_state_all([_as_tensor(each) for each in told["cuda"]])


def named_state(optimizer: Any, names: Sequence[str]) -> dict[str, Any]:
    """The optimizer's state as tensors by ``name/moment``; ``names``: of its parameters, in its order."""
    found = {}
    state = optimizer.state_dict()["state"]
    for number, name in enumerate(names):
        for key, value in state.get(number, {}).items():
            found[f"{name}/{key}"] = value
    return found


def restore_state(optimizer: Any, names: Sequence[str], told: Tensors) -> None:
    """What ``named_state`` gave. CannotRead where it is of other parameters."""
    numbers = {name: number for number, name in enumerate(names)}
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    state: dict[int, dict[str, Any]] = {}
    for key, value in told.items():
        name, _, moment = key.rpartition("/")
        if name not in numbers:
            raise CannotRead(f"The checkpoint's optimizer knows {name}, which is not trained.", mend="Start anew.")
        beside = weights[numbers[name]]
        state.setdefault(numbers[name], {})[moment] = laid_like(value, beside) if value.shape == beside.shape else value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def _write_tensors(path: Path, tensors: Tensors) -> None:
    from safetensors.torch import save_file

    save_file({name: tensor.detach().contiguous() for name, tensor in tensors.items()}, path)
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _tensors(path: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    try:
        found: dict[str, Any] = load_file(path)
    except (OSError, CannotWrite, _errors()) as error:
        raise CannotRead(f"{path} cannot be read: {says(error)}.", mend="Go on from the checkpoint before.") from None
    return found


def _errors() -> type[Exception]:
    from safetensors import SafetensorError

    found: type[Exception] = SafetensorError
    return found


def _json(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CannotRead(f"{path} cannot be read: {error}.", mend="Go on from the checkpoint before.") from None
    return found


def _whole(folder: Path) -> bool:
    try:
        told = json.loads((folder / LISTING).read_text(encoding="utf-8"))
        return told["format"] == FORMAT and all(
            (folder / name).stat().st_size == size for name, size in told["sizes"].items()
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _check_room(folder: Path, needs: int) -> None:
    free = shutil.disk_usage(folder).free
    if needs > free:
        raise BadRoom(f"{free / 1e6:,.0f} MB are free")


class BadRoom(OSError):
    """Private to this module: known before anything is written."""


def says(error: BaseException) -> str:
    """In a few words."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__


def _bytes(tensor: Any) -> int:
    return int(tensor.numel() * tensor.element_size())


def _as_text(tensor: Any) -> str:
    return base64.b64encode(tensor.cpu().numpy().tobytes()).decode()


def _as_tensor(told: str) -> Any:
    import torch

    return torch.from_numpy(np.frombuffer(base64.b64decode(told), np.uint8).copy())


def check_same(told: Mapping[str, Any], found: Mapping[str, Any], more: Mapping[str, str] | None = None) -> None:
    """BadInput where what a run began with is not what it is to go on with: the first that differs is named. ``more``:
    how it differs, where hashes alone are known."""
    for name, before in told.items():
        now = found.get(name)
        if now != before:
            how = (more or {}).get(name) or f"{str(before)[:24]} and not {str(now)[:24]}"
            raise BadInput(
                f"The run was begun with {_OTHER.get(name, f'another {name}').replace('_', ' ')}: {how}.",
                mend="Go on with the same, or begin a new run in another folder.",
            )


_OTHER = {"rows": "other rows", "prompts": "other prompts"}
