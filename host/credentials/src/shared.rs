//! What a broker and its sessions share: the entries, the tokens, and what was learnt of registries.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use hmac::{Hmac, Mac as _};
use network::Origin;
use network::broker::Identity;
use policy::realm::Trust;
use policy::{Destination, Kind, RegistryHost};
use ring::rand::{SecureRandom as _, SystemRandom};
use sha2::Sha256;

use crate::audit::Sink;
use crate::broker::Parts;
use crate::catalog::Catalog;
use crate::cloud::Clouds;
use crate::config::{ArgocdConfig, CredentialsConfig, RegistryConfig};
use crate::entry::{Entry, Problem};
use crate::error::{ConfigError, Error};
use crate::exchange::{Method, Realm};
use crate::secret::Secret;
use crate::source::authfile::Helpers;
use crate::source::directory::{self, Stamp};
use crate::source::kubernetes::KubernetesAccess;
use crate::source::{Contents, authfile, fixed};
use crate::token::{Tokens, lock};
use crate::wire::Wire;

/// Of more registries than that, it is not remembered what they understand.
const MAX_METHODS: usize = 10_000;

/// What all sessions share.
pub(crate) struct Shared {
    pub(crate) config: CredentialsConfig,
    registries: Vec<RegistryConfig>,
    helpers: Option<Arc<dyn Helpers>>,
    pub(crate) trusts: Vec<(Destination, Trust)>,
    /// Places that speak plain `http`, because the operator says so.
    plain: Vec<Destination>,
    catalog: RwLock<Arc<Catalog>>,
    /// What the files were like when they were last read.
    pub(crate) seen: Mutex<Stamp>,
    /// What the Kubernetes API holds.
    pub(crate) kubernetes: Mutex<Contents>,
    pub(crate) access: Option<KubernetesAccess>,
    /// One reading at a time, so that an older one never replaces a newer one.
    reading: Mutex<()>,
    fingerprint_key: [u8; 32],
    pub(crate) wire: Arc<dyn Wire>,
    pub(crate) audit: Arc<dyn Sink>,
    pub(crate) clouds: Clouds,
    pub(crate) tokens: Arc<Tokens<TokenKey, Secret, Error>>,
    methods: Mutex<HashMap<Origin, Method>>,
}

/// What a token is kept for: never a host alone (rule R9).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TokenKey {
    pub(crate) identity: Identity,
    pub(crate) registry: Origin,
    pub(crate) realm: Realm,
    pub(crate) scope: String,
}

// === impl Shared ===

impl Shared {
    /// Everything but what the sources hold, which the first [`Shared::reload`] reads.
    pub(crate) fn new(parts: Parts) -> Result<Self, ConfigError> {
        let Parts { config, registries, environment, wire, metadata, audit, helpers, kubernetes } = parts;
        let plain = registries.iter().filter(|registry| registry.plain_http);
        Ok(Self {
            trusts: registries.iter().map(trust).collect::<Result<_, _>>()?,
            plain: plain.map(|registry| fixed::prefix(&registry.prefix)).collect::<Result<_, _>>()?,
            catalog: RwLock::new(Arc::new(Catalog::new(Contents::default()))),
            seen: Mutex::default(),
            kubernetes: Mutex::default(),
            access: kubernetes,
            reading: Mutex::default(),
            fingerprint_key: random_key(),
            clouds: Clouds::new(environment, Arc::clone(&wire), metadata),
            wire,
            audit,
            tokens: Arc::new(Tokens::new()),
            methods: Mutex::default(),
            config,
            registries,
            helpers,
        })
    }

    pub(crate) fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the operator says that `destination` speaks plain `http`.
    pub(crate) fn is_plain(&self, destination: &Destination) -> bool {
        self.plain.iter().any(|prefix| destination.is_under(prefix))
    }

    /// What a registry was found to understand.
    pub(crate) fn method(&self, origin: &Origin) -> Option<Method> {
        lock(&self.methods).get(origin).cloned()
    }

    /// Remembers what a registry understands. To forget it costs a request, so a crowd of registries is forgotten
    /// as a whole.
    pub(crate) fn learn(&self, origin: &Origin, method: Method) {
        let mut methods = lock(&self.methods);
        if methods.len() >= MAX_METHODS {
            methods.clear();
        }
        methods.insert(origin.clone(), method);
    }

    /// The state of all files that entries come from.
    pub(crate) fn stamp(&self) -> Stamp {
        let secrets = self.config.entries.iter().flat_map(|entry| [&entry.password_file, &entry.token_file]);
        let files = self.config.docker.iter().chain(&self.config.helm).chain(secrets.flatten());
        let mut stamp = Stamp::of_files(files);
        if let Some(root) = self.mounted() {
            stamp.extend(directory::stamp(root));
        }
        stamp
    }

    pub(crate) fn mounted(&self) -> Option<&PathBuf> {
        match &self.config.argocd {
            Some(ArgocdConfig::Secrets(root)) => Some(root),
            _ => None,
        }
    }

    pub(crate) fn reload_or_warn(&self) {
        if let Err(error) = self.reload() {
            tracing::warn!(%error, "failed to read credentials again; the last ones stay");
        }
    }

    pub(crate) fn reload(&self) -> Result<(), ConfigError> {
        let _turn = lock(&self.reading);
        let stamp = self.stamp();
        let mut contents = fixed::entries(&self.config.entries)?;
        contents.extend(fixed::identities(&self.registries)?);
        if let Some(root) = self.mounted() {
            contents.extend(directory::read(root));
        }
        contents.extend(lock(&self.kubernetes).clone());
        let helpers = self.helpers.as_deref();
        contents.extend(authfile::read(&self.config.docker, Kind::Docker, helpers));
        contents.extend(authfile::read(&self.config.helm, Kind::Helm, helpers));
        let catalog = Catalog::new(contents);
        for Problem { label, reason } in catalog.all_problems() {
            tracing::warn!(entry = %label, %reason, "a credential can't be used");
        }
        *lock(&self.seen) = stamp;
        *self.catalog.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(catalog);
        Ok(())
    }

    pub(crate) fn identity(&self, entry: &Entry) -> Identity {
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
