//! Compiled components, kept between starts. Machine code is believed only if its signature shows
//! that this installation wrote it, for this component and this engine.

use std::io::{self, Write as _};
use std::path::PathBuf;

use cache::Digest;
use fs_err as fs;

use crate::config::Artifacts;
use crate::engine::Fingerprint;
use crate::mac;

/// A directory of files, each machine code followed by its signature.
#[derive(Debug)]
pub(crate) struct Store {
    artifacts: Artifacts,
    engine: Fingerprint,
}

/// What a look into the store came to.
pub(crate) enum Found {
    /// Code that may be run.
    Code(Vec<u8>),
    /// No such file.
    Nothing,
    /// A file that nobody should run.
    Forged(PathBuf),
}

impl Store {
    /// Uses the directory of `artifacts`, made where there is none.
    pub(crate) fn open(artifacts: Artifacts, engine: Fingerprint) -> io::Result<Self> {
        fs::create_dir_all(&artifacts.directory)?;
        Ok(Self { artifacts, engine })
    }

    /// Reads the code of `component`. The whole file is read before it is verified, so that nobody
    /// can change it in between.
    pub(crate) fn get(&self, component: &Digest) -> io::Result<Found> {
        let path = self.path(component);
        let mut file = match fs::read(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) => return Err(error),
        };
        let code = file.len().saturating_sub(mac::LEN);
        let signature = file.split_off(code);
        let parts = self.signed(component.hex(), &file);
        if self.artifacts.key.verify(&parts, &signature) {
            Ok(Found::Code(file))
        } else {
            Ok(Found::Forged(path))
        }
    }

    /// Keeps `code` for `component`. Readers see all of it or nothing.
    pub(crate) fn put(&self, component: &Digest, code: &[u8]) -> io::Result<()> {
        let signature = self.artifacts.key.sign(&self.signed(component.hex(), code));
        let mut file = tempfile::NamedTempFile::new_in(&self.artifacts.directory)?;
        file.write_all(code)?;
        file.write_all(&signature)?;
        file.as_file().sync_all()?;
        file.persist(self.path(component))?;
        Ok(())
    }

    fn signed<'a>(&'a self, component: &'a str, code: &'a [u8]) -> [&'a [u8]; 3] {
        [component.as_bytes(), &self.engine, code]
    }

    /// Another engine's code has another name, so that two versions can share a directory.
    fn path(&self, component: &Digest) -> PathBuf {
        let engine = hex::encode(self.engine.first_chunk::<8>().unwrap_or(&[0; 8]));
        self.artifacts.directory.join(format!("{}-{engine}.cwasm", component.hex()))
    }
}
