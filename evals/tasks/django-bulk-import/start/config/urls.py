"""Routes."""

from django.urls import path
from products.views import product_list

urlpatterns = [path("products/", product_list)]
