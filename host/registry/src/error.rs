//! What can go wrong with a registry or an artifact: what was attempted, on what, and what came back.

use std::fmt;
use std::time::Duration;

use cache::Digest;
use network::broker::BrokerError;
use network::{Blame, Denial, Diagnose};
use serde::{Deserialize, Serialize};

use crate::archive::ArchiveError;
use crate::index::IndexError;
use crate::manifest::ManifestError;
use crate::reference::ParseReferenceError;
use crate::verify::VerifyError;

/// A failed operation. Its `Display` says what was attempted; its source says why it failed.
#[derive(Debug, thiserror::Error)]
#[error("failed to {attempt}")]
pub struct Error {
    /// What was attempted.
    pub attempt: Attempt,
    /// What went wrong.
    #[source]
    pub problem: Box<Problem>,
}

/// What was attempted, on what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Such as `fetch the manifest of`.
    pub action: &'static str,
    /// The reference or address, without queries.
    pub subject: String,
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The reference is none.
    #[error(transparent)]
    Reference(#[from] ParseReferenceError),
    /// No usable answer.
    #[error(transparent)]
    Network(#[from] network::Error),
    /// No credential could be chosen or applied.
    #[error("{0}")]
    Credentials(BrokerError),
    /// The server wants other credentials, or more of them.
    #[error("the registry refused: {answer} (as {identity})")]
    Unauthorized {
        /// Who asked.
        identity: String,
        /// What it said.
        answer: Answer,
    },
    /// There is no such repository, tag or manifest, or it may not be seen.
    #[error("the registry has no such artifact: {answer}")]
    NotFound {
        /// Who asked.
        identity: String,
        /// What it said.
        answer: Answer,
    },
    /// The server failed, or is not what it should be.
    #[error("the registry answered {answer}")]
    Status {
        /// What it said.
        answer: Answer,
    },
    /// No version satisfies the range.
    #[error("no version satisfies `{constraint}`; there are {}", list(known))]
    NoVersion {
        /// The range.
        constraint: String,
        /// Some of the versions that there are, highest first.
        known: Vec<String>,
    },
    /// Neither a version, a tag nor a range.
    #[error("`{text}` is neither a version nor a range")]
    Constraint {
        /// What was given.
        text: String,
    },
    /// A manifest that is not accepted.
    #[error("its manifest is not accepted: {0}")]
    Manifest(#[from] ManifestError),
    /// Not the digest that was announced.
    #[error("its content is `{found}` instead of `{expected}`")]
    Digest {
        /// What was announced.
        expected: Digest,
        /// What came.
        found: Digest,
    },
    /// Not the size that was announced.
    #[error("it has {found} bytes instead of {expected}")]
    Size {
        /// What was announced.
        expected: u64,
        /// What came.
        found: u64,
    },
    /// Larger than such content may be.
    #[error("it announces {size} bytes, of at most {limit}")]
    TooLarge {
        /// What it announces.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// An artifact of another kind.
    #[error("it is not {expected}: {found}")]
    Kind {
        /// What was asked for.
        expected: &'static str,
        /// What it has instead.
        found: String,
    },
    /// An answer that is not what the protocol says.
    #[error("the registry's answer makes no sense: {0}")]
    Protocol(&'static str),
    /// More pages, tags or bytes than are read.
    #[error("there are more than {limit} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// An archive that is not accepted.
    #[error("the chart's archive is not accepted: {0}")]
    Archive(#[from] ArchiveError),
    /// A chart under a name or version that is not its own (rule R24).
    #[error("its `Chart.yaml` says {field} `{inside}`, but it was asked for as `{outside}`")]
    OtherChart {
        /// `name` or `version`.
        field: &'static str,
        /// In `Chart.yaml`.
        inside: String,
        /// In the reference.
        outside: String,
    },
    /// The index of a Helm repository that is not accepted.
    #[error("the repository's index is not accepted: {0}")]
    Index(#[from] IndexError),
    /// A tag that names another artifact than the digest beside it.
    #[error("the tag names `{found}`, not `{expected}`")]
    Moved {
        /// The digest that was asked for.
        expected: Digest,
        /// What the tag names.
        found: Digest,
    },
    /// Not signed as its policy says (rule R25).
    #[error("it may not be used: {0}")]
    Unverified(#[from] VerifyError),
    /// Not in the cache, and nothing else may be asked.
    #[error("it is not in the cache, and the network may not be used")]
    Offline,
    /// Another worker took too long.
    #[error(transparent)]
    Cache(#[from] cache::Error),
    /// A directory or archive that could not be read or written.
    #[error(transparent)]
    File(#[from] std::io::Error),
    /// The time for the whole operation is over.
    #[error("it took longer than the time that was left ({} ms)", .0.as_millis())]
    Deadline(Duration),
}

/// An error answer of a registry, as far as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The code of its first error, such as `MANIFEST_UNKNOWN`.
    pub code: Option<String>,
    /// The message of its first error, without control characters; left out where it may repeat a
    /// secret.
    pub message: Option<String>,
}

impl Attempt {
    /// `action` on `subject`.
    pub(crate) fn new(action: &'static str, subject: &impl ToString) -> Self {
        Self { action, subject: subject.to_string() }
    }

    /// The error for a `problem` with it.
    pub(crate) fn failed(&self, problem: impl Into<Problem>) -> Error {
        Error { attempt: self.clone(), problem: Box::new(problem.into()) }
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.action, self.subject)
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {}", self.status)?;
        if let Some(code) = &self.code {
            write!(f, ", `{code}`")?;
        }
        match &self.message {
            Some(message) => write!(f, ": {message}"),
            None => Ok(()),
        }
    }
}

fn list(known: &[String]) -> String {
    if known.is_empty() { "none".to_owned() } else { format!("`{}`", known.join("`, `")) }
}

// === impl Error ===

impl Error {
    /// Whether an older answer is better than this one.
    #[must_use]
    pub(crate) fn is_outage(&self) -> bool {
        match &*self.problem {
            Problem::Network(error) => error.is_outage(),
            Problem::Status { answer } => answer.status >= 500 || answer.status == 429,
            Problem::Deadline(_) => true,
            _ => false,
        }
    }

    /// Whether there is no such artifact.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(*self.problem, Problem::NotFound { .. })
    }

    /// The whole text on one line: what was attempted and why it failed.
    #[must_use]
    pub fn chain(&self) -> String {
        format!("{self}: {}", self.problem)
    }
}

impl Diagnose for Error {
    fn blame(&self) -> Blame {
        match &*self.problem {
            Problem::Network(error) => error.blame(),
            Problem::Credentials(error) => error.blame(),
            Problem::Status { .. }
            | Problem::Protocol(_)
            | Problem::Offline
            | Problem::Cache(_)
            | Problem::File(_)
            | Problem::Deadline(_) => Blame::Platform,
            _ => Blame::Application,
        }
    }

    fn denial(&self) -> Option<Denial> {
        match &*self.problem {
            Problem::Network(error) => error.denial(),
            Problem::Credentials(error) => error.denial(),
            Problem::Unauthorized { .. } => Some(Denial::Access),
            Problem::Unverified(_) => Some(Denial::Rule),
            _ => None,
        }
    }

    fn hint(&self) -> Option<String> {
        match &*self.problem {
            Problem::Network(error) => error.hint(),
            Problem::Credentials(error) => error.hint(),
            Problem::Unauthorized { identity, .. } if identity == "anonymous" => Some(format!(
                "no credential of the application's project is for `{}`; `tiphys credentials explain` with its `--project` says which ones there are",
                self.attempt.subject
            )),
            Problem::Unauthorized { identity, .. } => {
                Some(format!("check that `{identity}` is still valid and may read `{}`", self.attempt.subject))
            }
            Problem::NotFound { identity, .. } => Some(format!(
                "check the name and the version; some registries also say so to whoever may not read it, and it was asked for as {identity}"
            )),
            Problem::Status { answer: Answer { status: 429, .. } } => Some(
                "it limits how often it is asked: wait, ask with a credential that may more, or name a mirror"
                    .to_owned(),
            ),
            Problem::Status { answer } if answer.status >= 500 => {
                Some("the registry has a fault, which may pass: ask again later".to_owned())
            }
            Problem::OtherChart { .. } => Some(
                "a chart under another name is how charts get confused; ask for it under its own name and version"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}
