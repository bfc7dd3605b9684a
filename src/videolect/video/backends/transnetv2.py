"""TransNet V2 (Souček and Lokoč, arXiv 2008.04838) in PyTorch, written after the paper; weights by path.

The network reads 100 frames of 48x27 and says for each how likely a transition is: three cells of two blocks, each
block four (2+1)-D convolutions with dilations of 1, 2, 4, 8 frames side by side; after them, what the frames around
(50 on either side) have in common by learned features and by colour histograms; one hidden layer; two heads, one for
the middle frame of a transition and one for all of its frames. Of each window only the middle 50 frames are kept.

Names and shapes of the weights are those of the authors' PyTorch state dict (github.com/soCzech/TransNetV2, MIT; their
script converts the published TensorFlow weights), so that file is taken as it is. It is read with ``weights_only``: a
pickle that would run code is refused. Weights are not part of this package. Extra ``transnet``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from videolect.errors import INSTALL, BadInput, CannotRead, MissingExtra, NotFound
from videolect.video.shots import Picture, Scores, Transition, as_bytes, runs

if TYPE_CHECKING:
    from torch import Tensor

WIDTH, HEIGHT = 48, 27
WINDOW, MARGIN = 100, 25
_STEP = WINDOW - 2 * MARGIN
_FILTERS = (16, 32, 64)
_BLOCKS = 2
_DILATIONS = (1, 2, 4, 8)
_LOOKUP = 101
_NORM_EPSILON = 1e-3
_WORDS = INSTALL.format("transnet")


def shapes() -> dict[str, tuple[int, ...]]:
    """Name -> shape of every weight: 1024 hidden units over 4608 features of the picture and 128 + 128 of likeness."""
    found: dict[str, tuple[int, ...]] = {}
    channels = 3
    for cell, filters in enumerate(_FILTERS):
        for block in range(_BLOCKS):
            name = f"SDDCNN.{cell}.DDCNN.{block}"
            for dilation in _DILATIONS:
                found[f"{name}.Conv3D_{dilation}.layers.0.weight"] = (2 * filters, channels, 1, 3, 3)
                found[f"{name}.Conv3D_{dilation}.layers.1.weight"] = (filters, 2 * filters, 3, 1, 1)
            channels = len(_DILATIONS) * filters
            for part in ("weight", "bias", "running_mean", "running_var"):
                found[f"{name}.bn.{part}"] = (channels,)
    features = channels * (HEIGHT // 8) * (WIDTH // 8)
    for name, out, into in (
        ("frame_sim_layer.projection", 128, len(_DILATIONS) * sum(_FILTERS)),
        ("frame_sim_layer.fc", 128, _LOOKUP),
        ("color_hist_layer.fc", 128, _LOOKUP),
        ("fc1", 1024, features + 256),
        ("cls_layer1", 1, 1024),
        ("cls_layer2", 1, 1024),
    ):
        found[f"{name}.weight"], found[f"{name}.bias"] = (out, into), (out,)
    return found


def logits(weights: Mapping[str, Tensor], pictures: Tensor) -> tuple[Tensor, Tensor]:
    """Both heads, [batch, frames] each, of pictures [batch, frames, 27, 48, 3] in bytes."""
    import torch
    from torch.nn import functional

    x = pictures.permute(0, 4, 1, 2, 3).float() / 255
    pooled = []
    for cell in range(len(_FILTERS)):
        first = _block(weights, f"SDDCNN.{cell}.DDCNN.0", x).relu()
        second = _block(weights, f"SDDCNN.{cell}.DDCNN.1", first).relu()
        x = functional.avg_pool3d(second + first, (1, 2, 2))
        pooled.append(x.mean(dim=(3, 4)))
    batch, frames = pictures.shape[:2]
    picture = x.permute(0, 2, 3, 4, 1).reshape(batch, frames, -1)
    learned = _linear(weights, "frame_sim_layer.projection", torch.cat(pooled, dim=1).transpose(1, 2))
    features = torch.cat(
        [
            _likeness(weights, "color_hist_layer.fc", _histograms(pictures)),
            _likeness(weights, "frame_sim_layer.fc", learned),
            picture,
        ],
        dim=2,
    )
    hidden = _linear(weights, "fc1", features).relu()
    return _linear(weights, "cls_layer1", hidden)[..., 0], _linear(weights, "cls_layer2", hidden)[..., 0]


def _block(weights: Mapping[str, Tensor], name: str, x: Tensor) -> Tensor:
    """Four dilated convolutions side by side, first over the picture, then over time; normalised."""
    import torch
    from torch.nn import functional

    branches = []
    for dilation in _DILATIONS:
        conv = f"{name}.Conv3D_{dilation}.layers"
        y = functional.conv3d(x, weights[f"{conv}.0.weight"], padding=(0, 1, 1))
        branches.append(
            functional.conv3d(
                y, weights[f"{conv}.1.weight"], padding=(dilation, 0, 0), dilation=(dilation, 1, 1)
            )
        )  # fmt: skip
    mean, variance, scale, shift = (
        weights[f"{name}.bn.{part}"] for part in ("running_mean", "running_var", "weight", "bias")
    )
    return functional.batch_norm(torch.cat(branches, dim=1), mean, variance, scale, shift, eps=_NORM_EPSILON)


def _linear(weights: Mapping[str, Tensor], name: str, x: Tensor) -> Tensor:
    from torch.nn import functional

    return functional.linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"])


def _likeness(weights: Mapping[str, Tensor], name: str, x: Tensor) -> Tensor:
    """Cosines of each frame's vector with those of 50 frames on either side (0 outside the window), one layer on."""
    from torch.nn import functional

    unit = functional.normalize(x, dim=2)
    reach = _LOOKUP // 2
    cosines = functional.pad(unit @ unit.transpose(1, 2), (reach, reach))
    frames = x.shape[1]
    # Row i of the padded matrix, from column i on: what lies along the diagonal.
    return _linear(
        weights, name, cosines.unfold(2, _LOOKUP, 1).diagonal(dim1=1, dim2=2).transpose(1, 2)[:, :frames]
    ).relu()


def _histograms(pictures: Tensor) -> Tensor:
    """[batch, frames, 512]: how many pixels fall into each of 8 x 8 x 8 colours."""
    import torch

    high = (pictures >> 5).long()
    colour = (high[..., 0] * 64 + high[..., 1] * 8 + high[..., 2]).flatten(2)
    counts = torch.zeros(*colour.shape[:2], 512)
    return counts.scatter_add_(2, colour, torch.ones_like(colour, dtype=torch.float32))


class TransNetV2:
    """The engine. Tracks: ``single`` (the middle of a transition) and ``all`` (each of its frames)."""

    size = (WIDTH, HEIGHT)
    threshold = 0.5

    def __init__(self, weights: Mapping[str, Tensor], *, name: str) -> None:
        self._weights = checked(weights)
        self.found_by = f"transnetv2 {name}"

    @classmethod
    def load(cls, path: Path | None) -> TransNetV2:
        """From a state dict on disk; the first 8 hex digits of its SHA-256 are its version."""
        if path is None:
            raise BadInput(
                "TransNet V2 needs its weights.", mend="Give --weights FILE: the authors' PyTorch state dict."
            )
        torch = _torch()
        try:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
        except OSError as error:
            raise NotFound(
                f"{path} cannot be read: {error.strerror}.", mend="Give the file with the weights."
            ) from error
        try:
            loaded = torch.load(path, map_location="cpu", weights_only=True)
        except Exception as error:  # torch raises what its unpickler meets
            told = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise CannotRead(
                f"{path} holds no PyTorch weights: {told}", mend="Give the authors' state dict."
            ) from error
        return cls(loaded, name=digest)

    def score(self, pictures: Iterable[Picture], rate: float) -> Scores:
        """Windows of 100 frames every 50; the film's first and last picture stand in for what lies outside it."""
        torch = _torch()
        single: list[NDArray[np.float32]] = []
        every: list[NDArray[np.float32]] = []
        frames = 0
        with torch.inference_mode():
            for window, kept in windows(pictures):
                one, all_ = logits(self._weights, torch.from_numpy(window)[None])
                middle = slice(MARGIN, MARGIN + kept)
                single.append(one[0, middle].sigmoid().numpy())
                every.append(all_[0, middle].sigmoid().numpy())
                frames += kept
        if not frames:
            raise BadInput("There is no picture to look at.", mend="Give the pictures of a film.")
        tracks = {"single": as_bytes(np.concatenate(single)), "all": as_bytes(np.concatenate(every))}
        return Scores(found_by=self.found_by, rate=rate, tracks=tracks)

    def read(self, scores: Scores, threshold: float) -> list[Transition]:
        """Runs of the first head; one whose neighbours in the second head make three frames or more is gradual.

        The network marks the last frame of the old shot at a cut, so the new one begins after it.
        """
        least = max(1, int(as_bytes(np.array([threshold]))[0]))
        single, every = scores.tracks["single"], scores.tracks["all"]
        spans = list(runs(every >= least))
        found: list[Transition] = []
        free = 1
        for start, end in runs(single >= least):
            wide = [span for span in spans if span[0] < end and start < span[1]]
            first = max(free - 1, min([start, *(low for low, _ in wide)]))
            last = max([end, *(high for _, high in wide)])
            kind = "gradual"
            if last - first < 3:
                kind = "cut"
                first = last = start + int(np.argmax(single[start:end])) + 1
            if free <= last < len(single) or (kind == "gradual" and free <= last):
                value = float(single[start:end].max()) / 255
                found.append(
                    Transition(kind=kind, start_frame=first, end_frame=last, found_by=self.found_by, score=value)
                )
                free = last + 1
        return found


def windows(pictures: Iterable[Picture]) -> Iterator[tuple[NDArray[np.uint8], int]]:
    """([100, 27, 48, 3], how many of its middle frames are new): each frame is in exactly one middle."""
    kept: list[Picture] = []
    for picture in pictures:
        if picture.shape != (HEIGHT, WIDTH, 3):
            raise BadInput(
                f"A picture of {picture.shape} came.", mend=f"Give pictures of {HEIGHT} rows of {WIDTH} pixels in RGB."
            )
        if not kept:
            kept = [picture] * MARGIN
        kept.append(picture)
        if len(kept) == WINDOW:
            yield np.stack(kept), _STEP
            kept = kept[_STEP:]
    left = len(kept) - MARGIN
    while left > 0 and kept:
        yield np.stack([*kept, *[kept[-1]] * (WINDOW - len(kept))][:WINDOW]), min(left, _STEP)
        kept, left = kept[_STEP:], left - _STEP


def checked(weights: Any) -> dict[str, Tensor]:
    """The weights that the network has, as 32-bit numbers. CannotRead where one is missing or of another shape."""
    if not isinstance(weights, Mapping):
        raise CannotRead(f"These weights are a {type(weights).__name__}.", mend="Give a state dict.")
    expected = shapes()
    for name, shape in expected.items():
        found = getattr(weights.get(name), "shape", None)
        if found is None or tuple(found) != shape:
            told = "is missing" if found is None else f"has the shape {tuple(found)}"
            raise CannotRead(
                f"The weight {name} {told}; TransNet V2 has {shape} there.",
                mend="Give the authors' PyTorch state dict, as their convert_weights.py writes it.",
            )
    strange = [name for name in weights if name not in expected and not name.endswith("num_batches_tracked")]
    if strange:
        raise CannotRead(f"TransNet V2 has no weight {strange[0]}.", mend="Give the authors' PyTorch state dict.")
    return {name: weights[name].float() for name in expected}


def _torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise MissingExtra("TransNet V2 runs on PyTorch, which is not installed.", mend=_WORDS) from error
    return torch
