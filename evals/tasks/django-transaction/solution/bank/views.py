"""The bank over HTTP."""

import json
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from bank.transfers import InsufficientFunds, NoSuchAccount, move


@require_POST
def add_transfer(request: HttpRequest) -> JsonResponse:
    """Move ``amount`` from ``source`` to ``target``, both names of accounts."""
    given = _object(request.body)
    source, target, amount = (given.get(name) for name in ("source", "target", "amount"))
    names = isinstance(source, str) and isinstance(target, str) and source != target
    if not names or type(amount) is not int or not 0 < amount < 2**63:
        return JsonResponse({"error": "bad_request"}, status=400)
    try:
        transfer = move(source, target, amount)
    except NoSuchAccount:
        return JsonResponse({"error": "no_such_account"}, status=404)
    except InsufficientFunds:
        return JsonResponse({"error": "insufficient_funds"}, status=409)
    shown = {"id": transfer.id, "source": source, "target": target, "amount": amount}
    return JsonResponse(shown, status=201)


def _object(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body)
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}
