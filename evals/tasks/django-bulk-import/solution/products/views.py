"""The warehouse over HTTP."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from products.importing import BadFile, Faults, read, store
from products.models import Product


@require_GET
def product_list(request: HttpRequest) -> JsonResponse:
    """All products, by SKU."""
    rows = Product.objects.order_by("sku").values("sku", "name", "price", "stock")
    return JsonResponse({"products": list(rows)})


@csrf_exempt
@require_POST
def import_products(request: HttpRequest) -> JsonResponse:
    """Create and change products from a CSV file, all or nothing."""
    try:
        rows = read(request.body)
    except BadFile as error:
        return JsonResponse({"error": error.code}, status=error.status)
    except Faults as error:
        more = {"more": True} if error.more else {}
        return JsonResponse({"errors": error.found, **more}, status=422)
    return JsonResponse(store(rows, dry_run=request.GET.get("dry_run") == "1"))
