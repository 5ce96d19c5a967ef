"""What can go wrong in a library."""

from typing import Any


class LibraryError(Exception):
    """``code`` and ``title`` are the same for every error of a kind; ``extra`` is about this one."""

    status = 400
    code = "library-error"
    title = "Library error"

    def __init__(self, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.extra = extra


class NoSuchBook(LibraryError):
    status = 404
    code = "no-such-book"
    title = "No such book"

    def __init__(self, book_id: int) -> None:
        super().__init__(f"There is no book {book_id}.", book_id=book_id)


class BookLent(LibraryError):
    status = 409
    code = "book-lent"
    title = "The book is lent"

    def __init__(self, book_id: int, to: str) -> None:
        super().__init__(f"Book {book_id} is lent to {to}.", book_id=book_id)
