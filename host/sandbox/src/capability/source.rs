//! `source`: the application's files.

use async_trait::async_trait;

use super::Capability;
use crate::contract::tiphys::plugin::source::Host;
use crate::contract::tiphys::plugin::types::{Failure, File};
use crate::observation::{Seen, Subject};
use crate::state::State;

/// The files of one application, read-only. Paths and globs are as the contract describes them;
/// whoever implements this refuses what leaves the repository.
#[async_trait]
pub trait Source: Send + Sync {
    /// The paths that match `glob`, sorted.
    ///
    /// # Errors
    ///
    /// Fails if the glob is malformed or leaves the repository.
    async fn list(&self, glob: &str) -> Result<Vec<String>, Failure>;

    /// The content of the file at `path`, or none if there is no such file.
    ///
    /// # Errors
    ///
    /// Fails if the path leaves the repository or the file cannot be read.
    async fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Failure>;

    /// The files that match any of `globs`, each once, sorted by path.
    ///
    /// # Errors
    ///
    /// Fails if a glob is malformed or leaves the repository, or a file cannot be read.
    async fn read_all(&self, globs: &[String]) -> Result<Vec<File>, Failure>;
}

impl Host for State {
    async fn list(&mut self, glob: String) -> wasmtime::Result<Result<Vec<String>, Failure>> {
        self.enter()?;
        let Some(source) = self.capabilities.source.clone() else {
            return Ok(Err(Capability::Source.absent()));
        };
        let listing = self.wait(source.list(&glob)).await;
        self.observe(Subject::Listing { glob }, seen_listing(&listing))?;
        Ok(listing)
    }

    async fn read(&mut self, path: String) -> wasmtime::Result<Result<Option<Vec<u8>>, Failure>> {
        self.enter()?;
        let Some(source) = self.capabilities.source.clone() else {
            return Ok(Err(Capability::Source.absent()));
        };
        let file = self.wait(source.read(&path)).await;
        self.observe(Subject::File { path }, seen_file(&file))?;
        Ok(file)
    }

    async fn read_all(&mut self, globs: Vec<String>) -> wasmtime::Result<Result<Vec<File>, Failure>> {
        self.enter()?;
        let Some(source) = self.capabilities.source.clone() else {
            return Ok(Err(Capability::Source.absent()));
        };
        let files = self.wait(source.read_all(&globs)).await;
        self.observe(Subject::Files { globs }, seen_files(&files))?;
        Ok(files)
    }
}

pub(crate) fn seen_listing(listing: &Result<Vec<String>, Failure>) -> Seen {
    Seen::of(listing, |parts, paths| parts.extend(paths))
}

pub(crate) fn seen_file(file: &Result<Option<Vec<u8>>, Failure>) -> Seen {
    match file {
        Ok(None) => Seen::Absent,
        _ => Seen::of(file, |parts, content| parts.extend(content)),
    }
}

pub(crate) fn seen_files(files: &Result<Vec<File>, Failure>) -> Seen {
    Seen::of(files, |parts, files| {
        for file in files {
            parts.add(&file.path);
            parts.add(&file.content);
        }
    })
}
