//! The limits of a call, by name and value.

use std::fmt;
use std::time::Duration;

/// A limit that a call ran into, and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// Bytes of memories, tables, and what handles keep.
    Memory(u64),
    /// Computing time.
    Cpu(Duration),
    /// Time from start to end.
    Wall(Duration),
    /// Bytes of the answer, or of what was handed over in one host call.
    Output(u64),
    /// Host calls.
    HostCalls(u64),
    /// Handles held at once.
    Handles(u32),
    /// Bytes of stack.
    Stack(u64),
    /// Random bytes asked for at once.
    RandomBytes(u32),
}

/// A guest is to end because of a limit.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("exceeded its limit of {0}")]
pub(crate) struct LimitExceeded(pub(crate) Limit);

impl LimitExceeded {
    pub(crate) const fn random_bytes(limit: u32) -> Self {
        Self(Limit::RandomBytes(limit))
    }
}

impl Limit {
    /// The limit's name in the configuration, or what it is about where it cannot be configured.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Memory(_) => "memory",
            Self::Cpu(_) => "cpu",
            Self::Wall(_) => "wall",
            Self::Output(_) => "output",
            Self::HostCalls(_) => "host-calls",
            Self::Handles(_) => "handles",
            Self::Stack(_) => "stack",
            Self::RandomBytes(_) => "random-bytes",
        }
    }

    /// The limit's value, as the configuration writes it.
    #[must_use]
    pub fn value(&self) -> String {
        match *self {
            Self::Memory(bytes) | Self::Output(bytes) | Self::Stack(bytes) => size(bytes),
            Self::Cpu(time) | Self::Wall(time) => format!("{time:?}"),
            Self::HostCalls(calls) => calls.to_string(),
            Self::Handles(count) | Self::RandomBytes(count) => count.to_string(),
        }
    }

    /// The setting that doubles the limit, where it can be set.
    pub(super) fn setting(&self) -> Option<String> {
        let doubled = match *self {
            Self::Memory(bytes) => Self::Memory(bytes.saturating_mul(2)),
            Self::Cpu(time) => Self::Cpu(time.saturating_mul(2)),
            Self::Wall(time) => Self::Wall(time.saturating_mul(2)),
            Self::Output(bytes) => Self::Output(bytes.saturating_mul(2)),
            Self::HostCalls(calls) => Self::HostCalls(calls.saturating_mul(2)),
            Self::Handles(count) => Self::Handles(count.saturating_mul(2)),
            Self::Stack(_) | Self::RandomBytes(_) => return None,
        };
        Some(format!("{}: {}", doubled.name(), doubled.value()))
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}`: {}", self.name(), self.value())
    }
}

/// `bytes` in the largest unit that divides them.
fn size(bytes: u64) -> String {
    const UNITS: [(&str, u32); 3] = [("Gi", 30), ("Mi", 20), ("Ki", 10)];
    UNITS
        .into_iter()
        .find(|(_, shift)| bytes > 0 && bytes.trailing_zeros() >= *shift)
        .map_or_else(|| bytes.to_string(), |(unit, shift)| format!("{}{unit}", bytes >> shift))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_shown_as_they_are_written() {
        for (limit, shown, setting) in [
            (Limit::Memory(512 << 20), "`memory`: 512Mi", Some("memory: 1Gi")),
            (Limit::Output(1_000_000), "`output`: 1000000", Some("output: 2000000")),
            (Limit::Cpu(Duration::from_secs(20)), "`cpu`: 20s", Some("cpu: 40s")),
            (Limit::Wall(Duration::from_millis(500)), "`wall`: 500ms", Some("wall: 1s")),
            (Limit::HostCalls(10_000), "`host-calls`: 10000", Some("host-calls: 20000")),
            (Limit::Stack(16 << 20), "`stack`: 16Mi", None),
        ] {
            assert_eq!(limit.to_string(), shown);
            assert_eq!(limit.setting().as_deref(), setting);
        }
    }
}
