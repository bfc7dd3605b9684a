"""Run the benchmarks: ``python -m benchmarks [NAME ...]``; without names all of them. ``--quick`` takes smaller sizes.
Where data that are not redistributed are missing it is told which, and the exit code is 2.

ledger   appending and folding, acts per second: memory, SQLite, PostgreSQL
claims   eight processes claim from one queue; no task twice (asserted)
queue    answers of the queue and the board over HTTP with 100,000 tasks: median and p95
page     the first load of the pages in bytes, gzipped
odd      thousands of broken and odd files through probe and frames: outcomes, longest time, most memory
frames   one frame step in the browser: median and p95
readers  frames of a film in 1080p: processor seconds and memory beside torchcodec, decord, OpenCV, ffmpeg
imports  a thousand short clips into a workspace: clips a second with 1 and 2 jobs, memory after 100, 500, 1,000
critique-points  critiques read as points: beside 100 marked ones, carried out, beside the edits; ms a critique
derive   the check of the whole specification; all primitives of 100,000 records
stage    truth of staged clips by poses and by pixels: answers the same, others, none
stage-words  captions of staged clips held against their states: untrue, not all told, findings of the linter
stage-leak   whether a single frame gives the movement away; beside it the motion between two
renderers  the stage's renderer beside OpenGL in software (moderngl, where it is installed)
setup    the share of published set-up labels that a record of ours gives exactly, and every kind of conflict
duplicates  copies of real clips of every kind: bits, found or not, wrongly found; the index with 100,000 films
shots    shot boundaries of our detector beside PySceneDetect, on films put together from the real clips
shared-film  P(Yes) of eight captions and five drafts of one film, beside one call of the library for each
closed-loop  people mend drafts of staged clips at a desk; a tiny model learns from them and drafts the next campaign
best-of  the best of N captions by P(Yes), beside one at random and the best there is (tiny trained model)
merge    five captions of experts as one prompt: words and tokens before and after, claims lost
claim-figures  what drafts and final captions of the reference data claim, against its labels (needs the data)
served   one call of a model behind our server beside the same call here, and beside OpenAI's client
metrics  every metric of 18,000 pairs of captions, beside the libraries; intervals over 3,600 films
search   a million captions of 200,000 clips: filling the index, queries of nine kinds; SQLite and PostgreSQL
triples  a ledger of 100,000 settled tasks as triples in parquet, and back
training  a step of SFT and of DPO over clips with five aspects: films shared, beside a row for each answer
script   seconds per clip of the scripted annotator and reviewer over HTTP
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from functools import partial

from benchmarks import (
    best_of,
    claim_figures,
    claims,
    closed_loop,
    critique_points,
    data,
    derive,
    duplicates,
    frames,
    imports,
    ledger,
    merge,
    metrics,
    odd_files,
    page,
    queue,
    readers,
    renderers,
    script,
    search,
    served,
    setup_labels,
    shared_film,
    shots,
    stage_leak,
    stage_truth,
    stage_words,
    training,
    triples,
)

ALL = {
    "ledger": ledger,
    "claims": claims,
    "closed-loop": closed_loop,
    "claim-figures": claim_figures,
    "queue": queue,
    "page": page,
    "frames": frames,
    "readers": readers,
    "renderers": renderers,
    "odd": odd_files,
    "imports": imports,
    "script": script,
    "triples": triples,
    "metrics": metrics,
    "search": search,
    "shared-film": shared_film,
    "best-of": best_of,
    "merge": merge,
    "served": served,
    "critique-points": critique_points,
    "derive": derive,
    "setup": setup_labels,
    "duplicates": duplicates,
    "shots": shots,
    "stage": stage_truth,
    "stage-leak": stage_leak,
    "stage-words": stage_words,
    "training": training,
}


def main() -> int:
    """Run those that were named; 2 where one of them lacks its data, and the others are measured all the same."""
    parser = argparse.ArgumentParser(
        prog="benchmarks", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", choices=[*ALL, []], metavar="NAME")
    parser.add_argument("--quick", action="store_true", help="smaller sizes: does it run, not how fast")
    asked = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    code = 0
    for name in asked.names or ALL:
        print(f"\n== {name}", flush=True)
        code = max(code, data.ended(partial(ALL[name].run, quick=asked.quick)))
    return code


if __name__ == "__main__":
    sys.exit(main())
