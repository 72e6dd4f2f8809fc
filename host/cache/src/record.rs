//! Small values under a name, with their age.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::Digest;

/// The name of a record: a kind, which becomes a folder, and parts that may hold anything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RecordKey {
    kind: &'static str,
    name: String,
}

/// A value and when it was stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record<T> {
    /// The value.
    pub value: T,
    /// Milliseconds since 1970.
    at: u64,
}

// === impl RecordKey ===

impl RecordKey {
    /// The record of this `kind` whose name has these parts.
    #[must_use]
    pub fn new(kind: &'static str, parts: &[&str]) -> Self {
        // Lengths before contents: no two lists of parts give the same name.
        let mut name = String::new();
        for part in parts {
            name.push_str(&format!("{}:{part}", part.len()));
        }
        Self { kind, name: Digest::of(name.as_bytes()).hex().to_owned() }
    }

    pub(crate) fn path(&self) -> String {
        format!("records/{}/{}", self.kind, self.name)
    }

    /// A name for a lease on what the record is about.
    #[must_use]
    pub fn lease_name(&self) -> String {
        format!("{}-{}", self.kind, self.name)
    }
}

// === impl Record ===

impl<T> Record<T> {
    /// The value as of now.
    #[must_use]
    pub fn now(value: T) -> Self {
        Self { value, at: millis(SystemTime::now()) }
    }

    /// Whether it is at most `age` old. A record from the future is not: the clock was changed.
    #[must_use]
    pub fn is_within(&self, age: Duration) -> bool {
        let now = millis(SystemTime::now());
        now.checked_sub(self.at).is_some_and(|passed| u128::from(passed) <= age.as_millis())
    }
}

fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    u64::try_from(since).unwrap_or(u64::MAX)
}

/// What a file holds; none where it is damaged or of another version.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<Record<T>> {
    serde_json::from_slice(bytes).ok()
}
