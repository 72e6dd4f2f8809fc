//! What one application's files may take.

use std::fmt;

/// Caps for the stream of one application's files. The defaults are those of Argo CD for files that
/// users upload, or above, and leave room for a repository with its history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the compressed archive.
    pub compressed: u64,
    /// Bytes of the archive when it is extracted, headers included.
    pub extracted: u64,
    /// Bytes of a single file.
    pub file: u64,
    /// Files, directories and links.
    pub entries: u64,
    /// Bytes of a path or of a link's target.
    pub path: u64,
    /// Bytes of file content that stay in memory; what is more goes to a temporary file.
    pub memory: usize,
}

/// Which of the [`Limits`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// [`Limits::compressed`]
    Compressed,
    /// [`Limits::extracted`]
    Extracted,
    /// [`Limits::file`]
    File,
    /// [`Limits::entries`]
    Entries,
    /// [`Limits::path`]
    Path,
}

// === impl Limits ===

impl Limits {
    /// The value of `limit`.
    #[must_use]
    pub const fn value(&self, limit: Limit) -> u64 {
        match limit {
            Limit::Compressed => self.compressed,
            Limit::Extracted => self.extracted,
            Limit::File => self.file,
            Limit::Entries => self.entries,
            Limit::Path => self.path,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            compressed: 512 << 20,
            extracted: 1 << 30,
            file: 512 << 20,
            entries: 200_000,
            path: 4096,
            memory: 16 << 20,
        }
    }
}

// === impl Limit ===

impl Limit {
    /// What the limit counts.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Entries => "entries",
            _ => "bytes",
        }
    }
}

/// The name of the limit in the configuration.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Compressed => "compressed",
            Self::Extracted => "extracted",
            Self::File => "file",
            Self::Entries => "entries",
            Self::Path => "path",
        })
    }
}
