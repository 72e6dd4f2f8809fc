//! Archives as Argo CD makes them, and as it never would.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};
use tar::{Builder, EntryType, Header};

use crate::client::{AppStreamRequest, EnvEntry, File, Metadata, encoded};

/// A tar archive under construction.
pub(crate) struct Archive(Builder<Vec<u8>>);

impl Archive {
    pub(crate) fn new() -> Self {
        Self(Builder::new(Vec::new())).directory(".")
    }

    pub(crate) fn directory(self, name: &str) -> Self {
        self.entry(EntryType::Directory, name, None, b"")
    }

    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.entry(EntryType::Regular, name, None, content.as_ref())
    }

    pub(crate) fn link(self, name: &str, target: &str) -> Self {
        self.entry(EntryType::Symlink, name, Some(target), b"")
    }

    /// An entry whose name and target are written as they are.
    pub(crate) fn entry(mut self, kind: EntryType, name: &str, link: Option<&str>, content: &[u8]) -> Self {
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
    pub(crate) fn pax(mut self, records: &[(&str, &str)]) -> Self {
        self.0.append_pax_extensions(records.iter().map(|(key, value)| (*key, value.as_bytes()))).unwrap();
        self
    }

    pub(crate) fn tar(self) -> Vec<u8> {
        self.0.into_inner().unwrap()
    }

    pub(crate) fn tgz(self) -> Vec<u8> {
        tgz(&self.tar())
    }
}

pub(crate) fn tgz(tar: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(tar).unwrap();
    encoder.finish().unwrap()
}

/// What a client sends of an archive.
pub(crate) struct Upload {
    pub(crate) tgz: Vec<u8>,
    pub(crate) chunk: usize,
    pub(crate) metadata: Metadata,
}

impl Upload {
    /// The application `web` in the archive's root, in chunks of 1 KiB.
    pub(crate) fn new(tgz: Vec<u8>) -> Self {
        let metadata = Metadata {
            app_name: "9bd4b7a0-uuid".into(),
            app_rel_path: ".".into(),
            checksum: hex::encode(Sha256::digest(&tgz)),
            size: i64::try_from(tgz.len()).unwrap(),
            env: vec![],
        };
        Self { tgz, chunk: 1024, metadata }.env("ARGOCD_APP_NAME", "web")
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.metadata.env.push(EnvEntry { name: name.into(), value: value.into() });
        self
    }

    pub(crate) fn path(mut self, path: &str) -> Self {
        self.metadata.app_rel_path = path.into();
        self
    }

    pub(crate) fn chunks_of(mut self, chunk: usize) -> Self {
        self.chunk = chunk;
        self
    }

    pub(crate) fn checksum(mut self, checksum: &str) -> Self {
        self.metadata.checksum = checksum.into();
        self
    }

    pub(crate) fn messages(&self) -> Vec<Vec<u8>> {
        let metadata = AppStreamRequest { metadata: Some(self.metadata.clone()), file: None };
        std::iter::once(encoded(&metadata)).chain(self.tgz.chunks(self.chunk).map(chunk)).collect()
    }
}

pub(crate) fn chunk(bytes: &[u8]) -> Vec<u8> {
    encoded(&AppStreamRequest { metadata: None, file: Some(File { chunk: bytes.to_vec() }) })
}

/// Bytes that don't compress, the same for the same seed.
pub(crate) fn noise(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    std::iter::repeat_with(&mut next).flatten().take(len).collect()
}
