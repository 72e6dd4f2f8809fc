//! The credential of the application's own source, which repo-server hands out over its AskPass socket.
//!
//! Argo CD gives a plugin the credential of one repository only: the one that the application itself is from. With
//! `provideGitCreds`, its request names a socket and a number that is good for this one call. The socket speaks
//! gRPC, so whoever knows gRPC asks, through [`AskPass`].

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use network::broker::BrokerError;
use network::{Authorizer, Deadline, Transport};
use policy::{Destination, Kind, Projects, Requester};

use crate::broker::{Broker, Handle};
use crate::catalog::Choice;
use crate::entry::{Entry, Login};
use crate::error::Error;
use crate::secret::Secret;

/// What the credential is called.
const LABEL: &str = "argocd/source of the application";

/// The right to ask once, from Argo CD's own request and never from the user's environment (rule R2).
#[derive(Clone, Debug)]
pub struct Ticket {
    /// `ARGOCD_ASK_PASS_SOCK`
    pub socket: PathBuf,
    /// `ARGOCD_GIT_ASKPASS_NONCE`; it is good until the call of the plugin ends.
    pub nonce: Secret,
}

/// A ticket, and who redeems it.
#[derive(Clone)]
pub struct SourceAccess {
    /// What Argo CD's request carries.
    pub ticket: Ticket,
    /// Who asks the socket.
    pub askpass: Arc<dyn AskPass>,
}

/// Asks the socket: `askpass.AskPassService/GetCredentials`.
#[async_trait]
pub trait AskPass: Send + Sync + 'static {
    /// The user name and password that repo-server keeps for `ticket`. It may take its time: who calls this stops
    /// waiting at the deadline.
    ///
    /// # Errors
    /// If it keeps none, or can't be asked.
    async fn ask(&self, ticket: &Ticket) -> Result<(String, Secret), String>;
}

/// A broker for one request, which also knows the credential of the application's source.
#[derive(Clone)]
pub struct SourceBroker {
    broker: Broker,
    source: Destination,
    access: SourceAccess,
    /// The answer, so that the socket is asked once.
    entry: Arc<tokio::sync::OnceCell<Arc<Entry>>>,
}

// === impl Ticket ===

impl Ticket {
    /// The nonce, for who writes it into the request to the socket.
    #[must_use]
    pub fn nonce(&self) -> &str {
        self.nonce.expose()
    }
}

// === impl SourceBroker ===

impl SourceBroker {
    /// A broker that redeems `access` for what is at or below `source`, the application's `repoURL`, where no other
    /// credential is for it.
    #[must_use]
    pub fn new(broker: Broker, source: Destination, access: SourceAccess) -> Self {
        Self { broker, source, access, entry: Arc::default() }
    }

    /// The credential that `requester` may use for `destination`; none where everybody may ask.
    ///
    /// # Errors
    /// As for [`Broker::find`], or if the ticket can't be redeemed.
    pub async fn find(
        &self,
        requester: &Requester,
        destination: &Destination,
        deadline: Deadline,
    ) -> Result<Option<Handle>, Error> {
        let choice = self.choose(requester, destination, deadline).await?;
        Ok(self.broker.handle(requester, destination, choice))
    }

    async fn choose(
        &self,
        requester: &Requester,
        destination: &Destination,
        deadline: Deadline,
    ) -> Result<Choice, Error> {
        let choice = self.broker.choose(requester, destination)?;
        if choice.entry.is_some() || !destination.is_under(&self.source) {
            return Ok(choice);
        }
        let entry = self.entry(destination, deadline).await?;
        let transport = choice.transport.or_else(|| entry.transport.clone());
        Ok(Choice { entry: Some(entry), transport })
    }

    async fn entry(&self, destination: &Destination, deadline: Deadline) -> Result<Arc<Entry>, Error> {
        let ask = || async {
            let SourceAccess { ticket, askpass } = &self.access;
            let answer = tokio::time::timeout_at(deadline.instant(), askpass.ask(ticket)).await;
            let answer = answer.map_err(|_| Error::Deadline { destination: destination.clone() })?;
            let (username, password) = answer.map_err(|reason| {
                let label = LABEL.to_owned();
                Error::Broken { destination: destination.clone(), label, reason }
            })?;
            Ok(Arc::new(Entry {
                label: LABEL.to_owned(),
                prefix: self.source.clone(),
                projects: Projects::Every,
                kind: Kind::Repository,
                login: Login::Password { username, password },
                transport: Some(Transport::default()),
            }))
        };
        self.entry.get_or_try_init(ask).await.cloned()
    }
}

#[async_trait]
impl network::Broker for SourceBroker {
    async fn authorizer(
        &self,
        requester: &Requester,
        destination: &Destination,
        deadline: Deadline,
    ) -> Result<Arc<dyn Authorizer>, BrokerError> {
        let choice = self.choose(requester, destination, deadline).await?;
        Ok(Arc::new(self.broker.session(requester, destination, choice)))
    }
}
