"""Routes."""

from django.urls import path
from products.views import import_products, product_list

urlpatterns = [path("products/", product_list), path("products/import/", import_products)]
