"""The catalogue, which is slow and sometimes away."""

from typing import Any


class CatalogueDown(Exception):
    """The catalogue does not answer."""


class Catalogue:
    """Products by id; each has an ``id``, a ``price`` in cents and a list of ``categories``."""

    def __init__(self) -> None:
        self._products: dict[str, dict[str, Any]] = {}

    def product(self, product_id: str) -> dict[str, Any] | None:
        found = self._products.get(product_id)
        return {**found, "categories": list(found["categories"])} if found else None

    def category(self, name: str) -> list[dict[str, Any]]:
        found = sorted(key for key, each in self._products.items() if name in each["categories"])
        return [{"id": key, "price": self._products[key]["price"]} for key in found]

    def save(self, product: dict[str, Any]) -> None:
        self._products[product["id"]] = {**product, "categories": list(product["categories"])}

    def delete(self, product_id: str) -> bool:
        """Say whether it was there."""
        return self._products.pop(product_id, None) is not None
