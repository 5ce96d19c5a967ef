from django.urls import path

from events import views

urlpatterns = [
    path("events/", views.upcoming),
    path("events/<int:event_id>/bookings", views.book),
]
