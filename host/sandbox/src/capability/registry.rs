//! `registry`: charts and artifacts, and the handles behind which their bytes wait.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use wasmtime::component::Resource;

use super::Capability;
use crate::contract::tiphys::plugin::registry::{ArtifactVersion, ChartRequest, Host, HostBlob, HostChart};
use crate::contract::tiphys::plugin::types::{Blame, Failure, File};
use crate::observation::{Seen, Subject};
use crate::state::State;

/// Registries and Helm repositories, as one application may use them.
#[async_trait]
pub trait Registry: Send + Sync {
    /// Which version of `reference` meets `constraint`, or what its tag or digest names.
    ///
    /// # Errors
    ///
    /// Fails if it is not granted, not there, or cannot be reached.
    async fn resolve(&self, reference: &str, constraint: Option<&str>) -> Result<ArtifactVersion, Failure>;

    /// All versions, highest first.
    ///
    /// # Errors
    ///
    /// Fails if it is not granted, not there, or cannot be reached.
    async fn versions(&self, repository: &str) -> Result<Vec<String>, Failure>;

    /// Fetches charts side by side; as many answers as `charts`, in their order.
    async fn pull_charts(&self, charts: Vec<ChartRequest>) -> Vec<Result<Chart, Failure>>;

    /// An artifact with a single layer.
    ///
    /// # Errors
    ///
    /// Fails if it is not granted, not there, or cannot be reached.
    async fn pull_artifact(&self, reference: &str) -> Result<Bytes, Failure>;
}

/// A chart, as a plugin's handle refers to it. Its files may be shared with a cache.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Name, as `Chart.yaml` says.
    pub name: String,
    /// Version, as `Chart.yaml` says.
    pub version: String,
    /// `sha256:…` of the image manifest, or of the archive in a Helm repository.
    pub digest: String,
    /// Files without the top directory, in the order of the archive.
    pub files: Arc<[File]>,
}

/// Bytes that a plugin reads piece by piece.
#[derive(Clone, Debug)]
pub struct Blob(pub(crate) Bytes);

// === impl Chart ===

impl Chart {
    /// Bytes that stay in memory for the sake of a handle.
    fn size(&self) -> u64 {
        self.files.iter().map(|file| (file.path.len() + file.content.len()) as u64).sum()
    }
}

// === impl Blob ===

impl Blob {
    /// At most `len` bytes from `offset`.
    fn slice(&self, offset: u64, len: u64) -> &[u8] {
        let end = offset.saturating_add(len).min(self.0.len() as u64);
        let range = usize::try_from(offset).ok().zip(usize::try_from(end).ok());
        range.and_then(|(start, end)| self.0.get(start..end)).unwrap_or_default()
    }
}

// === impl State ===

impl Host for State {
    async fn resolve(
        &mut self,
        reference: String,
        constraint: Option<String>,
    ) -> wasmtime::Result<Result<ArtifactVersion, Failure>> {
        self.enter()?;
        let Some(registry) = self.capabilities.registry.clone() else {
            return Ok(Err(Capability::Registry.absent()));
        };
        let version = self.wait(registry.resolve(&reference, constraint.as_deref())).await;
        self.observe(Subject::Version { reference, constraint }, seen_version(&version))?;
        Ok(version)
    }

    async fn versions(&mut self, repository: String) -> wasmtime::Result<Result<Vec<String>, Failure>> {
        self.enter()?;
        let Some(registry) = self.capabilities.registry.clone() else {
            return Ok(Err(Capability::Registry.absent()));
        };
        let versions = self.wait(registry.versions(&repository)).await;
        self.observe(Subject::Versions { repository }, seen_versions(&versions))?;
        Ok(versions)
    }

    async fn pull_charts(
        &mut self,
        requests: Vec<ChartRequest>,
    ) -> wasmtime::Result<Vec<Result<Resource<Chart>, Failure>>> {
        self.enter_many(requests.len())?;
        let Some(registry) = self.capabilities.registry.clone() else {
            return Ok(requests.iter().map(|_| Err(Capability::Registry.absent())).collect());
        };
        let charts = self.wait(registry.pull_charts(requests.clone())).await;
        let unanswered = std::iter::repeat_with(|| Err(unanswered()));
        requests
            .iter()
            .zip(charts.into_iter().chain(unanswered))
            .map(|(request, chart)| self.hand_over(request, chart))
            .collect()
    }

    async fn pull_artifact(
        &mut self,
        reference: String,
    ) -> wasmtime::Result<Result<Resource<Blob>, Failure>> {
        self.enter()?;
        let Some(registry) = self.capabilities.registry.clone() else {
            return Ok(Err(Capability::Registry.absent()));
        };
        let artifact = self.wait(registry.pull_artifact(&reference)).await;
        self.observe(Subject::Artifact { reference }, seen_artifact(&artifact))?;
        match artifact {
            Ok(bytes) => Ok(Ok(self.push_blob(bytes)?)),
            Err(failure) => Ok(Err(failure)),
        }
    }
}

impl HostChart for State {
    fn name(&mut self, chart: Resource<Chart>) -> wasmtime::Result<String> {
        self.enter()?;
        Ok(self.table.get(&chart)?.name.clone())
    }

    fn version(&mut self, chart: Resource<Chart>) -> wasmtime::Result<String> {
        self.enter()?;
        Ok(self.table.get(&chart)?.version.clone())
    }

    fn digest(&mut self, chart: Resource<Chart>) -> wasmtime::Result<String> {
        self.enter()?;
        Ok(self.table.get(&chart)?.digest.clone())
    }

    fn files(&mut self, chart: Resource<Chart>) -> wasmtime::Result<Vec<File>> {
        self.enter()?;
        Ok(self.table.get(&chart)?.files.to_vec())
    }

    async fn drop(&mut self, chart: Resource<Chart>) -> wasmtime::Result<()> {
        let chart = self.table.delete(chart)?;
        self.budget.release(chart.size());
        Ok(())
    }
}

impl HostBlob for State {
    fn size(&mut self, blob: Resource<Blob>) -> wasmtime::Result<u64> {
        self.enter()?;
        Ok(self.table.get(&blob)?.0.len() as u64)
    }

    fn read(&mut self, blob: Resource<Blob>, offset: u64, len: u64) -> wasmtime::Result<Vec<u8>> {
        self.enter()?;
        Ok(self.table.get(&blob)?.slice(offset, len).to_vec())
    }

    async fn drop(&mut self, blob: Resource<Blob>) -> wasmtime::Result<()> {
        let blob = self.table.delete(blob)?;
        self.budget.release(blob.0.len() as u64);
        Ok(())
    }
}

impl State {
    /// Records what came for `request` and puts a handle on it.
    fn hand_over(
        &mut self,
        request: &ChartRequest,
        chart: Result<Chart, Failure>,
    ) -> wasmtime::Result<Result<Resource<Chart>, Failure>> {
        self.observe(request.into(), seen_chart(&chart))?;
        match chart {
            Ok(chart) => {
                self.budget.hold(chart.size())?;
                Ok(Ok(self.table.push(chart)?))
            }
            Err(failure) => Ok(Err(failure)),
        }
    }

    /// A handle on `bytes`, which count as the plugin's memory while it keeps the handle.
    pub(crate) fn push_blob(&mut self, bytes: Bytes) -> wasmtime::Result<Resource<Blob>> {
        self.budget.hold(bytes.len() as u64)?;
        Ok(self.table.push(Blob(bytes))?)
    }
}

fn unanswered() -> Failure {
    Failure {
        blame: Blame::Platform,
        message: "the registry gave fewer answers than there were requests".to_owned(),
        hint: None,
        location: None,
    }
}

pub(crate) fn seen_version(version: &Result<ArtifactVersion, Failure>) -> Seen {
    Seen::of(version, |parts, version| parts.extend([&version.version, &version.digest]))
}

pub(crate) fn seen_versions(versions: &Result<Vec<String>, Failure>) -> Seen {
    Seen::of(versions, |parts, versions| parts.extend(versions))
}

/// The digest stands for the files: whoever implements [`Registry`] has verified them against it.
pub(crate) fn seen_chart(chart: &Result<Chart, Failure>) -> Seen {
    Seen::of(chart, |parts, chart| {
        parts.extend([&chart.name, &chart.version, &chart.digest]);
    })
}

pub(crate) fn seen_artifact(artifact: &Result<Bytes, Failure>) -> Seen {
    Seen::of(artifact, |parts, bytes| parts.add(bytes))
}
