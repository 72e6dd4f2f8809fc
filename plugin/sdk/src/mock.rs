//! A host for unit tests, which run natively: it answers what a test told it, and remembers what it
//! was asked. Whatever it was not told is not there.
//!
//! Outside of [`Host::run`], the host is one that was told nothing.

mod answers;
mod host;

pub(crate) use self::answers::{credentials, entropy, log, lookup, network, registry, source};
pub use self::host::{Chart, Host, LogEntry, Sent, chart, request};
