//! What a call saw of the world outside: the base on which a result may be used again.
//!
//! A call's answer depends on its plugin, its request and what host calls answered, on nothing else;
//! so while the first two are the same and every [`Observation`] still [holds](Observation::holds),
//! the answer is the same too.

use std::collections::BTreeMap;

use crate::capability::{Capabilities, credentials, entropy, lookup, registry, source};
use crate::contract::tiphys::plugin::registry::ChartRequest;
use crate::contract::tiphys::plugin::types::Failure;

/// One thing that was asked, and what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// What was asked.
    pub subject: Subject,
    /// What the answer was.
    pub seen: Seen,
}

/// What a plugin can ask. The order of the variants is the order of the contract.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The paths that match a glob.
    Listing {
        /// The glob.
        glob: String,
    },
    /// The content of one file.
    File {
        /// Path in the application's directory.
        path: String,
    },
    /// The content of all files that match.
    Files {
        /// The globs.
        globs: Vec<String>,
    },
    /// The version of an artifact.
    Version {
        /// Where the artifact is.
        reference: String,
        /// Which versions will do.
        constraint: Option<String>,
    },
    /// The versions of an artifact.
    Versions {
        /// Where they are.
        repository: String,
    },
    /// A chart.
    Chart {
        /// `oci://REGISTRY/PATH` or the address of a Helm repository.
        repository: String,
        /// The chart's name.
        name: String,
        /// Which versions will do.
        version: String,
    },
    /// An artifact's content.
    Artifact {
        /// Where the artifact is.
        reference: String,
    },
    /// Whether there is a credential.
    Credential {
        /// What it is for.
        url: String,
    },
    /// An answer over HTTP.
    Response {
        /// The request's method.
        method: String,
        /// The request's address.
        url: String,
        /// Digest of the request's headers, body and label of the credential.
        content: Fingerprint,
    },
    /// Whether random values are stable.
    Stability,
    /// Random bytes.
    Bytes {
        /// What they are for.
        label: String,
        /// How many.
        len: u32,
    },
    /// A private key.
    Key {
        /// What it is for.
        label: String,
        /// `rsa-BITS`, `ecdsa-p256` or `ed25519`.
        kind: String,
    },
    /// The time. It is never the same again.
    Time,
    /// Objects of the cluster.
    Objects {
        /// `GROUP/VERSION`.
        api_version: String,
        /// Their kind.
        kind: String,
        /// Their namespace, empty for all.
        namespace: String,
        /// The name of the one object, empty for all.
        name: String,
    },
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Something with this fingerprint.
    Content(Fingerprint),
    /// That there is no such thing.
    Absent,
    /// A failure. It may have been a passing one, so nobody can rely on it.
    Failed,
    /// Something that would be different the next time, or was different the second time.
    Unrepeatable,
}

/// Collects what one call sees.
#[derive(Debug, Default)]
pub(crate) struct Recorder(BTreeMap<Subject, Seen>);

/// A digest of the parts of an answer, which nobody can make two answers for. It never leaves the process, and every byte
/// that a plugin reads goes into one: hence the fastest that there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; blake3::OUT_LEN]);

/// Digests parts, none of which can be taken for a piece of another.
pub(crate) struct Parts(blake3::Hasher);

// === impl Observation ===

impl Observation {
    /// Bytes that it takes to remember it.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.subject.size()
    }

    /// Asks again, and tells whether the answer is the same. Failures, random values and answers
    /// over HTTP never hold: asking again costs as much as the plugin's own call.
    pub async fn holds(&self, capabilities: &Capabilities) -> bool {
        match &self.seen {
            Seen::Failed | Seen::Unrepeatable => false,
            Seen::Content(_) | Seen::Absent => {
                self.subject.ask(capabilities).await.as_ref() == Some(&self.seen)
            }
        }
    }
}

// === impl Subject ===

impl Subject {
    /// Bytes that it takes to remember it.
    pub(crate) fn size(&self) -> u64 {
        let texts: &[&String] = match self {
            Self::Files { globs } => &globs.iter().collect::<Vec<_>>(),
            Self::Listing { glob: text }
            | Self::File { path: text }
            | Self::Versions { repository: text }
            | Self::Artifact { reference: text }
            | Self::Credential { url: text }
            | Self::Bytes { label: text, .. }
            | Self::Version { reference: text, constraint: None } => &[text],
            Self::Version { reference, constraint: Some(constraint) } => &[reference, constraint],
            Self::Chart { repository, name, version } => &[repository, name, version],
            Self::Response { method, url, .. } => &[method, url],
            Self::Key { label, kind } => &[label, kind],
            Self::Objects { api_version, kind, namespace, name } => &[api_version, kind, namespace, name],
            Self::Stability | Self::Time => &[],
        };
        texts.iter().map(|text| text.len() as u64).sum::<u64>() + size_of::<Observation>() as u64
    }

    /// What would be seen now; nothing where the capability is missing or must not be asked again.
    async fn ask(&self, capabilities: &Capabilities) -> Option<Seen> {
        match self {
            Self::Listing { .. } | Self::File { .. } | Self::Files { .. } => {
                self.ask_source(capabilities.source.as_deref()?).await
            }
            Self::Version { .. } | Self::Versions { .. } | Self::Chart { .. } | Self::Artifact { .. } => {
                self.ask_registry(capabilities.registry.as_deref()?).await
            }
            Self::Credential { url } => {
                let found = capabilities.credentials.as_deref()?.find(url).await;
                Some(credentials::seen(&found))
            }
            Self::Response { .. } | Self::Time => None,
            Self::Stability | Self::Bytes { .. } | Self::Key { .. } => {
                self.ask_entropy(capabilities.entropy.as_deref()?)
            }
            Self::Objects { api_version, kind, namespace, name } => {
                let lookup = capabilities.lookup.as_deref()?;
                Some(lookup::seen(&lookup.find(api_version, kind, namespace, name).await))
            }
        }
    }

    async fn ask_source(&self, source: &dyn source::Source) -> Option<Seen> {
        match self {
            Self::Listing { glob } => Some(source::seen_listing(&source.list(glob).await)),
            Self::File { path } => Some(source::seen_file(&source.read(path).await)),
            Self::Files { globs } => Some(source::seen_files(&source.read_all(globs).await)),
            _ => None,
        }
    }

    async fn ask_registry(&self, registry: &dyn registry::Registry) -> Option<Seen> {
        match self {
            Self::Version { reference, constraint } => {
                let version = registry.resolve(reference, constraint.as_deref()).await;
                Some(registry::seen_version(&version))
            }
            Self::Versions { repository } => {
                Some(registry::seen_versions(&registry.versions(repository).await))
            }
            Self::Chart { repository, name, version } => {
                let request = ChartRequest {
                    repository: repository.clone(),
                    name: name.clone(),
                    version: version.clone(),
                };
                let charts = registry.pull_charts(vec![request]).await;
                charts.first().map(registry::seen_chart)
            }
            Self::Artifact { reference } => {
                Some(registry::seen_artifact(&registry.pull_artifact(reference).await))
            }
            _ => None,
        }
    }

    fn ask_entropy(&self, entropy: &dyn entropy::Entropy) -> Option<Seen> {
        match self {
            Self::Stability => Some(entropy::seen_stability(entropy.stable())),
            Self::Bytes { label, len } => Some(entropy::seen_bytes(entropy, &entropy.bytes(label, *len))),
            Self::Key { label, .. } => Some(entropy::seen_key(entropy, label)),
            _ => None,
        }
    }
}

impl From<&ChartRequest> for Subject {
    fn from(request: &ChartRequest) -> Self {
        Self::Chart {
            repository: request.repository.clone(),
            name: request.name.clone(),
            version: request.version.clone(),
        }
    }
}

// === impl Seen ===

impl Seen {
    /// Content whose parts `write` puts together, unless the host failed to give it.
    pub(crate) fn of<T>(answer: &Result<T, Failure>, write: impl FnOnce(&mut Parts, &T)) -> Self {
        match answer {
            Ok(content) => {
                let mut parts = Parts::new();
                write(&mut parts, content);
                Self::Content(parts.finish())
            }
            Err(_) => Self::Failed,
        }
    }
}

// === impl Recorder ===

impl Recorder {
    /// Notes that `subject` was asked and `seen` came back.
    pub(crate) fn record(&mut self, subject: Subject, seen: Seen) {
        self.0
            .entry(subject)
            .and_modify(|earlier| {
                if *earlier != seen {
                    *earlier = Seen::Unrepeatable;
                }
            })
            .or_insert(seen);
    }

    /// Everything that was seen, each subject once, in the order of the subjects.
    pub(crate) fn finish(self) -> Vec<Observation> {
        self.0.into_iter().map(|(subject, seen)| Observation { subject, seen }).collect()
    }
}

// === impl Parts ===

impl Parts {
    pub(crate) fn new() -> Self {
        Self(blake3::Hasher::new())
    }

    pub(crate) fn add(&mut self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    pub(crate) fn extend<P: AsRef<[u8]>>(&mut self, parts: impl IntoIterator<Item = P>) {
        for part in parts {
            self.add(part);
        }
    }

    pub(crate) fn finish(self) -> Fingerprint {
        Fingerprint(self.0.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(bytes: &[u8]) -> Seen {
        let mut parts = Parts::new();
        parts.add(bytes);
        Seen::Content(parts.finish())
    }

    fn file(path: &str) -> Subject {
        Subject::File { path: path.to_owned() }
    }

    #[test]
    fn subjects_are_told_once_and_in_order() {
        let mut recorder = Recorder::default();
        for (path, seen) in [("b", content(b"1")), ("a", Seen::Absent), ("b", content(b"1"))] {
            recorder.record(file(path), seen);
        }
        recorder.record(Subject::Listing { glob: "**".to_owned() }, content(b"2"));
        let subjects: Vec<_> = recorder.finish().into_iter().map(|seen| seen.subject).collect();
        assert_eq!(subjects, [Subject::Listing { glob: "**".to_owned() }, file("a"), file("b")]);
    }

    #[test]
    fn what_changed_while_it_was_watched_cannot_be_repeated() {
        let mut recorder = Recorder::default();
        for bytes in [b"1", b"2", b"1"] {
            recorder.record(file("a"), content(bytes));
        }
        assert_eq!(recorder.finish(), [Observation { subject: file("a"), seen: Seen::Unrepeatable }]);
    }

    #[test]
    fn parts_cannot_be_taken_for_each_other() {
        let digest = |parts: &[&str]| {
            let mut digested = Parts::new();
            digested.extend(parts);
            digested.finish()
        };
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
        assert_ne!(digest(&["a", ""]), digest(&["a"]));
    }
}
