//! One thing that a source says: for this place and these projects, this credential.

use std::fmt;

use network::Transport;
use policy::{Destination, Kind, Projects, Scope, State};
use serde::Serialize;

use crate::config::IdentityConfig;
use crate::secret::Secret;

/// An entry of any source.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// A name for people, such as `argocd/repo-acme`.
    pub(crate) label: String,
    pub(crate) prefix: Destination,
    pub(crate) projects: Projects,
    pub(crate) kind: Kind,
    pub(crate) login: Login,
    /// How to connect; only Argo CD's Secrets say.
    pub(crate) transport: Option<Transport>,
}

/// What is shown to a registry.
#[derive(Clone)]
pub(crate) enum Login {
    /// Nothing: the entry only says how to connect.
    Nothing,
    /// User name and password.
    Password { username: String, password: Secret },
    /// A token for the registry itself, sent as it is.
    Token(Secret),
    /// A token for the registry's token server (Docker's `identitytoken`).
    RefreshToken(Secret),
    /// An identity of the cloud that the process runs in.
    Ambient(IdentityConfig),
    /// Azure's identity, as an Argo CD Secret asks for it; the operator decides.
    AzureWanted,
    /// What is there cannot be used.
    Broken(String),
}

/// Something that a source could not make an entry of. It affects nothing else (rule R31).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Which Secret, file or line.
    pub label: String,
    /// What is wrong with it.
    pub reason: String,
}

// === impl Entry ===

impl Entry {
    pub(crate) fn scope(&self) -> Scope {
        Scope {
            prefix: self.prefix.clone(),
            projects: self.projects.clone(),
            kind: self.kind,
            state: if matches!(self.login, Login::Broken(_)) { State::Broken } else { State::Usable },
        }
    }
}

// === impl Login ===

impl Login {
    /// The kind, for people.
    pub(crate) const fn describe(&self) -> &'static str {
        match self {
            Self::Nothing => "connection settings only",
            Self::Password { .. } => "user name and password",
            Self::Token(_) => "token for the registry",
            Self::RefreshToken(_) => "token for the token server",
            Self::Ambient(IdentityConfig::Aws(_)) => "identity of Amazon",
            Self::Ambient(IdentityConfig::Google(_)) => "identity of Google",
            Self::Ambient(IdentityConfig::Azure(_)) => "identity of Azure",
            Self::AzureWanted => "identity of Azure, asked for by a Secret",
            Self::Broken(_) => "unusable",
        }
    }

    /// What tells this login from others, secrets included: input of a keyed hash only.
    pub(crate) fn fingerprint_input(&self) -> [&[u8]; 2] {
        match self {
            Self::Nothing | Self::Ambient(_) | Self::AzureWanted | Self::Broken(_) => [b"", b""],
            Self::Password { username, password } => [username.as_bytes(), password.expose().as_bytes()],
            Self::Token(token) | Self::RefreshToken(token) => [b"", token.expose().as_bytes()],
        }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.describe())
    }
}
