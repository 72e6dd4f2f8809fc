//! Finds the credential for a project and a destination.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use hmac::{Hmac, Mac as _};
use network::broker::{BrokerError, Identity};
use network::{Authorizer, Deadline, Origin};
use policy::realm::Trust;
use policy::{Destination, Kind, Project, RegistryHost, Requester};
use ring::rand::{SecureRandom as _, SystemRandom};
use sha2::Sha256;

use crate::audit::Sink;
use crate::catalog::{Catalog, Choice, trust_for};
use crate::cloud::{Clouds, Environment};
use crate::config::{ArgocdConfig, CredentialsConfig, RegistryConfig};
use crate::entry::{Entry, Problem};
use crate::error::{ConfigError, Error};
use crate::exchange::{Method, Realm};
use crate::explain::Explanation;
use crate::secret::Secret;
use crate::session::{Session, Situation};
use crate::source::authfile::Helpers;
use crate::source::directory::{self, Stamp};
use crate::source::kubernetes::{KubernetesAccess, Watch};
use crate::source::{Contents, authfile, fixed};
use crate::token::{Tokens, lock};
use crate::wire::Wire;

/// How often mounted Secrets are looked at.
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
    authorizer: Arc<dyn Authorizer>,
}

/// What all sessions share.
pub(crate) struct Shared {
    config: CredentialsConfig,
    registries: Vec<RegistryConfig>,
    helpers: Option<Arc<dyn Helpers>>,
    trusts: Vec<(Destination, Trust)>,
    catalog: RwLock<Arc<Catalog>>,
    mounted_stamp: Mutex<Stamp>,
    /// What the Kubernetes API holds.
    kubernetes: Mutex<Contents>,
    access: Option<KubernetesAccess>,
    fingerprint_key: [u8; 32],
    pub(crate) wire: Arc<dyn Wire>,
    pub(crate) audit: Arc<dyn Sink>,
    pub(crate) clouds: Clouds,
    pub(crate) tokens: Arc<Tokens<TokenKey, Secret, Error>>,
    pub(crate) methods: Mutex<HashMap<Origin, Method>>,
}

/// What a token is kept for: never a host alone (rule R9).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TokenKey {
    pub(crate) identity: Identity,
    pub(crate) registry: Origin,
    pub(crate) realm: Realm,
    pub(crate) scope: String,
}

// === impl Broker ===

impl Broker {
    /// Reads all sources once.
    ///
    /// # Errors
    /// If the configuration can't be meant. What is wrong with a Secret or a file is no error: see
    /// [`Broker::problems`].
    pub fn new(parts: Parts) -> Result<Self, ConfigError> {
        let Parts { config, registries, environment, wire, metadata, audit, helpers, kubernetes } = parts;
        let trusts = registries.iter().map(trust).collect::<Result<_, _>>()?;
        let shared = Shared {
            trusts,
            catalog: RwLock::new(Arc::new(Catalog::new(Contents::default()))),
            mounted_stamp: Mutex::default(),
            kubernetes: Mutex::default(),
            access: kubernetes,
            fingerprint_key: random_key(),
            clouds: Clouds::new(environment, Arc::clone(&wire), metadata),
            wire,
            audit,
            tokens: Arc::new(Tokens::new()),
            methods: Mutex::default(),
            config,
            registries,
            helpers,
        };
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
        let session = self.session(requester, destination, choice);
        let Identity::Named { label, .. } = session.identity() else { return Ok(None) };
        Ok(Some(Handle { label: label.as_str().into(), authorizer: Arc::new(session) }))
    }

    /// What sources hold that could not be made sense of.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        self.shared.catalog().all_problems()
    }

    /// Reads the sources again if the mounted Secrets have changed. What was found before stays if a file of the
    /// configuration can't be read any more.
    ///
    /// # Errors
    /// As for [`Broker::new`].
    pub fn reload_if_changed(&self) -> Result<(), ConfigError> {
        let Some(root) = self.shared.mounted() else { return Ok(()) };
        if *lock(&self.shared.mounted_stamp) == directory::stamp(root) {
            Ok(())
        } else {
            self.shared.reload()
        }
    }

    /// Follows the sources for ever: mounted Secrets and the Kubernetes API. Dropping the future ends it.
    pub async fn watch(&self) {
        futures::future::join(self.watch_kubernetes(), self.watch_mounted()).await;
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

    async fn watch_mounted(&self) {
        while self.shared.mounted().is_some() {
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

    /// A session with what was chosen.
    pub(crate) fn session(
        &self,
        requester: &Requester,
        destination: &Destination,
        choice: Choice,
    ) -> Session {
        let Choice { entry, transport } = choice;
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
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Handle").field(&self.label).finish()
    }
}

// === impl Shared ===

impl Shared {
    pub(crate) fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    fn mounted(&self) -> Option<&PathBuf> {
        match &self.config.argocd {
            Some(ArgocdConfig::Secrets(root)) => Some(root),
            _ => None,
        }
    }

    fn reload_or_warn(&self) {
        if let Err(error) = self.reload() {
            tracing::warn!(%error, "failed to read credentials again; the last ones stay");
        }
    }

    fn reload(&self) -> Result<(), ConfigError> {
        let mut contents = fixed::entries(&self.config.entries)?;
        contents.extend(fixed::identities(&self.registries)?);
        if let Some(root) = self.mounted() {
            let (secrets, stamp) = directory::read(root);
            contents.extend(secrets);
            *lock(&self.mounted_stamp) = stamp;
        }
        contents.extend(lock(&self.kubernetes).clone());
        let helpers = self.helpers.as_deref();
        contents.extend(authfile::read(&self.config.docker, Kind::Docker, helpers));
        contents.extend(authfile::read(&self.config.helm, Kind::Helm, helpers));
        let catalog = Catalog::new(contents);
        for Problem { label, reason } in catalog.all_problems() {
            tracing::warn!(entry = %label, %reason, "a credential can't be used");
        }
        *self.catalog.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(catalog);
        Ok(())
    }

    fn identity(&self, entry: &Entry) -> Identity {
        Identity::Named { label: entry.label.clone(), fingerprint: self.fingerprint(entry) }
    }

    /// Keyed by a number that is this process's alone, so that a fingerprint on a disk gives no weak password
    /// away to who tries them all.
    fn fingerprint(&self, entry: &Entry) -> [u8; 32] {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.fingerprint_key) else { return [0; 32] };
        let place = entry.prefix.to_string();
        let [name, secret] = entry.login.fingerprint_input();
        for part in [entry.label.as_bytes(), place.as_bytes(), name, secret] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

fn trust(registry: &RegistryConfig) -> Result<(Destination, Trust), ConfigError> {
    let realm = |realm: &String| {
        let wrong =
            |cause| ConfigError::Realm { prefix: registry.prefix.clone(), realm: realm.clone(), cause };
        RegistryHost::parse(realm).map_err(wrong)
    };
    let realms = registry.realms.iter().map(realm).collect::<Result<_, _>>()?;
    Ok((fixed::prefix(&registry.prefix)?, Trust { realms, plain_http: false }))
}

/// A key that lives as long as the process. Should the system have no entropy, fingerprints are guessable by who
/// reads the cache, and the broker works all the same.
fn random_key() -> [u8; 32] {
    let mut key = [0; 32];
    if SystemRandom::new().fill(&mut key).is_err() {
        tracing::warn!("no entropy for fingerprints of credentials");
    }
    key
}

#[cfg(test)]
mod tests;
