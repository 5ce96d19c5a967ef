mod config;
mod links;

use std::sync::Arc;

use sqlx::postgres::PgPoolOptions;

use crate::config::Config;

#[tokio::main]
async fn main() {
    tracing_subscriber::fmt::init();
    let config = Config::from_env().expect("configuration");
    let pool = PgPoolOptions::new()
        .max_connections(config.max_connections)
        .connect(&config.database_url)
        .await
        .expect("database");
    sqlx::migrate!().run(&pool).await.expect("migrations");
    let listener = tokio::net::TcpListener::bind(config.address).await.expect("address");
    axum::serve(listener, links::router(Arc::new(pool))).await.expect("server");
}
