"""What the probes of Kubernetes are answered."""

import logging
import threading

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from jobs import queue

SECONDS = 0.5
log = logging.getLogger(__name__)
_draining = threading.Event()


def shutting_down() -> None:
    """From now on say that no more requests should be sent here."""
    _draining.set()


class ProbeMiddleware:
    """Answers the probes before anything else looks at the request."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = {"/livez": live, "/readyz": ready}.get(request.path_info)
        if answer is None:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response = answer()
        response["Cache-Control"] = "no-store"
        return response


def live() -> JsonResponse:
    """The process answers; nothing else is looked at."""
    return JsonResponse({"status": "ok"})


def ready() -> JsonResponse:
    """Whether requests can be handled here."""
    if _draining.is_set():
        return JsonResponse({"status": "draining", "checks": {}}, status=503)
    database = _database()
    migrations = _migrations() if database == "ok" else "unknown"
    checks = {"database": database, "migrations": migrations, "queue": _queue.check()}
    if all(value == "ok" for value in checks.values()):
        return JsonResponse({"status": "ready", "checks": checks})
    return JsonResponse({"status": "unready", "checks": checks}, status=503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        log.exception("The database cannot be reached")
        return "unreachable"
    return "ok"


def _migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Exception:
        log.exception("The migrations cannot be read")
        return "unknown"
    return "pending" if waiting else "ok"


class _QueueCheck:
    """Pings in a thread, in one at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: threading.Thread | None = None

    def check(self) -> str:
        with self._lock:
            if self._running is not None and self._running.is_alive():
                return "timeout"
            found: list[str] = []
            self._running = threading.Thread(target=self._ping, args=(found,), daemon=True)
            self._running.start()
            self._running.join(SECONDS)
            return found[0] if found else "timeout"

    @staticmethod
    def _ping(found: list[str]) -> None:
        try:
            queue.ping()
        except Exception:
            log.exception("The queue cannot be reached")
            found.append("unreachable")
        else:
            found.append("ok")


_queue = _QueueCheck()
