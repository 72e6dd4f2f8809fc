//! Finds the credential for a project and a destination.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use network::broker::{BrokerError, Identity};
use network::{Authorizer, Deadline};
use policy::{Destination, Project, Requester};

use crate::audit::Sink;
use crate::catalog::{Choice, trust_for};
use crate::cloud::Environment;
use crate::config::{ArgocdConfig, CredentialsConfig, RegistryConfig};
use crate::entry::Problem;
use crate::error::{ConfigError, Error};
use crate::explain::Explanation;
use crate::session::{Session, Situation};
use crate::shared::Shared;
use crate::source::Contents;
use crate::source::authfile::Helpers;
use crate::source::kubernetes::{KubernetesAccess, Watch};
use crate::token::lock;
use crate::wire::Wire;

/// How often the files of the sources are looked at.
const RELOAD_INTERVAL: Duration = Duration::from_secs(5);

/// Finds credentials and applies them. Clones are the same broker.
#[derive(Clone)]
pub struct Broker {
    shared: Arc<Shared>,
}

/// What a broker is made of.
pub struct Parts {
    /// The block `credentials:`.
    pub config: CredentialsConfig,
    /// What the block `registries:` says about credentials.
    pub registries: Vec<RegistryConfig>,
    /// What the environment says about the identity of the process.
    pub environment: Environment,
    /// Through which token servers are asked, such as a [`network::Client`].
    pub wire: Arc<dyn Wire>,
    /// Through which the metadata services of clouds are asked, and nothing else (rule R16).
    pub metadata: Arc<dyn Wire>,
    /// Where uses are recorded.
    pub audit: Arc<dyn Sink>,
    /// Who runs credential helpers; the sidecar has nobody (rule R32).
    pub helpers: Option<Arc<dyn Helpers>>,
    /// Where the Kubernetes API is, for `credentials.argocd.kubernetes`.
    pub kubernetes: Option<KubernetesAccess>,
}

/// A credential that was found, bound to what it was found for. It tells its name and nothing else.
#[derive(Clone)]
pub struct Handle {
    label: Arc<str>,
    session: Arc<Session>,
    authorizer: Arc<dyn Authorizer>,
}

// === impl Broker ===

impl Broker {
    /// Reads all sources once.
    ///
    /// # Errors
    /// If the configuration can't be meant. What is wrong with a Secret or a file is no error: see
    /// [`Broker::problems`].
    pub fn new(parts: Parts) -> Result<Self, ConfigError> {
        let shared = Shared::new(parts)?;
        shared.reload()?;
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Which credential `project` would use for `reference`, and why.
    #[must_use]
    pub fn explain(&self, reference: &str, project: Option<&str>) -> Explanation {
        Explanation::new(&self.shared.catalog(), reference, project)
    }

    /// The credential that `requester` may use for `destination`; none where everybody may ask.
    ///
    /// # Errors
    /// If the choice is ambiguous, or the credential that should be used can't be.
    pub fn find(&self, requester: &Requester, destination: &Destination) -> Result<Option<Handle>, Error> {
        let choice = self.choose(requester, destination)?;
        Ok(self.handle(requester, destination, choice))
    }

    /// What sources hold that could not be made sense of.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        self.shared.catalog().all_problems()
    }

    /// Reads the sources again if a file of theirs has changed.
    ///
    /// # Errors
    /// As for [`Broker::new`].
    pub fn reload_if_changed(&self) -> Result<(), ConfigError> {
        if *lock(&self.shared.seen) == self.shared.stamp() { Ok(()) } else { self.shared.reload() }
    }

    /// Follows the sources for ever: files and the Kubernetes API. Dropping the future ends it.
    pub async fn watch(&self) {
        futures::future::join(self.watch_kubernetes(), self.watch_files()).await;
    }

    /// Reads the Secrets of the Kubernetes API once, for who asks and leaves. What is wrong with that is one of
    /// [`Broker::problems`].
    pub async fn list_kubernetes(&self) {
        let Some(ArgocdConfig::Kubernetes(config)) = &self.shared.config.argocd else { return };
        let contents = match &self.shared.access {
            Some(access) => Watch::new(access.clone(), config.namespace.clone()).once().await,
            None => Contents::broken(
                "the Kubernetes API",
                "this is no pod, so that it is not known where the API is",
            ),
        };
        *lock(&self.shared.kubernetes) = contents;
        self.shared.reload_or_warn();
    }

    async fn watch_kubernetes(&self) {
        let Some(ArgocdConfig::Kubernetes(config)) = &self.shared.config.argocd else { return };
        let Some(access) = &self.shared.access else {
            tracing::warn!("no Kubernetes API is known, so no Secrets are read from it");
            return;
        };
        let publish = |contents| {
            *lock(&self.shared.kubernetes) = contents;
            self.shared.reload_or_warn();
        };
        Watch::new(access.clone(), config.namespace.clone()).run(publish).await;
    }

    async fn watch_files(&self) {
        loop {
            tokio::time::sleep(RELOAD_INTERVAL).await;
            let broker = self.clone();
            let look = move || broker.reload_if_changed().err();
            if let Ok(Some(error)) = tokio::task::spawn_blocking(look).await {
                tracing::warn!(%error, "failed to read credentials again; the last ones stay");
            }
        }
    }

    /// Chooses for `requester`.
    pub(crate) fn choose(&self, requester: &Requester, destination: &Destination) -> Result<Choice, Error> {
        let project = requester.project.as_deref().and_then(Project::named);
        self.shared.catalog().choose(destination, project.as_ref())
    }

    /// A handle of what was chosen, if that is something.
    pub(crate) fn handle(
        &self,
        requester: &Requester,
        destination: &Destination,
        choice: Choice,
    ) -> Option<Handle> {
        let session = self.session(requester, destination, choice);
        let Identity::Named { label, .. } = session.identity() else { return None };
        let label = label.as_str().into();
        let session = Arc::new(session);
        Some(Handle { label, authorizer: Arc::clone(&session) as _, session })
    }

    /// A session with what was chosen.
    pub(crate) fn session(
        &self,
        requester: &Requester,
        destination: &Destination,
        choice: Choice,
    ) -> Session {
        let Choice { entry, mut transport } = choice;
        if self.shared.is_plain(destination) {
            transport.get_or_insert_default().plain_http = true;
        }
        let plain_http = transport.as_ref().is_some_and(|transport| transport.plain_http);
        let trust = trust_for(&self.shared.trusts, destination, plain_http);
        let identity = entry.as_ref().map_or(Identity::Anonymous, |entry| self.shared.identity(entry));
        Session::new(Situation {
            shared: Arc::clone(&self.shared),
            requester: requester.clone(),
            destination: destination.clone(),
            identity,
            entry,
            transport,
            trust,
        })
    }
}

#[async_trait]
impl network::Broker for Broker {
    async fn authorizer(
        &self,
        requester: &Requester,
        destination: &Destination,
        _: Deadline,
    ) -> Result<Arc<dyn Authorizer>, BrokerError> {
        let choice = self.choose(requester, destination)?;
        Ok(Arc::new(self.session(requester, destination, choice)))
    }
}

// === impl Handle ===

impl Handle {
    /// A name that may be shown to people.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// What applies it. It refuses every request that leaves the destination.
    #[must_use]
    pub fn authorizer(&self) -> &Arc<dyn Authorizer> {
        &self.authorizer
    }

    /// Whether `text`, which a server answered, repeats a secret that was sent there. Whoever holds a handle must not
    /// read it.
    #[must_use]
    pub fn is_repeated_in(&self, text: &[u8]) -> bool {
        self.session.is_repeated_in(text)
    }
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Handle").field(&self.label).finish()
    }
}

#[cfg(test)]
mod tests;
