//! What can go wrong with a directory.

use crate::Digest;

/// A store that could not do what it was asked to. Callers may go on without it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file system refused.
    #[error("the cache can't be used")]
    Io(#[from] std::io::Error),
    /// Bytes that don't have the digest they were offered as.
    #[error("content has the digest `{found}` instead of `{expected}`")]
    Mismatch {
        /// The digest that was asked for.
        expected: Digest,
        /// The SHA-256 digest of the bytes.
        found: Digest,
    },
    /// A value that has no JSON form.
    #[error("a record can't be written")]
    Record(#[from] serde_json::Error),
    /// An archive of a store that holds something else.
    #[error("`{path}` is no part of an exported cache")]
    Strange {
        /// Its path within the archive.
        path: String,
    },
    /// Nobody else finished what they hold the lease for in time.
    #[error("another process has been busy with `{name}` for too long")]
    Busy {
        /// What the lease is for.
        name: String,
    },
}
