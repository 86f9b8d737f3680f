"""The HTTP server: sockets in, bytes out, and the misbehaviour that faults ask for."""

from __future__ import annotations

import socket
import struct
import sys
import threading
import traceback
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.emulator.wire import Reply, Request

Answer = Callable[[Request], Reply]
_MOST = 10_000_000
_PHRASES = {status.value: status.phrase for status in HTTPStatus}


class Server:
    """Listens on 127.0.0.1 and hands every request to `answer`; what breaks in it goes to `crashed`."""

    def __init__(self, answer: Answer, crashed: Callable[[str], None], pause: Callable[[float], None] | None) -> None:
        """Keep what to call; nothing listens yet. Without `pause` waiting is real, and ends when it is closed."""
        self._answer = answer
        self._crashed = crashed
        self._closing = threading.Event()
        self._pause = pause or self._closing.wait
        self._http: _Http | None = None

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`; a RuntimeError before it was started."""
        if self._http is None:
            raise RuntimeError("the emulator is not running: use it in a with statement, or call start()")
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def start(self, port: int) -> str:
        """Listen, and return the URL."""
        self._http = _Http(port, self._answer, self._crashed, self._pause)
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self.url

    def close(self) -> None:
        """Stop listening and end every connection."""
        self._closing.set()
        if self._http is not None:
            self._http.shutdown()
            self._http.end_connections()
            self._http.server_close()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(
        self, port: int, answer: Answer, crashed: Callable[[str], None], pause: Callable[[float], object]
    ) -> None:
        self.answer, self.crashed, self.pause = answer, crashed, pause
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def end_connections(self) -> None:
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it had ended by itself

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - as the base class has it
        """Tell of a defect; a client that hung up is none."""
        if not isinstance(sys.exception(), OSError):
            self.crashed(traceback.format_exc())


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Any method there is, so that an unknown one gets our 405 and not the library's 501."""
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        request = self._request()
        try:
            reply = self.server.answer(request)
        except Exception as error:  # noqa: BLE001 - a defect of the emulator must reach the test, not end the thread
            self.server.crashed(f"{self.command} {self.path}: {error!r}\n{traceback.format_exc()}")
            reply = Reply(500, {"code": 500, "message": "The emulator is broken"})
        self._deliver(reply)

    def _request(self) -> Request:
        length = self.headers.get("Content-Length", "0")
        body = self.rfile.read(min(int(length), _MOST)) if length.isdecimal() else b""
        headers = {name.lower(): value for name, value in self.headers.items()}
        target = urlsplit(self.path) if self.path.startswith("/") and not self.path.startswith("//") else None
        if target is None:
            return Request(self.command, self.path, "", headers, body)
        return Request(self.command, target.path, target.query, headers, body)

    def _deliver(self, reply: Reply) -> None:
        way = reply.delivery
        if way.delay_s:
            self.server.pause(way.delay_s)
        if way.how in {"reset", "close"}:
            self._hang_up(way.how)
            return
        if way.how == "padded":
            self._pad(reply)
            return
        body = b"" if self.command == "HEAD" or reply.status == HTTPStatus.NO_CONTENT else reply.content()
        data = self._head(reply, len(body)) + body
        if way.how == "truncated":
            data = data[: len(data) - max(1, len(body) // 2)]
            self.close_connection = True
        step = way.step if way.how == "drip" else len(data)
        for start in range(0, len(data), step):
            self.wfile.write(data[start : start + step])
            if way.gap_s:
                self.server.pause(way.gap_s)

    def _pad(self, reply: Reply) -> None:
        opening, block, closing = b'{"data": [], "padding": "', b"x" * 1_000_000, b'"}'
        left = reply.delivery.size - len(opening) - len(closing)
        self.wfile.write(self._head(reply, reply.delivery.size) + opening)
        for start in range(0, left, len(block)):
            self.wfile.write(block[: left - start])
        self.wfile.write(closing)

    def _head(self, reply: Reply, length: int) -> bytes:
        headers = dict(reply.headers)
        if reply.status != HTTPStatus.NO_CONTENT:
            headers["Content-Length"] = str(length)
        lines = [
            f"HTTP/1.1 {reply.status} {_PHRASES.get(reply.status, '')}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _hang_up(self, how: str) -> None:
        """End the connection without a byte: a TCP reset, or an ordinary end."""
        self.close_connection = True
        if how == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class has it
        """Say nothing: the log is kept elsewhere."""
