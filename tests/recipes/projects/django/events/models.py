from django.db import models


class Venue(models.Model):
    name = models.CharField(max_length=200)
    seats = models.PositiveIntegerField()


class Event(models.Model):
    title = models.CharField(max_length=200)
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT)
    starts_at = models.DateTimeField(db_index=True)
