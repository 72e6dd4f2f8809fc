//! How much one render may fetch (rule R4).

use std::collections::BTreeSet;

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
}

/// What one render has fetched so far.
#[derive(Clone, Debug)]
pub struct FetchBudget {
    limits: FetchLimits,
    references: BTreeSet<String>,
    bytes: u64,
}

/// A limit that a render has reached.
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
}

// === impl FetchLimits ===

impl Default for FetchLimits {
    fn default() -> Self {
        Self { references: 64, bytes: 512 << 20, parallel: 8 }
    }
}

// === impl FetchBudget ===

impl FetchBudget {
    /// Nothing is fetched yet.
    #[must_use]
    pub const fn new(limits: FetchLimits) -> Self {
        Self { limits, references: BTreeSet::new(), bytes: 0 }
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
        let mut budget = FetchBudget::new(FetchLimits { references: 2, bytes: 10, parallel: 1 });
        for (reference, fine) in [("a", true), ("b", true), ("a", true), ("c", false), ("b", true)] {
            assert_eq!(budget.spend_reference(reference).is_ok(), fine, "{reference}");
        }
        for (bytes, fine) in [(4, true), (6, true), (1, false), (u64::MAX, false)] {
            assert_eq!(budget.spend_bytes(bytes).is_ok(), fine, "{bytes}");
        }
    }
}
