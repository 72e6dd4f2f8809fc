//! Charts and other artifacts. The host finds and applies the credentials.

use std::io;

use crate::backend;
use crate::{Failure, File};

pub use crate::bindings::tiphys::plugin::registry::{ArtifactVersion, ChartRequest};

/// A chart, unpacked by the host. Its files stay there until they are asked for.
#[derive(Debug)]
pub struct Chart(backend::registry::Chart);

/// Bytes that stay with the host until they are read.
#[derive(Debug)]
pub struct Blob {
    handle: backend::registry::Blob,
    position: u64,
}

/// Which version of `reference` meets `constraint`; without one, what its tag or digest names.
///
/// # Errors
///
/// Fails if it is not granted, not there, or cannot be reached.
pub fn resolve(reference: &str, constraint: Option<&str>) -> Result<ArtifactVersion, Failure> {
    backend::registry::resolve(reference, constraint)
}

/// All versions of a chart or tags of an artifact, highest first.
///
/// # Errors
///
/// Fails if it is not granted, not there, or cannot be reached.
pub fn versions(repository: &str) -> Result<Vec<String>, Failure> {
    backend::registry::versions(repository)
}

/// Fetches a chart. Where more than one is needed, [`pull_charts`] is faster.
///
/// # Errors
///
/// Fails if it is not granted, not there, or cannot be reached.
pub fn pull_chart(request: ChartRequest) -> Result<Chart, Failure> {
    let charts = pull_charts(&[request]);
    let unanswered = || Err(Failure::platform("the host did not answer the request for a chart"));
    charts.into_iter().next().unwrap_or_else(unanswered)
}

/// Fetches charts side by side and answers in the order of the requests.
#[must_use]
pub fn pull_charts(requests: &[ChartRequest]) -> Vec<Result<Chart, Failure>> {
    let charts = backend::registry::pull_charts(requests);
    charts.into_iter().map(|chart| chart.map(Chart)).collect()
}

/// The content of an artifact with a single layer.
///
/// # Errors
///
/// Fails if it is not granted, not there, or cannot be reached.
pub fn pull_artifact(reference: &str) -> Result<Blob, Failure> {
    backend::registry::pull_artifact(reference).map(Blob::new)
}

// === impl Chart ===

impl Chart {
    /// Its name, as its `Chart.yaml` says.
    #[must_use]
    pub fn name(&self) -> String {
        self.0.name()
    }

    /// Its version, as its `Chart.yaml` says.
    #[must_use]
    pub fn version(&self) -> String {
        self.0.version()
    }

    /// `sha256:…` of the image manifest, or of the archive in a Helm repository.
    #[must_use]
    pub fn digest(&self) -> String {
        self.0.digest()
    }

    /// Its files, without the top directory, in the order of the archive.
    #[must_use]
    pub fn files(&self) -> Vec<File> {
        self.0.files()
    }
}

// === impl Blob ===

impl Blob {
    pub(crate) fn new(handle: backend::registry::Blob) -> Self {
        Self { handle, position: 0 }
    }

    /// Length in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.handle.size()
    }

    /// All bytes, at once.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.handle.read(0, self.size())
    }
}

impl io::Read for Blob {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.handle.read(self.position, buffer.len() as u64);
        for (target, byte) in buffer.iter_mut().zip(&bytes) {
            *target = *byte;
        }
        self.position += bytes.len() as u64;
        Ok(bytes.len())
    }
}
