"""People."""

from django.db import models


class Contact(models.Model):
    """``handle`` names a contact in URLs; see the migration 0003 for its form."""

    first_name = models.CharField(max_length=150, blank=True, default="")
    last_name = models.CharField(max_length=150, blank=True, default="")
    handle = models.CharField(max_length=60, unique=True)
