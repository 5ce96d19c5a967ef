"""What the shop's pages ask for."""

from django.http import HttpRequest, JsonResponse

from catalog.models import Book


def book_list(request: HttpRequest) -> JsonResponse:
    """All books, by title; hidden reviews do not count."""
    books = Book.objects.order_by("title", "id")
    return JsonResponse({"books": [_book(book) for book in books]})


def _book(book: Book) -> dict:
    reviews = book.reviews.filter(hidden=False)
    stars = [review.stars for review in reviews]
    return {
        "id": book.id,
        "title": book.title,
        "author": book.author.name,
        "tags": [tag.name for tag in book.tags.order_by("name")],
        "reviews": reviews.count(),
        "rating": round(sum(stars) / len(stars), 1) if stars else None,
    }
