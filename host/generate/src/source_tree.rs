//! An application's files: one tree in memory, whose contents go to a single temporary file past a
//! limit. There is never a file per entry, and no path can reach outside.
//!
//! Symbolic links stay links and are followed when a path is looked up, so a link may point at
//! something that the archive brings later, as on a disk.

mod builder;
mod content;
mod glob;
mod path;
mod view;

use std::collections::BTreeMap;
use std::io;

use bytes::Bytes;
use cache::Digest;

use self::content::{Content, Spool};

pub use self::builder::{BuildError, Builder};
pub use self::glob::{Glob, GlobError};
pub use self::path::{PathError, TreePath};
pub use self::view::{SourceFile, SourceView, ViewError};

/// Links that one lookup follows; the kernel's own limit.
const MAX_LINKS: usize = 40;

/// The files of one received archive. Immutable, cheap to share behind an `Arc`.
#[derive(Debug)]
pub struct SourceTree {
    root: Directory,
    spool: Option<Spool>,
    archive: Digest,
}

type Directory = BTreeMap<Box<str>, Node>;

#[derive(Debug)]
enum Node {
    Directory(Directory),
    File(Content),
    /// A symbolic link with its target, already resolved against the link's directory.
    Link(TreePath),
}

/// What one walk down the tree, without following links, comes to.
enum Step<'a> {
    Found(Found<'a>),
    Elsewhere(TreePath),
    Missing,
}

/// A node with every link on the way to it followed.
#[derive(Clone, Copy)]
enum Found<'a> {
    Directory(&'a Directory),
    File(&'a Content),
}

// === impl SourceTree ===

impl SourceTree {
    /// SHA-256 of the compressed archive: equal for equal checkouts of the same client.
    #[must_use]
    pub const fn archive(&self) -> &Digest {
        &self.archive
    }

    /// Whether there is a directory at `path`.
    #[must_use]
    pub fn has_directory(&self, path: &TreePath) -> bool {
        matches!(self.find(path), Some(Found::Directory(_)))
    }

    /// The content of the file at `path`; `None` where there is none.
    ///
    /// # Errors
    /// The temporary file can't be read.
    pub fn read(&self, path: &TreePath) -> io::Result<Option<Bytes>> {
        self.file(path).map(|content| content.read(self.spool.as_ref())).transpose()
    }

    /// The digest of the file at `path`, computed at the first call; `None` where there is no file.
    ///
    /// # Errors
    /// The temporary file can't be read.
    pub fn digest(&self, path: &TreePath) -> io::Result<Option<Digest>> {
        self.file(path).map(|content| content.digest(self.spool.as_ref())).transpose()
    }

    fn file(&self, path: &TreePath) -> Option<&Content> {
        match self.find(path)? {
            Found::File(content) => Some(content),
            Found::Directory(_) => None,
        }
    }

    /// The node at `path`. A link that dangles or runs in circles is as good as nothing.
    fn find(&self, path: &TreePath) -> Option<Found<'_>> {
        let mut elsewhere = match self.step(path) {
            Step::Found(found) => return Some(found),
            Step::Missing => return None,
            Step::Elsewhere(path) => path,
        };
        for _ in 0..MAX_LINKS {
            match self.step(&elsewhere) {
                Step::Found(found) => return Some(found),
                Step::Missing => return None,
                Step::Elsewhere(path) => elsewhere = path,
            }
        }
        None
    }

    /// Walks down until `path` ends or a link sends it elsewhere.
    fn step(&self, path: &TreePath) -> Step<'_> {
        let mut directory = &self.root;
        let mut components = path.components();
        while let Some(component) = components.next() {
            match directory.get(component) {
                None => return Step::Missing,
                Some(Node::Directory(next)) => directory = next,
                Some(Node::Link(target)) => return Step::Elsewhere(target.below(components)),
                Some(Node::File(content)) if components.next().is_none() => {
                    return Step::Found(Found::File(content));
                }
                Some(Node::File(_)) => return Step::Missing,
            }
        }
        Step::Found(Found::Directory(directory))
    }

    fn follow<'a>(&'a self, node: &'a Node) -> Option<Found<'a>> {
        match node {
            Node::Directory(directory) => Some(Found::Directory(directory)),
            Node::File(content) => Some(Found::File(content)),
            Node::Link(target) => self.find(target),
        }
    }
}

#[cfg(test)]
mod tests;
