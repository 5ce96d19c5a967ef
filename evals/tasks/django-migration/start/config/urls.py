"""Routes."""

from contacts.views import contacts
from django.urls import path

urlpatterns = [path("contacts/", contacts)]
