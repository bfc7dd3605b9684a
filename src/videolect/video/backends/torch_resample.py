"""Scaling by torch: the reference for ``resample``, and quicker. Loaded where torch is there already."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def resample_with_torch(picture: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """A picture [height, width, 3] at another size (width, height)."""
    import torch
    from torch.nn.functional import interpolate

    # The colours stay side by side in memory, as they are: that is the layout for which torch has its quick way.
    tensor = torch.from_numpy(picture).permute(2, 0, 1)[None]
    scaled = interpolate(tensor, size=(size[1], size[0]), mode="bicubic", antialias=True)
    return np.ascontiguousarray(scaled[0].permute(1, 2, 0).numpy())
