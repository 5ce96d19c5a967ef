"""The warehouse over HTTP."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from products.models import Product


@require_GET
def product_list(request: HttpRequest) -> JsonResponse:
    """All products, by SKU."""
    rows = Product.objects.order_by("sku").values("sku", "name", "price", "stock")
    return JsonResponse({"products": list(rows)})
