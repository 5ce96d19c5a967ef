"""The application's factory and its routes."""

from flask import Flask, jsonify, request

from shop.cache import Cache
from shop.catalogue import Catalogue, CatalogueDown
from shop.reading import CachedCatalogue


def create_app(catalogue: Catalogue, cache: Cache) -> Flask:
    """Build the application."""
    app = Flask("shop")
    app.extensions["cache"] = cache
    products = CachedCatalogue(catalogue, cache)

    @app.errorhandler(CatalogueDown)
    def down(_):
        return jsonify(error="unavailable"), 503

    @app.get("/products/<product_id>")
    def get_product(product_id: str):
        product = products.product(product_id)
        if product is None:
            return jsonify(error="no_such_product"), 404
        return jsonify(product)

    @app.get("/categories/<name>")
    def get_category(name: str):
        found = products.category(name)
        if not found:
            return jsonify(error="no_such_category"), 404
        return jsonify(category=name, products=found)

    @app.put("/products/<product_id>")
    def put_product(product_id: str):
        given = request.get_json()
        product = {
            "id": product_id,
            "price": int(given["price"]),
            "categories": list(given["categories"]),
        }
        products.save(product)
        return jsonify(product)

    @app.delete("/products/<product_id>")
    def delete_product(product_id: str):
        if not products.delete(product_id):
            return jsonify(error="no_such_product"), 404
        return "", 204

    return app
