"""People."""

from django.db import models


class Contact(models.Model):
    full_name = models.CharField(max_length=300)
