//! What the rest of the host asks: which version, which versions, what is in it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cache::{Digest, Store};
use network::broker::Access;
use network::{Broker, Deadline, Requester, Url};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use tokio::sync::Semaphore;

use crate::chart::Chart;
use crate::error::{Attempt, Problem};
use crate::helm::HelmRepository;
use crate::image::Image;
use crate::index::Index;
use crate::manifest::printable;
use crate::mirror::Mirror;
use crate::reference::{ParseReferenceError, Reference, Repository, Tag};
use crate::session::Ask;
use crate::verify::VerifyPolicy;
use crate::{Error, pull, push, resolve};

/// The most bytes that are read of an answer that only says yes.
const MAX_PING: u64 = 64 << 10;

/// The settings of a [`Client`].
#[derive(Clone, Debug)]
pub struct Config {
    /// How long a tag's digest, a list of tags and an index count as current.
    pub tag_ttl: Duration,
    /// How long they count where the registry can't be asked. For what was read with a credential
    /// it is an hour at most (rule R27).
    pub stale_if_error: Duration,
    /// How long a proof of permission for a digest counts.
    pub grant_ttl: Duration,
    /// The largest archive of a chart, in bytes.
    pub max_chart: u64,
    /// The largest layer of another artifact, in bytes.
    pub max_artifact: u64,
    /// The largest index of a Helm repository, in bytes.
    pub max_index: u64,
    /// How many downloads run side by side.
    pub parallel: usize,
    /// How many bytes of unpacked charts are kept in memory.
    pub memory: u64,
    /// What to do about a chart whose own name or version is another than it was asked for by.
    pub identity: IdentityCheck,
    /// Mirrors, in the order in which they are asked.
    pub mirrors: Vec<Mirror>,
    /// What must be signed, and by whom. All that cover a reference must be met.
    pub verify: Vec<VerifyPolicy>,
}

/// What to do about a chart under a foreign name or version (rule R24).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityCheck {
    /// It is refused.
    Refuse,
    /// It is logged.
    Warn,
}

/// For whom, until when, and how current.
#[derive(Clone, Debug)]
pub struct Context {
    /// On whose behalf.
    pub requester: Requester,
    /// When nobody waits for the answer any more.
    pub deadline: Deadline,
    /// How current the answer has to be.
    pub freshness: Freshness,
}

/// How current an answer has to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Freshness {
    /// What was learned within the configured time is used.
    #[default]
    Cached,
    /// The registry is asked: for a hard refresh.
    Refresh,
    /// Nothing is asked; what is in the cache is used whatever its age.
    Offline,
}

/// Where a chart comes from.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Source {
    /// A repository of an OCI registry, with the chart's name as last component.
    Oci(Repository),
    /// A chart of a Helm repository.
    Helm {
        /// The repository's address, `https://` or `http://`.
        url: Url,
        /// The chart's name.
        name: String,
    },
}

/// A chart that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ChartRequest {
    /// Where it comes from.
    pub source: Source,
    /// A version, a tag, a digest or a range of versions; empty for the highest that is no pre-release.
    pub version: String,
}

/// What a reference means now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The version or tag; empty where a digest was asked for.
    pub version: String,
    /// The digest of the image manifest, or of the archive in a Helm repository.
    pub digest: Digest,
}

/// The only layer of an artifact.
#[derive(Clone, Debug)]
pub struct Artifact {
    /// The digest of the image manifest.
    pub digest: Digest,
    /// The media type of the layer.
    pub media_type: String,
    /// The layer.
    pub content: Bytes,
    /// The annotations of the image manifest.
    pub annotations: BTreeMap<String, String>,
}

/// A chart as it was packed.
#[derive(Clone, Debug)]
pub struct ChartArchive {
    /// The name in its `Chart.yaml`.
    pub name: String,
    /// The version in its `Chart.yaml`.
    pub version: String,
    /// The digest of the image manifest, or of the archive in a Helm repository.
    pub digest: Digest,
    /// The archive.
    pub archive: Bytes,
    /// The provenance file.
    pub provenance: Option<Bytes>,
}

/// What was pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// Where it is now.
    pub reference: Reference,
    /// The digest of the image manifest.
    pub digest: Digest,
}

/// Fetches charts and other artifacts. Clones share everything.
#[derive(Clone)]
pub struct Client {
    services: Services,
}

/// What all operations share.
#[derive(Clone)]
pub(crate) struct Services {
    pub(crate) network: network::Client,
    pub(crate) broker: Arc<dyn Broker>,
    pub(crate) store: Store,
    pub(crate) config: Arc<Config>,
    pub(crate) downloads: Arc<Semaphore>,
    pub(crate) charts: Arc<Cache<Digest, Arc<Chart>, ByMemory>>,
    pub(crate) indexes: Arc<Cache<Digest, Arc<Index>, ByMemory>>,
}

/// Weighs what is kept in memory by how much of it that takes.
#[derive(Clone, Copy)]
pub(crate) struct ByMemory;

impl Weighter<Digest, Arc<Chart>> for ByMemory {
    fn weight(&self, _: &Digest, chart: &Arc<Chart>) -> u64 {
        chart.weight()
    }
}

impl Weighter<Digest, Arc<Index>> for ByMemory {
    fn weight(&self, _: &Digest, index: &Arc<Index>) -> u64 {
        index.weight()
    }
}

// === impl Config ===

impl Default for Config {
    fn default() -> Self {
        Self {
            tag_ttl: Duration::from_secs(180),
            stale_if_error: Duration::from_secs(24 * 3600),
            grant_ttl: Duration::from_secs(600),
            max_chart: 20 << 20,
            max_artifact: 64 << 20,
            max_index: 64 << 20,
            parallel: 8,
            memory: 64 << 20,
            identity: IdentityCheck::Refuse,
            mirrors: Vec::new(),
            verify: Vec::new(),
        }
    }
}

// === impl Context ===

impl Context {
    /// For `requester`, until `deadline`, with what the cache has.
    #[must_use]
    pub const fn new(requester: Requester, deadline: Deadline) -> Self {
        Self { requester, deadline, freshness: Freshness::Cached }
    }
}

// === impl ChartRequest ===

impl ChartRequest {
    /// Reads a request as plugins and `Chart.yaml` write it: `oci://REGISTRY/PATH` with or without a
    /// name, or the address of a Helm repository with one.
    pub fn parse(repository: &str, name: &str, version: &str) -> Result<Self, Error> {
        let attempt = Attempt::new("understand the chart", &format!("{} {name}", printable(repository)));
        let source = Source::parse(repository, name).map_err(|problem| attempt.failed(problem))?;
        Ok(Self { source, version: version.trim().to_owned() })
    }
}

impl Source {
    fn parse(repository: &str, name: &str) -> Result<Self, Problem> {
        let is_helm = ["https://", "http://"].iter().any(|scheme| repository.starts_with(scheme));
        if !is_helm {
            let repository: Repository = repository.parse()?;
            return Ok(Self::Oci(if name.is_empty() { repository } else { repository.join(name)? }));
        }
        let url = Url::parse(repository).map_err(|_| Problem::Protocol("its address is none"))?;
        if !crate::chart::is_chart_name(name) {
            return Err(Problem::Kind { expected: "a chart's name", found: printable(name) });
        }
        Ok(Self::Helm { url, name: name.to_owned() })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Oci(repository) => fmt::Display::fmt(repository, f),
            Self::Helm { url, name } => {
                write!(f, "{}{} {name}", url.origin().ascii_serialization(), url.path())
            }
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for ChartRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = match (&self.source, self.version.as_str()) {
            (_, "") => return fmt::Display::fmt(&self.source, f),
            (Source::Oci(_), version) if version.contains(':') => "@",
            (Source::Oci(_), _) => ":",
            (Source::Helm { .. }, _) => " ",
        };
        write!(f, "{}{separator}{}", self.source, printable(&self.version))
    }
}

// === impl Client ===

impl Client {
    /// A client. `broker` decides with which credential it asks, `store` keeps what it fetched.
    #[must_use]
    pub fn new(config: Config, network: network::Client, broker: Arc<dyn Broker>, store: Store) -> Self {
        let services = Services {
            network,
            broker,
            store,
            downloads: Arc::new(Semaphore::new(config.parallel.max(1))),
            charts: Arc::new(Cache::with_weighter(256, config.memory, ByMemory)),
            indexes: Arc::new(Cache::with_weighter(16, config.memory / 2, ByMemory)),
            config: Arc::new(config),
        };
        Self { services }
    }

    /// The same client, with all that it shares, which asks with the credentials of `broker`.
    #[must_use]
    pub fn with_broker(&self, broker: Arc<dyn Broker>) -> Self {
        Self { services: Services { broker, ..self.services.clone() } }
    }

    /// What `reference` means: the version that satisfies `constraint`, or what its tag or digest
    /// names.
    pub async fn resolve(
        &self,
        context: &Context,
        reference: &Reference,
        constraint: Option<&str>,
    ) -> Result<Resolved, Error> {
        let wanted = match (constraint, &reference.digest, &reference.tag) {
            (Some(constraint), ..) => constraint.to_owned(),
            (None, Some(digest), _) => digest.to_string(),
            (None, None, Some(tag)) => tag.to_string(),
            (None, None, None) => String::new(),
        };
        let source = Source::Oci(reference.repository.clone());
        self.resolve_chart(context, &ChartRequest { source, version: wanted }).await
    }

    /// Which version of a chart is meant, and its digest.
    pub async fn resolve_chart(&self, context: &Context, request: &ChartRequest) -> Result<Resolved, Error> {
        let attempt = Attempt::new("resolve", request);
        match &request.source {
            Source::Oci(repository) => {
                let lookup = self.services.lookup(context, repository, &attempt).await?;
                let reference = lookup.find(&request.version).await?;
                let pointer = lookup.pointer(&reference, resolve::Depth::Digest).await?;
                Ok(Resolved { version: version_of(&reference), digest: pointer.digest()? })
            }
            Source::Helm { url, name } => {
                let repository = HelmRepository::open(&self.services, context, url, &attempt).await?;
                let entry = repository.find(name, &request.version).await?;
                let digest = match entry.digest().map_err(|error| attempt.failed(error))? {
                    Some(digest) => digest,
                    // An index without digests: the archive itself has to tell.
                    None => self.pull_chart(context, request).await?.digest.clone(),
                };
                Ok(Resolved { version: entry.version, digest })
            }
        }
    }

    /// All versions of a chart, highest first.
    pub async fn versions(&self, context: &Context, source: &Source) -> Result<Vec<String>, Error> {
        let attempt = Attempt::new("list the versions of", source);
        match source {
            Source::Oci(repository) => {
                let lookup = self.services.lookup(context, repository, &attempt).await?;
                let versions = crate::tags::versions(&lookup.tags().await?);
                Ok(versions.iter().map(|version| version.original().to_owned()).collect())
            }
            Source::Helm { url, name } => {
                HelmRepository::open(&self.services, context, url, &attempt).await?.versions(name).await
            }
        }
    }

    /// All tags of a repository, sorted.
    pub async fn tags(&self, context: &Context, repository: &Repository) -> Result<Vec<String>, Error> {
        let attempt = Attempt::new("list the tags of", repository);
        let mut tags = self.services.lookup(context, repository, &attempt).await?.tags().await?;
        tags.sort();
        Ok(tags)
    }

    /// Fetches a chart. What is in the cache costs no request, as long as the requester's right to
    /// it has been proved.
    pub async fn pull_chart(&self, context: &Context, request: &ChartRequest) -> Result<Arc<Chart>, Error> {
        let attempt = Attempt::new("pull", request);
        match &request.source {
            Source::Oci(repository) => {
                let lookup = self.services.lookup(context, repository, &attempt).await?;
                pull::chart(&lookup, &request.version).await
            }
            Source::Helm { url, name } => {
                let repository = HelmRepository::open(&self.services, context, url, &attempt).await?;
                repository.chart(name, &request.version).await
            }
        }
    }

    /// Fetches a chart as it was packed, with its provenance file where it has one.
    pub async fn pull_archive(
        &self,
        context: &Context,
        request: &ChartRequest,
    ) -> Result<ChartArchive, Error> {
        let attempt = Attempt::new("pull", request);
        match &request.source {
            Source::Oci(repository) => {
                let lookup = self.services.lookup(context, repository, &attempt).await?;
                pull::archive(&lookup, &request.version).await
            }
            Source::Helm { url, name } => {
                let repository = HelmRepository::open(&self.services, context, url, &attempt).await?;
                repository.chart_archive(name, &request.version).await
            }
        }
    }

    /// Asks whether `registry`, `host[:port]`, lets this requester in at all.
    pub async fn ping(&self, context: &Context, registry: &str) -> Result<(), Error> {
        let attempt = Attempt::new("log in to", &registry);
        // Its scope is a repository that nobody needs: what counts is who asks.
        let repository =
            format!("{registry}/ping").parse().map_err(|error: ParseReferenceError| attempt.failed(error))?;
        let session = self.services.session(context, &repository, Access::Pull, &attempt).await?;
        let mut url = session.base.clone();
        url.set_path("/v2/");
        let response = session.send(&Ask::get(url, "*/*", MAX_PING), &attempt).await?;
        response.bytes().await.map(drop).map_err(|error| attempt.failed(error))
    }

    /// Fetches a whole artifact, to be stored or pushed elsewhere as it is.
    pub async fn pull_image(&self, context: &Context, reference: &Reference) -> Result<Image, Error> {
        let attempt = Attempt::new("pull", reference);
        let lookup = self.services.lookup(context, &reference.repository, &attempt).await?;
        pull::whole(&lookup, reference).await
    }

    /// Pushes an artifact: first what the registry does not have of its blobs, then the manifest,
    /// under the tag of `reference` or its digest alone.
    pub async fn push_image(
        &self,
        context: &Context,
        reference: &Reference,
        image: &Image,
    ) -> Result<Pushed, Error> {
        push::image(&self.services, context, reference, image).await
    }

    /// Pushes a chart below `parent`, as `helm push` does: named and tagged by its own `Chart.yaml`.
    pub async fn push_chart(
        &self,
        context: &Context,
        parent: &str,
        archive: Bytes,
        provenance: Option<Bytes>,
    ) -> Result<Pushed, Error> {
        let attempt = Attempt::new("push a chart to", &printable(parent));
        let (name, version, image) =
            Image::of_chart(archive, provenance).map_err(|problem| attempt.failed(problem))?;
        let place = format!("{}/{name}", parent.trim_end_matches('/'));
        let repository: Repository =
            place.parse().map_err(|error| attempt.failed(Problem::Reference(error)))?;
        let tag = Tag::of_version(&version).map_err(|error| attempt.failed(error))?;
        push::image(&self.services, context, &Reference::tagged(repository, tag), &image).await
    }

    /// Fetches the only layer of an artifact, such as a plugin's component.
    pub async fn pull_artifact(&self, context: &Context, reference: &Reference) -> Result<Artifact, Error> {
        let attempt = Attempt::new("pull", reference);
        let lookup = self.services.lookup(context, &reference.repository, &attempt).await?;
        pull::artifact(&lookup, reference).await
    }
}

fn version_of(reference: &Reference) -> String {
    reference.tag.as_ref().map(Tag::to_version).unwrap_or_default()
}
