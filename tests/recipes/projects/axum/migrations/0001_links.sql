CREATE TABLE links (
    slug text PRIMARY KEY CHECK (length(slug) BETWEEN 1 AND 64),
    target text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
