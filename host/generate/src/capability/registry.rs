//! `registry`: charts and artifacts for one application, within what its plugin was granted.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use cache::Digest;
use futures::StreamExt as _;
use network::Deadline;
use policy::Requester;
use registry::{Context, Reference, Source};
use sandbox::capability::registry::{Chart, Registry};
use sandbox::{ArtifactVersion, Blame, ChartRequest, Failure, File};

use super::ledger::Wanted;
use super::meter::{Meter, Stopwatch};
use super::{Outside, failure, told};

/// The registries, as one plugin may use them for one application (rules R2 to R4).
pub(crate) struct GrantedRegistries {
    outside: Outside,
    requester: Requester,
    meter: Arc<Meter>,
}

// === impl GrantedRegistries ===

impl GrantedRegistries {
    /// What may be fetched for `requester` in one render, as far as `meter` allows.
    pub(crate) fn new(outside: Outside, requester: &Requester, meter: Arc<Meter>) -> Self {
        Self { outside, requester: requester.clone(), meter }
    }

    fn context(&self, deadline: Deadline) -> Context {
        Context { requester: self.requester.clone(), deadline, freshness: self.outside.freshness }
    }

    /// Admits a fetch of `version` of `reference`, where that is no part of the reference. Once the bytes are spent,
    /// nothing is fetched any more.
    async fn admit(&self, watch: &Stopwatch<'_>, reference: &str, version: &str) -> Result<(), Failure> {
        self.outside
            .grant
            .admit_reference(reference, &[])
            .map_err(|error| self.outside.refused(&error, told(&error)))?;
        self.spend(0)?;
        self.meter.spend_reference(&format!("{reference} {version}")).map_err(|error| told(&error))?;
        watch.turn().await.map_err(|error| told(&error))
    }

    fn spend(&self, bytes: usize) -> Result<(), Failure> {
        self.meter.spend_bytes(bytes).map_err(|error| told(&error))
    }

    fn start(&self) -> Result<Stopwatch<'_>, Failure> {
        self.meter.start().map_err(|error| told(&error))
    }

    /// The version to ask for: what is locked, where something is.
    fn version(&self, wanted: Wanted<'_>) -> Result<String, Failure> {
        let (_, _, requested) = wanted;
        let ledger = self.outside.ledger.as_ref();
        ledger.map_or_else(|| Ok(requested.to_owned()), |ledger| ledger.version(self.application(), wanted))
    }

    fn note(&self, wanted: Wanted<'_>, version: &str, digest: &Digest) -> Result<(), Failure> {
        let Some(ledger) = &self.outside.ledger else { return Ok(()) };
        ledger.note(self.application(), wanted, version, &digest.to_string())
    }

    fn chained(&self, error: &registry::Error) -> Failure {
        self.outside.refused(error, failure(error, error.chain()))
    }

    fn application(&self) -> &str {
        self.requester.application.as_deref().unwrap_or_default()
    }

    async fn pull_chart(&self, watch: &Stopwatch<'_>, request: ChartRequest) -> Result<Chart, Failure> {
        let ChartRequest { repository, name, version } = request;
        self.admit(watch, &address(&repository, &name), &version).await?;
        let wanted = (repository.as_str(), name.as_str(), version.as_str());
        let request = registry::ChartRequest::parse(&repository, &name, &self.version(wanted)?);
        let request = request.map_err(|error| self.chained(&error))?;
        let pulled = self.outside.registry.pull_chart(&self.context(watch.deadline()), &request).await;
        let chart = pulled.map_err(|error| self.chained(&error))?;
        self.note(wanted, &chart.version, &chart.digest)?;
        self.spend(chart.files.iter().map(|file| file.content.len()).sum())?;
        let file = |file: &registry::File| File { path: file.path.clone(), content: file.content.to_vec() };
        Ok(Chart {
            name: chart.name.clone(),
            version: chart.version.clone(),
            digest: chart.digest.to_string(),
            files: chart.files.iter().map(file).collect(),
        })
    }
}

#[async_trait]
impl Registry for GrantedRegistries {
    async fn resolve(&self, reference: &str, constraint: Option<&str>) -> Result<ArtifactVersion, Failure> {
        let watch = self.start()?;
        self.admit(&watch, reference, constraint.unwrap_or_default()).await?;
        let wanted = (reference, "", constraint.unwrap_or_default());
        let version = self.version(wanted)?;
        let constraint = constraint.map(|_| version.as_str());
        let context = self.context(watch.deadline());
        let resolved = self.outside.registry.resolve(&context, &parse(reference)?, constraint).await;
        let resolved = resolved.map_err(|error| self.chained(&error))?;
        self.note(wanted, &resolved.version, &resolved.digest)?;
        Ok(ArtifactVersion { version: resolved.version, digest: resolved.digest.to_string() })
    }

    async fn versions(&self, repository: &str) -> Result<Vec<String>, Failure> {
        let watch = self.start()?;
        self.admit(&watch, repository, "").await?;
        let source = Source::Oci(parse(repository)?.repository);
        let versions = self.outside.registry.versions(&self.context(watch.deadline()), &source).await;
        versions.map_err(|error| self.chained(&error))
    }

    async fn pull_charts(&self, charts: Vec<ChartRequest>) -> Vec<Result<Chart, Failure>> {
        let watch = match self.start() {
            Ok(watch) => watch,
            Err(failure) => return charts.iter().map(|_| Err(failure.clone())).collect(),
        };
        let pulls = charts.into_iter().map(|chart| self.pull_chart(&watch, chart));
        futures::stream::iter(pulls).buffered(self.meter.parallel()).collect().await
    }

    async fn pull_artifact(&self, reference: &str) -> Result<Bytes, Failure> {
        let watch = self.start()?;
        self.admit(&watch, reference, "").await?;
        let wanted = (reference, "", "");
        self.version(wanted)?;
        let context = self.context(watch.deadline());
        let pulled = self.outside.registry.pull_artifact(&context, &parse(reference)?).await;
        let artifact = pulled.map_err(|error| self.chained(&error))?;
        self.note(wanted, "", &artifact.digest)?;
        self.spend(artifact.content.len())?;
        Ok(artifact.content)
    }
}

/// What a grant's pattern is compared with.
fn address(repository: &str, name: &str) -> String {
    let repository = repository.trim_end_matches('/');
    if name.is_empty() { repository.to_owned() } else { format!("{repository}/{name}") }
}

fn parse(reference: &str) -> Result<Reference, Failure> {
    reference.parse().map_err(|error: registry::ParseReferenceError| Failure {
        blame: Blame::Application,
        message: error.to_string(),
        hint: None,
        location: None,
    })
}

#[cfg(test)]
mod tests;
