//! The archive of an application's files, unpacked while it arrives.
//!
//! [`unpack`] runs on a thread where it may wait. It reads the archive from [`Chunks`] to the end in
//! any case, so that whoever sends it is never cut off, and computes its digest on the way.

mod chunks;
mod entries;

use std::io;

use flate2::bufread::MultiGzDecoder;
use generate::{BuildError, Digest, PathError, SourceTree, SourceTreeBuilder};

pub(crate) use self::chunks::{Chunks, channel};
use crate::limits::{Limit, Limits};

/// Why an archive makes no tree.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArchiveError {
    /// More than is allowed.
    #[error("the application's files exceed the limit `{limit}` of {value} {}{}", limit.unit(), at(.path.as_deref()))]
    Limit {
        /// Which limit.
        limit: Limit,
        /// Its value.
        value: u64,
        /// The entry that exceeds it, where it is a single one.
        path: Option<String>,
    },
    /// What arrived isn't what the client says it sent.
    #[error("the application's files arrived damaged: checksum `{found}`, expected `{expected}`")]
    Checksum {
        /// What the client announced.
        expected: String,
        /// What arrived.
        found: String,
    },
    /// It is no gzip-compressed tar archive.
    #[error("failed to unpack the application's files after {received} bytes")]
    Malformed {
        /// Compressed bytes until then.
        received: u64,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// An entry's name can't be used.
    #[error("an entry of the archive can't be unpacked")]
    Path(#[from] PathError),
    /// An entry doesn't fit into the tree.
    #[error("an entry of the archive can't be unpacked")]
    Entry(#[from] BuildError),
    /// A file of a kind that Argo CD never sends: its header does not tell its size.
    #[error("`{0}` is a sparse or oversized file, which can't be unpacked")]
    Sparse(String),
}

/// Reads an archive to its end and makes a tree of it, if its SHA-256 is `checksum` (hexadecimal).
pub(crate) fn unpack(
    mut chunks: Chunks,
    checksum: &str,
    limits: &Limits,
    builder: SourceTreeBuilder,
) -> Result<SourceTree, ArchiveError> {
    let mut tree = builder;
    let outcome = entries::add_all(MultiGzDecoder::new(&mut chunks), limits, &mut tree);
    let received = chunks.received();
    let digest = chunks.finish()?;
    verify(&digest, checksum)?;
    if received == 0 {
        return Err(ArchiveError::malformed(io::ErrorKind::UnexpectedEof.into()));
    }
    outcome.map_err(|error| error.at(received))?;
    Ok(tree.finish(digest)?)
}

fn verify(digest: &Digest, checksum: &str) -> Result<(), ArchiveError> {
    if digest.hex().eq_ignore_ascii_case(checksum) {
        return Ok(());
    }
    let expected = checksum.chars().take(80).collect();
    Err(ArchiveError::Checksum { expected, found: digest.hex().to_owned() })
}

fn at(path: Option<&str>) -> String {
    path.map(|path| format!(" at `{path}`")).unwrap_or_default()
}

// === impl ArchiveError ===

impl ArchiveError {
    fn limit(limits: &Limits, limit: Limit, path: Option<&str>) -> Self {
        Self::Limit { limit, value: limits.value(limit), path: path.map(ToOwned::to_owned) }
    }

    fn malformed(source: io::Error) -> Self {
        Self::Malformed { received: 0, source }
    }

    fn at(self, bytes: u64) -> Self {
        match self {
            Self::Malformed { source, .. } => Self::Malformed { received: bytes, source },
            other => other,
        }
    }

    /// Whether more was sent than is allowed, which is no fault of the archive's form.
    pub(crate) const fn is_limit(&self) -> bool {
        matches!(self, Self::Limit { .. })
    }

    /// Whether the host is at fault.
    pub(crate) const fn is_platform(&self) -> bool {
        matches!(self, Self::Entry(BuildError::Spool { .. }))
    }
}
