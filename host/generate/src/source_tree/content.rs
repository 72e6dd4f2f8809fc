//! Where the bytes of a file are.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::OnceLock;

use bytes::Bytes;
use cache::Digest;

/// The bytes of one file and, once somebody asked, their digest.
#[derive(Debug)]
pub(super) struct Content {
    place: Place,
    digest: OnceLock<Digest>,
}

#[derive(Debug)]
enum Place {
    Memory(Bytes),
    Spool { offset: u64, len: usize },
}

/// The temporary file, ready to be read. It has no name, so nothing is left of it after a crash.
#[derive(Debug)]
pub(super) struct Spool(File);

/// The temporary file while it is written.
#[derive(Debug)]
pub(super) struct SpoolWriter {
    file: BufWriter<File>,
    len: u64,
}

// === impl Content ===

impl Content {
    pub(super) const fn memory(bytes: Bytes) -> Self {
        Self { place: Place::Memory(bytes), digest: OnceLock::new() }
    }

    pub(super) const fn spooled(offset: u64, len: usize) -> Self {
        Self { place: Place::Spool { offset, len }, digest: OnceLock::new() }
    }

    pub(super) fn read(&self, spool: Option<&Spool>) -> io::Result<Bytes> {
        match &self.place {
            Place::Memory(bytes) => Ok(bytes.clone()),
            Place::Spool { offset, len } => {
                let spool = spool.ok_or(io::ErrorKind::NotFound)?;
                let mut bytes = vec![0; *len];
                spool.0.read_exact_at(&mut bytes, *offset)?;
                Ok(bytes.into())
            }
        }
    }

    pub(super) fn digest(&self, spool: Option<&Spool>) -> io::Result<Digest> {
        if let Some(digest) = self.digest.get() {
            return Ok(digest.clone());
        }
        let digest = Digest::of(&self.read(spool)?);
        Ok(self.digest.get_or_init(|| digest).clone())
    }
}

// === impl SpoolWriter ===

impl SpoolWriter {
    pub(super) fn create(directory: &Path) -> io::Result<Self> {
        Ok(Self { file: BufWriter::with_capacity(64 << 10, tempfile::tempfile_in(directory)?), len: 0 })
    }

    pub(super) const fn len(&self) -> u64 {
        self.len
    }

    pub(super) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.len += bytes.len() as u64;
        Ok(())
    }

    pub(super) fn finish(self) -> io::Result<Spool> {
        Ok(Spool(self.file.into_inner().map_err(io::IntoInnerError::into_error)?))
    }
}
