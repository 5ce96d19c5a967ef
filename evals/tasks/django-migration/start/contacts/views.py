"""The address book over HTTP."""

import json

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_http_methods

from contacts.models import Contact


@require_http_methods(["GET", "POST"])
def contacts(request: HttpRequest) -> JsonResponse:
    """List all contacts, or add one."""
    if request.method == "GET":
        return JsonResponse({"contacts": [_shown(each) for each in Contact.objects.order_by("id")]})
    given = json.loads(request.body)
    contact = Contact.objects.create(full_name=given["full_name"])
    return JsonResponse(_shown(contact), status=201)


def _shown(contact: Contact) -> dict:
    return {"id": contact.id, "full_name": contact.full_name}
