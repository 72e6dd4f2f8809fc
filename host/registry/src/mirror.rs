//! Other places where a registry's content can be found (rule R28).

use crate::reference::{ParseReferenceError, Repository};

/// A place that has what another has, below a path of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirror {
    /// What it mirrors: `host[:port][/path]`, and everything below.
    pub prefix: String,
    /// Where that is found: `host[:port][/path]`.
    pub location: String,
    /// What it is believed.
    pub trust: MirrorTrust,
}

/// What a mirror is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MirrorTrust {
    /// Content under its digest, which can't be wrong.
    DigestOnly,
    /// Which tags there are and what they name, too.
    Resolve,
}

// === impl Mirror ===

impl Mirror {
    /// The path below the prefix, if `repository` is below it, by whole components.
    fn rest<'a>(&self, repository: &'a Repository) -> Option<&'a str> {
        let (registry, path) = self.prefix.split_once('/').unwrap_or((&self.prefix, ""));
        if !registry.eq_ignore_ascii_case(&repository.registry()) {
            return None;
        }
        match repository.path().strip_prefix(path.trim_end_matches('/')) {
            Some(rest) if path.is_empty() || rest.is_empty() => Some(rest),
            Some(rest) => rest.strip_prefix('/'),
            None => None,
        }
    }

    pub(crate) fn covers(&self, repository: &Repository) -> bool {
        self.rest(repository).is_some()
    }

    /// Where `repository` is found on this mirror.
    pub(crate) fn repository_for(&self, repository: &Repository) -> Result<Repository, ParseReferenceError> {
        let rest = self.rest(repository).unwrap_or_else(|| repository.path());
        format!("{}/{rest}", self.location.trim_end_matches('/')).trim_end_matches('/').parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(prefix: &str, repository: &str, expect: Option<&str>) {
        let location = "harbor.corp/hub".to_owned();
        let mirror = Mirror { prefix: prefix.to_owned(), location, trust: MirrorTrust::DigestOnly };
        let repository: Repository = repository.parse().unwrap();
        let there =
            mirror.covers(&repository).then(|| mirror.repository_for(&repository).unwrap().to_string());
        assert_eq!(there.as_deref(), expect);
    }

    #[test]
    fn prefixes_end_at_components() {
        check("registry-1.docker.io", "docker.io/acme/app", Some("oci://harbor.corp/hub/acme/app"));
        check("ghcr.io/acme", "ghcr.io/acme/app", Some("oci://harbor.corp/hub/app"));
        check("ghcr.io/acme/app", "ghcr.io/acme/app", Some("oci://harbor.corp/hub"));
        check("ghcr.io/acme", "ghcr.io/acme-evil/app", None);
        check("ghcr.io", "ghcr.io.evil.test/app", None);
        check("ghcr.io", "ghcr.io:8443/app", None);
    }
}
