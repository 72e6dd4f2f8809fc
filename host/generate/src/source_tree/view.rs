//! A source tree as the application sees it: from its own directory.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use cache::Digest;

use super::glob::{self, Part, Pattern};
use super::{Directory, Found, Glob, GlobError, PathError, SourceTree, TreePath};

/// Nodes that one glob may visit. Links to directories can multiply what there is to see.
const MAX_VISITS: usize = 1_000_000;

/// Directories in each other that `**` goes into. Links can nest more of them than any archive has.
const MAX_NESTED: usize = 255;

/// A tree and the directory in it that paths and globs start from. `..` reaches other directories of
/// the tree, never more. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SourceView {
    tree: Arc<SourceTree>,
    directory: TreePath,
}

/// A file of a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path from the view's directory.
    pub path: String,
    /// Its bytes.
    pub content: Bytes,
}

/// Why files can't be shown.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// There is no such directory.
    #[error("directory `{0}` is not in the repository")]
    NoDirectory(TreePath),
    /// The path can't be one of the tree.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The glob can't be read.
    #[error(transparent)]
    Glob(#[from] GlobError),
    /// The glob goes above the root of the tree.
    #[error("glob `{0}` leaves the repository")]
    GlobLeaves(String),
    /// The glob visits too much.
    #[error(
        "glob `{0}` visits more than {MAX_VISITS} files, or more than {MAX_NESTED} directories in each other"
    )]
    GlobVisits(String),
    /// The temporary file can't be read.
    #[error("failed to read `{path}` from its temporary file")]
    Spool {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
}

// === impl SourceView ===

impl SourceView {
    /// The view of `tree` from `directory`.
    ///
    /// # Errors
    /// There is no such directory.
    pub fn new(tree: Arc<SourceTree>, directory: TreePath) -> Result<Self, ViewError> {
        if tree.has_directory(&directory) {
            Ok(Self { tree, directory })
        } else {
            Err(ViewError::NoDirectory(directory))
        }
    }

    /// The whole tree.
    #[must_use]
    pub fn tree(&self) -> &SourceTree {
        &self.tree
    }

    /// The directory that the view starts from.
    #[must_use]
    pub const fn directory(&self) -> &TreePath {
        &self.directory
    }

    /// The content of the file at `path`; `None` where there is none.
    ///
    /// # Errors
    /// The path leaves the tree, or the temporary file can't be read.
    pub fn read(&self, path: &str) -> Result<Option<Bytes>, ViewError> {
        let read = self.tree.read(&self.directory.join(path)?);
        read.map_err(|source| ViewError::Spool { path: path.to_owned(), source })
    }

    /// The digest of the file at `path`; `None` where there is none.
    ///
    /// # Errors
    /// The path leaves the tree, or the temporary file can't be read.
    pub fn digest(&self, path: &str) -> Result<Option<Digest>, ViewError> {
        let digest = self.tree.digest(&self.directory.join(path)?);
        digest.map_err(|source| ViewError::Spool { path: path.to_owned(), source })
    }

    /// The paths of the files that match `glob`, sorted.
    ///
    /// # Errors
    /// The glob can't be read, leaves the tree or visits too much.
    pub fn list(&self, glob: &str) -> Result<Vec<String>, ViewError> {
        let mut paths = BTreeSet::new();
        self.collect(glob, &mut paths)?;
        Ok(paths.into_iter().collect())
    }

    /// The files that match any of `globs`, each once, sorted by path.
    ///
    /// # Errors
    /// A glob can't be read, leaves the tree or visits too much, or the temporary file can't be read.
    pub fn read_all<'a>(
        &self,
        globs: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<SourceFile>, ViewError> {
        let mut paths = BTreeSet::new();
        for glob in globs {
            self.collect(glob, &mut paths)?;
        }
        let mut files = Vec::with_capacity(paths.len());
        for path in paths {
            if let Some(content) = self.read(&path)? {
                files.push(SourceFile { path, content });
            }
        }
        Ok(files)
    }

    fn collect(&self, glob: &str, paths: &mut BTreeSet<String>) -> Result<(), ViewError> {
        let mut visits = 0;
        for pattern in &Glob::parse(glob)?.patterns {
            let start = self.start(pattern).ok_or_else(|| ViewError::GlobLeaves(glob.to_owned()))?;
            let Some(Found::Directory(directory)) = self.tree.find(&start) else { continue };
            let mut walk = Walk { tree: &self.tree, paths, visits, open: Vec::new() };
            walk.directory(directory, &"../".repeat(pattern.up), &pattern.parts)
                .map_err(|Exhausted| ViewError::GlobVisits(glob.to_owned()))?;
            visits = walk.visits;
        }
        Ok(())
    }

    /// The directory that a pattern's first part is looked for in.
    fn start(&self, pattern: &Pattern) -> Option<TreePath> {
        let mut directory = self.directory.clone();
        for _ in 0..pattern.up {
            directory = directory.parent()?;
        }
        Some(directory)
    }
}

/// The walk visited more than it may.
struct Exhausted;

/// A walk through the tree that collects what matches.
struct Walk<'a> {
    tree: &'a SourceTree,
    paths: &'a mut BTreeSet<String>,
    visits: usize,
    /// The directories that the walk is in: one that is entered again, by a link, is a circle.
    open: Vec<*const Directory>,
}

// === impl Walk ===

impl<'a> Walk<'a> {
    /// Collects what matches `parts` in `directory`, whose path is `prefix`.
    fn directory(&mut self, directory: &'a Directory, prefix: &str, parts: &[Part]) -> Result<(), Exhausted> {
        let Some((part, rest)) = parts.split_first() else { return Ok(()) };
        match part {
            Part::Name(name) => match directory.get(name) {
                Some(node) => self.child(self.tree.follow(node), &format!("{prefix}{name}"), rest),
                None => Ok(()),
            },
            Part::Wild(pattern) => {
                for (name, node) in directory.iter().filter(|(name, _)| glob::matches(pattern, name)) {
                    self.child(self.tree.follow(node), &format!("{prefix}{name}"), rest)?;
                }
                Ok(())
            }
            Part::Any => self.any(directory, prefix, parts, rest),
        }
    }

    /// `**`: no directory at all, or any of them, and then `**` again.
    fn any(
        &mut self,
        directory: &'a Directory,
        prefix: &str,
        parts: &[Part],
        rest: &[Part],
    ) -> Result<(), Exhausted> {
        let identity: *const Directory = directory;
        if self.open.contains(&identity) {
            return Ok(());
        }
        if self.open.len() == MAX_NESTED {
            return Err(Exhausted);
        }
        self.directory(directory, prefix, rest)?;
        self.open.push(identity);
        for (name, node) in directory {
            let path = format!("{prefix}{name}");
            match self.tree.follow(node) {
                found @ Some(Found::File(_)) if rest.is_empty() => self.child(found, &path, rest)?,
                found @ Some(Found::Directory(_)) => self.child(found, &path, parts)?,
                _ => self.visit()?,
            }
        }
        self.open.pop();
        Ok(())
    }

    fn child(&mut self, found: Option<Found<'a>>, path: &str, rest: &[Part]) -> Result<(), Exhausted> {
        self.visit()?;
        match found {
            Some(Found::File(_)) if rest.is_empty() => {
                self.paths.insert(path.to_owned());
            }
            Some(Found::Directory(next)) => self.directory(next, &format!("{path}/"), rest)?,
            _ => {}
        }
        Ok(())
    }

    const fn visit(&mut self) -> Result<(), Exhausted> {
        self.visits += 1;
        if self.visits > MAX_VISITS { Err(Exhausted) } else { Ok(()) }
    }
}
