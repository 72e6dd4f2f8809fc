//! Helm repositories: an index and archives over HTTP.

use std::sync::Arc;

use bytes::Bytes;
use cache::Digest;
use http::{HeaderValue, StatusCode, header};
use network::broker::{Access, Scope};
use network::{Destination, Url};
use serde::{Deserialize, Serialize};

use crate::anonymous::Anonymous;
use crate::client::{Context, Freshness, Services};
use crate::error::{Attempt, Problem};
use crate::index::{self, Entry, Index};
use crate::resolve::{Lifetime, record_key, remembered};
use crate::session::{Ask, Session};
use crate::verify::{Case, Signed};
use crate::{Chart, ChartArchive, Error, pull, verify};

/// The largest provenance file (rule R19).
const MAX_PROVENANCE: u64 = 1 << 20;

/// What is remembered of an index: its parsed form in the store, and what its server calls it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Known {
    parsed: String,
    etag: Option<String>,
}

/// A Helm repository, asked by one identity.
pub(crate) struct HelmRepository<'a> {
    services: &'a Services,
    context: &'a Context,
    attempt: &'a Attempt,
    session: Session,
    /// With a `/` at its end, so that relative addresses are below it.
    base: Url,
}

impl<'a> HelmRepository<'a> {
    /// Prepares to ask the repository at `url`.
    pub(crate) async fn open(
        services: &'a Services,
        context: &'a Context,
        url: &Url,
        attempt: &'a Attempt,
    ) -> Result<Self, Error> {
        let failed = |problem| attempt.failed(problem);
        let mut base = url.clone();
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", url.path()));
        }
        let destination = Destination::of_url(url)
            .map_err(|_| failed(Problem::Protocol("its address can be read in two ways")))?;
        let authorizer = services.broker.authorizer(&context.requester, &destination, context.deadline).await;
        let authorizer = authorizer.map_err(|error| failed(Problem::Credentials(error)))?;
        let scope = Scope { repository: String::new(), access: Access::Pull };
        let session = Session::new(services.clone(), authorizer, base.clone(), scope, context.deadline);
        Ok(Self { services, context, attempt, session, base })
    }

    /// All versions of `name`, highest first.
    pub(crate) async fn versions(&self, name: &str) -> Result<Vec<String>, Error> {
        let index = self.index().await?;
        let entries = index.versions(name).ok_or_else(|| self.no_chart(name))?;
        Ok(entries.iter().map(|entry| entry.version.clone()).collect())
    }

    /// The version of `name` that `wanted` means: the very text, else the highest that satisfies it.
    pub(crate) async fn find(&self, name: &str, wanted: &str) -> Result<Entry, Error> {
        let index = self.index().await?;
        let entries = index.versions(name).ok_or_else(|| self.no_chart(name))?;
        index::choose(entries, wanted).cloned().map_err(|problem| self.failed(problem))
    }

    /// The chart `name` in the version that `wanted` means.
    pub(crate) async fn chart(&self, name: &str, wanted: &str) -> Result<Arc<Chart>, Error> {
        self.read(name, wanted).await.map(|(chart, ..)| chart)
    }

    /// The same as it was packed, with its provenance.
    pub(crate) async fn chart_archive(&self, name: &str, wanted: &str) -> Result<ChartArchive, Error> {
        let (chart, archive, entry) = self.read(name, wanted).await?;
        let provenance = self.provenance(&entry).await?;
        let Chart { name, version, digest, .. } = Arc::unwrap_or_clone(chart);
        Ok(ChartArchive { name, version, digest, archive, provenance })
    }

    async fn read(&self, name: &str, wanted: &str) -> Result<(Arc<Chart>, Bytes, Entry), Error> {
        let entry = self.find(name, wanted).await?;
        let (digest, archive) = self.archive(&entry).await?;
        let chart = match self.services.unpacked(&digest) {
            Some(chart) => chart,
            None => {
                let chart = Arc::new(pull::unpack(archive.clone(), digest.clone(), self.attempt).await?);
                self.services.charts.insert(digest, Arc::clone(&chart));
                chart
            }
        };
        let foreign = chart.foreign(name, Some(&entry.version));
        pull::refuse_foreign(foreign, self.services.config.identity, self.attempt)?;
        self.verify(&entry, &chart, &archive).await?;
        Ok((chart, archive, entry))
    }

    /// Holds the chart to the policies that cover this repository (rule R25). There is no place for cosign's
    /// signatures in it, so that only provenance files count.
    async fn verify(&self, entry: &Entry, chart: &Chart, archive: &[u8]) -> Result<(), Error> {
        let Self { services, session, attempt, .. } = self;
        let case = Case { services, session, attempt, digest: &chart.digest };
        for policy in verify::covering(services, self.base.as_str()) {
            let check = async || {
                let provenance = self.provenance(entry).await?;
                let signed = Signed { file: chart.file_name(), archive, provenance: provenance.as_deref() };
                policy.check_provenance(&signed).map_err(|error| self.failed(error))
            };
            case.judge(policy, check).await?;
        }
        Ok(())
    }

    fn no_chart(&self, name: &str) -> Error {
        let found = format!("its index has no `{name}`");
        self.failed(Problem::Kind { expected: "in the repository", found })
    }

    fn failed(&self, problem: impl Into<Problem>) -> Error {
        self.attempt.failed(problem)
    }

    fn lifetime(&self) -> Lifetime {
        Lifetime::new(self.services.config.tag_ttl, &self.session, self.services)
    }

    /// The index: asked for once in its time to live, and then only whether it has changed.
    async fn index(&self) -> Result<Arc<Index>, Error> {
        let key = record_key("indexes", &self.session, &[]);
        let fetch = |before: Option<Known>| self.fetch_index(before);
        let lifetime = self.lifetime();
        let freshness = self.context.freshness;
        let known =
            remembered(self.services, &self.session, freshness, key, lifetime, self.attempt, fetch).await?;
        if let Some(index) = self.load(&known).await {
            return Ok(index);
        }
        // The cache lost what its record speaks of.
        if freshness == Freshness::Offline {
            return Err(self.failed(Problem::Offline));
        }
        let known = self.fetch_index(None).await?;
        self.load(&known).await.ok_or_else(|| self.failed(Problem::Protocol("its index could not be kept")))
    }

    async fn load(&self, known: &Known) -> Option<Arc<Index>> {
        let digest: Digest = known.parsed.parse().ok()?;
        if let Some(index) = self.services.indexes.get(&digest) {
            return Some(index);
        }
        let bytes = self.services.kept(&digest).await?;
        let index: Arc<Index> = Arc::new(serde_json::from_slice(&bytes).ok()?);
        self.services.indexes.insert(digest, Arc::clone(&index));
        Some(index)
    }

    async fn fetch_index(&self, before: Option<Known>) -> Result<Known, Error> {
        let url = self
            .base
            .join("index.yaml")
            .map_err(|_| self.failed(Problem::Protocol("its address is none")))?;
        let mut ask = Ask::get(url, "*/*", self.services.config.max_index);
        let before = match before {
            Some(known) if self.load(&known).await.is_some() => Some(known),
            _ => None,
        };
        let etag = before.as_ref().and_then(|known| HeaderValue::from_str(known.etag.as_deref()?).ok());
        ask.headers.extend(etag.map(|etag| (header::IF_NONE_MATCH, etag)));
        let response = self.session.send(&ask, self.attempt).await?;
        if let (StatusCode::NOT_MODIFIED, Some(known)) = (response.status(), before) {
            return Ok(known);
        }
        let etag = response.header("etag").map(str::to_owned);
        let body = response.bytes().await.map_err(|error| self.failed(error))?;
        let parsed = self.keep_index(body).await?;
        Ok(Known { parsed: parsed.to_string(), etag })
    }

    /// Keeps what is read of an index: a small part of it, and much faster to read again.
    async fn keep_index(&self, body: Bytes) -> Result<Digest, Error> {
        let parsed = tokio::task::spawn_blocking(move || {
            Index::parse(&body).map(|index| (serde_json::to_vec(&index).unwrap_or_default(), index))
        });
        let (bytes, index) = match parsed.await {
            Ok(parsed) => parsed.map_err(|error| self.failed(error))?,
            Err(error) => return Err(self.failed(std::io::Error::other(error))),
        };
        let bytes = Bytes::from(bytes);
        let digest = Digest::of(&bytes);
        self.services.keep(&digest, &bytes).await;
        self.services.indexes.insert(digest.clone(), Arc::new(index));
        Ok(digest)
    }

    /// The archive of `entry`, and its digest: the index's, or what it turned out to be.
    async fn archive(&self, entry: &Entry) -> Result<(Digest, Bytes), Error> {
        if let Some(digest) = entry.digest().map_err(|error| self.failed(error))? {
            return Ok((digest.clone(), self.archive_by_digest(entry, &digest).await?));
        }
        let key = record_key("archives", &self.session, &[&entry.url]);
        let fetch = |_| async {
            let bytes = self.download(entry).await?;
            let digest = Digest::of(&bytes);
            self.services.keep(&digest, &bytes).await;
            Ok(digest.to_string())
        };
        let freshness = self.context.freshness;
        let digest: String =
            remembered(self.services, &self.session, freshness, key, self.lifetime(), self.attempt, fetch)
                .await?;
        let digest: Digest =
            digest.parse().map_err(|_| self.failed(Problem::Protocol("a cached digest is none")))?;
        let bytes = self.archive_by_digest(entry, &digest).await?;
        Ok((digest, bytes))
    }

    async fn archive_by_digest(&self, entry: &Entry, digest: &Digest) -> Result<Bytes, Error> {
        if let Some(bytes) = self.services.kept(digest).await {
            return Ok(bytes);
        }
        if self.context.freshness == Freshness::Offline {
            return Err(self.failed(Problem::Offline));
        }
        let name = format!("blob-{digest}");
        let lease = self.services.store.lease(&name, self.session.deadline().instant()).await;
        let _lease = lease.map_err(|error| self.failed(error))?;
        if let Some(bytes) = self.services.kept(digest).await {
            return Ok(bytes);
        }
        let bytes = self.download(entry).await?;
        if !digest.matches(&bytes) {
            return Err(self.failed(Problem::Digest { expected: digest.clone(), found: Digest::of(&bytes) }));
        }
        self.services.keep(digest, &bytes).await;
        Ok(bytes)
    }

    /// The provenance file beside an archive, where there is one. That there is none is remembered as well.
    async fn provenance(&self, entry: &Entry) -> Result<Option<Bytes>, Error> {
        let address = format!("{}.prov", entry.url);
        let key = record_key("provenance", &self.session, &[&address]);
        let fetch = |_| async { Ok(hex::encode(self.fetch(&address, MAX_PROVENANCE).await?)) };
        let (lifetime, freshness) = (self.lifetime(), self.context.freshness);
        let kept: Result<String, Error> =
            remembered(self.services, &self.session, freshness, key, lifetime, self.attempt, fetch).await;
        match kept {
            Err(error) if error.is_not_found() => Ok(None),
            answer => Ok(hex::decode(answer?).ok().map(Bytes::from)),
        }
    }

    /// Fetches an archive.
    async fn download(&self, entry: &Entry) -> Result<Bytes, Error> {
        let _permit = self.services.downloads.acquire().await;
        self.fetch(&entry.url, self.services.config.max_chart).await
    }

    /// Fetches what the index names. The repository's credential goes to its own origin alone, as Helm has it
    /// (CVE-2021-32690); elsewhere nobody asks for it in anyone's name.
    async fn fetch(&self, address: &str, limit: u64) -> Result<Bytes, Error> {
        let wrong = || self.failed(Problem::Protocol("the address of the archive is none"));
        let url = self.base.join(address).map_err(|_| wrong())?;
        let ask = Ask::get(url.clone(), "*/*", limit);
        let response = if url.origin() == self.base.origin() {
            self.session.send(&ask, self.attempt).await?
        } else {
            let scope = Scope { repository: String::new(), access: Access::Pull };
            let deadline = self.context.deadline;
            let session = Session::new(self.services.clone(), Arc::new(Anonymous), url, scope, deadline);
            session.send(&ask, self.attempt).await?
        };
        response.bytes().await.map_err(|error| self.failed(error))
    }
}
