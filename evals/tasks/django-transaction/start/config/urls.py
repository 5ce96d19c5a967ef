"""Routes."""

from bank.views import add_transfer
from django.urls import path

urlpatterns = [path("transfers/", add_transfer)]
