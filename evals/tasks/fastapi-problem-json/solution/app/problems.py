"""Every error of the service as a problem (RFC 9457)."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.errors import LibraryError

log = logging.getLogger("app")


class Problem(JSONResponse):
    media_type = "application/problem+json"


def problem(
    request: Request, status: int, code: str, title: str, detail: str, **extra: Any
) -> Problem:
    """Build the answer; the members of RFC 9457 win over extra ones."""
    kind = f"/problems/{code}" if code else "about:blank"
    standard = {"type": kind, "title": title, "status": status, "detail": detail}
    return Problem({**extra, **standard, "instance": request.url.path}, status)


def answer_with_problems(app: FastAPI) -> None:
    """Register what turns errors into problems."""

    @app.exception_handler(LibraryError)
    def of_the_domain(request: Request, error: LibraryError) -> Problem:
        return problem(request, error.status, error.code, error.title, str(error), **error.extra)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Problem:
        errors = [
            {"pointer": _pointer(each["loc"]), "detail": each["msg"]} for each in error.errors()
        ]
        detail = "The request has values that are not valid."
        return problem(request, 422, "invalid-request", "Invalid request", detail, errors=errors)

    @app.exception_handler(HTTPException)
    def of_http(request: Request, error: HTTPException) -> Problem:
        phrase = HTTPStatus(error.status_code).phrase
        answer = problem(request, error.status_code, "", phrase, str(error.detail))
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(Exception)
    def unforeseen(request: Request, error: Exception) -> Problem:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        detail = "Something went wrong on our side."
        return problem(request, 500, "internal", "Internal error", detail)


def _pointer(location: Sequence[int | str]) -> str:
    where, *rest = location
    if where != "body":
        return "/".join(map(str, location))
    # What is no JSON at all is located by its offset.
    steps = [] if len(rest) == 1 and isinstance(rest[0], int) else rest
    return "#" + "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)
