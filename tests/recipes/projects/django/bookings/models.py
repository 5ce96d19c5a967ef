from django.db import models


class Booking(models.Model):
    event = models.ForeignKey("events.Event", on_delete=models.PROTECT, related_name="bookings")
    email = models.EmailField()
    seats = models.PositiveSmallIntegerField()
    cancelled_at = models.DateTimeField(null=True)
