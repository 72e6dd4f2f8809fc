//! What the host can do for a plugin. Each capability is a trait that the embedder implements; here
//! is what the contract adds to it: grants, budgets, handles and the record of what was seen.

pub mod credentials;
pub mod entropy;
pub mod log;
pub mod lookup;
pub mod network;
pub mod registry;
pub mod source;

use std::fmt;
use std::sync::Arc;

use crate::contract::tiphys::plugin::types::{Blame, Failure};

/// An interface of the contract that an operator can grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Capability {
    /// The application's files.
    Source,
    /// Charts and artifacts.
    Registry,
    /// HTTP.
    Network,
    /// Handles of credentials.
    Credentials,
    /// Random bytes and keys.
    Entropy,
    /// Objects of the cluster.
    Lookup,
    /// The host's log.
    Log,
}

/// The capabilities that an operator granted to a plugin. Only these are linked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Grants(u8);

/// Who answers the host calls of one call. A capability that was granted but is absent here answers
/// each time that it is not available.
#[derive(Clone, Default)]
pub struct Capabilities {
    /// The application's files.
    pub source: Option<Arc<dyn source::Source>>,
    /// Charts and artifacts.
    pub registry: Option<Arc<dyn registry::Registry>>,
    /// HTTP.
    pub network: Option<Arc<dyn network::Network>>,
    /// Handles of credentials.
    pub credentials: Option<Arc<dyn credentials::Credentials>>,
    /// Random bytes and keys. Without it they are stable, derived from the application alone.
    pub entropy: Option<Arc<dyn entropy::Entropy>>,
    /// Objects of the cluster.
    pub lookup: Option<Arc<dyn lookup::Lookup>>,
    /// The host's log.
    pub log: Option<Arc<dyn log::Log>>,
}

// === impl Capability ===

impl Capability {
    /// Every capability, in the order of the contract.
    pub const ALL: [Self; 7] = [
        Self::Source,
        Self::Registry,
        Self::Network,
        Self::Credentials,
        Self::Entropy,
        Self::Lookup,
        Self::Log,
    ];

    /// The name of the interface.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Registry => "registry",
            Self::Network => "network",
            Self::Credentials => "credentials",
            Self::Entropy => "entropy",
            Self::Lookup => "lookup",
            Self::Log => "log",
        }
    }

    /// The full name of the interface.
    #[must_use]
    pub fn interface(self) -> String {
        format!("tiphys:plugin/{self}")
    }

    /// The capability whose interface is called `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|capability| capability.name() == name)
    }

    /// What an operator writes under a plugin's `grants` in order to grant it.
    #[must_use]
    pub const fn grant(self) -> &'static str {
        match self {
            Self::Source => "source: true",
            Self::Registry => r#"registry: ["oci://REGISTRY/PATH/**"]"#,
            Self::Network => r#"network: ["https://HOST/**"]"#,
            Self::Credentials => "credentials: true",
            Self::Entropy => "entropy: stable",
            Self::Lookup => "lookup: none",
            Self::Log => "log: true",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }

    /// The answer to a call when nobody is there who could answer it.
    pub(crate) fn absent(self) -> Failure {
        Failure {
            blame: Blame::Plugin,
            message: format!("`{self}` is not available in this call"),
            hint: None,
            location: None,
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

// === impl Grants ===

impl Grants {
    /// Nothing.
    pub const NONE: Self = Self(0);

    /// Whether `capability` was granted.
    #[must_use]
    pub const fn contains(self, capability: Capability) -> bool {
        self.0 & capability.bit() != 0
    }

    /// These grants and `capability`.
    #[must_use]
    pub const fn with(self, capability: Capability) -> Self {
        Self(self.0 | capability.bit())
    }

    /// What was granted, in the order of the contract.
    pub fn iter(self) -> impl Iterator<Item = Capability> {
        Capability::ALL.into_iter().filter(move |capability| self.contains(*capability))
    }
}

impl FromIterator<Capability> for Grants {
    fn from_iter<I: IntoIterator<Item = Capability>>(capabilities: I) -> Self {
        capabilities.into_iter().fold(Self::NONE, Self::with)
    }
}

// === impl Capabilities ===

impl fmt::Debug for Capabilities {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let present = [
            self.source.is_some(),
            self.registry.is_some(),
            self.network.is_some(),
            self.credentials.is_some(),
            self.entropy.is_some(),
            self.lookup.is_some(),
            self.log.is_some(),
        ];
        let names = Capability::ALL.into_iter().zip(present).filter(|(_, present)| *present);
        formatter.debug_set().entries(names.map(|(capability, _)| capability)).finish()
    }
}
