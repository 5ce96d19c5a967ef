"""The address book over HTTP."""

import json
import re

from django.db import IntegrityError, transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_http_methods

from contacts.models import Contact

_HANDLE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@require_http_methods(["GET", "POST"])
def contacts(request: HttpRequest) -> JsonResponse:
    """List all contacts, or add one."""
    if request.method == "GET":
        return JsonResponse({"contacts": [_shown(each) for each in Contact.objects.order_by("id")]})
    given = json.loads(request.body)
    names = {name: given.get(name, "") for name in ("first_name", "last_name")}
    handle = given.get("handle")
    if not isinstance(handle, str) or len(handle) > 60 or not _HANDLE.fullmatch(handle):
        return JsonResponse({"error": "bad_handle"}, status=400)
    if not all(isinstance(name, str) and len(name) <= 150 for name in names.values()):
        return JsonResponse({"error": "bad_name"}, status=400)
    try:
        with transaction.atomic():
            contact = Contact.objects.create(handle=handle, **names)
    except IntegrityError:
        return JsonResponse({"error": "handle_taken"}, status=409)
    return JsonResponse(_shown(contact), status=201)


def _shown(contact: Contact) -> dict:
    return {
        "id": contact.id,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "handle": contact.handle,
    }
