from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.models import Booking
from events.models import Event, Venue

pytestmark = pytest.mark.django_db


def event(title="Concert", seats=10):
    venue = Venue.objects.create(name="Hall", seats=seats)
    return Event.objects.create(
        title=title, venue=venue, starts_at=timezone.now() + timedelta(days=1)
    )


def test_free_seats_leave_cancelled_bookings_out(client):
    concert = event()
    Booking.objects.create(event=concert, email="a@example.com", seats=3)
    Booking.objects.create(
        event=concert, email="b@example.com", seats=4, cancelled_at=timezone.now()
    )
    (listed,) = client.get("/events/").json()["events"]
    assert listed["free"] == 7
