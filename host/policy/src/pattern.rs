//! What an operator writes to grant references and hosts to a plugin (rule R3).

use std::fmt;
use std::str::FromStr;

use crate::destination::{Destination, ParseDestinationError};
use crate::origin::{Origin, ParseOriginError, Transport};

/// A pattern such as `oci://ghcr.io/acme/**`, `https://*.corp.example/charts/*` or `oci://**`.
///
/// In the path, `*` is one whole segment and `**` any number of them; in the host, a leading `*.` is exactly
/// one label. Parts of a segment or label cannot be matched, so a pattern admits no look-alike.
#[derive(Clone, PartialEq, Eq)]
pub struct Pattern {
    text: Box<str>,
    scheme: Scheme,
    host: HostPattern,
    path: Vec<Segment>,
}

/// A text that is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParsePatternError {
    /// The scheme is missing or unknown.
    #[error("`{0}` must begin with `oci://`, `https://` or `http://`")]
    Scheme(String),
    /// A star stands where none is understood.
    #[error("`{0}`: a `*` must be a whole segment of the path or the first label of the host")]
    Star(String),
    /// The host or port is wrong.
    #[error("`{pattern}` has no valid host")]
    Host {
        /// The whole pattern.
        pattern: String,
        /// What is wrong with it.
        #[source]
        cause: ParseOriginError,
    },
    /// The path is wrong.
    #[error("`{pattern}` has no valid path")]
    Path {
        /// The whole pattern.
        pattern: String,
        /// What is wrong with it.
        #[source]
        cause: ParseDestinationError,
    },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Oci,
    Url(Transport),
}

#[derive(Clone, PartialEq, Eq)]
enum HostPattern {
    Any,
    Exact(Origin),
    /// One label before this host.
    Child(Origin),
}

#[derive(Clone, PartialEq, Eq)]
enum Segment {
    Literal(Box<str>),
    One,
    Any,
}

// === impl Pattern ===

impl Pattern {
    /// Whether `reference`, which is an OCI reference or a URL as the text says, is granted.
    ///
    /// A text that is no reference is granted by nothing.
    #[must_use]
    pub fn admits(&self, reference: &str) -> bool {
        let Ok(destination) = Destination::parse_reference(reference) else { return false };
        scheme_of(reference).is_none_or(|scheme| scheme == self.scheme)
            && self.host.matches(destination.origin())
            && matches(&self.path, &segments(destination.path()))
    }
}

impl FromStr for Pattern {
    type Err = ParsePatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let scheme = scheme_of(text).ok_or_else(|| ParsePatternError::Scheme(text.to_owned()))?;
        let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let transport = match scheme {
            Scheme::Oci => Transport::Tls,
            Scheme::Url(transport) => transport,
        };
        let path = match authority {
            // `oci://**` is every host with everything on it.
            "**" if path.is_empty() => vec![Segment::Any],
            _ => parse_path(text, path)?,
        };
        Ok(Self { text: text.into(), scheme, host: parse_host(text, authority, transport)?, path })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{self}`")
    }
}

impl HostPattern {
    fn matches(&self, origin: &Origin) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(expected) => origin == expected,
            Self::Child(parent) => {
                let label = origin.host().as_str().split_once('.');
                origin.port() == parent.port()
                    && origin.transport() == parent.transport()
                    && label.is_some_and(|(_, rest)| rest == parent.host().as_str())
            }
        }
    }
}

fn scheme_of(text: &str) -> Option<Scheme> {
    match text.split_once("://")?.0.to_ascii_lowercase().as_str() {
        "oci" => Some(Scheme::Oci),
        "https" => Some(Scheme::Url(Transport::Tls)),
        "http" => Some(Scheme::Url(Transport::Plain)),
        _ => None,
    }
}

fn parse_host(text: &str, authority: &str, transport: Transport) -> Result<HostPattern, ParsePatternError> {
    if matches!(authority, "*" | "**") {
        return Ok(HostPattern::Any);
    }
    let (wild, name) = authority.strip_prefix("*.").map_or((false, authority), |rest| (true, rest));
    if name.contains('*') {
        return Err(ParsePatternError::Star(text.to_owned()));
    }
    let wrong = |cause| ParsePatternError::Host { pattern: text.to_owned(), cause };
    let origin = Origin::parse(transport, name).map_err(wrong)?;
    if wild && origin.host().address().is_some() {
        return Err(ParsePatternError::Star(text.to_owned()));
    }
    Ok(if wild { HostPattern::Child(origin) } else { HostPattern::Exact(origin) })
}

fn parse_path(text: &str, path: &str) -> Result<Vec<Segment>, ParsePatternError> {
    segments(path.trim_end_matches('/')).into_iter().map(|segment| parse_segment(text, segment)).collect()
}

fn parse_segment(text: &str, segment: &str) -> Result<Segment, ParsePatternError> {
    match segment {
        "*" => Ok(Segment::One),
        "**" => Ok(Segment::Any),
        _ if segment.contains('*') => Err(ParsePatternError::Star(text.to_owned())),
        _ => {
            let wrong = |cause| ParsePatternError::Path { pattern: text.to_owned(), cause };
            let parsed = Destination::parse_prefix(&format!("host/{segment}")).map_err(wrong)?;
            Ok(Segment::Literal(parsed.path().into()))
        }
    }
}

fn segments(path: &str) -> Vec<&str> {
    if path.is_empty() { Vec::new() } else { path.split('/').collect() }
}

/// Matches from the left; after `**`, every rest is tried once, so the work is the product of both lengths.
fn matches(pattern: &[Segment], path: &[&str]) -> bool {
    let mut reachable = vec![false; path.len() + 1];
    if let Some(start) = reachable.first_mut() {
        *start = true;
    }
    for segment in pattern {
        reachable = step(segment, &reachable, path);
    }
    reachable.last().copied().unwrap_or(false)
}

/// Which lengths of `path` are matched once `segment` is added to a pattern that matched `before`.
fn step(segment: &Segment, before: &[bool], path: &[&str]) -> Vec<bool> {
    let one = |fits: &dyn Fn(&str) -> bool| {
        let moved = before.iter().zip(path).map(|(&reached, &name)| reached && fits(name));
        std::iter::once(false).chain(moved).collect()
    };
    match segment {
        Segment::Literal(literal) => one(&|name| name == &**literal),
        Segment::One => one(&|_| true),
        Segment::Any => {
            let reach = |reached: &mut bool, here: &bool| {
                *reached |= *here;
                Some(*reached)
            };
            before.iter().scan(false, reach).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, reference: &str, expected: bool) {
        let parsed: Pattern = pattern.parse().unwrap();
        assert_eq!(parsed.admits(reference), expected, "{pattern} {reference}");
    }

    #[test]
    fn references_match_by_whole_segments() {
        for (pattern, reference, expected) in [
            ("oci://**", "oci://ghcr.io/a/b:1", true),
            ("oci://**", "ghcr.io/a/b:1", true),
            ("oci://**", "https://ghcr.io/a/b", false),
            ("oci://**", "oci://user@ghcr.io/a", false),
            ("https://**", "https://charts.corp/x", true),
            ("https://**", "http://charts.corp/x", false),
            ("oci://ghcr.io/acme/**", "oci://ghcr.io/acme/a", true),
            ("oci://ghcr.io/acme/**", "oci://ghcr.io/acme/a/b/c:1", true),
            ("oci://ghcr.io/acme/**", "oci://ghcr.io/acme", true),
            ("oci://ghcr.io/acme/**", "oci://ghcr.io/acme-evil/a", false),
            ("oci://ghcr.io/acme/**", "oci://ghcr.io/acme/../other", false),
            ("oci://ghcr.io/acme/**", "oci://ghcr.io.evil.com/acme/a", false),
            ("oci://ghcr.io/acme/*", "oci://ghcr.io/acme/a", true),
            ("oci://ghcr.io/acme/*", "oci://ghcr.io/acme/a/b", false),
            ("oci://ghcr.io/acme/*", "oci://ghcr.io/acme", false),
            ("oci://ghcr.io/*/web", "oci://ghcr.io/acme/web:2", true),
            ("oci://ghcr.io/*/web", "oci://ghcr.io/acme/x/web", false),
            ("oci://ghcr.io/**/web", "oci://ghcr.io/acme/x/web", true),
            ("oci://ghcr.io/**/web", "oci://ghcr.io/web", true),
            ("oci://ghcr.io/**/web", "oci://ghcr.io/web/x", false),
            ("oci://*.corp.com/**", "oci://a.corp.com/x", true),
            ("oci://*.corp.com/**", "oci://a.b.corp.com/x", false),
            ("oci://*.corp.com/**", "oci://corp.com/x", false),
            ("oci://*.corp.com/**", "oci://evilcorp.com/x", false),
            ("oci://*.corp.com/**", "oci://a.corp.com:5000/x", false),
            ("oci://docker.io/**", "oci://registry-1.docker.io/a/b", true),
            ("oci://docker.io/library/*", "oci://docker.io/nginx", true),
            ("oci://ghcr.io", "oci://ghcr.io/a", false),
            ("http://plain.corp:8080/**", "http://plain.corp:8080/x", true),
        ] {
            check(pattern, reference, expected);
        }
    }

    #[test]
    fn stars_inside_a_name_are_refused() {
        for pattern in
            ["ghcr.io/**", "oci://gh*/x", "oci://*cr.io/x", "oci://a.*.io/x", "oci://ghcr.io/a*", "oci:///x"]
        {
            assert!(pattern.parse::<Pattern>().is_err(), "{pattern}");
        }
    }
}
