//! How to connect to one origin.

use std::fmt;
use std::sync::Arc;

use url::Url;

/// How to connect, for one origin. What is left at its default comes from the client's own
/// configuration of that host.
///
/// A redirect to another origin never inherits it (rules R12, R18).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Transport {
    /// How the server proves who it is.
    pub tls: Tls,
    /// What the client shows of itself in TLS.
    pub identity: Option<ClientIdentity>,
    /// Through which proxy.
    pub proxy: ProxyChoice,
    /// Whether plain `http` is spoken: the operator said so for this very host.
    pub plain_http: bool,
}

/// How a server proves who it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tls {
    /// By the roots that the client's configuration has for the host.
    #[default]
    Configured,
    /// By these PEM certificates alone.
    Roots(Arc<[u8]>),
    /// Not at all: `insecure: "true"` of an Argo CD repository Secret.
    Unverified,
}

/// Through which proxy a connection goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum ProxyChoice {
    /// What the client's configuration says.
    #[default]
    Configured,
    /// This proxy, except for the hosts of `no_proxy` (comma-separated, as in the environment).
    Through {
        /// `http://` or `https://` address, with user name and password where it wants them.
        proxy: ProxyUrl,
        /// `NO_PROXY` syntax.
        no_proxy: String,
    },
}

/// The address of a proxy, which may hold a password; its `Debug` shows host and port.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ProxyUrl(Url);

/// A client certificate and its key, both PEM. `Debug` shows neither.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ClientIdentity {
    certificates: Arc<[u8]>,
    key: Arc<[u8]>,
}

// === impl ProxyUrl ===

impl ProxyUrl {
    /// The proxy at `url`.
    #[must_use]
    pub const fn new(url: Url) -> Self {
        Self(url)
    }

    pub(crate) const fn url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{:?}", self.0.host_str().unwrap_or_default(), self.0.port_or_known_default())
    }
}

// === impl ClientIdentity ===

impl ClientIdentity {
    /// The certificate chain and the private key, PEM.
    #[must_use]
    pub fn new(certificates: &[u8], key: &[u8]) -> Self {
        Self { certificates: certificates.into(), key: key.into() }
    }

    pub(crate) fn certificates(&self) -> &[u8] {
        &self.certificates
    }

    pub(crate) fn key(&self) -> &[u8] {
        &self.key
    }
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientIdentity")
    }
}
