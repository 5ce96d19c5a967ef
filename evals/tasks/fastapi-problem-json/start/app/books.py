"""Books and where they stand."""

from pydantic import BaseModel, Field

from app.errors import NoSuchBook


class Book(BaseModel):
    id: int | None = None
    title: str = Field(min_length=1, max_length=100)
    pages: int = Field(gt=0)
    tags: list[str] = []
    meta: dict[str, int] = {}
    lent_to: str | None = None


class Shelf:
    """Books in memory."""

    def __init__(self) -> None:
        self._books: dict[int, Book] = {}

    def all(self) -> list[Book]:
        return list(self._books.values())

    def add(self, book: Book) -> Book:
        book.id = len(self._books) + 1
        self._books[book.id] = book
        return book

    def get(self, book_id: int) -> Book:
        if book_id not in self._books:
            raise NoSuchBook(book_id)
        return self._books[book_id]

    def lend(self, book_id: int, to: str) -> Book:
        self._books[book_id].lent_to = to
        return self._books[book_id]
