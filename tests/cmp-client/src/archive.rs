//! Archives as Argo CD makes them, and as it never would.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};

/// A tar archive under construction.
pub struct Archive(Builder<Vec<u8>>);

// === impl Archive ===

impl Default for Archive {
    fn default() -> Self {
        Self::new()
    }
}

impl Archive {
    /// With the root's own entry, as Argo CD writes it.
    #[must_use]
    pub fn new() -> Self {
        Self(Builder::new(Vec::new())).directory(".")
    }

    /// A directory.
    #[must_use]
    pub fn directory(self, name: &str) -> Self {
        self.entry(EntryType::Directory, name, None, b"")
    }

    /// A file.
    #[must_use]
    pub fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.entry(EntryType::Regular, name, None, content.as_ref())
    }

    /// A symbolic link.
    #[must_use]
    pub fn link(self, name: &str, target: &str) -> Self {
        self.entry(EntryType::Symlink, name, Some(target), b"")
    }

    /// An entry whose name and target are written as they are.
    #[must_use]
    pub fn entry(mut self, kind: EntryType, name: &str, link: Option<&str>, content: &[u8]) -> Self {
        let mut header = Header::new_ustar();
        header.set_entry_type(kind);
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        let bytes = header.as_mut_bytes();
        bytes[..name.len()].copy_from_slice(name.as_bytes());
        if let Some(link) = link {
            bytes[157..157 + link.len()].copy_from_slice(link.as_bytes());
        }
        header.set_cksum();
        self.0.append(&header, content).unwrap();
        self
    }

    /// A PAX header for the entry after it.
    #[must_use]
    pub fn pax(mut self, records: &[(&str, &str)]) -> Self {
        self.0.append_pax_extensions(records.iter().map(|(key, value)| (*key, value.as_bytes()))).unwrap();
        self
    }

    /// The archive.
    #[must_use]
    pub fn tar(self) -> Vec<u8> {
        self.0.into_inner().unwrap()
    }

    /// The archive, compressed.
    #[must_use]
    pub fn tgz(self) -> Vec<u8> {
        tgz(&self.tar())
    }
}

/// `tar`, compressed.
#[must_use]
pub fn tgz(tar: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(tar).unwrap();
    encoder.finish().unwrap()
}

/// Bytes that don't compress, the same for the same seed.
#[must_use]
pub fn noise(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    std::iter::repeat_with(&mut next).flatten().take(len).collect()
}
