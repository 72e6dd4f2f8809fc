//! How much one render may fetch (rule R4).

use std::collections::BTreeSet;
use std::time::Duration;

use crate::blame::{Blame, Diagnose};

/// The limits of one render.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FetchLimits {
    /// Different references.
    pub references: usize,
    /// Bytes that come over the network or out of the cache.
    pub bytes: u64,
    /// Fetches at one time.
    pub parallel: usize,
    /// The time that is spent with it in all.
    pub time: Duration,
}

/// What one render has fetched so far.
#[derive(Clone, Debug)]
pub struct FetchBudget {
    limits: FetchLimits,
    references: BTreeSet<String>,
    bytes: u64,
    time: Duration,
}

/// A limit that a render has reached, or the project that it is for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OverBudget {
    /// Too many references.
    #[error("more than {limit} different references in one render")]
    References {
        /// The limit.
        limit: usize,
    },
    /// Too many bytes.
    #[error("more than {limit} bytes fetched in one render")]
    Bytes {
        /// The limit.
        limit: u64,
    },
    /// Too long a time.
    #[error("more than {limit:?} spent with fetching in one render")]
    Time {
        /// The limit.
        limit: Duration,
    },
    /// Its project would have to wait for longer than anybody would.
    #[error("project `{project}` fetches more than its share: {burst} at once, then one in {interval:?}")]
    Pace {
        /// The project; empty for requests without one.
        project: String,
        /// What it may fetch at once.
        burst: u32,
        /// The time between two fetches in the long run.
        interval: Duration,
    },
}

// === impl FetchLimits ===

impl Default for FetchLimits {
    fn default() -> Self {
        Self { references: 64, bytes: 512 << 20, parallel: 8, time: Duration::from_secs(60) }
    }
}

// === impl FetchBudget ===

impl FetchBudget {
    /// Nothing is fetched yet.
    #[must_use]
    pub const fn new(limits: FetchLimits) -> Self {
        Self { limits, references: BTreeSet::new(), bytes: 0, time: Duration::ZERO }
    }

    /// Counts a reference; one that was counted before costs nothing.
    ///
    /// # Errors
    /// If there are too many.
    pub fn spend_reference(&mut self, reference: &str) -> Result<(), OverBudget> {
        let limit = self.limits.references;
        if self.references.contains(reference) {
            return Ok(());
        }
        if self.references.len() >= limit {
            return Err(OverBudget::References { limit });
        }
        self.references.insert(reference.to_owned());
        Ok(())
    }

    /// Counts bytes.
    ///
    /// # Errors
    /// If there are too many.
    pub fn spend_bytes(&mut self, bytes: u64) -> Result<(), OverBudget> {
        let limit = self.limits.bytes;
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > limit { Err(OverBudget::Bytes { limit }) } else { Ok(()) }
    }

    /// Counts time.
    pub fn spend_time(&mut self, time: Duration) {
        self.time = self.time.saturating_add(time);
    }

    /// The time that is left.
    ///
    /// # Errors
    /// If there is none.
    pub fn time_left(&self) -> Result<Duration, OverBudget> {
        let limit = self.limits.time;
        let left = limit.saturating_sub(self.time);
        if left.is_zero() { Err(OverBudget::Time { limit }) } else { Ok(left) }
    }
}

// === impl OverBudget ===

impl Diagnose for OverBudget {
    fn blame(&self) -> Blame {
        Blame::Application
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_hold() {
        let (references, bytes, parallel, time) = (2, 10, 1, Duration::from_secs(3));
        let mut budget = FetchBudget::new(FetchLimits { references, bytes, parallel, time });
        for (reference, fine) in [("a", true), ("b", true), ("a", true), ("c", false), ("b", true)] {
            assert_eq!(budget.spend_reference(reference).is_ok(), fine, "{reference}");
        }
        for (bytes, fine) in [(4, true), (6, true), (1, false), (u64::MAX, false)] {
            assert_eq!(budget.spend_bytes(bytes).is_ok(), fine, "{bytes}");
        }
        for left in [3, 2, 1] {
            assert_eq!(budget.time_left(), Ok(Duration::from_secs(left)));
            budget.spend_time(Duration::from_secs(1));
        }
        budget.spend_time(Duration::MAX);
        assert_eq!(budget.time_left(), Err(OverBudget::Time { limit: time }));
    }
}
