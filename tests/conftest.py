"""Fixtures that every test may ask for, and the rule for suites that need something from outside the repository."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from tests.support import browser as browsers
from tests.support import clips, models, postgres, reference, s3
from tests.support.suites import LEFT_OUT, leave_out

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SUITE_OF_FIXTURE = {
    "postgres_url": "postgres",
    "postgres_database": "postgres",
    "s3_address": "s3",
    "chromium_path": "browser",
    "browser": "browser",
    "clip_path": "clips",
    "reference_data": "reference",
    "tiny_model": "models",
    "trl_library": "trl",
}
"""A test that uses one of these fixtures bears the suite's mark, so that `-m "not browser"` leaves out all of it."""

_database_numbers = count(1)
_bucket_numbers = count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--network", action="store_true", help="also run the tests that need the internet")
    parser.addoption("--pictures", metavar="DIR", help="where browser tests keep pictures of the pages")


# Hypothesis fails an example that takes 200 ms, unless CI is set. On a busy machine any example may.
settings.register_profile("unhurried", settings.default, deadline=None)
settings.load_profile("unhurried")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEFT_OUT] = {}
    # torch takes every core, and so would each worker and what it starts; models as tiny as ours gain nothing by it.
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for suite in {SUITE_OF_FIXTURE[name] for name in getattr(item, "fixturenames", ()) if name in SUITE_OF_FIXTURE}:
            item.add_marker(suite)
    _order(items)


def _order(items: list[pytest.Item]) -> None:
    """File by file: those with slow tests first, so that no worker begins one when the others are done; browsers last.

    Playwright's synchronous interface keeps an event loop running in its thread from its first use to its end, and
    `asyncio.run` refuses to work beside it. The order is also that in which workers take files.
    """
    bearing = {mark: {item.path for item in items if item.get_closest_marker(mark)} for mark in ("browser", "slow")}
    first_seen = {path: number for number, path in enumerate(dict.fromkeys(item.path for item in items))}
    items.sort(
        key=lambda item: (
            item.path in bearing["browser"],
            item.path not in bearing["slow"],
            first_seen[item.path],
            item.get_closest_marker("browser") is not None,
        )
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("network") and not item.config.getoption("--network"):
        leave_out(item.config, "network", "needs the internet; ask for it with --network.")
    if item.get_closest_marker("gpu") and not _accelerator():
        leave_out(item.config, "gpu", "needs torch and an accelerator that it can use.")


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _in_worker(session.config):
        session.config.workeroutput["left_out"] = session.config.stash[LEFT_OUT]  # type: ignore[attr-defined]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker has ended: what it left out, the run left out. One that crashed says nothing."""
    node.config.stash[LEFT_OUT].update(getattr(node, "workeroutput", {}).get("left_out", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    left_out = config.stash[LEFT_OUT]
    for suite, why in sorted(left_out.items()):
        terminalreporter.write_line(f"Suite left out: {suite} - {why}")
    if not left_out:
        terminalreporter.write_line("No suite was left out.")


@pytest.fixture(scope="session")
def postgres_url(pytestconfig: pytest.Config) -> Iterator[str]:
    """SQLAlchemy's URL of a private PostgreSQL cluster that lives as long as the run."""
    programs = postgres.find_postgres()
    if programs is None:
        leave_out(pytestconfig, "postgres", "found no initdb; on Debian: apt-get install postgresql.")
    with postgres.cluster(programs) as url:
        yield url


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """SQLAlchemy's URL of an empty database that is this test's own."""
    with postgres.fresh_database(postgres_url, f"test_{next(_database_numbers)}") as url:
        yield url


@pytest.fixture(scope="session")
def s3_address(pytestconfig: pytest.Config) -> Iterator[str]:
    """The address of a private S3 service that lives as long as the run."""
    if why := s3.why_not():
        leave_out(pytestconfig, "s3", why)
    with s3.service() as address:
        yield address


@pytest.fixture
def s3_url(s3_address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a prefix in an empty bucket that is this test's own; the environment leads there."""
    for name, value in s3.environment(s3_address).items():
        monkeypatch.setenv(name, value)
    bucket = f"films-{next(_bucket_numbers)}"
    s3.make_bucket(s3_address, bucket)
    return f"s3://{bucket}/of/a-desk"


@pytest.fixture(scope="session")
def chromium_path(pytestconfig: pytest.Config) -> Path:
    """The system's Chromium."""
    program = browsers.find_chromium()
    if program is None:
        leave_out(pytestconfig, "browser", "found no Chromium; on Debian: apt-get install chromium.")
    return program


@pytest.fixture(scope="session")
def one_chromium(chromium_path: Path) -> Iterator[Browser]:
    """One headless Chromium for the whole run."""
    with browsers.launched(chromium_path) as running:
        yield running


@pytest.fixture
def browser(one_chromium: Browser) -> Iterator[Browser]:
    """The run's Chromium: open a context of your own in it, `browser.new_context()`. Its pages end with the test."""
    yield one_chromium
    for context in one_chromium.contexts:
        context.close()


@pytest.fixture(scope="session")
def clip_path(pytestconfig: pytest.Config) -> Callable[[str], Path]:
    """Finds a real clip by its file name: `clip_path("nasa_13013.mp4")`."""
    if not clips.FOLDER.is_dir():
        leave_out(pytestconfig, "clips", f"the real clips are not part of the repository; looked in {clips.SHOWN}.")
    return clips.clip


@pytest.fixture(scope="session")
def reference_data(pytestconfig: pytest.Config) -> Path:
    """The folder of the paper authors' records, labels and captions."""
    if not (reference.FOLDER / "README.md").is_file():
        why = f"the authors' data are not part of the repository; looked in {reference.SHOWN}."
        leave_out(pytestconfig, "reference", why)
    return reference.FOLDER


@pytest.fixture(scope="session")
def tiny_model(pytestconfig: pytest.Config) -> Callable[[str], Path]:
    """Finds a tiny random Qwen3-VL checkpoint, built the first time: `tiny_model("micro")`, `tiny_model("small")`."""
    if absent := models.missing():
        leave_out(pytestconfig, "models", f"needs {' and '.join(absent)}: install videolect[vlm].")
    return models.tiny_model


@pytest.fixture(scope="session")
def trl_library(pytestconfig: pytest.Config) -> Any:
    """TRL, with what its trainers need."""
    if absent := models.missing(models.FOR_TRL):
        leave_out(pytestconfig, "trl", f"needs {' and '.join(absent)}: install videolect[train].")
    import trl

    return trl


@pytest.fixture
def load(tiny_model: Callable[[str], Path]) -> Callable[..., Any]:
    """Loads the micro model on the CPU to be trained; options as `training.model.load`."""
    from videolect.training.model import load

    return lambda **more: load(str(tiny_model("micro")), device="cpu", **more)


@pytest.fixture(scope="session")
def trained_model(pytestconfig: pytest.Config, tiny_model: Callable[[str], Path]) -> Path:
    """The folder of the tiny model that names camera movement; prompts and films as in `training.tiny`."""
    folder = models.trained()
    if folder is None:
        leave_out(pytestconfig, "trained", "nobody has trained the tiny model here: make tiny-trained, 40 minutes.")
    return folder


def _in_worker(config: pytest.Config) -> bool:
    """Whether this is one of several processes among which pytest-xdist divides the run."""
    return hasattr(config, "workerinput")


def _accelerator() -> bool:
    if importlib.util.find_spec("torch") is None:
        return False
    import torch

    return bool(torch.cuda.is_available())
