//! Where entries come from.

pub(crate) mod argocd;
pub(crate) mod authfile;
pub(crate) mod directory;
pub(crate) mod fixed;
pub(crate) mod kubernetes;

use crate::entry::{Entry, Problem};

/// What a source holds at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contents {
    pub(crate) entries: Vec<Entry>,
    pub(crate) problems: Vec<Problem>,
}

// === impl Contents ===

impl Contents {
    /// Nothing, and why.
    pub(crate) fn broken(label: &str, reason: impl ToString) -> Self {
        let mut contents = Self::default();
        contents.problem(label, reason);
        contents
    }

    pub(crate) fn problem(&mut self, label: &str, reason: impl ToString) {
        self.problems.push(Problem { label: label.to_owned(), reason: reason.to_string() });
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.entries.extend(other.entries);
        self.problems.extend(other.problems);
    }
}
