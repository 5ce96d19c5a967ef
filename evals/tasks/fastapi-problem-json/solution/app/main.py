"""The library service."""

from fastapi import FastAPI, Query

from app.books import Book, Shelf
from app.errors import BookLent, NoSuchBook
from app.problems import answer_with_problems


def create_app(shelf: Shelf) -> FastAPI:
    """Build the service on a shelf of books."""
    app = FastAPI(title="Library")
    answer_with_problems(app)

    @app.get("/books")
    def list_books(limit: int = Query(default=20, ge=1, le=100)) -> list[Book]:
        return shelf.all()[:limit]

    @app.post("/books", status_code=201)
    def add_book(book: Book) -> Book:
        return shelf.add(book)

    @app.get("/books/{book_id}", responses={404: {"description": "no such book"}})
    def get_book(book_id: int) -> Book:
        return shelf.get(book_id)

    @app.post("/books/{book_id}/loan")
    def lend(book_id: int) -> Book:
        book = shelf.get(book_id)
        if book.lent_to:
            raise BookLent(book_id, book.lent_to)
        return shelf.lend(book_id, "somebody")

    return app


__all__ = ["NoSuchBook", "create_app"]
