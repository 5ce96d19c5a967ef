"""The application's factory and its routes."""

from collections.abc import Callable
from datetime import date

from flask import Flask, jsonify, request

from hotel.book import Book, RoomTaken
from hotel.validation import Invalid, booking_from


def create_app(today: Callable[[], date] = date.today) -> Flask:
    """Build the application with an empty book."""
    app = Flask("hotel")
    book = Book()

    @app.get("/bookings")
    def list_bookings():
        return jsonify(bookings=book.all())

    @app.post("/bookings")
    def add_booking():
        given = request.get_json(silent=True)
        if not isinstance(given, dict):
            return jsonify(error="not_an_object"), 400
        try:
            return jsonify(book.add(booking_from(given, today()))), 201
        except Invalid as error:
            return jsonify(errors=error.faults), 422
        except RoomTaken:
            return jsonify(error="room_taken"), 409

    return app
