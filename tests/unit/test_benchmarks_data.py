"""Benchmarks on data that are not redistributed: one answer where these are not there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks import data

ROOT = Path(__file__).parents[2]
REFERENCE = ("claim-figures", "merge", "metrics", "setup", "critique-points")
CLIPS = ("duplicates", "readers", "shots")


def asked(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    where = {"VIDEOLECT_REFERENCE": str(folder), "VIDEOLECT_CLIPS": str(folder)}
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, env={**os.environ, **where}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_a_benchmark_without_its_data_ends_with_2_and_names_folder_rule_and_mend(tmp_path: Path) -> None:
    done = asked(tmp_path, "benchmarks", *REFERENCE, *CLIPS, "--quick")
    assert done.returncode == 2, done.stderr
    said = done.stderr.splitlines()
    for what, variable, names in (
        ("reference data", "VIDEOLECT_REFERENCE", REFERENCE),
        ("real clips", "VIDEOLECT_CLIPS", CLIPS),
    ):
        rule = f"the {what} are not redistributed, and nothing of this is measured without."
        assert sum(line.startswith(f"{tmp_path} holds no ") and line.endswith(rule) for line in said) == len(names)
        assert said.count(f"Put them there, or name their folder in {variable}.") == len(names)
    assert len(said) == 2 * len(REFERENCE + CLIPS)


@pytest.mark.parametrize("name", ["caption_claims", "caption_lint", "critique_points"])
def test_so_does_one_whose_folder_is_named(name: str, tmp_path: Path) -> None:
    done = asked(tmp_path / "other", f"benchmarks.{name}", "--data", str(tmp_path))
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith(f"{tmp_path} holds no triples.parquet: ")


def test_the_folder_is_the_one_that_is_named_or_of_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named, other = tmp_path / "named", tmp_path / "other"
    for folder in (named, other):
        folder.mkdir()
        (folder / "triples.parquet").touch()
    monkeypatch.setenv("VIDEOLECT_REFERENCE", str(other))
    assert (data.reference(), data.reference(named=named)) == (other, named)
    assert data.ended(lambda: None) == 0
