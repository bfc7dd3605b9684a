"""A private S3 service on loopback (moto's, in a process of its own) and the environment that leads to it."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_SERVE = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print("%s:%d" % server.get_host_and_port(), flush=True)
sys.stdin.read()
"""


def why_not() -> str | None:
    """What is missing for this suite, in words; None where nothing is."""
    absent = [name for name in ("s3fs", "moto", "flask", "flask_cors") if importlib.util.find_spec(name) is None]
    return f"needs {' and '.join(absent)}: pip install 'videolect[dev]'." if absent else None


@contextmanager
def service() -> Iterator[str]:
    """The address of an empty service, as long as the block runs."""
    # It ends by itself when this process does, however that ends: its stdin closes.
    with subprocess.Popen(
        [sys.executable, "-c", _SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True,
    ) as server:  # fmt: skip
        assert server.stdout is not None
        assert server.stdin is not None
        yield f"http://{server.stdout.readline().strip()}"
        server.stdin.close()
        server.kill()


def environment(address: str) -> dict[str, str]:
    """The usual variables, for this service and nothing else."""
    return {
        "AWS_ENDPOINT_URL": address, "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing-secret",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "127.0.0.1",
    }  # fmt: skip


def make_bucket(address: str, bucket: str) -> None:
    """An empty bucket; moto asks nobody for credentials."""
    asked = urllib.request.Request(f"{address}/{bucket}", method="PUT")  # noqa: S310  # our own server on loopback
    urllib.request.urlopen(asked, timeout=30).close()  # noqa: S310  # the same


def uploads_begun(address: str, bucket: str) -> int:
    """How many multipart uploads were begun and neither completed nor given up."""
    with urllib.request.urlopen(f"{address}/{bucket}?uploads", timeout=30) as answer:  # noqa: S310  # the same
        return int(answer.read().decode().count("<UploadId>"))


def names(url: str) -> list[str]:
    """The objects below a prefix, by their names there."""
    found = _files().find(url)
    return sorted(name.removeprefix(url.removeprefix("s3://") + "/") for name in found)


def overwrite(url: str, data: bytes) -> None:
    """Other bytes under the name of an object."""
    _files().pipe_file(url, data)


def _files() -> Any:
    import s3fs

    return s3fs.S3FileSystem(skip_instance_cache=True, use_listings_cache=False)
