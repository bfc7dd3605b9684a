"""Teaching a model from rows: what it is shown, what it is asked, what it should answer, and proofs that all is so.

``examples`` makes rows into tokens by clip, ``batches`` cuts them into steps, ``packing`` lays a step out, ``model``
holds the weights, ``losses`` the formulas, ``sft``, ``preference`` and ``policy`` the methods, ``proofs`` what must
hold before the first step.
"""
