//! A folder on this machine as a source tree, for the command line.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use cache::Digest;
use sandbox::capability::source::Source;
use sandbox::{Failure, File};

use crate::{BuildError, SourceTree, SourceTreeBuilder, SourceView, TreePath, ViewError};

/// File contents that stay in memory.
const MEMORY: usize = 256 << 20;

/// Folders below each other; a link can make it endless.
const MAX_DEPTH: usize = 64;

/// Why a folder is no source tree.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It can't be read.
    #[error(transparent)]
    Read(#[from] io::Error),
    /// A path in it can't be one of a tree.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The application's directory is not in it.
    #[error(transparent)]
    View(#[from] ViewError),
    /// It is too deep.
    #[error("`{}` is more than {MAX_DEPTH} folders deep: is there a link to a folder above it?", .0.display())]
    Deep(PathBuf),
}

/// The files below `root`, seen from `directory` in it. Links are followed, as Helm does; Git's own
/// folder is left out.
///
/// # Errors
///
/// Something can't be read, or `directory` is not there.
pub fn open_folder(root: &Path, directory: &str) -> Result<SourceView, FolderError> {
    let mut builder = SourceTreeBuilder::new(MEMORY, std::env::temp_dir());
    add(&mut builder, root, &TreePath::root(), 0)?;
    let tree: SourceTree = builder.finish(Digest::of(b""))?;
    let directory = TreePath::root().join(directory).map_err(ViewError::from)?;
    Ok(SourceView::new(Arc::new(tree), directory)?)
}

fn add(
    builder: &mut SourceTreeBuilder,
    folder: &Path,
    place: &TreePath,
    depth: usize,
) -> Result<(), FolderError> {
    if depth > MAX_DEPTH {
        return Err(FolderError::Deep(folder.to_owned()));
    }
    let mut entries = fs_err::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs_err::DirEntry::file_name);
    for entry in entries {
        let (path, name) = (entry.path(), entry.file_name());
        let Some(name) = name.to_str().filter(|name| *name != ".git") else { continue };
        // A link to nowhere is as good as nothing.
        let Ok(metadata) = fs_err::metadata(&path) else { continue };
        let place = place.join(name).map_err(BuildError::from)?;
        if metadata.is_dir() {
            add(builder, &path, &place, depth + 1)?;
        } else if metadata.is_file() {
            builder.file(&place, metadata.len(), fs_err::File::open(&path)?)?;
        }
    }
    Ok(())
}

/// A source with files that a person named, under the names they were called by.
pub struct WithFiles<S> {
    source: S,
    files: BTreeMap<String, Vec<u8>>,
}

impl<S> WithFiles<S> {
    /// `source` and `files`; a file hides one of the same name.
    #[must_use]
    pub const fn new(source: S, files: BTreeMap<String, Vec<u8>>) -> Self {
        Self { source, files }
    }
}

#[async_trait]
impl<S: Source> Source for WithFiles<S> {
    async fn list(&self, glob: &str) -> Result<Vec<String>, Failure> {
        self.source.list(glob).await
    }

    async fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        match self.files.get(path) {
            Some(content) => Ok(Some(content.clone())),
            None => self.source.read(path).await,
        }
    }

    async fn read_all(&self, globs: &[String]) -> Result<Vec<File>, Failure> {
        self.source.read_all(globs).await
    }
}
