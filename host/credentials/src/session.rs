//! One identity at one destination: what a registry's client drives, without seeing a secret.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use network::broker::{Answer, BrokerError, Identity, Refusal, Scope};
use network::{Authorizer, Deadline, Origin, Request, Transport};
use policy::realm::{self, Trust};
use policy::{Destination, Project, Requester};
use url::Url;

use crate::audit::{Action, Event, Outcome, seconds};
use crate::cloud::Minted;
use crate::config::IdentityConfig;
use crate::echo;
use crate::entry::{Entry, Login};
use crate::error::Error;
use crate::exchange::{Credential, Exchange, Method, Realm};
use crate::secret::Secret;
use crate::shared::{Shared, TokenKey};
use crate::token::{Failure, Fetched, Lease, lock};
use crate::wire::{Proof, sign};

/// After this refusal nothing new can be offered.
const LAST_ATTEMPT: u32 = 2;

/// How long a refresh in the background may take.
const REFRESH_PATIENCE: Duration = Duration::from_secs(30);

/// Of one session, so many secrets that were sent are remembered: a password, and tokens that replace each other.
const MAX_SHOWN: usize = 4;

/// One identity at one destination.
pub(crate) struct Session {
    inner: Arc<Inner>,
}

/// Who asks for what, with what was chosen for it.
pub(crate) struct Situation {
    pub(crate) shared: Arc<Shared>,
    pub(crate) requester: Requester,
    pub(crate) destination: Destination,
    pub(crate) identity: Identity,
    pub(crate) entry: Option<Arc<Entry>>,
    pub(crate) transport: Option<Transport>,
    pub(crate) trust: Trust,
}

/// Shared with the refreshes that a session starts.
struct Inner {
    situation: Situation,
    /// What was last sent for a scope.
    sent: Mutex<HashMap<Scope, Sent>>,
    /// The secrets that were sent last, to recognise them in answers.
    shown: Mutex<VecDeque<Secret>>,
}

/// What a request was sent with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent {
    /// The login itself.
    Login,
    /// The token with this number.
    Token(u64),
    /// What the cloud minted under this number.
    Minted(u64),
}

/// What is put into a request.
enum Applied {
    Nothing,
    Login,
    Token(Arc<Lease<Secret>>),
    Minted(Arc<Lease<Minted>>),
}

// === impl Session ===

impl Session {
    pub(crate) fn new(situation: Situation) -> Self {
        Self { inner: Arc::new(Inner { situation, sent: Mutex::default(), shown: Mutex::default() }) }
    }

    /// Whether `text` repeats what was sent.
    pub(crate) fn is_repeated_in(&self, text: &[u8]) -> bool {
        let shown = lock(&self.inner.shown).clone();
        shown.iter().any(|secret| echo::repeats(text, secret))
    }
}

#[async_trait]
impl Authorizer for Session {
    fn identity(&self) -> &Identity {
        &self.inner.identity
    }

    fn transport(&self) -> Option<&Transport> {
        self.inner.transport.as_ref()
    }

    async fn authorize(
        &self,
        request: &mut Request,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<(), BrokerError> {
        let inner = &self.inner;
        inner.check_place(request)?;
        let applied = inner.applicable(request.origin(), scope, deadline).await?;
        inner.apply(request, scope, &applied)?;
        if let Applied::Token(lease) = &applied
            && lease.is_due()
        {
            inner.refresh_in_background(request.origin(), scope);
        }
        Ok(())
    }

    async fn answer(
        &self,
        refusal: &Refusal,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<Answer, BrokerError> {
        Ok(self.inner.answer(refusal, scope, deadline).await?)
    }
}

// === impl Inner ===

impl std::ops::Deref for Inner {
    type Target = Situation;

    fn deref(&self) -> &Situation {
        &self.situation
    }
}

impl Inner {
    /// A credential is for requests to its destination, and to other places for which it would have been chosen
    /// just the same (rule R10).
    fn check_place(&self, request: &Request) -> Result<(), Error> {
        let Some(entry) = &self.entry else { return Ok(()) };
        let url = self.as_meant(request.url());
        if self.destination.covers(&url) || (entry.prefix.covers(&url) && self.is_chosen_for(&url, entry)) {
            return Ok(());
        }
        let (bound, origin) = (self.destination.clone(), request.origin().clone());
        Err(Error::Elsewhere { bound, origin })
    }

    fn is_chosen_for(&self, url: &Url, entry: &Arc<Entry>) -> bool {
        let Ok(destination) = Destination::of_url(url) else { return false };
        let project = self.requester.project.as_deref().and_then(Project::named);
        let choice = self.shared.catalog().choose(&destination, project.as_ref());
        choice.is_ok_and(|choice| choice.entry.is_some_and(|chosen| Arc::ptr_eq(&chosen, entry)))
    }

    /// `oci://` says nothing about TLS. Where the operator allows plain http for the place, such a request counts
    /// as one to the place itself.
    fn as_meant(&self, url: &Url) -> Url {
        let mut meant = url.clone();
        let plain_allowed = self.transport.as_ref().is_some_and(|transport| transport.plain_http);
        if plain_allowed && url.scheme() == "http" && self.is_meant_for_tls() {
            // From one web scheme to another this can't fail; if it did, the request would be refused.
            let _ = meant.set_scheme("https");
        }
        meant
    }

    fn is_meant_for_tls(&self) -> bool {
        self.destination.origin().transport() == policy::Transport::Tls
    }

    /// What can be sent without being asked.
    async fn applicable(&self, origin: &Origin, scope: &Scope, deadline: Deadline) -> Result<Applied, Error> {
        if let Some(Login::Token(_)) = self.login() {
            return Ok(Applied::Login);
        }
        let method = self.shared.method(origin);
        match (method, self.login()) {
            (Some(Method::Bearer(realm)), _) => {
                let lease = self.shared.tokens.peek(&self.key(origin, realm, scope));
                Ok(lease.map_or(Applied::Nothing, Applied::Token))
            }
            (Some(Method::Basic), Some(Login::Password { .. })) => Ok(Applied::Login),
            (Some(Method::Basic), Some(Login::Ambient(config))) => {
                Ok(Applied::Minted(self.minted(config, deadline).await?))
            }
            // Web servers with charts are asked once, with the password, as Helm does.
            (None, Some(Login::Password { .. })) if scope.repository.is_empty() => Ok(Applied::Login),
            _ => Ok(Applied::Nothing),
        }
    }

    fn apply(&self, request: &mut Request, scope: &Scope, applied: &Applied) -> Result<(), Error> {
        let (proof, sent) = match applied {
            Applied::Nothing => {
                lock(&self.sent).remove(scope);
                return Ok(());
            }
            Applied::Token(lease) => (Proof::Bearer(&lease.value), Sent::Token(lease.id)),
            Applied::Minted(lease) => match &lease.value {
                Minted::Password { username, password } => {
                    (Proof::Password { username, password }, Sent::Minted(lease.id))
                }
                Minted::RefreshToken(_) => return Ok(()),
            },
            Applied::Login => match self.login() {
                Some(Login::Password { username, password }) => {
                    (Proof::Password { username, password }, Sent::Login)
                }
                Some(Login::Token(token)) => (Proof::Bearer(token), Sent::Login),
                _ => return Ok(()),
            },
        };
        sign(request, &proof).map_err(|_| Error::Header { label: self.identity.label().to_owned() })?;
        lock(&self.sent).insert(scope.clone(), sent);
        self.remember_shown(proof.secret());
        self.record(request.url(), request.origin(), Action::Apply, Outcome::Done);
        Ok(())
    }

    fn remember_shown(&self, secret: &Secret) {
        let mut shown = lock(&self.shown);
        if !shown.contains(secret) {
            shown.push_back(secret.clone());
        }
        if shown.len() > MAX_SHOWN {
            shown.pop_front();
        }
    }

    async fn answer(&self, refusal: &Refusal, scope: &Scope, deadline: Deadline) -> Result<Answer, Error> {
        if refusal.attempt > LAST_ATTEMPT {
            return Ok(Answer::Final);
        }
        let sent = lock(&self.sent).get(scope).copied();
        if refusal.status == 403 {
            return Ok(self.answer_expiry(sent));
        }
        match (Method::choose(&refusal.challenges), sent) {
            (_, Some(Sent::Login)) | (None, _) => Ok(Answer::Final),
            (Some(Method::Basic), Some(Sent::Minted(id))) if refusal.attempt == 1 => {
                Ok(self.forget_minted(id))
            }
            (Some(Method::Basic), Some(Sent::Minted(_))) => Ok(Answer::Final),
            (Some(Method::Basic), _) => Ok(self.answer_basic(&refusal.origin)),
            (Some(Method::Bearer(realm)), sent) => {
                self.answer_bearer(refusal, realm, scope, sent, deadline).await
            }
        }
    }

    /// ECR says with 403 that a token has expired. Only what was minted can be minted anew.
    fn answer_expiry(&self, sent: Option<Sent>) -> Answer {
        match sent {
            Some(Sent::Minted(id)) => self.forget_minted(id),
            _ => Answer::Final,
        }
    }

    fn forget_minted(&self, id: u64) -> Answer {
        match self.login() {
            Some(Login::Ambient(config)) => {
                self.shared.clouds.invalidate(config, self.destination.origin().host(), id);
                Answer::Retry
            }
            _ => Answer::Final,
        }
    }

    fn answer_basic(&self, origin: &Origin) -> Answer {
        match self.login() {
            Some(Login::Password { .. } | Login::Ambient(_)) => {
                self.shared.learn(origin, Method::Basic);
                Answer::Retry
            }
            _ => Answer::Final,
        }
    }

    async fn answer_bearer(
        &self,
        refusal: &Refusal,
        realm: Realm,
        scope: &Scope,
        sent: Option<Sent>,
        deadline: Deadline,
    ) -> Result<Answer, Error> {
        let key = self.key(&refusal.origin, realm.clone(), scope);
        if let Some(Sent::Token(id)) = sent {
            // A token that this very request was given has been refused: a second one would say the same, unless
            // what it was made of was revoked in the cloud meanwhile.
            if refusal.attempt >= LAST_ATTEMPT && !matches!(self.login(), Some(Login::Ambient(_))) {
                return Ok(Answer::Final);
            }
            self.shared.tokens.invalidate(&key, id);
            if refusal.attempt >= LAST_ATTEMPT {
                self.forget_current_minted();
            }
        }
        let fetched = tokio::time::timeout(deadline.remaining(), self.token(&key, scope, deadline)).await;
        fetched.map_err(|_| Error::Deadline { destination: self.destination.clone() })??;
        self.shared.learn(&refusal.origin, Method::Bearer(realm));
        Ok(Answer::Retry)
    }

    fn forget_current_minted(&self) {
        if let Some(Login::Ambient(config)) = self.login() {
            self.shared.clouds.invalidate_current(config, self.destination.origin().host());
        }
    }

    async fn token(
        &self,
        key: &TokenKey,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<Arc<Lease<Secret>>, Error> {
        self.shared.tokens.get(key, async || self.exchange(key, scope, deadline).await).await
    }

    /// Shows the login to the token server, if it may be shown there.
    async fn exchange(
        &self,
        key: &TokenKey,
        scope: &Scope,
        deadline: Deadline,
    ) -> Result<Fetched<Secret>, Failure<Error>> {
        self.admit_realm(key)?;
        let minted = match self.login() {
            Some(Login::Ambient(config)) => {
                Some(self.minted(config, deadline).await.map_err(Failure::Passing)?)
            }
            _ => None,
        };
        let origin = Origin::of(&key.realm.url).map_err(|_| {
            let (realm, problem) = (key.registry.clone(), "its realm can't be requested");
            Failure::Passing(Error::Malformed { realm, problem })
        })?;
        let exchange = Exchange {
            realm: &key.realm,
            origin: &origin,
            scope: &scope.to_token_scope(),
            login: self.credential(minted.as_deref()),
            transport: self.realm_transport(&origin, &key.registry),
            label: self.identity.label(),
            destination: &self.destination,
        };
        let outcome = exchange.run(&*self.shared.wire, deadline).await;
        if self.entry.is_some() {
            let told = match &outcome {
                Ok(_) => Outcome::Done,
                Err(Failure::Refused(_)) => Outcome::Refused,
                Err(Failure::Passing(_)) => Outcome::Failed,
            };
            self.record(&key.realm.url, &origin, Action::Exchange, told);
        }
        outcome
    }

    /// Rule R10: to whom the login may be shown.
    fn admit_realm(&self, key: &TokenKey) -> Result<(), Failure<Error>> {
        let registry = registry_origin(&key.registry);
        let registry = registry.as_ref().unwrap_or_else(|| self.destination.origin());
        match realm::admit(registry, &key.realm.url, &self.trust) {
            Ok(_) => Ok(()),
            Err(denied) => {
                self.record(&key.realm.url, &key.registry, Action::Exchange, Outcome::Denied);
                Err(Failure::Refused(denied.into()))
            }
        }
    }

    fn credential<'a>(&'a self, minted: Option<&'a Lease<Minted>>) -> Option<Credential<'a>> {
        match (self.login()?, minted.map(|lease| &lease.value)) {
            (Login::Password { username, password }, _) => Some(Credential::Password { username, password }),
            (_, Some(Minted::Password { username, password })) => {
                Some(Credential::Password { username, password })
            }
            (Login::RefreshToken(token), _) | (_, Some(Minted::RefreshToken(token))) => {
                Some(Credential::RefreshToken(token))
            }
            _ => None,
        }
    }

    /// How to connect to the token server: as to the registry if it is the same host; `insecure` and client
    /// certificates are for no other (rule R18). A host that the operator named may lie within the network.
    fn realm_transport(&self, realm: &Origin, registry: &Origin) -> Option<Transport> {
        if realm.host() == registry.host() {
            return self.transport.clone();
        }
        let named = self.trust.realms.iter().any(|host| host.as_str() == realm.host().to_string());
        named.then(Transport::default)
    }

    async fn minted(&self, config: &IdentityConfig, deadline: Deadline) -> Result<Arc<Lease<Minted>>, Error> {
        let host = self.destination.origin().host();
        let minted = self.shared.clouds.mint(config, host, deadline);
        let minted = tokio::time::timeout(deadline.remaining(), minted).await;
        let minted = minted.map_err(|_| Error::Deadline { destination: self.destination.clone() })?;
        minted.map_err(|cause| Error::Identity {
            provider: config.provider(),
            destination: self.destination.clone(),
            cause,
        })
    }

    fn refresh_in_background(self: &Arc<Self>, origin: &Origin, scope: &Scope) {
        let Some(Method::Bearer(realm)) = self.shared.method(origin) else { return };
        let (inner, scope) = (Arc::clone(self), scope.clone());
        let key = self.key(origin, realm, &scope);
        tokio::spawn(async move {
            let deadline = Deadline::after(REFRESH_PATIENCE);
            let fetch = async || inner.exchange(&key, &scope, deadline).await;
            if let Err(error) = inner.shared.tokens.refresh(&key, fetch).await {
                tracing::warn!(%error, "failed to refresh a token; the old one is used while it lasts");
            }
        });
    }

    fn login(&self) -> Option<&Login> {
        self.entry.as_ref().map(|entry| &entry.login)
    }

    fn key(&self, registry: &Origin, realm: Realm, scope: &Scope) -> TokenKey {
        let (identity, registry) = (self.identity.clone(), registry.clone());
        TokenKey { identity, registry, realm, scope: scope.to_token_scope() }
    }

    fn record(&self, url: &Url, origin: &Origin, action: Action, outcome: Outcome) {
        if self.entry.is_none() {
            return;
        }
        let asked = url.path().rsplit('/').next().filter(|last| last.starts_with("sha"));
        self.shared.audit.record(&Event {
            time: seconds(SystemTime::now()),
            application: self.requester.application.clone(),
            project: self.requester.project.clone(),
            reference: match action {
                Action::Apply => format!("{}{}", origin.host(), url.path()),
                Action::Exchange => self.destination.to_string(),
            },
            digest: asked.map(str::to_owned),
            credential: self.identity.label().to_owned(),
            host: match action {
                Action::Apply => origin.host().to_string(),
                Action::Exchange => url.host_str().unwrap_or_default().to_owned(),
            },
            action,
            outcome,
        });
    }
}

/// The origin in policy's terms.
fn registry_origin(origin: &Origin) -> Option<policy::Origin> {
    policy::Origin::of_url(&Url::parse(&origin.to_string()).ok()?)
}
