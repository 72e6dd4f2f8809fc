//! A source tree while its files arrive.

use std::io::{self, Read};
use std::path::PathBuf;

use bytes::Bytes;
use cache::Digest;

use super::content::{Content, SpoolWriter};
use super::{Directory, Node, PathError, SourceTree, TreePath};

/// What is reserved for a file at once; a header may claim any size.
const MAX_RESERVED: usize = 1 << 20;

/// Takes files in the order of an archive. A later entry replaces an earlier one of the same path.
#[derive(Debug)]
pub struct Builder {
    root: Directory,
    memory_left: usize,
    spool: Option<SpoolWriter>,
    spool_directory: PathBuf,
}

/// Why an entry could not be added.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The entry's name is no path inside the tree.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A symbolic link that leads outside, or to the root itself, which Argo CD refuses as well.
    #[error("symbolic link `{path}` leads to `{target}`, which is not inside the repository")]
    LinkLeaves {
        /// The link.
        path: TreePath,
        /// What it says.
        target: String,
    },
    /// The entry is below something that is no directory.
    #[error("`{path}` can't be below `{parent}`, which is not a directory")]
    NotADirectory {
        /// The entry.
        path: TreePath,
        /// The file or link above it.
        parent: String,
    },
    /// The content ended early or can't be read.
    #[error("failed to read the content of `{path}`")]
    Content {
        /// The entry.
        path: TreePath,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The temporary file can't be written.
    #[error("failed to spool `{path}` to a temporary file in `{}`", directory.display())]
    Spool {
        /// The entry.
        path: TreePath,
        /// Where the temporary file is.
        directory: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

// === impl Builder ===

impl Builder {
    /// An empty tree that keeps `memory` bytes of content in memory and puts what is more into one
    /// temporary file in `spool_directory`.
    #[must_use]
    pub fn new(memory: usize, spool_directory: impl Into<PathBuf>) -> Self {
        Self {
            root: Directory::new(),
            memory_left: memory,
            spool: None,
            spool_directory: spool_directory.into(),
        }
    }

    /// Adds a directory and those above it.
    ///
    /// # Errors
    /// Something above it is no directory.
    pub fn directory(&mut self, path: &TreePath) -> Result<(), BuildError> {
        descend(&mut self.root, path, path).map(|_| ())
    }

    /// Adds a symbolic link. As Argo CD does, an absolute target is taken as relative to the link.
    ///
    /// # Errors
    /// The target is outside the tree, or something above the link is no directory.
    pub fn link(&mut self, path: &TreePath, target: &str) -> Result<(), BuildError> {
        let leaves = || BuildError::LinkLeaves { path: path.clone(), target: target.to_owned() };
        let directory = path.parent().ok_or_else(leaves)?;
        let resolved = match directory.join(target.trim_start_matches('/')) {
            Ok(resolved) if !resolved.is_root() => resolved,
            Err(error @ PathError::Deep(_)) => return Err(error.into()),
            _ => return Err(leaves()),
        };
        self.insert(path, Node::Link(resolved))
    }

    /// Adds a file with `size` bytes of `content`.
    ///
    /// # Errors
    /// The content is shorter than `size` or can't be read, the temporary file can't be written, or
    /// something above the file is no directory.
    pub fn file(&mut self, path: &TreePath, size: u64, content: impl Read) -> Result<(), BuildError> {
        let content = match usize::try_from(size) {
            Ok(len) if len <= self.memory_left => self.keep(path, len, content)?,
            _ => self.spool(path, size, content)?,
        };
        self.insert(path, Node::File(content))
    }

    fn keep(&mut self, path: &TreePath, len: usize, content: impl Read) -> Result<Content, BuildError> {
        let mut bytes = Vec::with_capacity(len.min(MAX_RESERVED));
        let read = content
            .take(len as u64)
            .read_to_end(&mut bytes)
            .and_then(|read| if read == len { Ok(read) } else { Err(io::ErrorKind::UnexpectedEof.into()) });
        read.map_err(|source| BuildError::Content { path: path.clone(), source })?;
        self.memory_left -= len;
        Ok(Content::memory(Bytes::from(bytes)))
    }

    fn spool(&mut self, path: &TreePath, size: u64, mut content: impl Read) -> Result<Content, BuildError> {
        let unreadable = |source| BuildError::Content { path: path.clone(), source };
        let directory = self.spool_directory.clone();
        let unwritable =
            |source| BuildError::Spool { path: path.clone(), directory: directory.clone(), source };

        let len = usize::try_from(size).map_err(|_| unreadable(io::ErrorKind::FileTooLarge.into()))?;
        let spool = match &mut self.spool {
            Some(spool) => spool,
            none => none.insert(SpoolWriter::create(&directory).map_err(unwritable)?),
        };
        let offset = spool.len();
        let mut left = len;
        let mut buffer = vec![0; 64 << 10];
        while left > 0 {
            let room = buffer.len().min(left);
            let part = buffer.get_mut(..room).unwrap_or_default();
            let read = content.read(part).map_err(unreadable)?;
            if read == 0 {
                return Err(unreadable(io::ErrorKind::UnexpectedEof.into()));
            }
            spool.append(part.get(..read).unwrap_or_default()).map_err(unwritable)?;
            left -= read;
        }
        Ok(Content::spooled(offset, len))
    }

    fn insert(&mut self, path: &TreePath, node: Node) -> Result<(), BuildError> {
        let (Some(parent), Some(name)) = (path.parent(), path.components().last()) else {
            return Err(PathError::Leaves(path.to_string()).into());
        };
        descend(&mut self.root, &parent, path)?.insert(name.into(), node);
        Ok(())
    }

    /// The finished tree. `archive` is the digest of what it was made from.
    ///
    /// # Errors
    /// The rest of the temporary file can't be written.
    pub fn finish(self, archive: Digest) -> Result<SourceTree, BuildError> {
        let directory = self.spool_directory;
        let spool = self.spool.map(SpoolWriter::finish).transpose();
        let spool =
            spool.map_err(|source| BuildError::Spool { path: TreePath::root(), directory, source })?;
        Ok(SourceTree { root: self.root, spool, archive })
    }
}

/// The directory at `path`, made where it is missing; `entry` is what it is needed for.
fn descend<'a>(
    root: &'a mut Directory,
    path: &TreePath,
    entry: &TreePath,
) -> Result<&'a mut Directory, BuildError> {
    let mut directory = root;
    for name in path.components() {
        let node = directory.entry(name.into()).or_insert_with(|| Node::Directory(Directory::new()));
        let Node::Directory(next) = node else {
            return Err(BuildError::NotADirectory { path: entry.clone(), parent: name.to_owned() });
        };
        directory = next;
    }
    Ok(directory)
}
