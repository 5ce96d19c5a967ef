from concurrent.futures import ThreadPoolExecutor

import pytest
from quotes import create_app


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def app(clock):
    return create_app(clock=clock)


def ask(app, key="alpha", path="/quotes/ACME"):
    headers = {"X-Api-Key": key} if key else {}
    return app.test_client().get(path, headers=headers)


def statuses(app, count, key="alpha"):
    return [ask(app, key).status_code for _ in range(count)]


def test_burst_then_refusal(app):
    assert statuses(app, 7) == [200] * 5 + [429] * 2


def test_refusal_has_form_and_does_not_run_the_view(app):
    statuses(app, 5)
    looked_up = app.extensions["prices"].lookups
    answer = ask(app)
    assert answer.get_json() == {"error": "rate_limited"}
    assert answer.headers["Retry-After"] == "2"
    assert app.extensions["prices"].lookups == looked_up


def test_retry_after_counts_down_and_is_rounded_up(app, clock):
    statuses(app, 5)
    clock.now += 0.5
    assert ask(app).headers["Retry-After"] == "2"
    clock.now += 1.0
    assert ask(app).headers["Retry-After"] == "1"
    clock.now += 0.5
    assert ask(app).status_code == 200


def test_refused_requests_cost_nothing(app, clock):
    statuses(app, 20)
    clock.now += 2.0
    assert statuses(app, 2) == [200, 429]


def test_tokens_come_back_one_by_one(app, clock):
    statuses(app, 5)
    clock.now += 4.0
    assert statuses(app, 3) == [200, 200, 429]


def test_parts_of_a_token_add_up(app, clock):
    statuses(app, 5)
    for _ in range(3):
        clock.now += 0.6
        assert ask(app).status_code == 429
    clock.now += 0.3
    assert ask(app).status_code == 200


def test_bucket_never_holds_more_than_the_burst(app, clock):
    ask(app)
    clock.now += 3600
    assert statuses(app, 6) == [200] * 5 + [429]


def test_headers_tell_limit_and_rest(app):
    seen = [ask(app).headers for _ in range(6)]
    assert [each["X-RateLimit-Limit"] for each in seen] == ["5"] * 6
    assert [each["X-RateLimit-Remaining"] for each in seen] == ["4", "3", "2", "1", "0", "0"]


def test_errors_of_the_view_have_the_headers_and_cost_a_token(app):
    answer = ask(app, path="/quotes/NONE")
    assert (answer.status_code, answer.headers["X-RateLimit-Remaining"]) == (404, "4")


def test_keys_have_buckets_of_their_own(app):
    statuses(app, 5, "alpha")
    assert ask(app, "alpha").status_code == 429
    assert ask(app, "beta").headers["X-RateLimit-Remaining"] == "4"


def test_unknown_keys_get_401_and_no_headers(app):
    for _ in range(8):
        for key in ("", "wrong"):
            answer = ask(app, key)
            assert answer.status_code == 401
            assert "X-RateLimit-Limit" not in answer.headers
    assert ask(app).headers["X-RateLimit-Remaining"] == "4"


def test_health_is_not_limited(app):
    statuses(app, 6)
    answers = [ask(app, "alpha", "/health") for _ in range(8)]
    assert {answer.status_code for answer in answers} == {200}
    assert all("X-RateLimit-Limit" not in answer.headers for answer in answers)


def test_limits_come_from_the_configuration(clock):
    app = create_app({"RATE_LIMIT_BURST": 2, "RATE_LIMIT_SECONDS_PER_TOKEN": 10.0}, clock=clock)
    assert statuses(app, 3) == [200, 200, 429]
    answer = ask(app)
    assert (answer.headers["Retry-After"], answer.headers["X-RateLimit-Limit"]) == ("10", "2")


def test_applications_share_no_buckets(app, clock):
    statuses(app, 6)
    assert ask(create_app(clock=clock)).status_code == 200


def test_threads_never_share_a_token(app):
    with ThreadPoolExecutor(16) as threads:
        seen = list(threads.map(lambda _: ask(app).status_code, range(80)))
    assert (seen.count(200), seen.count(429)) == (5, 75)
