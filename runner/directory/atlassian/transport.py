"""One request out, one whole answer in, within a time and a size; or nothing.

What the library would do by itself and must not: follow redirects (a redirected DELETE would become a GET and look like
a success), send the key elsewhere, take credentials from ``.netrc``, wait for ever for a body that drips, and unpack
a small body into a large one.
"""

from __future__ import annotations

import http.client
import io
import socket
import threading
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from runner.directory.atlassian.connection import Connection

LONGEST_BODY = 16 * 1024 * 1024
"""Bytes, decoded. A page of 100 people with everything expanded has some 200 kB."""
CONNECT_S = 10.0
_CHUNK = 64 * 1024


class AnswerLostError(Exception):
    """No whole answer came: whether the request was carried out is not known."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; names of headers are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Due:
    """When the exchange under way must be over, on the monotonic clock; one for each thread's session."""

    def __init__(self) -> None:
        self.at = 0.0

    def remaining_s(self) -> float:
        left = self.at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for this call is over")
        return left


class _DueStream(io.RawIOBase):
    """What a socket receives; each wait for a byte ends when the exchange is due, also within the headers."""

    def __init__(self, sock: socket.socket, due: _Due) -> None:
        self._sock, self._due = sock, due
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._due.remaining_s())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _DueSocket:
    """A connected socket that is read through ``_DueStream``; everything else is the socket's own."""

    def __init__(self, sock: Any, due: _Due) -> None:
        self._sock, self._due = sock, due

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def makefile(self, mode: str) -> io.BufferedReader:
        assert mode == "rb"
        return io.BufferedReader(_DueStream(self._sock, self._due))


class _DueConnection(HTTPConnection):
    def __init__(self, *args: Any, due: _Due, **options: Any) -> None:
        super().__init__(*args, **options)
        self._due = due

    def connect(self) -> None:
        super().connect()
        self.sock: Any = _DueSocket(self.sock, self._due)


class _DueSecureConnection(HTTPSConnection):
    def __init__(self, *args: Any, due: _Due, **options: Any) -> None:
        super().__init__(*args, **options)
        self._due = due

    def connect(self) -> None:
        super().connect()
        self.sock: Any = _DueSocket(self.sock, self._due)


class _DueAdapter(HTTPAdapter):
    """Makes connections that know when the exchange is due."""

    def __init__(self, due: _Due) -> None:
        self._due = due
        super().__init__(pool_connections=2, pool_maxsize=1, max_retries=0)

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        kind = _DueSecureConnection if pool.scheme == "https" else _DueConnection
        pool.ConnectionCls = partial(kind, due=self._due)
        return pool


class Transport:
    """Sends requests to the one host. Every thread has a connection of its own."""

    def __init__(self, connection: Connection, user_agent: str) -> None:
        self._connection = connection
        self._headers = {
            "Authorization": f"Bearer {connection.key}",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": user_agent,
        }
        self._own = threading.local()

    def exchange(self, method: str, path: str, body: bytes | None) -> Answer:
        """Send one request and receive its whole answer, whatever its status; raises AnswerLostError."""
        session, due = self._session()
        due.at = time.monotonic() + self._connection.call_s
        headers = self._headers if body is None else {**self._headers, "Content-Type": "application/json"}
        try:
            with session.request(
                method,
                self._connection.url + path,
                data=body,
                headers=headers,
                timeout=(min(CONNECT_S, self._connection.call_s), self._connection.call_s),
                allow_redirects=False,
                stream=True,
            ) as response:
                found = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status_code, found, _body(response.raw, found))
        except (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException) as error:
            raise AnswerLostError(type(error).__name__) from None
        except (OSError, zlib.error) as error:
            raise AnswerLostError(type(error).__name__) from None

    def _session(self) -> tuple[requests.Session, _Due]:
        if not hasattr(self._own, "session"):
            due, session = _Due(), requests.Session()
            session.trust_env = False
            session.mount("https://", _DueAdapter(due))
            session.mount("http://", _DueAdapter(due))
            session.proxies = {"https": self._connection.proxy} if self._connection.proxy else {}
            session.verify = self._connection.ca_bundle or True
            self._own.session, self._own.due = session, due
        return self._own.session, self._own.due


def _body(raw: Any, headers: Mapping[str, str]) -> bytes:
    """The decoded body; raises AnswerLostError for one that is too long, or coded in a way unasked for.

    A body shorter than its ``Content-Length`` is an error of urllib3's own; a gzip stream without its end is ours.
    """
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip"):
        raise AnswerLostError(f"a body coded as {encoding[:20]}")
    decoder = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    parts, size, received = [], 0, False
    while chunk := raw.read1(_CHUNK, decode_content=False):
        received = True
        part = decoder.decompress(chunk, LONGEST_BODY + 1 - size) if decoder else chunk
        size += len(part)
        if size > LONGEST_BODY:
            raise AnswerLostError(f"a body of more than {LONGEST_BODY} bytes")
        parts.append(part)
    if decoder and received and not decoder.eof:
        raise AnswerLostError("a body cut short")
    return b"".join(parts)
