"""The catalogue behind the cache: what is kept, and when it is forgotten."""

from collections.abc import Callable, Iterable
from typing import Any

from shop.cache import Cache, CacheDown
from shop.catalogue import Catalogue

SECONDS = 60
SECONDS_FOR_NOTHING = 5


class CachedCatalogue:
    """Has the catalogue's methods. Without the cache everything still works."""

    def __init__(self, catalogue: Catalogue, cache: Cache) -> None:
        self._catalogue = catalogue
        self._cache = cache

    def product(self, product_id: str) -> dict[str, Any] | None:
        return self._read(_product_key(product_id), lambda: self._catalogue.product(product_id))

    def category(self, name: str) -> list[dict[str, Any]]:
        return self._read(_category_key(name), lambda: self._catalogue.category(name))

    def save(self, product: dict[str, Any]) -> None:
        # What it was in before is asked of the catalogue: the cache may have forgotten it.
        before = self._catalogue.product(product["id"])
        self._catalogue.save(product)
        self._forget(product["id"], {*_categories(before), *product["categories"]})

    def delete(self, product_id: str) -> bool:
        before = self._catalogue.product(product_id)
        deleted = self._catalogue.delete(product_id)
        self._forget(product_id, _categories(before))
        return deleted

    def _read(self, key: str, ask: Callable[[], Any]) -> Any:
        try:
            kept = self._cache.get(key)
        except CacheDown:
            return ask()
        # In a box, since a value that does not exist is kept as well.
        if kept is not None:
            return kept["value"]
        value = ask()
        try:
            self._cache.set(key, {"value": value}, SECONDS if value else SECONDS_FOR_NOTHING)
        except CacheDown:
            pass
        return value

    def _forget(self, product_id: str, categories: Iterable[str]) -> None:
        try:
            self._cache.delete(_product_key(product_id), *map(_category_key, categories))
        except CacheDown:
            pass


def _product_key(product_id: str) -> str:
    return f"product:{product_id}"


def _category_key(name: str) -> str:
    return f"category:{name}"


def _categories(product: dict[str, Any] | None) -> list[str]:
    return product["categories"] if product else []
