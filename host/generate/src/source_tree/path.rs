//! A path inside a source tree.

use std::fmt;

/// Components that a path may have, so that walking a tree never needs much stack.
const MAX_DEPTH: usize = 255;

/// A path relative to the tree's root: components joined by `/`, none of them empty, `.` or `..`.
/// The root itself is the empty path.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreePath(String);

/// A text that is no path inside a tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// It starts with `/`.
    #[error("path `{0}` is absolute: only paths inside the repository can be used")]
    Absolute(String),
    /// Its `..` go above the root.
    #[error("path `{0}` leaves the repository")]
    Leaves(String),
    /// It has too many components.
    #[error("path `{0}` has more than {MAX_DEPTH} components")]
    Deep(String),
}

// === impl TreePath ===

impl TreePath {
    /// The root of the tree.
    #[must_use]
    pub const fn root() -> Self {
        Self(String::new())
    }

    /// Reads a relative path; `.` and `..` are resolved as text, as Go's `filepath.Clean` does.
    ///
    /// # Errors
    /// The path is absolute, leaves the tree or is too deep.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        Self::root().join(text)
    }

    /// `text` as seen from this directory.
    ///
    /// # Errors
    /// The result is absolute, leaves the tree or is too deep.
    pub fn join(&self, text: &str) -> Result<Self, PathError> {
        if text.starts_with('/') {
            return Err(PathError::Absolute(text.to_owned()));
        }
        let mut components: Vec<&str> = self.components().collect();
        for component in text.split('/') {
            match component {
                "" | "." => {}
                ".." if components.pop().is_none() => return Err(PathError::Leaves(text.to_owned())),
                ".." => {}
                name => components.push(name),
            }
        }
        if components.len() > MAX_DEPTH {
            return Err(PathError::Deep(text.to_owned()));
        }
        Ok(Self(components.join("/")))
    }

    /// This path with `components` added, which are known to be clean.
    pub(super) fn below<'a>(&self, components: impl Iterator<Item = &'a str>) -> Self {
        let mut path = self.clone();
        for component in components {
            path.push(component);
        }
        path
    }

    fn push(&mut self, component: &str) {
        if !self.0.is_empty() {
            self.0.push('/');
        }
        self.0.push_str(component);
    }

    /// The directory that the path is in; `None` for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        if self.is_root() {
            return None;
        }
        Some(Self(self.0.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned()))
    }

    /// Whether it is the root.
    #[must_use]
    pub const fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The components from the root down.
    pub fn components(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|component| !component.is_empty())
    }

    /// The path as text; empty for the root.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_root() { "." } else { &self.0 })
    }
}
