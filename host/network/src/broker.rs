//! The seam to the crate that knows secrets.
//!
//! ```text
//! registry ──▶ Broker::authorizer(requester, destination) ──▶ Authorizer    once per operation
//!    │  loop:  Authorizer::authorize(&mut request, scope)     header it already can set
//!    │         Client::send(request)                          network
//!    └─ 401 ─▶ Authorizer::answer(refusal, scope)             token exchange; then once more
//! ```
//!
//! A secret goes from `credentials` into a [`Request`] as an [`crate::Authorization`] and nowhere
//! else; whoever drives the loop sees an identity's label, never its secret.

use std::sync::Arc;

use async_trait::async_trait;
use policy::{Diagnose, Requester};

use crate::{Challenge, Deadline, Destination, Origin, Request, Transport};

/// Why no credential could be chosen or applied. The error type belongs to `credentials`.
pub type BrokerError = Box<dyn Diagnose>;

/// Chooses with which identity a requester speaks to a destination (rules R5–R8).
#[async_trait]
pub trait Broker: Send + Sync + 'static {
    /// The identity for `destination`; without a matching credential it is the anonymous one.
    ///
    /// Fails where the choice is ambiguous or a credential matches but can't be used: nothing falls
    /// through to another credential or to none.
    async fn authorizer(
        &self,
        requester: &Requester,
        destination: &Destination,
        deadline: Deadline,
    ) -> Result<Arc<dyn Authorizer>, BrokerError>;
}

/// One identity at one destination. It applies the secret that its caller never sees.
#[async_trait]
pub trait Authorizer: Send + Sync + 'static {
    /// Which identity it is.
    fn identity(&self) -> &Identity;

    /// How to connect, where that is stored beside the credential; it holds for `origin` alone.
    fn transport(&self) -> Option<&Transport>;

    /// Adds what may be sent without being asked: a token that is still good for `scope`, or nothing.
    async fn authorize(
        &self,
        request: &mut Request,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<(), BrokerError>;

    /// Answers a refusal: fetches a token, or renews what has expired, for the next
    /// [`Authorizer::authorize`] with this `scope`.
    ///
    /// The caller asks only for refusals that came from the request's own origin, not through a
    /// redirect (rule R11), and sends the request once more for each [`Answer::Retry`].
    async fn answer(
        &self,
        refusal: &Refusal,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<Answer, BrokerError>;
}

/// Which identity speaks, in a form that tells nothing of its secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Identity {
    /// Nobody: what everyone may read.
    Anonymous,
    /// A credential.
    Named {
        /// A name for people, such as `argocd/repo-acme`.
        label: String,
        /// Differs between credentials, and for one credential after its secret was replaced.
        fingerprint: [u8; 32],
    },
}

/// What a request is allowed to do when it is granted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The repository's path within its registry; empty where there is none (Helm repositories).
    pub repository: String,
    /// What is done with it.
    pub access: Access,
}

/// What is done with a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Read.
    Pull,
    /// Read and write.
    Push,
}

/// A registry's answer that asks for (other) credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Who refused: the origin of the request.
    pub origin: Origin,
    /// 401, or 403 with which ECR says that a token has expired.
    pub status: u16,
    /// All challenges of all `WWW-Authenticate` lines, in order.
    pub challenges: Vec<Challenge>,
    /// Which refusal of this request it is, from 1. After the second there is no other try.
    pub attempt: u32,
}

/// What to do after a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Something has changed: authorize and send again.
    Retry,
    /// Nothing more can be offered: the refusal stands.
    Final,
}

// === impl Identity ===

impl Identity {
    /// The name for people.
    #[must_use]
    pub fn label(&self) -> &str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Named { label, .. } => label,
        }
    }
}

// === impl Scope ===

impl Scope {
    /// As the token protocol of container registries writes it; empty without a repository.
    #[must_use]
    pub fn to_token_scope(&self) -> String {
        match (self.repository.as_str(), self.access) {
            ("", _) => String::new(),
            (repository, Access::Pull) => format!("repository:{repository}:pull"),
            (repository, Access::Push) => format!("repository:{repository}:pull,push"),
        }
    }
}
