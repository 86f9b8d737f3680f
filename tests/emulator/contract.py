"""Holds every exchange against Atlassian's published OpenAPI descriptions (see `description`), with openapi-core."""

from __future__ import annotations

import threading
from typing import Any, cast
from urllib.parse import parse_qs, parse_qsl

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from tests.emulator.description import METHODS, descriptions
from tests.emulator.wire import Json, Reply, Request

_HOST = "https://api.atlassian.com"
_UNDESCRIBED = ("/admin/api-access/",)


class _Asked:
    """A request in openapi-core's terms."""

    host_url = _HOST
    content_type = "application/json"

    def __init__(self, request: Request) -> None:
        """Wrap a request of ours."""
        self.path = request.path
        self.method = request.method.lower()
        self.body = request.body or None
        query = ImmutableMultiDict(parse_qsl(request.query, keep_blank_values=True))
        self.parameters = RequestParameters(query=query, header=Headers(dict(request.headers)))


class _Answered:
    """A reply in openapi-core's terms."""

    def __init__(self, reply: Reply) -> None:
        """Wrap a reply of ours."""
        self.status_code = reply.status
        self.headers = Headers(reply.headers)
        self.content_type = reply.headers.get("Content-Type", "application/json")
        self.data = reply.content()


class Checker:
    """Collects, in words, where exchanges leave the descriptions."""

    def __init__(self, organization: Json, managing: Json) -> None:
        """Compile both descriptions (as `descriptions` returns them)."""
        self.violations: list[str] = []
        self._lock = threading.Lock()
        self._organization = _compiled(organization)
        self._managing = _compiled(managing)
        self._known = {**_queries(organization, "/admin"), **_queries(managing, "")}

    @classmethod
    def found(cls) -> Checker:
        """The checker for the descriptions found; FileNotFoundError where they are absent."""
        return cls(*descriptions())

    def check(self, request: Request, reply: Reply) -> None:
        """Hold one exchange against its description; requests that were refused need not be right."""
        if request.path.startswith(_UNDESCRIBED):
            return
        api = self._managing if request.path.startswith("/users/") else self._organization
        with self._lock:
            found = list(self._complaints(api, request, reply))
            self.violations.extend(f"{request.text} -> {reply.status}: {words}" for words in found)

    def _complaints(self, api: OpenAPI, request: Request, reply: Reply) -> list[str]:
        asked, found = _Asked(request), []
        if reply.status < 400 and (stray := set(parse_qs(request.query)) - self._parameters_of(request)):
            found.append(f"request: unknown query parameters {sorted(stray)}")
        try:
            if reply.status < 400:
                api.validate_request(asked)
        except OpenAPIError as error:
            found.append(f"request: {_told(error)}")
        try:
            api.validate_response(asked, _Answered(reply))
        except OpenAPIError as error:
            found.append(f"reply: {_told(error)}")
        return found

    def _parameters_of(self, request: Request) -> set[str]:
        segments = request.path.split("/")
        right = [
            (sum(part.startswith("{") for part in template), names)
            for (method, template), names in self._known.items()
            if method == request.method and _fits(template, segments)
        ]
        return min(right, key=lambda item: item[0])[1] if right else set()


def _compiled(description: Json) -> OpenAPI:
    # The descriptions as published do not pass as OpenAPI (see `description.mended`), and need not for this.
    return OpenAPI.from_dict(description, config=Config(spec_validator_cls=cast(Any, None)))


def _queries(description: Json, prefix: str) -> dict[tuple[str, tuple[str, ...]], set[str]]:
    """The query parameters of every operation, by method and path."""
    return {
        (method.upper(), tuple(f"{prefix}{path}".split("/"))): {
            parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "query"
        }
        for path, item in description["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def _fits(template: tuple[str, ...], segments: list[str]) -> bool:
    return len(template) == len(segments) and all(
        part.startswith("{") or part == given for part, given in zip(template, segments, strict=True)
    )


def _told(error: BaseException) -> str:
    """Where and how a value is wrong, or else the error itself; in one line, with nothing of the whole body."""
    seen: BaseException | None = error
    while seen is not None:
        wrong = [f"{item.json_path} {item.message}" for item in getattr(seen, "schema_errors", ())]
        if wrong:
            return f"{type(error).__name__}: " + "; ".join(" ".join(words.split())[:300] for words in wrong)
        seen = seen.__cause__
    return f"{type(error).__name__}: " + " ".join(str(error).split())[:300]
