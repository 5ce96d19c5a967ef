"""Routes."""

from catalog.views import book_list
from django.urls import path

urlpatterns = [path("books/", book_list)]
