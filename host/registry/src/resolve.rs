//! From references to digests: with a credential, through the cache, once for many.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use cache::{Digest, RecordKey};
use gosemver::Version;
use network::broker::{Access, Identity, Scope};
use network::{Destination, Url};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::client::{Context, Freshness, Services};
use crate::error::{Answer, Attempt, Problem};
use crate::manifest::{Descriptor, media};
use crate::mirror::MirrorTrust;
use crate::reference::{Reference, Repository, Tag};
use crate::session::{Ask, Session};
use crate::{Error, tags};

/// The most bytes of a manifest (rule R19).
const MAX_MANIFEST: u64 = 4 << 20;

/// How long "there is none" counts.
const ABSENT_TTL: Duration = Duration::from_secs(30);

/// How long a refusal counts; a new credential is not affected by it.
const REFUSED_TTL: Duration = Duration::from_secs(10);

/// How long what was read with a credential counts without asking (rule R27).
const MAX_STALE_GRANT: Duration = Duration::from_secs(3600);

/// What a tag or digest names. That it is remembered for an identity proves that this identity was
/// let see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pointer {
    digest: String,
    pub(crate) media_type: String,
}

/// How much is fetched where nothing is known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// The digest: by `HEAD`, which Docker Hub does not count.
    Digest,
    /// The manifest too, in one request.
    Manifest,
}

/// What was learned of something: what it is, or that it is not for this identity.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Known<T> {
    Present(T),
    Absent(Answer),
    Refused(Answer),
}

/// One repository and its mirrors, each asked by its own identity.
pub(crate) struct Lookup {
    pub(crate) services: Services,
    /// Mirrors in order, and last the registry itself.
    places: Vec<Place>,
    pub(crate) repository: Repository,
    pub(crate) attempt: Attempt,
    freshness: Freshness,
}

/// Where a repository can be found.
pub(crate) struct Place {
    pub(crate) session: Session,
    repository: Repository,
    trust: MirrorTrust,
}

// === impl Services ===

impl Services {
    /// Prepares to ask for things of `repository`.
    pub(crate) async fn lookup(
        &self,
        context: &Context,
        repository: &Repository,
        attempt: &Attempt,
    ) -> Result<Lookup, Error> {
        let origin = self.place(context, repository.clone(), MirrorTrust::Resolve, attempt).await?;
        let mut places = Vec::new();
        for mirror in self.config.mirrors.iter().filter(|mirror| mirror.covers(repository)) {
            // A mirror that can't be asked must not be in the way of the registry.
            let place = match mirror.repository_for(repository) {
                Ok(there) => self.place(context, there, mirror.trust, attempt).await,
                Err(error) => Err(attempt.failed(error)),
            };
            match place {
                Ok(place) => places.push(place),
                Err(error) => {
                    tracing::warn!(mirror = %mirror.location, error = %error.chain(), "mirror left out")
                }
            }
        }
        places.push(origin);
        Ok(Lookup {
            services: self.clone(),
            places,
            repository: repository.clone(),
            attempt: attempt.clone(),
            freshness: context.freshness,
        })
    }

    async fn place(
        &self,
        context: &Context,
        repository: Repository,
        trust: MirrorTrust,
        attempt: &Attempt,
    ) -> Result<Place, Error> {
        let session = self.session(context, &repository, Access::Pull, attempt).await?;
        Ok(Place { session, repository, trust })
    }

    /// A conversation with `repository`, over `https` unless the operator said otherwise.
    pub(crate) async fn session(
        &self,
        context: &Context,
        repository: &Repository,
        access: Access,
        attempt: &Attempt,
    ) -> Result<Session, Error> {
        let build = |scheme: &str| {
            let text = format!("{scheme}://{}/{}", repository.registry(), repository.path());
            Url::parse(&text).map_err(|_| attempt.failed(Problem::Protocol("its address is none")))
        };
        let mut url = build("https")?;
        let destination = Destination::of_url(&url)
            .map_err(|_| attempt.failed(Problem::Protocol("its address can be read in two ways")))?;
        let authorizer = self.broker.authorizer(&context.requester, &destination, context.deadline).await;
        let authorizer = authorizer.map_err(|error| attempt.failed(Problem::Credentials(error)))?;
        let plain = authorizer.transport().is_some_and(|transport| transport.plain_http);
        if plain || self.network.speaks_plain_http(repository.host(), repository.port()) {
            url = build("http")?;
        }
        url.set_path("/");
        let scope = Scope { repository: repository.path().to_owned(), access };
        Ok(Session::new(self.clone(), authorizer, url, scope, context.deadline))
    }
}

/// A key under which something is remembered for one identity at one place.
pub(crate) fn record_key(kind: &'static str, session: &Session, parts: &[&str]) -> RecordKey {
    let identity = match session.identity() {
        Identity::Anonymous => "anonymous".to_owned(),
        Identity::Named { fingerprint, .. } => hex::encode(fingerprint),
    };
    let mut all = vec![identity.as_str(), session.trust(), session.base.as_str()];
    all.extend_from_slice(parts);
    RecordKey::new(kind, &all)
}

/// How long what is remembered counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetime {
    fresh: Duration,
    stale: Duration,
}

impl Lifetime {
    /// Current for `fresh`; after that, for a bounded time, where the server can't be asked.
    pub(crate) fn new(fresh: Duration, session: &Session, services: &Services) -> Self {
        let stale = services.config.stale_if_error;
        let stale = match session.identity() {
            Identity::Anonymous => stale,
            Identity::Named { .. } => stale.min(MAX_STALE_GRANT),
        };
        Self { fresh, stale }
    }
}

/// Answers from the record called `key`, or by `fetch`, which gets what is remembered of before.
/// One worker fetches, in this process and all others on the directory; the others wait for it.
pub(crate) async fn remembered<T, F, Fetched>(
    services: &Services,
    session: &Session,
    freshness: Freshness,
    key: RecordKey,
    lifetime: Lifetime,
    attempt: &Attempt,
    fetch: F,
) -> Result<T, Error>
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    F: FnOnce(Option<T>) -> Fetched,
    Fetched: Future<Output = Result<T, Error>>,
{
    let begun = Instant::now();
    let store = &services.store;
    let known = |age: Age| {
        let key = &key;
        async move { store.record::<Known<T>>(key).await.filter(|record| age.admits(record)) }
    };
    let usable = match freshness {
        Freshness::Cached => Age::Fresh(lifetime.fresh),
        Freshness::Refresh => Age::Nothing,
        Freshness::Offline => Age::Any,
    };
    if let Some(record) = known(usable).await {
        return record.value.into_result(session, attempt);
    }
    if freshness == Freshness::Offline {
        return Err(attempt.failed(Problem::Offline));
    }
    let lease = store.lease(&key.lease_name(), session.deadline().instant()).await;
    let _lease = lease.map_err(|error| attempt.failed(error))?;
    // The one before us may have fetched it.
    let again = match usable {
        Age::Nothing => Age::Fresh(begun.elapsed()),
        usable => usable,
    };
    if let Some(record) = known(again).await {
        return record.value.into_result(session, attempt);
    }
    let before = known(Age::Any).await;
    let value = before.as_ref().and_then(|record| record.value.present());
    match fetch(value.clone()).await {
        Ok(value) => {
            remember(services, &key, Known::Present(value.clone())).await;
            Ok(value)
        }
        Err(error) if error.is_outage() => match (before, value) {
            (Some(record), Some(value)) if record.is_within(lifetime.stale) => {
                tracing::warn!(attempt = %attempt, error = %error.chain(), "the cache stands in for the registry");
                Ok(value)
            }
            _ => Err(error),
        },
        Err(error) => {
            if let Some(known) = Known::<T>::of_error(&error) {
                remember(services, &key, known).await;
            }
            Err(error)
        }
    }
}

/// A cache that can't be written costs time, not the answer.
async fn remember<T: Serialize + Send + 'static>(services: &Services, key: &RecordKey, value: T) {
    if let Err(error) = services.store.set_record(key, value).await {
        tracing::warn!(%error, "the cache could not be written");
    }
}

/// How old a record may be.
#[derive(Clone, Copy)]
enum Age {
    Nothing,
    Fresh(Duration),
    Any,
}

impl Age {
    fn admits<T>(self, record: &cache::Record<Known<T>>) -> bool {
        match (self, &record.value) {
            (Self::Nothing, _) => false,
            (Self::Any, _) => true,
            (Self::Fresh(age), Known::Present(_)) => record.is_within(age),
            (Self::Fresh(age), Known::Absent(_)) => record.is_within(age.min(ABSENT_TTL)),
            (Self::Fresh(age), Known::Refused(_)) => record.is_within(age.min(REFUSED_TTL)),
        }
    }
}

// === impl Known ===

impl<T: Clone> Known<T> {
    fn present(&self) -> Option<T> {
        match self {
            Self::Present(value) => Some(value.clone()),
            Self::Absent(_) | Self::Refused(_) => None,
        }
    }

    fn into_result(self, session: &Session, attempt: &Attempt) -> Result<T, Error> {
        let identity = session.identity().label().to_owned();
        match self {
            Self::Present(value) => Ok(value),
            Self::Absent(answer) => Err(attempt.failed(Problem::NotFound { identity, answer })),
            Self::Refused(answer) => Err(attempt.failed(Problem::Unauthorized { identity, answer })),
        }
    }

    fn of_error(error: &Error) -> Option<Self> {
        match &*error.problem {
            Problem::NotFound { answer, .. } => Some(Self::Absent(answer.clone())),
            Problem::Unauthorized { answer, .. } => Some(Self::Refused(answer.clone())),
            _ => None,
        }
    }
}

// === impl Pointer ===

impl Pointer {
    /// To the content of `descriptor`.
    pub(crate) fn of(descriptor: &Descriptor) -> Self {
        Self { digest: descriptor.digest.to_string(), media_type: descriptor.media_type.clone() }
    }

    pub(crate) fn digest(&self) -> Result<Digest, Error> {
        let attempt = Attempt::new("read the cached digest", &self.digest);
        self.digest.parse().map_err(|_| attempt.failed(Problem::Protocol("it is no digest")))
    }
}

// === impl Lookup ===

impl Lookup {
    fn failed(&self, problem: impl Into<Problem>) -> Error {
        self.attempt.failed(problem)
    }

    async fn remembered<T, F, Fetched>(
        &self,
        kind: &'static str,
        part: &str,
        fresh: Duration,
        fetch: F,
    ) -> Result<T, Error>
    where
        T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
        F: FnOnce(Option<T>) -> Fetched,
        Fetched: Future<Output = Result<T, Error>>,
    {
        let session = self.origin()?;
        let key = record_key(kind, session, &[self.repository.path(), part]);
        let lifetime = Lifetime::new(fresh, session, &self.services);
        remembered(&self.services, session, self.freshness, key, lifetime, &self.attempt, fetch).await
    }

    async fn remember<T>(&self, kind: &'static str, part: &str, value: T) -> Result<(), Error>
    where
        T: Clone + Serialize + Send + Sync + 'static,
    {
        let key = record_key(kind, self.origin()?, &[self.repository.path(), part]);
        remember(&self.services, &key, Known::Present(value)).await;
        Ok(())
    }

    /// The registry itself.
    pub(crate) fn origin(&self) -> Result<&Session, Error> {
        let place = self.places.last().ok_or_else(|| self.no_place())?;
        Ok(&place.session)
    }

    /// The places to ask, one after the other until one answers. A mirror that may not resolve is
    /// asked for digests only (rule R28); what it answers is checked by digest like everything.
    pub(crate) fn places(&self, need: MirrorTrust) -> Vec<&Place> {
        self.places.iter().filter(|place| place.trust >= need).collect()
    }

    /// Whether the outcome at `place` is the answer, or the next place is asked.
    pub(crate) fn settles<T>(&self, place: &Place, outcome: &Result<T, Error>) -> bool {
        if let Err(error) = outcome {
            tracing::debug!(place = %place.repository, error = %error.chain(), "this place has no answer");
        }
        outcome.is_ok()
    }

    /// What is said where there is no place; there always is the registry itself.
    pub(crate) fn no_place(&self) -> Error {
        self.failed(Problem::Protocol("it has no place"))
    }

    /// All tags of the repository.
    pub(crate) async fn tags(&self) -> Result<Vec<String>, Error> {
        let fetch = |_| async {
            let mut outcome = Err(self.no_place());
            for place in self.places(MirrorTrust::Resolve) {
                outcome = tags::list(&place.session, &self.attempt).await;
                if self.settles(place, &outcome) {
                    break;
                }
            }
            outcome
        };
        self.remembered("tags", "", self.services.config.tag_ttl, fetch).await
    }

    /// The reference that `wanted` means: a digest, a version, a tag or a range.
    ///
    /// A whole version is taken at its word, without a list of tags, as Helm does. What may be a
    /// version, a tag or a range (`1.2`, `latest`) is looked for among the tags.
    pub(crate) async fn find(&self, wanted: &str) -> Result<Reference, Error> {
        let tagged = |tag| Reference::tagged(self.repository.clone(), tag);
        if let Ok(digest) = wanted.parse() {
            return Ok(Reference::pinned(self.repository.clone(), digest));
        }
        if Version::parse_strict(wanted.strip_prefix('v').unwrap_or(wanted)).is_ok() {
            return Ok(tagged(Tag::of_version(wanted).map_err(|error| self.failed(error))?));
        }
        let is_constraint = tags::parse_constraint(wanted).is_ok();
        match Tag::of_version(wanted) {
            Ok(tag) if !is_constraint => Ok(tagged(tag)),
            _ => {
                let tags = self.tags().await?;
                tags::choose(&tags, wanted).map(tagged).map_err(|problem| self.failed(problem))
            }
        }
    }

    /// What `reference` names. A tag is asked about once in its time to live; a digest is, to prove
    /// that this identity may see it.
    pub(crate) async fn pointer(&self, reference: &Reference, depth: Depth) -> Result<Pointer, Error> {
        let target =
            reference.target().ok_or_else(|| self.failed(Problem::Protocol("no tag or digest was given")))?;
        let config = &self.services.config;
        let fresh = if reference.digest.is_some() { config.grant_ttl } else { config.tag_ttl };
        let fetch = |before: Option<Pointer>| async move {
            let depth = if before.is_some() { Depth::Digest } else { depth };
            let after = self.look(reference, depth).await?;
            self.report_drift(reference, before.as_ref(), &after);
            // Who was told what a tag names may see it by its digest too: a lock file asks for it that way.
            if reference.digest.is_none() {
                self.remember("pointers", &after.digest, after.clone()).await?;
            }
            Ok(after)
        };
        self.remembered("pointers", &target, fresh, fetch).await
    }

    async fn look(&self, reference: &Reference, depth: Depth) -> Result<Pointer, Error> {
        let mut outcome = Err(self.no_place());
        for place in self.places(need_for(reference)) {
            outcome = self.look_at(place, reference, depth).await;
            if self.settles(place, &outcome) {
                break;
            }
        }
        outcome
    }

    async fn look_at(&self, place: &Place, reference: &Reference, depth: Depth) -> Result<Pointer, Error> {
        let seen = match depth {
            Depth::Digest => self.head(place, reference).await?,
            Depth::Manifest => None,
        };
        match seen {
            Some(pointer) => Ok(pointer),
            None => Ok(self.fetch_manifest(place, reference).await?.0),
        }
    }

    /// A version is meant to be for ever; a registry that changes one deserves to be told on.
    fn report_drift(&self, reference: &Reference, before: Option<&Pointer>, after: &Pointer) {
        let is_version =
            reference.tag.as_ref().is_some_and(|tag| Version::parse_strict(&tag.to_version()).is_ok());
        if let Some(before) = before.filter(|before| is_version && before.digest != after.digest) {
            tracing::warn!(%reference, before = before.digest, after = after.digest, "a version was changed");
        }
    }

    /// The digest of a manifest by `HEAD`; none where the registry does not tell it that way.
    async fn head(&self, place: &Place, reference: &Reference) -> Result<Option<Pointer>, Error> {
        let ask = Ask::head(self.manifest_url(place, reference)?, media::ACCEPT);
        let response = place.session.send(&ask, &self.attempt).await?;
        let Some(digest) = announced_digest(&response).transpose().map_err(|problem| self.failed(problem))?
        else {
            return Ok(None);
        };
        self.check_pin(reference, &digest)?;
        let Some(media_type) = response.header("content-type") else { return Ok(None) };
        Ok(Some(Pointer { digest: digest.to_string(), media_type: media_type.to_owned() }))
    }

    /// Fetches a manifest, checks it against every digest that is known of it, and stores it.
    async fn fetch_manifest(&self, place: &Place, reference: &Reference) -> Result<(Pointer, Bytes), Error> {
        let ask = Ask::get(self.manifest_url(place, reference)?, media::ACCEPT, MAX_MANIFEST);
        let response = place.session.send(&ask, &self.attempt).await?;
        let announced = announced_digest(&response).transpose().map_err(|problem| self.failed(problem))?;
        let media_type = response.header("content-type").unwrap_or(media::IMAGE_MANIFEST).to_owned();
        let bytes = response.bytes().await.map_err(|error| self.failed(error))?;
        let digest = match (&reference.digest, announced) {
            (Some(pin), _) => pin.clone(),
            (None, Some(announced)) => announced,
            (None, None) => Digest::of(&bytes),
        };
        if !digest.matches(&bytes) {
            return Err(self.failed(Problem::Digest { expected: digest, found: Digest::of(&bytes) }));
        }
        self.services.keep(&digest, &bytes).await;
        Ok((Pointer { digest: digest.to_string(), media_type }, bytes))
    }

    fn check_pin(&self, reference: &Reference, found: &Digest) -> Result<(), Error> {
        match &reference.digest {
            Some(expected) if expected != found => {
                Err(self.failed(Problem::Digest { expected: expected.clone(), found: found.clone() }))
            }
            _ => Ok(()),
        }
    }

    fn manifest_url(&self, place: &Place, reference: &Reference) -> Result<Url, Error> {
        let target = reference.target().unwrap_or_default();
        place.session.url(&format!("manifests/{target}")).map_err(|problem| self.failed(problem))
    }

    /// The manifest that `pointer` names, from the cache or the registry.
    pub(crate) async fn manifest(&self, pointer: &Pointer) -> Result<Bytes, Error> {
        let digest = pointer.digest()?;
        if let Some(bytes) = self.services.kept(&digest).await {
            return Ok(bytes);
        }
        if self.freshness == Freshness::Offline {
            return Err(self.failed(Problem::Offline));
        }
        let reference = Reference::pinned(self.repository.clone(), digest);
        let mut outcome = Err(self.no_place());
        for place in self.places(MirrorTrust::DigestOnly) {
            outcome = self.fetch_manifest(place, &reference).await.map(|(_, bytes)| bytes);
            if self.settles(place, &outcome) {
                break;
            }
        }
        outcome
    }

    pub(crate) const fn is_offline(&self) -> bool {
        matches!(self.freshness, Freshness::Offline)
    }
}

/// What is asked by digest may come from anywhere.
const fn need_for(reference: &Reference) -> MirrorTrust {
    if reference.digest.is_some() { MirrorTrust::DigestOnly } else { MirrorTrust::Resolve }
}

/// The digest in `Docker-Content-Digest`, where registries differ in its case.
fn announced_digest(response: &network::Response) -> Option<Result<Digest, Problem>> {
    let text = response.header("docker-content-digest")?.to_ascii_lowercase();
    Some(text.parse().map_err(|_| Problem::Protocol("its `Docker-Content-Digest` is no digest")))
}

impl Services {
    /// What the store has, as if it had nothing where it can't be read.
    pub(crate) async fn kept(&self, digest: &Digest) -> Option<Bytes> {
        let kept = self.store.get(digest).await;
        kept.inspect_err(|error| tracing::warn!(%error, %digest, "the cache could not be read"))
            .ok()
            .flatten()
    }

    /// Stores verified bytes. A full disk costs the next one a download, not this one its answer.
    pub(crate) async fn keep(&self, digest: &Digest, bytes: &Bytes) {
        if let Err(error) = self.store.put(digest, bytes.clone()).await {
            tracing::warn!(%error, %digest, "the cache could not be written");
        }
    }

    /// The unpacked chart with this digest, if it is in memory.
    pub(crate) fn unpacked(&self, digest: &Digest) -> Option<Arc<crate::Chart>> {
        self.charts.get(digest)
    }
}
