"""What the shop's pages ask for."""

from django.db.models import Prefetch
from django.http import HttpRequest, JsonResponse

from catalog.models import Book, Review, Tag


def book_list(request: HttpRequest) -> JsonResponse:
    """All books, by title; hidden reviews do not count. Three queries: books with authors, tags, reviews."""
    books = (
        Book.objects.order_by("title", "id")
        .select_related("author")
        .prefetch_related(
            Prefetch("tags", Tag.objects.order_by("name")),
            Prefetch("reviews", Review.objects.filter(hidden=False), to_attr="shown_reviews"),
        )
    )
    return JsonResponse({"books": [_book(book) for book in books]})


def _book(book: Book) -> dict:
    stars = [review.stars for review in book.shown_reviews]
    return {
        "id": book.id,
        "title": book.title,
        "author": book.author.name,
        "tags": [tag.name for tag in book.tags.all()],
        "reviews": len(stars),
        "rating": round(sum(stars) / len(stars), 1) if stars else None,
    }
