//! What fuzzers reach and nobody else does: two readers of what others wrote.

use network::Url;

use crate::index::{self, Index};
use crate::{IndexError, link};

/// The page after `base` by the `Link` headers: none, one, or one that must not be asked for.
///
/// # Errors
/// If there is one and it is on another origin.
pub fn next_page(headers: &[String], base: &Url) -> Result<Option<Url>, &'static str> {
    let next = link::next(headers.iter().map(String::as_str), base);
    next.transpose().map_err(|_| "it is on another origin")
}

/// The index of a Helm repository.
#[derive(Debug, PartialEq, Eq)]
pub struct Repository(Index);

// === impl Repository ===

impl Repository {
    /// Reads `index.yaml`.
    ///
    /// # Errors
    /// If it is not accepted.
    pub fn parse(bytes: &[u8]) -> Result<Self, IndexError> {
        Index::parse(bytes).map(Self)
    }

    /// As it comes back from the cache.
    ///
    /// # Errors
    /// If it can't be kept there.
    pub fn stored(&self) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(&serde_json::to_vec(&self.0)?).map(Self)
    }

    /// The names of its charts.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.names()
    }

    /// The versions of a chart, in the order in which they are tried.
    #[must_use]
    pub fn versions(&self, name: &str) -> Vec<&str> {
        let entries = self.0.versions(name).unwrap_or_default();
        entries.iter().map(|entry| entry.version.as_str()).collect()
    }

    /// The version of a chart that `wanted` means.
    #[must_use]
    pub fn choose(&self, name: &str, wanted: &str) -> Option<&str> {
        let entry = index::choose(self.0.versions(name)?, wanted).ok()?;
        Some(&entry.version)
    }
}
