CREATE TABLE orders (
    id          TEXT PRIMARY KEY,
    customer    TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('pending', 'paid')),
    created_at  TEXT NOT NULL
);

CREATE TABLE order_lines (
    order_id          TEXT NOT NULL REFERENCES orders (id),
    position          INTEGER NOT NULL,
    sku               TEXT NOT NULL,
    quantity          INTEGER NOT NULL CHECK (quantity > 0),
    unit_price_cents  INTEGER NOT NULL CHECK (unit_price_cents >= 0),
    PRIMARY KEY (order_id, position)
);
