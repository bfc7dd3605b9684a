"""What transformers' own Qwen3-VL processor makes of small films, frozen in ``qwen3vl_golden.npz``.

It needs torchvision, which the project never installs, so it runs in an environment of its own:

    python -m venv golden
    golden/bin/pip install torch==2.13.0                       # the CPU build, first
    golden/bin/pip install transformers==5.23.0 pillow
    golden/bin/pip install torchvision==0.28.0 --no-deps       # else it asks for another torch
    golden/bin/python tests/data/make_qwen3vl_golden.py            writes the file
    golden/bin/python tests/data/make_qwen3vl_golden.py --check    exit 1 where the processor gives anything else

``tests/unit/test_vlm_tokens.py`` compares the project's own patches and words with the file, and runs the check where
``VIDEOLECT_PROCESSOR_PYTHON`` names such a Python.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).with_name("qwen3vl_golden.npz")
HALF = (0.5, 0.5, 0.5)
CLIP = ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))
"""Means and deviations that are no powers of two."""


@dataclass(frozen=True)
class Case:
    """One film, and the numbers of one processor."""

    name: str
    indices: tuple[int, ...]
    """Numbers of its frames in the film that they come from; the processor gets no others."""
    height: int
    width: int
    fps: float
    patch: int = 16
    temporal_patch: int = 2
    merge: int = 2
    mean: tuple[float, ...] = HALF
    std: tuple[float, ...] = HALF
    pixels: tuple[int, int] | None = None
    """Least and most of the whole film, where the processor scales it itself."""

    @property
    def times_s(self) -> tuple[float, ...]:
        """Of its frames."""
        return tuple(index / self.fps for index in self.indices)

    def pictures(self) -> NDArray[np.uint8]:
        """[frames, height, width, 3]: slopes that move, with noise that a formula gives."""
        frame, y, x, colour = np.ogrid[0 : len(self.indices), 0 : self.height, 0 : self.width, 0:3]
        noise = (frame * 7919 + y * 104_729 + x * 1_299_709 + colour * 15_485_863) % 8191 * 48 // 8191
        made: NDArray[np.uint8] = ((3 * x + 2 * y + 17 * frame + 70 * colour + noise) % 256).astype(np.uint8)
        return made


NTSC = 30_000 / 1001
CASES = (
    Case("even", (0, 15, 30, 45), 32, 64, NTSC),
    Case("odd", (3, 14, 25, 36, 47), 64, 32, 24_000 / 1001),
    Case("one", (9,), 32, 32, 25.0),
    Case("groups-of-four", (0, 2, 4, 6, 8, 10, 12, 14), 48, 32, 8.0, patch=8, temporal_patch=4),
    Case("four-not-full", (0, 1, 2, 3, 4, 5), 32, 48, 12.5, patch=8, temporal_patch=4, mean=CLIP[0], std=CLIP[1]),
    Case("later-half", (601, 613, 640), 32, 32, 59.94, mean=CLIP[0], std=CLIP[1]),
    Case("no-merging", (0, 10), 32, 16, 10.0, merge=1),
    Case("smaller", (0, 12, 24, 36), 90, 160, 23.976, pixels=(4 * 32 * 32, 4 * 8 * 32 * 32)),
    Case("larger", (0, 5, 10), 41, 30, NTSC, pixels=(4 * 64 * 64, 4 * 8 * 64 * 64)),
)


def golden() -> dict[str, NDArray[Any]]:
    """For each case the patches, the grid, and the prompt in the two forms in which a video place can be written."""
    processors = _processors()
    made: dict[str, NDArray[Any]] = {}
    for case in CASES:
        processor = processors(case)
        from transformers.video_utils import VideoMetadata

        for form, place in (("bare", "<|video_pad|>"), ("triple", "<|vision_start|><|video_pad|><|vision_end|>")):
            given = processor(
                text=[f"before {place} behind"], videos=[case.pictures()], return_tensors="pt", do_sample_frames=False,
                video_metadata=[VideoMetadata(
                    total_num_frames=case.indices[-1] + 1, fps=case.fps, frames_indices=list(case.indices),
                    height=case.height, width=case.width, duration=(case.indices[-1] + 1) / case.fps,
                )],
            )  # fmt: skip
            made[f"{case.name}/{form}"] = np.array(processor.tokenizer.decode(given["input_ids"][0]))
        made[f"{case.name}/patches"] = given["pixel_values_videos"].numpy()
        made[f"{case.name}/grid"] = given["video_grid_thw"].numpy()[0]
    return made


def _processors() -> Any:
    """Makes the processor of a case. The published build of torchvision cannot load its own operators beside a torch
    for CPUs; what the processor uses of it needs none, so two of them are declared and never called.
    """
    import importlib.util

    import torch

    library = torch.library.Library("torchvision", "DEF") if importlib.util.find_spec("torchvision") else None
    if library is not None:
        library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast, Qwen2VLImageProcessor, Qwen3VLProcessor, Qwen3VLVideoProcessor

    # Bytes alone: whatever the processor writes comes back as it was.
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    plain = Tokenizer(models.BPE(vocab={sign: number for number, sign in enumerate(alphabet)}, merges=[]))
    plain.pre_tokenizer, plain.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    marks = ["endoftext", "im_start", "im_end", "vision_start", "vision_end", "image_pad", "video_pad"]
    plain.add_special_tokens([AddedToken(f"<|{mark}|>", special=True) for mark in marks])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=plain, pad_token="<|endoftext|>")

    def made(case: Case) -> Any:
        common = {
            "patch_size": case.patch, "temporal_patch_size": case.temporal_patch, "merge_size": case.merge,
            "image_mean": list(case.mean), "image_std": list(case.std), "do_resize": case.pixels is not None,
        }  # fmt: skip
        least, most = case.pixels or (1, 1 << 30)
        video = Qwen3VLVideoProcessor(
            **common, size={"shortest_edge": least, "longest_edge": most}, cap_pixels_per_frame=False
        )
        return Qwen3VLProcessor(Qwen2VLImageProcessor(**common), tokenizer, video)

    made.library = library  # type: ignore[attr-defined]  # declared for as long as it lives
    return made


def main() -> int:
    """Write or check."""
    made = golden()
    if "--check" not in sys.argv[1:]:
        np.savez_compressed(FILE, **made)
        print(f"Wrote {FILE.name}: {FILE.stat().st_size} bytes.")
        return 0
    with np.load(FILE) as kept:
        other = sorted(set(kept.files) ^ set(made))
        other += [name for name in kept.files if name in made and not np.array_equal(kept[name], made[name])]
    print("Not as frozen: " + ", ".join(other) if other else "The processor gives what is frozen.")
    return 1 if other else 0


if __name__ == "__main__":
    sys.exit(main())
