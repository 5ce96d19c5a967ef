"""What a lazy solution would leave out: one line of a reference solution each, as it would look without the care.

``(task, file, as it is, as the lazy one has it)``; each must fail the hidden tests.
"""

LAZY = (
    (
        "django-bulk-import",
        "products/importing.py",
        "changed.append(product)",
        "product.save(); changed.append(product)",
    ),
    ("django-health", "jobs/health.py", "self._running.is_alive()", "False"),
    (
        "django-migration",
        "contacts/migrations/0003_split_names.py",
        "taken.add(row.handle)",
        "pass",
    ),
    (
        "django-n-plus-one",
        "catalog/views.py",
        "Review.objects.filter(hidden=False)",
        "Review.objects.all()",
    ),
    (
        "django-transaction",
        "bank/transfers.py",
        "transaction.on_commit(lambda: _tell(transfer))",
        "_tell(transfer)",
    ),
    (
        "express-endpoint",
        "src/refunds.js",
        "store.update(orderId, (current) => refunded(current, refund))",
        "store.get(orderId).then((old) => store.update(orderId, () => refunded(old, refund)))",
    ),
    ("express-logging", "src/logging.js", 'response.on("close"', 'response.on("finish"'),
    ("express-openapi", "src/openapi.js", "additionalProperties: false,", ""),
    ("express-retry", "src/stock.js", "failed = gone.aborted ? null : error", "failed = error"),
    (
        "express-soft-delete",
        "src/documents.js",
        "this.#live().some(",
        "[...this.#rows.values()].some(",
    ),
    ("fastapi-auth", "app/main.py", 'note is None or note["owner"] != user', "note is None"),
    (
        "fastapi-idempotency-key",
        "app/main.py",
        "store.release(x_merchant_id, idempotency_key)",
        "pass",
    ),
    ("fastapi-optimistic-locking", "app/articles.py", "return secrets.token_hex(8)", 'return "1"'),
    (
        "fastapi-pagination",
        "app/orders.py",
        '"(created_at, id) < (?, ?)"',
        '"created_at <= ? AND id < ?"',
    ),
    ("fastapi-problem-json", "app/problems.py", ".replace('~', '~0').replace('/', '~1')", ""),
    (
        "flask-cache",
        "shop/reading.py",
        '{*_categories(before), *product["categories"]}',
        'product["categories"]',
    ),
    (
        "flask-config",
        "mailer/configuration.py",
        "database_url: str = field(repr=False)",
        "database_url: str",
    ),
    (
        "flask-rate-limit",
        "quotes/limits.py",
        "bucket.tokens -= taken",
        "bucket.tokens = int(bucket.tokens) - taken",
    ),
    (
        "flask-validation",
        "hotel/validation.py",
        "type(guests) is not int",
        "not isinstance(guests, int)",
    ),
    (
        "flask-webhook",
        "billing/webhooks.py",
        "yield fresh\n            self._handled.add(event_id)",
        "self._handled.add(event_id)\n            yield fresh",
    ),
)
