"""What is in the warehouse."""

from django.db import models


class Product(models.Model):
    """``price`` is in cents."""

    sku = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    price = models.PositiveIntegerField()
    stock = models.PositiveIntegerField(default=0)
