//! What can go wrong between here and a server.

use std::time::Duration;

use policy::{AddressDenied, Blame, Denial, Diagnose};

use crate::{Origin, UnsuitableUrl};

/// A request that got no usable answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address can't be requested at all.
    #[error("`{url}` can't be requested")]
    Url {
        /// The address without its query.
        url: String,
        /// Why not.
        source: UnsuitableUrl,
    },
    /// Policy forbids it; nothing was sent.
    #[error("{}", refused(origin, refusal, *named))]
    Refused {
        /// Where it would have gone.
        origin: Origin,
        /// Which rule it broke.
        refusal: Refusal,
        /// Whether the operator named the host, and may be told more.
        named: bool,
    },
    /// No connection: no such name, nobody listens, no trust.
    #[error("{}", unreachable(origin, cause, *named))]
    Unreachable {
        /// The server.
        origin: Origin,
        /// What came back, for those who may know.
        cause: String,
        /// Whether the operator named the host, and may be told more.
        named: bool,
    },
    /// The server let us wait.
    #[error("`{origin}` sent no {awaited} for {} s", after.as_secs_f32())]
    Stalled {
        /// The server.
        origin: Origin,
        /// What we waited for.
        awaited: &'static str,
        /// For how long.
        after: Duration,
    },
    /// The time for the whole operation is over.
    #[error("the deadline passed while `{origin}` was asked")]
    Deadline {
        /// The server.
        origin: Origin,
    },
    /// The server asked not to be asked for longer than the operation may take.
    #[error("`{origin}` takes no requests for another {} s", wait.as_secs())]
    Limited {
        /// The server.
        origin: Origin,
        /// How long it wants to be left alone.
        wait: Duration,
    },
    /// The connection broke during the answer.
    #[error("the connection to `{origin}` broke: {cause}")]
    Interrupted {
        /// The server.
        origin: Origin,
        /// What happened.
        cause: String,
    },
    /// An answer larger than what was asked for can be.
    #[error("`{origin}` sent more than {limit} bytes")]
    TooLarge {
        /// The server.
        origin: Origin,
        /// The limit.
        limit: u64,
    },
    /// Headers of more than 64 KiB.
    #[error("`{origin}` sent more than 64 KiB of headers")]
    Headers {
        /// The server.
        origin: Origin,
    },
    /// A compressed body, whose digest and length would mean something else.
    #[error("`{origin}` sent a body in encoding `{encoding}`, which was not asked for")]
    Encoded {
        /// The server.
        origin: Origin,
        /// Its `Content-Encoding`.
        encoding: String,
    },
    /// A redirect that is not followed.
    #[error("`{origin}` redirects {problem}")]
    Redirect {
        /// The server.
        origin: Origin,
        /// What is wrong with it.
        problem: RedirectProblem,
    },
    /// Certificates or keys for a host can't be read.
    #[error("the certificates for `{origin}` can't be used")]
    Certificates {
        /// The server that they are for.
        origin: Origin,
        /// What is wrong with them.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Which rule a destination breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// `http` where the operator did not allow it (R12).
    #[error("plain http is not allowed for it")]
    PlainHttp,
    /// A port that nobody named (R17).
    #[error("port {port} was not named in the configuration")]
    Port {
        /// The port.
        port: u16,
    },
    /// An address out of reach (R15).
    #[error(transparent)]
    Address(AddressDenied),
    /// A name for use inside, asked of a proxy (R15).
    #[error("its name is for internal use")]
    InternalName,
}

/// Why a redirect is not followed (R12).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectProblem {
    /// No `Location`, or one that is no address.
    #[error("to nowhere")]
    Unreadable,
    /// From `https` to `http`, or from `http` to another host's.
    #[error("to plain http at `{0}`")]
    PlainHttp(Origin),
    /// More than five in a row.
    #[error("more than five times")]
    TooMany,
}

/// For a host that nobody named, all reasons read alike: they would map the inner network.
fn unreachable(origin: &Origin, cause: &str, named: bool) -> String {
    if named {
        format!("`{origin}` can't be reached: {cause}")
    } else {
        format!("`{origin}` can't be reached")
    }
}

fn refused(origin: &Origin, refusal: &Refusal, named: bool) -> String {
    match refusal {
        Refusal::PlainHttp => format!("`{origin}` was not asked: {refusal}"),
        _ => unreachable(origin, &refusal.to_string(), named),
    }
}

// === impl Error ===

impl Error {
    /// Whether asking again may help.
    pub(crate) const fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Stalled { .. } | Self::Interrupted { .. })
    }

    /// Whether the server, or the way there, failed, so that an older answer is better than none.
    #[must_use]
    pub const fn is_outage(&self) -> bool {
        self.is_transient() || matches!(self, Self::Limited { .. } | Self::Deadline { .. })
    }
}

impl Diagnose for Error {
    fn blame(&self) -> Blame {
        match self {
            Self::Url { .. } => Blame::Application,
            Self::Refused { .. } => Blame::Application,
            _ => Blame::Platform,
        }
    }

    fn denial(&self) -> Option<Denial> {
        matches!(self, Self::Refused { .. }).then_some(Denial::Rule)
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Refused { origin, refusal: Refusal::PlainHttp, .. } => Some(format!(
                "if `{}` really speaks plain http, say so: `registries: [{{prefix: \"{}\", plainHttp: true}}]`",
                origin.host(),
                authority(origin)
            )),
            // What TLS says when the other side does not speak it.
            Self::Unreachable { origin, cause, .. } if cause.contains("InvalidContentType") => Some(format!(
                "if `{}` speaks plain http, say so: `--plain-http`, or `registries: [{{prefix: \"{}\", plainHttp: true}}]`",
                origin.host(),
                authority(origin)
            )),
            Self::Refused { origin, named: false, .. } | Self::Unreachable { origin, named: false, .. } => {
                Some(format!(
                    "if it exists and may be used, name it: `registries: [{{prefix: \"{}\"}}]`",
                    authority(origin)
                ))
            }
            Self::Unreachable { cause, origin, .. } if cause.contains("certificate") => Some(format!(
                "add its authority to `argocd-tls-certs-cm` under `{0}`, or `registries: [{{prefix: \"{0}\", tls: {{caFile: …}}}}]`",
                origin.host()
            )),
            _ => None,
        }
    }
}

fn authority(origin: &Origin) -> String {
    origin.to_string().split_once("://").map(|(_, authority)| authority.to_owned()).unwrap_or_default()
}
