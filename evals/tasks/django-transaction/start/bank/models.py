"""Accounts and what moves between them; amounts are in cents."""

from django.db import models


class Account(models.Model):
    name = models.CharField(max_length=50, unique=True)
    balance = models.BigIntegerField(default=0)


class Transfer(models.Model):
    source = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="sent")
    target = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="received")
    amount = models.BigIntegerField()


class Entry(models.Model):
    """One line of an account's statement: ``change`` is negative for money that left."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries")
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="entries")
    change = models.BigIntegerField()
