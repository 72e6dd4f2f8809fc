//! What a credential is looked up for: a host, a port and a path.

use std::fmt;

use url::{Host, Url};

/// A repository's address without its scheme: what `oci://host/path` and `https://host/path` share.
///
/// Parsed by the URL standard, so hosts are normalised; the path is split at `/` into components,
/// none of them empty, `.`, `..` or escaped. Matching works on these parts only, never on text
/// (rule R5).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Destination {
    host: Host<String>,
    port: Option<u16>,
    path: Vec<String>,
}

/// A text that names no destination.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a repository's address: {problem}")]
pub struct ParseDestinationError {
    text: String,
    problem: &'static str,
}

// === impl Destination ===

impl Destination {
    /// Parses `oci://host/path`, `https://host/path`, `http://host/path` or `host/path`.
    pub fn parse(text: &str) -> Result<Self, ParseDestinationError> {
        let wrong = |problem| ParseDestinationError { text: text.chars().take(200).collect(), problem };
        let rest = match text.split_once("://") {
            Some(("oci" | "https" | "http", rest)) => rest,
            Some(_) => return Err(wrong("the scheme is none of `oci`, `https` and `http`")),
            None => text,
        };
        let url = Url::parse(&format!("https://{rest}")).map_err(|_| wrong("it has no valid host"))?;
        Self::of(&url).ok_or_else(|| wrong("user names, queries, `%`, empty and dot components are refused"))
    }

    fn of(url: &Url) -> Option<Self> {
        let plain = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
            && !url.path().contains(['%', '\\']);
        if !plain {
            return None;
        }
        let path = url.path().trim_matches('/');
        let path = if path.is_empty() { Vec::new() } else { path.split('/').map(str::to_owned).collect() };
        if path.iter().any(|segment| matches!(segment.as_str(), "" | "." | "..")) {
            return None;
        }
        Some(Self { host: url.host()?.to_owned(), port: url.port(), path })
    }

    /// The host, lower case.
    #[must_use]
    pub const fn host(&self) -> &Host<String> {
        &self.host
    }

    /// The port, where it is not 443.
    #[must_use]
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// The components of the path.
    #[must_use]
    pub fn path(&self) -> &[String] {
        &self.path
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        self.path.iter().try_for_each(|segment| write!(f, "/{segment}"))
    }
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_and_case_do_not_matter() {
        let expect = Destination::parse("oci://ghcr.io/acme/app").unwrap();
        for same in ["ghcr.io/acme/app", "https://GHCR.io:443/acme/app/", "oci://ghcr.io/acme/app/"] {
            assert_eq!(Destination::parse(same).unwrap(), expect, "{same}");
        }
        assert_eq!(expect.to_string(), "ghcr.io/acme/app");
        assert_ne!(Destination::parse("ghcr.io/Acme/app").unwrap(), expect, "paths have a case");
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for wrong in [
            "",
            "oci://",
            "ssh://ghcr.io/a",
            "user@ghcr.io/a",
            "ghcr.io/a%2fb",
            "ghcr.io/a//b",
            "ghcr.io/a?b=c",
            "ghcr.io/a#b",
        ] {
            assert!(Destination::parse(wrong).is_err(), "{wrong}");
        }
    }
}
