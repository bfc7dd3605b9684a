"""Servers on real sockets: any ASGI application with uvicorn, and one that misbehaves as it is told."""

from __future__ import annotations

import json
import socket
import socketserver
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import uvicorn


@contextmanager
def live(app: Any) -> Iterator[str]:
    """The address of an application that is served by uvicorn, up to and with /v1."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as sock:
        sock.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=5)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{sock.getsockname()[1]}/v1"
        finally:
            server.should_exit = True
            thread.join()


@dataclass
class Request:
    """One request, as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Talk:
    """What a misbehaving server may do with a connection."""

    def __init__(self, sock: socket.socket, request: Request, number: int) -> None:
        self.sock = sock
        self.request = request
        self.number = number
        """Of the request, from 0."""

    def raw(self, data: bytes) -> None:
        self.sock.sendall(data)

    def head(self, status: int = 200, **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} Whatever", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.raw("\r\n".join([*lines, "", ""]).encode())

    def answer(self, body: Any, status: int = 200, **headers: str) -> None:
        """A whole answer: JSON, or bytes as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.head(status, **{"Content-Type": "application/json", **headers, "Content-Length": str(len(data))})
        self.raw(data)

    def stream(self) -> None:
        self.head(Content_Type="text/event-stream")

    def event(self, said: Any) -> None:
        self.raw(f"data: {said if isinstance(said, str) else json.dumps(said)}\n\n".encode())

    def words(self, *words: str, finish: str | None = "stop", index: int = 0) -> None:
        """Parts of an answer as a stream gives them."""
        for word in words:
            self.event({"choices": [{"index": index, "delta": {"content": word}, "finish_reason": None}]})
        if finish:
            self.event({"choices": [{"index": index, "delta": {}, "finish_reason": finish}]})

    def usage(self, prompt: int, written: int) -> None:
        self.event({"choices": [], "usage": {"prompt_tokens": prompt, "completion_tokens": written}})

    def reset(self) -> None:
        """Cut the line without a goodbye."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def gone(self, timeout: float = 10.0) -> bool:
        """Whether the client hangs up within this time."""
        self.sock.settimeout(timeout)
        try:
            return self.sock.recv(1) == b""
        except ConnectionError:
            return True
        except TimeoutError:
            return False


Behaviour = Callable[[Talk], None]


@dataclass
class Misbehaving:
    """Where it is, and what it was asked."""

    url: str
    requests: list[Request] = field(default_factory=list)


@contextmanager
def misbehaving(behave: Behaviour, *, tls: ssl.SSLContext | None = None) -> Iterator[Misbehaving]:
    """A server that reads each request whole and then does as ``behave`` says."""
    served = Misbehaving("")
    guard = threading.Lock()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            sock: socket.socket = self.request
            with suppress(OSError):
                if tls is not None:
                    sock = tls.wrap_socket(sock, server_side=True)
                with sock:
                    request = _read(sock)
                    if request is None:
                        return
                    with guard:
                        number = len(served.requests)
                        served.requests.append(request)
                    behave(Talk(sock, request, number))

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 64

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        served.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}/v1"
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()


def _read(sock: socket.socket) -> Request | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = sock.recv(65536)
        if not more:
            return None
        if not data and more[0] == 0x16:  # somebody speaks TLS to a server that does not
            sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += sock.recv(65536)
    method, path, _ = first.split(" ", 2)
    return Request(method, path, headers, body)
