use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Redirect;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use sqlx::PgPool;
use url::Url;

#[derive(Deserialize)]
struct NewLink {
    slug: String,
    target: String,
}

pub fn router(pool: Arc<PgPool>) -> Router {
    Router::new()
        .route("/links", post(create))
        .route("/{slug}", get(follow))
        .with_state(pool)
}

async fn create(State(pool): State<Arc<PgPool>>, Json(link): Json<NewLink>) {
    let target = Url::parse(&link.target).unwrap();
    sqlx::query("INSERT INTO links (slug, target) VALUES ($1, $2)")
        .bind(&link.slug)
        .bind(target.as_str())
        .execute(&*pool)
        .await
        .unwrap();
}

async fn follow(State(pool): State<Arc<PgPool>>, Path(slug): Path<String>) -> Redirect {
    let target: String = sqlx::query_scalar("SELECT target FROM links WHERE slug = $1")
        .bind(&slug)
        .fetch_one(&*pool)
        .await
        .unwrap();
    Redirect::temporary(&target)
}
