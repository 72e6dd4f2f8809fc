//! An application on its way to a plugin.

use sha2::{Digest as _, Sha256};

use crate::message::{AppStreamRequest, EnvEntry, File, Metadata, encoded};

/// What a client sends of an archive.
pub struct Upload {
    /// The archive.
    pub tgz: Vec<u8>,
    /// Bytes of one piece.
    pub chunk: usize,
    /// What comes first.
    pub metadata: Metadata,
}

// === impl Upload ===

impl Upload {
    /// The application `web` in the archive's root, in chunks of 1 KiB.
    #[must_use]
    pub fn new(tgz: Vec<u8>) -> Self {
        Self::of("web", tgz)
    }

    /// The application called `name` in the archive's root, in chunks of 1 KiB.
    #[must_use]
    pub fn of(name: &str, tgz: Vec<u8>) -> Self {
        let metadata = Metadata {
            app_name: "9bd4b7a0-uuid".into(),
            app_rel_path: ".".into(),
            checksum: hex::encode(Sha256::digest(&tgz)),
            size: i64::try_from(tgz.len()).unwrap(),
            env: vec![],
        };
        Self { tgz, chunk: 1024, metadata }.env("ARGOCD_APP_NAME", name)
    }

    /// With a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.metadata.env.push(EnvEntry { name: name.into(), value: value.into() });
        self
    }

    /// With the application in another directory.
    #[must_use]
    pub fn path(mut self, path: &str) -> Self {
        self.metadata.app_rel_path = path.into();
        self
    }

    /// In pieces of another size.
    #[must_use]
    pub fn chunks_of(mut self, chunk: usize) -> Self {
        self.chunk = chunk;
        self
    }

    /// With another checksum, right or wrong.
    #[must_use]
    pub fn checksum(mut self, checksum: &str) -> Self {
        self.metadata.checksum = checksum.into();
        self
    }

    /// The messages of the stream.
    #[must_use]
    pub fn messages(&self) -> Vec<Vec<u8>> {
        let metadata = AppStreamRequest { metadata: Some(self.metadata.clone()), file: None };
        std::iter::once(encoded(&metadata)).chain(self.tgz.chunks(self.chunk).map(chunk)).collect()
    }
}

/// A message with one piece of an archive.
#[must_use]
pub fn chunk(bytes: &[u8]) -> Vec<u8> {
    encoded(&AppStreamRequest { metadata: None, file: Some(File { chunk: bytes.to_vec() }) })
}
