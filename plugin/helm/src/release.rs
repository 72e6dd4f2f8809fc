//! The release that a chart is rendered for.

use gotemplate::Value;

/// Whether a release is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Operation {
    /// `.Release.IsInstall`.
    #[default]
    Install,
    /// `.Release.IsUpgrade`.
    Upgrade,
}

/// What templates read as `.Release`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The name.
    pub name: String,
    /// The namespace.
    pub namespace: String,
    /// Install or upgrade.
    pub operation: Operation,
    /// The revision, from 1.
    pub revision: i64,
}

/// A name that Helm does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("release name {}: {reason}", crate::text::quote(.name))]
pub struct ReleaseNameError {
    /// The name.
    pub name: String,
    /// Helm's words.
    pub reason: &'static str,
}

/// The longest name, in bytes.
const MAX_NAME: usize = 53;

const INVALID: &str = "invalid release name, must match regex \
                       ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length must not be longer than 53";

impl Release {
    /// The first revision of a new release.
    #[must_use]
    pub fn new(name: impl Into<String>, namespace: impl Into<String>) -> Self {
        Self { name: name.into(), namespace: namespace.into(), operation: Operation::Install, revision: 1 }
    }

    /// Checks the name.
    ///
    /// # Errors
    /// That it is too long, or no name of a DNS label with dots.
    pub fn check(&self) -> Result<(), ReleaseNameError> {
        let refuse = |reason| Err(ReleaseNameError { name: self.name.clone(), reason });
        let is_inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let is_part = |part: &str| {
            !part.is_empty() && part.chars().all(is_inner) && !part.starts_with('-') && !part.ends_with('-')
        };
        if self.name.is_empty() {
            return refuse("no name provided");
        }
        if self.name.len() > MAX_NAME || !self.name.split('.').all(is_part) {
            return refuse(INVALID);
        }
        Ok(())
    }

    pub(crate) fn value(&self) -> Value {
        let is_upgrade = self.operation == Operation::Upgrade;
        Value::map([
            ("Name", Value::string(self.name.as_str())),
            ("Namespace", Value::string(self.namespace.as_str())),
            ("IsUpgrade", Value::Bool(is_upgrade)),
            ("IsInstall", Value::Bool(!is_upgrade)),
            ("Revision", Value::int(self.revision)),
            ("Service", Value::string("Helm")),
        ])
    }
}
