import json

from django.db.models import Sum
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from bookings.models import Booking
from events.models import Event


@require_GET
def upcoming(request):
    """The events to come, with the seats that are free."""
    events = Event.objects.filter(starts_at__gte=timezone.now()).order_by("starts_at", "id")
    listed = []
    for event in events:
        taken = sum(each.seats for each in event.bookings.all() if each.cancelled_at is None)
        listed.append(
            {
                "id": event.id,
                "title": event.title,
                "venue": event.venue.name,
                "free": event.venue.seats - taken,
            }
        )
    return JsonResponse({"events": listed})


@require_POST
def book(request, event_id):
    """Book seats for an event, if there are enough."""
    event = get_object_or_404(Event.objects.select_related("venue"), pk=event_id)
    given = json.loads(request.body)
    kept = Booking.objects.filter(event=event, cancelled_at=None)
    taken = kept.aggregate(taken=Sum("seats", default=0))["taken"]
    if taken + given["seats"] > event.venue.seats:
        return JsonResponse({"error": "sold_out"}, status=409)
    booking = Booking.objects.create(event=event, email=given["email"], seats=given["seats"])
    return JsonResponse({"id": booking.id}, status=201)
