//! Where a request goes: an origin and the segments of a path.

use std::fmt;

use crate::origin::{DOCKER_HUB, Origin, ParseOriginError, Transport};

/// An origin and a path, in their one spelling.
///
/// Two texts that mean the same place give equal destinations; texts that could be read in two ways (`..`,
/// `%2f`, a user name, a backslash) give none.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Destination {
    origin: Origin,
    /// Decoded segments, joined by `/`. No segment holds a `/`, so that the joining loses nothing.
    path: Box<str>,
}

/// A text that is no destination.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseDestinationError {
    /// The scheme is none of `oci`, `https` and `http`.
    #[error("`{0}://` is none of `oci://`, `https://` and `http://`")]
    Scheme(String),
    /// The host or port is wrong.
    #[error(transparent)]
    Origin(#[from] ParseOriginError),
    /// A segment of the path is empty, a dot, an escape that is none, or hides a separator.
    #[error("`{0}` is not a segment of a path")]
    Segment(String),
    /// White space, a control character, a backslash or a part of a URL that has no meaning here.
    #[error("`{0}` is not allowed in an address")]
    Character(char),
}

/// What an address may have after its path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// An entry: nothing.
    Prefix,
    /// What is asked for: tag and digest, or the query of a URL.
    Reference,
}

// === impl Destination ===

impl Destination {
    /// Reads the address of an entry: `[oci://|https://|http://]host[:port][/path]`.
    ///
    /// # Errors
    /// If it is none, or could be read in two ways.
    pub fn parse_prefix(text: &str) -> Result<Self, ParseDestinationError> {
        Self::parse(text, Form::Prefix)
    }

    /// Reads what is asked for: a reference with or without `oci://`, tag and digest, or a URL.
    ///
    /// # Errors
    /// If it is none, or could be read in two ways.
    pub fn parse_reference(text: &str) -> Result<Self, ParseDestinationError> {
        Self::parse(text, Form::Reference)
    }

    /// The destination of a request that is about to be sent.
    ///
    /// # Errors
    /// If the path could be read in two ways.
    pub fn of_url(url: &url::Url) -> Result<Self, ParseDestinationError> {
        let scheme = || ParseDestinationError::Scheme(url.scheme().to_owned());
        let origin = Origin::of_url(url).ok_or_else(scheme)?;
        Ok(Self { origin, path: parse_path(url.path().strip_prefix('/').unwrap_or_default())? })
    }

    fn parse(text: &str, form: Form) -> Result<Self, ParseDestinationError> {
        refuse_characters(text)?;
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
            None => (None, text),
        };
        let (transport, is_url) = match scheme.as_deref() {
            None | Some("oci") => (Transport::Tls, false),
            Some("https") => (Transport::Tls, true),
            Some("http") => (Transport::Plain, true),
            Some(other) => return Err(ParseDestinationError::Scheme(other.to_owned())),
        };
        let rest = if is_url && form == Form::Reference { without_query(rest) } else { rest };
        if rest.contains('?') {
            return Err(ParseDestinationError::Character('?'));
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let origin = Origin::parse(transport, authority)?;
        let path = if !is_url && form == Form::Reference { without_version(path) } else { path };
        let mut path = parse_path(path)?;
        if !is_url && form == Form::Reference && is_official(&origin, &path) {
            path = format!("library/{path}").into();
        }
        Ok(Self { origin, path })
    }

    /// Scheme, host and port.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The segments of the path, joined by `/`; empty for the whole host.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether a request to `url` stays within this place: at its path, or, as OCI registries put repositories
    /// there, at its path below `/v2/`.
    #[must_use]
    pub fn covers(&self, url: &url::Url) -> bool {
        let Ok(target) = Self::of_url(url) else { return false };
        let repository = target.path.strip_prefix("v2/").unwrap_or(&target.path);
        target.origin == self.origin
            && [&*target.path, repository].into_iter().any(|path| is_path_under(path, &self.path))
    }

    /// How many segments the path has.
    #[must_use]
    pub fn depth(&self) -> usize {
        if self.path.is_empty() { 0 } else { self.path.split('/').count() }
    }

    /// Whether this place is `prefix` or below it, by whole segments (rule R5).
    #[must_use]
    pub fn is_under(&self, prefix: &Self) -> bool {
        self.origin == prefix.origin && is_path_under(&self.path, &prefix.path)
    }

    /// The paths of this place and everything above it, longest first, down to the empty one.
    pub(crate) fn ancestors(&self) -> impl Iterator<Item = &str> {
        std::iter::successors(Some(&*self.path), |path| match path.rsplit_once('/') {
            Some((parent, _)) => Some(parent),
            None if path.is_empty() => None,
            None => Some(""),
        })
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.origin, f)?;
        if self.path.is_empty() { Ok(()) } else { write!(f, "/{}", self.path) }
    }
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{self}`")
    }
}

/// Whether `path` is `prefix` or below it, both as joined segments.
fn is_path_under(path: &str, prefix: &str) -> bool {
    match path.strip_prefix(prefix) {
        Some(rest) => prefix.is_empty() || rest.is_empty() || rest.starts_with('/'),
        None => false,
    }
}

fn refuse_characters(text: &str) -> Result<(), ParseDestinationError> {
    let refused = |c: &char| c.is_whitespace() || c.is_control() || matches!(c, '\\' | '#');
    text.chars().find(refused).map_or(Ok(()), |c| Err(ParseDestinationError::Character(c)))
}

fn without_query(rest: &str) -> &str {
    rest.split_once('?').map_or(rest, |(before, _)| before)
}

/// Cuts `@digest` and `:tag` off the last segment.
fn without_version(path: &str) -> &str {
    let last = path.rfind('/').map_or(0, |slash| slash + 1);
    let name = path.get(last..).unwrap_or_default();
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    let name = name.split_once(':').map_or(name, |(name, _)| name);
    path.get(..last + name.len()).unwrap_or(path)
}

/// Docker Hub's own images have one component and live below `library/`.
fn is_official(origin: &Origin, path: &str) -> bool {
    origin.host().as_str() == DOCKER_HUB && !path.is_empty() && !path.contains('/')
}

/// Decodes the segments of a path. One slash at the end is not counted.
fn parse_path(path: &str) -> Result<Box<str>, ParseDestinationError> {
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return Ok("".into());
    }
    let segments = path.split('/').map(parse_segment).collect::<Result<Vec<_>, _>>()?;
    Ok(segments.join("/").into())
}

fn parse_segment(segment: &str) -> Result<String, ParseDestinationError> {
    let wrong = || ParseDestinationError::Segment(segment.to_owned());
    let decoded = decode(segment).ok_or_else(wrong)?;
    let hidden = |c: char| matches!(c, '/' | '\\') || c.is_control();
    if matches!(&*decoded, "" | "." | "..") || decoded.chars().any(hidden) {
        return Err(wrong());
    }
    Ok(decoded)
}

/// Resolves `%XX` once; none where an escape is no byte or the bytes are no UTF-8.
fn decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let digits = after.get(..2).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = after.get(2..)?;
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(place: &str, url: &str, expected: bool) {
        let place = Destination::parse_reference(place).unwrap();
        assert_eq!(place.covers(&url::Url::parse(url).unwrap()), expected, "{place} {url}");
    }

    #[test]
    fn a_place_covers_requests_at_and_below_it() {
        for (place, url, expected) in [
            ("ghcr.io/acme/app", "https://ghcr.io/v2/acme/app/manifests/1.0", true),
            ("ghcr.io/acme/app", "https://ghcr.io/v2/acme/app/tags/list?n=5", true),
            ("ghcr.io/acme/app", "https://ghcr.io:443/v2/acme/app/blobs/sha256:00", true),
            ("ghcr.io/acme/app", "https://ghcr.io/v2/acme/app2/manifests/1.0", false),
            ("ghcr.io/acme/app", "https://ghcr.io/v2/acme/app/../../x/manifests/1", false),
            ("ghcr.io/acme/app", "https://ghcr.io/v2/", false),
            ("ghcr.io/acme/app", "http://ghcr.io/v2/acme/app/manifests/1.0", false),
            ("ghcr.io/acme/app", "https://ghcr.io:444/v2/acme/app/manifests/1.0", false),
            ("ghcr.io/acme/app", "https://ghcr.io.evil.com/v2/acme/app/manifests/1.0", false),
            ("ghcr.io", "https://ghcr.io/v2/", true),
            ("ghcr.io", "https://ghcr.io/anything", true),
            ("https://charts.corp/stable", "https://charts.corp/stable/index.yaml", true),
            ("https://charts.corp/stable", "https://charts.corp/other/index.yaml", false),
            ("https://charts.corp/stable", "https://charts.corp/stable%2f..%2fother/x", false),
            ("docker.io/nginx", "https://registry-1.docker.io/v2/library/nginx/manifests/1", true),
            ("docker.io/nginx", "https://docker.io/v2/library/nginx/manifests/1", false),
        ] {
            check(place, url, expected);
        }
    }
}
