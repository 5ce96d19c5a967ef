"""Moving money: one transaction for everything that belongs together."""

import logging

from django.db import transaction

from bank import audit, mail
from bank.models import Account, Entry, Transfer

log = logging.getLogger(__name__)


class NoSuchAccount(Exception):
    """One of the accounts does not exist."""


class InsufficientFunds(Exception):
    """The source has less than the amount."""


@transaction.atomic
def move(source_name: str, target_name: str, amount: int) -> Transfer:
    """Do a transfer; raise :class:`NoSuchAccount` or :class:`InsufficientFunds`."""
    # Locked in the order of their keys, so that opposite transfers cannot wait for each other.
    locked = Account.objects.select_for_update().order_by("pk")
    accounts = {each.name: each for each in locked.filter(name__in=[source_name, target_name])}
    if len(accounts) != 2:
        raise NoSuchAccount
    source, target = accounts[source_name], accounts[target_name]
    if source.balance < amount:
        raise InsufficientFunds
    source.balance -= amount
    target.balance += amount
    source.save(update_fields=["balance"])
    target.save(update_fields=["balance"])
    transfer = Transfer.objects.create(source=source, target=target, amount=amount)
    Entry.objects.create(account=source, transfer=transfer, change=-amount)
    Entry.objects.create(account=target, transfer=transfer, change=amount)
    audit.record(transfer.id, source.name, target.name, amount)
    transaction.on_commit(lambda: _tell(transfer))
    return transfer


def _tell(transfer: Transfer) -> None:
    try:
        mail.notify(transfer.source.name, transfer.target.name, transfer.amount)
    except Exception:
        log.exception("The mail about transfer %s was not sent", transfer.id)
