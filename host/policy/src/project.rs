//! Argo CD projects, and which of them an entry is for.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// The name of an AppProject. Compared exactly, because Kubernetes names are.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Project(Arc<str>);

/// Which projects may use something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Projects {
    /// Every project, and a request that names none (rule R2).
    Every,
    /// These, and nobody else (rule R6).
    Only(Vec<Project>),
}

// === impl Project ===

impl Project {
    /// The project called `name`; none where the name is empty, as in Argo CD's Secrets.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        (!name.is_empty()).then(|| Self(name.into()))
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Project {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Project {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Project {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

// === impl Projects ===

impl Projects {
    /// Whether a request of `project` may use what this guards.
    #[must_use]
    pub fn admit(&self, project: Option<&Project>) -> bool {
        match (self, project) {
            (Self::Every, _) => true,
            (Self::Only(names), Some(project)) => names.contains(project),
            (Self::Only(_), None) => false,
        }
    }
}

impl fmt::Display for Projects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every => f.write_str("every project"),
            Self::Only(names) => {
                let names: Vec<&str> = names.iter().map(Project::as_str).collect();
                f.write_str(&names.join(", "))
            }
        }
    }
}
