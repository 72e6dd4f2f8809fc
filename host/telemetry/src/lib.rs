//! Logs: one line an event on stderr, as JSON for machines or as text for people.
//!
//! Field names are those that Argo CD's own components use (`level`, `msg`, `time`), so that one
//! query finds both.

mod json;

use std::io;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};
use tracing_subscriber::{Layer as _, fmt};

/// Form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// Why logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not one of `error`, `warn`, `info`, `debug`, `trace`.
    #[error("`{0}` is not a log level: use `error`, `warn`, `info`, `debug` or `trace`")]
    Level(String),
    /// It was set up before.
    #[error("logging is already set up")]
    Twice(#[from] TryInitError),
}

/// Sends this process's events to stderr: those of this project from `level` on, those of libraries
/// from `warn` on.
///
/// # Errors
///
/// `level` is not a level, or logging is already set up.
pub fn init(format: Format, level: &str) -> Result<(), Error> {
    let filter = filter(level)?;
    let registry = tracing_subscriber::registry();
    match format {
        Format::Json => registry.with(json::JsonLayer::new(io::stderr).with_filter(filter)).try_init()?,
        Format::Text => registry.with(fmt::layer().with_writer(io::stderr).with_filter(filter)).try_init()?,
    }
    Ok(())
}

/// Our crates, and the target of what credentials were used for.
const OURS: &[&str] = &[
    "tiphys",
    "cmp",
    "generate",
    "sandbox",
    "registry",
    "credentials",
    "network",
    "cache",
    "policy",
    "audit",
];

fn filter(level: &str) -> Result<Targets, Error> {
    let name = if level.eq_ignore_ascii_case("warning") { "warn" } else { level };
    let level: LevelFilter = name.parse().map_err(|_| Error::Level(level.to_owned()))?;
    let ours = OURS.iter().map(|target| (*target, level));
    Ok(Targets::new().with_default(level.min(LevelFilter::WARN)).with_targets(ours))
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn libraries_are_heard_from_warnings_on() {
        let filter = filter("debug").unwrap();
        assert!(filter.would_enable("generate::plugin", &Level::DEBUG));
        assert!(filter.would_enable("audit", &Level::INFO), "uses of credentials are recorded (rule R33)");
        assert!(!filter.would_enable("h2::codec", &Level::DEBUG));
        assert!(filter.would_enable("h2::codec", &Level::WARN));
    }

    #[test]
    fn levels_are_those_that_argo_cd_takes() {
        for level in ["trace", "debug", "info", "warn", "warning", "error", "INFO"] {
            assert!(filter(level).is_ok(), "{level}");
        }
        assert_eq!(
            filter("loud").unwrap_err().to_string(),
            "`loud` is not a log level: use `error`, `warn`, `info`, `debug` or `trace`"
        );
    }
}
