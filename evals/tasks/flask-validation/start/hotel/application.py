"""The application's factory and its routes."""

from collections.abc import Callable
from datetime import date

from flask import Flask, jsonify, request

from hotel.book import Book


def create_app(today: Callable[[], date] = date.today) -> Flask:
    """Build the application with an empty book."""
    app = Flask("hotel")
    book = Book()

    @app.get("/bookings")
    def list_bookings():
        return jsonify(bookings=book.all())

    @app.post("/bookings")
    def add_booking():
        return jsonify(book.add(request.get_json())), 201

    return app
