import pytest
from catalog.models import Author, Book, Review, Tag
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db


def add(title, author="Ann", tags=(), stars=(), hidden=()):
    writer, _ = Author.objects.get_or_create(name=author)
    book = Book.objects.create(title=title, author=writer)
    book.tags.set(Tag.objects.get_or_create(name=name)[0] for name in tags)
    Review.objects.bulk_create(Review(book=book, stars=each) for each in stars)
    Review.objects.bulk_create(Review(book=book, stars=each, hidden=True) for each in hidden)
    return book


def listed(client):
    answer = client.get("/books/")
    assert answer.status_code == 200
    return answer.json()["books"]


@pytest.mark.parametrize("count", [1, 5, 40])
def test_at_most_three_queries(client, count):
    for number in range(count):
        add(f"Book {number}", f"Author {number}", ("a", "b", f"tag {number}"), (1, 2, 3), (4,))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(listed(client)) == count
    assert len(queries) <= 3, [query["sql"] for query in queries.captured_queries]


def test_no_books(client):
    assert listed(client) == []


def test_form_of_a_book(client):
    book = add("Dune", "Frank", ("space", "classic"), (5, 4, 4))
    assert listed(client) == [
        {
            "id": book.id,
            "title": "Dune",
            "author": "Frank",
            "tags": ["classic", "space"],
            "reviews": 3,
            "rating": 4.3,
        }
    ]


def test_tags_do_not_multiply_reviews(client):
    add("Many", tags=("a", "b", "c"), stars=(2, 5))
    (book,) = listed(client)
    assert (book["reviews"], book["rating"], book["tags"]) == (2, 3.5, ["a", "b", "c"])


def test_hidden_reviews_do_not_count(client):
    add("Some", stars=(4,), hidden=(1, 1))
    add("None", hidden=(1,))
    none, some = listed(client)
    assert (none["reviews"], none["rating"]) == (0, None)
    assert (some["reviews"], some["rating"]) == (1, 4.0)


def test_books_without_tags_and_reviews_are_listed(client):
    add("Bare")
    (book,) = listed(client)
    assert (book["tags"], book["reviews"], book["rating"]) == ([], 0, None)


def test_order_is_by_title_then_id(client):
    second = add("Same", "Zoe")
    third = add("Same", "Ann")
    first = add("Alpha", "Mia")
    assert [book["id"] for book in listed(client)] == [first.id, second.id, third.id]


@pytest.mark.parametrize(
    ("stars", "rating"),
    [((1, 1, 2), 1.3), ((1, 2, 2), 1.7), ((1, 1, 1, 2), 1.2), ((1, 2, 2, 2), 1.8)],
)
def test_rating_is_rounded_as_before(client, stars, rating):
    add("Rounded", stars=stars)
    assert listed(client)[0]["rating"] == rating


def test_nothing_is_remembered_between_requests(client):
    book = add("Fresh", stars=(1,))
    assert listed(client)[0]["rating"] == 1.0
    Review.objects.create(book=book, stars=5)
    assert listed(client)[0]["rating"] == 3.0
