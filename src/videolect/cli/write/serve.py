"""``videolect write serve``: a model as a server that speaks OpenAI's chat completions."""

from __future__ import annotations

import argparse
import ipaddress
import sys
from pathlib import Path
from typing import Any

import uvicorn

from videolect.cli.serving import listening
from videolect.errors import BadInput
from videolect.files import bring_back
from videolect.vlm.keys import read_key
from videolect.web.model_request import Bounds
from videolect.web.model_server import create_server
from videolect.wiring import make_backend

KEY_VARIABLE = "VIDEOLECT_SERVE_KEY"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What it takes."""
    parser.description = run.__doc__
    parser.add_argument(
        "--model", required=True, metavar="M", help="a checkpoint's folder, or NAME[:ARGUMENT]: qwen:NAME, chat:URL ..."
    )
    parser.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1, this machine only")
    parser.add_argument("--port", type=int, default=8760, help="default: 8760; 0 takes a free one")
    parser.add_argument(
        "--key-file", type=Path, metavar="FILE", help=f"the key that clients bring; default: ${KEY_VARIABLE}, or none"
    )
    parser.add_argument("--at-once", type=int, metavar="N", help="requests that the model works on at the same time")
    parser.add_argument("--body-mib", type=int, default=64, metavar="N", help="the largest request; default: 64 MiB")
    parser.add_argument("--most-frames", type=int, default=256, metavar="N", help="of one film; default: 256")


def run(asked: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Serve a model until interrupted. Beyond this machine only with a key, in $VIDEOLECT_SERVE_KEY or --key-file."""
    for name, value in (
        ("--at-once", asked.at_once),
        ("--body-mib", asked.body_mib),
        ("--most-frames", asked.most_frames),
    ):
        if value is not None and not 1 <= value <= 4096:
            raise BadInput(f"{name} is {value}.", mend="Give 1 to 4096.")
    key = read_key(KEY_VARIABLE, asked.key_file)
    if not key and not _is_own(asked.host):
        raise BadInput(
            f"On {asked.host} everybody who reaches this machine could use the model.",
            mend=f"Set a key in ${KEY_VARIABLE} or --key-file, or serve 127.0.0.1.",
        )
    folder = Path(asked.model.partition("?")[0])
    bring_back(folder)
    is_folder = folder.is_dir()
    backend = make_backend(f"qwen:{asked.model}" if is_folder else asked.model)
    bounds = Bounds(body_bytes=asked.body_mib << 20, frames=asked.most_frames)
    app = create_server(backend, key=key or None, bounds=bounds, at_once=asked.at_once)
    with listening(asked.host, asked.port) as sock:
        sock.listen(128)  # so that whoever reads the address may ask at once
        address = f"http://{asked.host}:{sock.getsockname()[1]}/v1"
        print(f"{backend.model.id} is served at {address}", file=sys.stderr, flush=True)
        config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=5)
        uvicorn.Server(config).run(sockets=[sock])
    return 0, {}


def _is_own(host: str) -> bool:
    """Whether only this machine reaches that address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def render(answer: dict[str, Any]) -> str:
    """For people."""
    return ""
