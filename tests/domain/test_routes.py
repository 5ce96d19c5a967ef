import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend_specialist.domain.routes import Routes, segments


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/users/{id}", ("users", "{}")),
        ("/users/{user_id:int}/", ("users", "{}")),
        ("/users/<int:pk>/orders", ("users", "{}", "orders")),
        ("/users/:id", ("users", "{}")),
        ("users/[id]", ("users", "{}")),
        ("/files/*", ("files", "{}")),
        ("^users/(?P<pk>[^/.]+)/$", ("users", "{}")),
        ("GET /users/{id}", ("users", "{}")),
        ("https://example.com/users?page=1", ("users",)),
        ("${prefix}/users", ("{}", "users")),
        ("/users/{id}:activate", ("users", "{}:activate")),
        ("/", ()),
    ],
)
def test_segments_read_every_notation_of_a_parameter(path: str, parts: tuple[str, ...]) -> None:
    assert segments(path) == parts


@pytest.mark.parametrize(
    ("path", "name", "text"),
    [
        ("/users", "a.py", '@app.get("/users")'),
        ("/users/{id}", "a.py", "@app.route('/users/<int:user_id>')"),
        ("/api/v1/users/{id}", "a.py", 'r = APIRouter(prefix="/users")\n@r.get("/{user_id}")'),
        ("/api/v1/users", "a.py", 'r = APIRouter(prefix="/users")\n@r.get("")'),
        (
            "/api/v1/users/{id}/orders",
            "a.py",
            'APIRouter(prefix="/users")\n@r.post("/{id}/orders")',
        ),
        ("/users/{id}", "a.js", "router.get('/users/:id', show)"),
        ("/users", "a.go", 'mux.HandleFunc("GET /users", list)'),
        ("/users/{id}", "a.ts", "@Controller('users')\nclass X { @Get(':id') y() {} }"),
        ("/users/{pk}/", "urls.py", "path('users/<int:pk>/', view)"),
        ("/users/{pk}", "urls.py", "re_path(r'^users/(?P<pk>\\d+)/$', view)"),
        ("/users", "routes.rb", "resources :users"),
        ("/users/{id}", "routes.rb", "resources :users"),
        ("/users", "a.py", '# it\'s here\n@app.get("/users")'),
        ("/users", "a.js", "app.get('/users') // don't"),
        ("/users", "a.js", "// don't: app.get('/users')"),
        ("/api/users", "a.py", '@app.get(f"{PREFIX}/users")'),
        ("/api/users/{id}", "app/api/users/[id]/route.ts", "export async function GET() {}"),
        ("/api/users", "pages/api/users/index.ts", "export default handler"),
        ("/", "a.py", '@app.get("/")'),
        ("/{slug}", "a.py", '@app.get("/{slug}")'),
    ],
)
def test_path_in_the_text_of_its_file_is_found(path: str, name: str, text: str) -> None:
    assert Routes({name: text}).has(path, name)


@pytest.mark.parametrize(
    ("path", "name", "text"),
    [
        ("/users", "a.py", '@app.get("/orders")'),
        ("/users", "a.py", ""),
        ("/users", "a.py", "users = 1"),
        ("/users/{id}/orders", "a.py", '@app.get("/users/{id}")'),
        ("/users/orders", "a.py", '@app.get("/orders/users")'),
        ("/{slug}", "a.py", '@app.get("/users")'),
        ("/", "a.py", '@app.get("/users")'),
        ("/users", "users.py", "x = 1"),
    ],
)
def test_path_that_stands_nowhere_is_missing(path: str, name: str, text: str) -> None:
    assert not Routes({name: text}).has(path, name)


def test_prefix_may_stand_in_another_text_when_the_rest_is_in_its_own() -> None:
    own = '@router.get("/{user_id}")'
    texts = {"users.py": own, "main.py": 'app.include_router(users.router, prefix="/accounts")'}
    assert Routes(texts).has("/accounts/{id}", "users.py")
    assert not Routes(texts | {"main.py": ""}).has("/accounts/{id}", "users.py")
    assert not Routes(texts | {"users.py": "x = 1"}).has("/accounts/{id}", "users.py")
    assert Routes({"users.py": own}).has("/users/{id}", "users.py")


SEGMENT = st.text(alphabet="abcdefgh-_0123456789", min_size=1, max_size=8).filter(
    lambda part: part.strip("-_")
)


@given(st.lists(SEGMENT, min_size=1, max_size=4), st.integers(0, 3), st.sampled_from("\"'`"))
def test_a_literal_path_is_always_found_below_any_prefix(
    parts: list[str], prefix: int, quote: str
) -> None:
    path = "/" + "/".join(parts)
    text = f"route({quote}{path}{quote})"
    assert Routes({"a.py": text}).has("/p" * prefix + path, "a.py")


@given(st.text(max_size=200), st.text(max_size=40))
def test_any_text_and_path_give_an_answer(text: str, path: str) -> None:
    assert Routes({"a": text}).has(path, "a") in (True, False)
