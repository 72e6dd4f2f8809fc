//! Names of artifacts: `oci://host[:port]/path[:tag][@digest]`.

use std::fmt;
use std::str::FromStr;

use cache::Digest;
use network::{Host, Url};

/// Docker Hub's API does not answer under the names that people write.
const DOCKER_HUB: &str = "registry-1.docker.io";

/// The longest path of a repository.
const MAX_REPOSITORY: usize = 255;

/// A repository: a registry's host and a path inside it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Repository {
    host: Host<String>,
    port: Option<u16>,
    path: Box<str>,
}

/// A tag. A chart's version is one after [`Tag::of_version`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tag(Box<str>);

/// A reference to an artifact. With tag and digest, the digest counts and the tag must agree.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Reference {
    /// The repository.
    pub repository: Repository,
    /// The tag.
    pub tag: Option<Tag>,
    /// The digest.
    pub digest: Option<Digest>,
}

/// A text that is no reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a reference: {problem}")]
pub struct ParseReferenceError {
    text: String,
    problem: &'static str,
}

fn wrong(text: &str, problem: &'static str) -> ParseReferenceError {
    let text = text.chars().filter(|character| !character.is_control()).take(300).collect();
    ParseReferenceError { text, problem }
}

// === impl Repository ===

impl Repository {
    /// The host.
    #[must_use]
    pub const fn host(&self) -> &Host<String> {
        &self.host
    }

    /// The port, where one is written.
    #[must_use]
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// The path within the registry.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The last component of the path, which is a chart's name.
    #[must_use]
    pub fn base_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The repository `name` below this one.
    pub fn join(&self, name: &str) -> Result<Self, ParseReferenceError> {
        let path = format!("{}/{name}", self.path);
        check_path(&path).map_err(|problem| wrong(&format!("{self}/{name}"), problem))?;
        Ok(Self { path: path.into(), ..self.clone() })
    }

    /// `host[:port]`.
    #[must_use]
    pub fn registry(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.to_string(),
        }
    }
}

impl FromStr for Repository {
    type Err = ParseReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |problem| wrong(text, problem);
        let name = text.strip_prefix("oci://").unwrap_or(text).trim_end_matches('/');
        if name.contains("://") {
            return Err(wrong("its scheme is not `oci://`"));
        }
        let (authority, path) = name.split_once('/').ok_or_else(|| wrong("it has no path after the host"))?;
        if authority.contains(['@', '%', '\\']) || authority.is_empty() {
            return Err(wrong("it has no plain host name before the path"));
        }
        // The URL standard's own reading of hosts, so that what is judged is what is connected to.
        let url = Url::parse(&format!("https://{authority}/")).map_err(|_| wrong("its host is not valid"))?;
        let host = url.host().ok_or_else(|| wrong("it has no host"))?.to_owned();
        let port = authority.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        let (host, path) = canonical(host, path);
        check_path(&path).map_err(wrong)?;
        Ok(Self { host, port, path: path.into() })
    }
}

/// Docker Hub under the name that answers, and official images under their whole path.
fn canonical(host: Host<String>, path: &str) -> (Host<String>, String) {
    let hub = matches!(&host, Host::Domain(name) if ["docker.io", "index.docker.io", DOCKER_HUB].contains(&name.as_str()));
    match (hub, path.contains('/')) {
        (true, false) => (Host::Domain(DOCKER_HUB.to_owned()), format!("library/{path}")),
        (true, true) => (Host::Domain(DOCKER_HUB.to_owned()), path.to_owned()),
        (false, _) => (host, path.to_owned()),
    }
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/…)*` of the distribution specification.
fn check_path(path: &str) -> Result<(), &'static str> {
    if path.len() > MAX_REPOSITORY {
        return Err("its path is longer than 255 bytes");
    }
    let component = |component: &str| {
        let alphanumeric = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let bytes = component.as_bytes();
        let edges = bytes.first().is_some_and(alphanumeric) && bytes.last().is_some_and(alphanumeric);
        let separators =
            component.split(|character: char| alphanumeric(&(character as u8)) && character.is_ascii());
        edges
            && separators
                .into_iter()
                .all(|run| matches!(run, "" | "." | "_" | "__") || run.bytes().all(|byte| byte == b'-'))
    };
    if path.split('/').all(component) {
        Ok(())
    } else {
        Err("its path may hold lower-case letters, digits and single separators (`.`, `_`, `-`) only")
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "oci://{}/{}", self.registry(), self.path)
    }
}

impl fmt::Debug for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

// === impl Tag ===

impl Tag {
    /// The tag under which a version is stored: tags can't hold `+`, so Helm writes `_`.
    pub fn of_version(version: &str) -> Result<Self, ParseReferenceError> {
        version.replace('+', "_").parse()
    }

    /// The version that the tag stands for.
    #[must_use]
    pub fn to_version(&self) -> String {
        self.0.replace('_', "+")
    }

    /// The tag as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Tag {
    type Err = ParseReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let start = text.bytes().next().is_some_and(word);
        if start && text.len() <= 128 && text.bytes().all(|byte| word(byte) || byte == b'.' || byte == b'-') {
            Ok(Self(text.into()))
        } else {
            Err(wrong(text, "a tag has up to 128 letters, digits, `_`, `.` and `-`"))
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

// === impl Reference ===

impl Reference {
    /// What follows `/manifests/` in a request: the digest where there is one.
    pub(crate) fn target(&self) -> Option<String> {
        let digest = self.digest.as_ref().map(ToString::to_string);
        digest.or_else(|| self.tag.as_ref().map(ToString::to_string))
    }

    /// The artifact of `repository` under `tag`.
    #[must_use]
    pub const fn tagged(repository: Repository, tag: Tag) -> Self {
        Self { repository, tag: Some(tag), digest: None }
    }

    /// The artifact of `repository` with this digest.
    #[must_use]
    pub const fn pinned(repository: Repository, digest: Digest) -> Self {
        Self { repository, tag: None, digest: Some(digest) }
    }
}

impl FromStr for Reference {
    type Err = ParseReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, digest) = match text.rsplit_once('@') {
            Some((name, digest)) => {
                let digest = digest.parse().map_err(|_| wrong(text, "what follows `@` is not a digest"))?;
                (name, Some(digest))
            }
            None => (text, None),
        };
        // A colon before the last slash separates a port.
        let (name, tag) = match name.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(Tag::of_version(tag)?)),
            _ => (name, None),
        };
        Ok(Self { repository: name.parse()?, tag, digest })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.repository, f)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn references_round_trip() {
        for text in [
            "oci://ghcr.io/acme/app",
            "oci://ghcr.io/acme/app:1.2.3",
            "oci://localhost:5000/app:1.2.3-rc.1_build.5",
            "oci://[::1]:5000/a/b__c/d--e:latest",
            &format!("oci://ghcr.io/acme/app:1.2.3@sha256:{HEX}"),
            &format!("oci://ghcr.io/acme/app@sha256:{HEX}"),
        ] {
            assert_eq!(text.parse::<Reference>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn other_spellings() {
        for (text, expect) in [
            ("ghcr.io/acme/app", "oci://ghcr.io/acme/app"),
            ("oci://GHCR.io/acme/app:1+2", "oci://ghcr.io/acme/app:1_2"),
            ("docker.io/nginx:1", "oci://registry-1.docker.io/library/nginx:1"),
            ("oci://index.docker.io/bitnamicharts/nginx", "oci://registry-1.docker.io/bitnamicharts/nginx"),
            ("oci://0x7f.1:5000/app", "oci://127.0.0.1:5000/app"),
        ] {
            assert_eq!(text.parse::<Reference>().unwrap().to_string(), expect, "{text}");
        }
    }

    #[test]
    fn what_is_no_reference() {
        for text in [
            "",
            "app",
            "oci://",
            "oci://ghcr.io",
            "https://ghcr.io/acme/app",
            "oci://user@ghcr.io/app",
            "oci://ghcr.io/Acme/app",
            "oci://ghcr.io/acme/../app",
            "oci://ghcr.io/acme//app",
            "oci://ghcr.io/acme/app%2f..",
            "oci://ghcr.io/acme/app?x=y",
            "oci://ghcr.io/acme/-app",
            "oci://ghcr.io/acme/a..b",
            "oci://ghcr.io/acme/app:",
            "oci://ghcr.io/acme/app:.tag",
            "oci://ghcr.io/acme/app@sha256:abc",
            "oci://ghcr.io/acme/app@md5:d41d8cd98f00b204e9800998ecf8427e",
        ] {
            assert!(text.parse::<Reference>().is_err(), "{text}");
        }
    }

    #[test]
    fn tags_and_versions() {
        assert_eq!(Tag::of_version("1.2.3+build.5").unwrap().as_str(), "1.2.3_build.5");
        assert_eq!("1.2.3_build.5".parse::<Tag>().unwrap().to_version(), "1.2.3+build.5");
    }
}
