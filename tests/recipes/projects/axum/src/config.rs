use std::env;
use std::net::SocketAddr;

/// Everything that is set from outside, read once at start.
pub struct Config {
    pub database_url: String,
    pub address: SocketAddr,
    pub max_connections: u32,
}

impl Config {
    /// Reads the environment; says which setting is missing or malformed, never its value.
    pub fn from_env() -> Result<Self, String> {
        let database_url = env::var("DATABASE_URL").map_err(|_| "DATABASE_URL is not set")?;
        let address = optional("LISTEN_ADDRESS", "0.0.0.0:8080")?;
        let max_connections = optional("MAX_CONNECTIONS", "10")?;
        Ok(Self { database_url, address, max_connections })
    }
}

fn optional<T: std::str::FromStr>(name: &str, default: &str) -> Result<T, String> {
    let value = env::var(name).unwrap_or_else(|_| default.to_owned());
    value.parse().map_err(|_| format!("{name} is malformed"))
}
