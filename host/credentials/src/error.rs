//! What can go wrong, without a word of a secret (rule R30).

use std::sync::Arc;

use network::Origin;
use network::broker::Identity;
use policy::realm::RealmDenied;
use policy::{Blame, Denial, Destination, Diagnose, ParseDestinationError, ParseOriginError};

use crate::wire::WireError;

/// A line of `tiphys.yaml` that can't be meant.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The prefix is no address.
    #[error("prefix `{prefix}` is no address of a registry")]
    Prefix {
        /// The prefix.
        prefix: String,
        /// What is wrong with it.
        #[source]
        cause: ParseDestinationError,
    },
    /// A realm is no host.
    #[error("realm `{realm}` of `{prefix}` is no host")]
    Realm {
        /// The registry.
        prefix: String,
        /// The realm.
        realm: String,
        /// What is wrong with it.
        #[source]
        cause: ParseOriginError,
    },
    /// A cloud's identity for somebody else's registry (rule R8).
    #[error("`identity: {{ambient: {provider}}}` is not for `{prefix}`, which is no registry of that cloud")]
    ForeignIdentity {
        /// The registry.
        prefix: String,
        /// The cloud.
        provider: &'static str,
    },
    /// An identity that nobody may use.
    #[error("the identity of `{prefix}` names no `projects`; `[\"*\"]` is every project")]
    IdentityWithoutProjects {
        /// The registry.
        prefix: String,
    },
    /// An entry with no secret, or with several.
    #[error("the entry of `{prefix}` needs `passwordFile`, with or without `username`, or `tokenFile`")]
    EntryLogin {
        /// Its prefix.
        prefix: String,
    },
}

/// Why no credential could be chosen or applied.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// What was asked for is no address.
    #[error("`{reference}` is no address of a registry")]
    Reference {
        /// What was asked for.
        reference: String,
        /// What is wrong with it.
        #[source]
        cause: ParseDestinationError,
    },
    /// Several entries are equally close (rule R6).
    #[error("{} are equally good for `{destination}`", quoted(labels))]
    Tie {
        /// What was asked for.
        destination: Destination,
        /// The entries.
        labels: Vec<String>,
    },
    /// The entry that should be used can't be.
    #[error("`{label}` is for `{destination}` but can't be used: {reason}")]
    Broken {
        /// What was asked for.
        destination: Destination,
        /// The entry.
        label: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A request that leaves the place that the credential was found for (rule R10).
    #[error("the credential for `{bound}` was about to be sent to `{origin}`")]
    Elsewhere {
        /// What the credential was found for.
        bound: Destination,
        /// Where the request goes.
        origin: Origin,
    },
    /// The registry wants the credential sent to somebody else (rule R10).
    #[error(transparent)]
    Realm(#[from] RealmDenied),
    /// The token server said no.
    #[error("token server `{realm}` refused `{label}` for `{destination}` with status {status}")]
    Refused {
        /// The token server.
        realm: Origin,
        /// The credential.
        label: String,
        /// What was asked for.
        destination: Destination,
        /// What it answered.
        status: u16,
    },
    /// An answer of a token server that has no token.
    #[error("the answer of `{realm}` is not what a token server answers: {problem}")]
    Malformed {
        /// The token server.
        realm: Origin,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The secret has characters that no header may have.
    #[error("the secret of `{label}` can't be sent in a header; it has a line break or a control character")]
    Header {
        /// The credential.
        label: String,
    },
    /// The token server could not be reached.
    #[error("failed to get a token for `{destination}`")]
    Network {
        /// What was asked for.
        destination: Destination,
        /// What went wrong.
        #[source]
        cause: WireError,
    },
    /// A cloud identity is enabled, but there is none.
    #[error("failed to get the identity of {provider} for `{destination}`")]
    Identity {
        /// The cloud.
        provider: &'static str,
        /// What was asked for.
        destination: Destination,
        /// What went wrong.
        #[source]
        cause: Arc<crate::cloud::Error>,
    },
    /// The time was over while a token was fetched.
    #[error("the deadline passed while a token for `{destination}` was fetched")]
    Deadline {
        /// What was asked for.
        destination: Destination,
    },
}

// === impl Error ===

impl Diagnose for Error {
    fn blame(&self) -> Blame {
        match self {
            Self::Reference { .. } => Blame::Application,
            Self::Elsewhere { .. } => Blame::Plugin,
            _ => Blame::Platform,
        }
    }

    fn denial(&self) -> Option<Denial> {
        match self {
            Self::Realm(_) | Self::Elsewhere { .. } => Some(Denial::Rule),
            Self::Refused { status: 401 | 403, .. } => Some(Denial::Access),
            _ => None,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Realm(denied) => denied.hint(),
            Self::Tie { .. } => Some("remove one of them, or give one a longer path or a project".to_owned()),
            Self::Refused { label, destination, status: 401 | 403, .. }
                if label == Identity::Anonymous.label() =>
            {
                Some(format!(
                    "no credential of the application's project is for `{destination}`; `tiphys credentials explain` with its `--project` says which ones there are"
                ))
            }
            Self::Refused { label, status: 401 | 403, .. } => {
                Some(format!("check user name and password of `{label}`, and what it may read"))
            }
            _ => None,
        }
    }
}

impl From<Error> for Box<dyn Diagnose> {
    fn from(error: Error) -> Self {
        Box::<Error>::new(error)
    }
}

fn quoted(labels: &[String]) -> String {
    let quoted: Vec<String> = labels.iter().map(|label| format!("`{label}`")).collect();
    quoted.join(" and ")
}
