"""The bank over HTTP."""

import json

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from bank import audit, mail
from bank.models import Account, Entry, Transfer


@require_POST
def add_transfer(request: HttpRequest) -> JsonResponse:
    """Move ``amount`` from ``source`` to ``target``, both names of accounts."""
    given = json.loads(request.body)
    source = Account.objects.get(name=given["source"])
    target = Account.objects.get(name=given["target"])
    amount = given["amount"]
    source.balance -= amount
    source.save()
    mail.notify(source.name, target.name, amount)
    target.balance += amount
    target.save()
    transfer = Transfer.objects.create(source=source, target=target, amount=amount)
    Entry.objects.create(account=source, transfer=transfer, change=-amount)
    Entry.objects.create(account=target, transfer=transfer, change=amount)
    audit.record(transfer.id, source.name, target.name, amount)
    shown = {"id": transfer.id, "source": source.name, "target": target.name, "amount": amount}
    return JsonResponse(shown, status=201)
