//! Which chart is meant.

use clap::Args;
use registry::{ChartRequest, Reference, Source};

use crate::connection::failed;
use crate::exit::Failure;

/// A chart, named as Helm names it.
#[derive(Clone, Debug, Args)]
pub(crate) struct ChartArgs {
    /// `oci://REGISTRY/PATH[:VERSION]`, or the name of a chart in the repository of `--repo`.
    #[arg(value_name = "CHART")]
    pub(crate) chart: String,

    #[command(flatten)]
    pub(crate) which: WhichArgs,
}

/// Where it is, and in which version.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct WhichArgs {
    /// Address of a Helm repository.
    #[arg(long, value_name = "URL")]
    pub(crate) repo: Option<String>,

    /// A version, tag, digest or range; without it, the highest that is no pre-release.
    #[arg(long, value_name = "VERSION")]
    pub(crate) version: Option<String>,

    /// Pre-releases count as well.
    #[arg(long, conflicts_with = "version")]
    pub(crate) devel: bool,
}

// === impl ChartArgs ===

impl ChartArgs {
    pub(crate) fn request(&self) -> Result<ChartRequest, Failure> {
        self.which.request(&self.chart)
    }
}

// === impl WhichArgs ===

impl WhichArgs {
    /// The request for `chart`.
    pub(crate) fn request(&self, chart: &str) -> Result<ChartRequest, Failure> {
        let version = if self.devel { Some(">0.0.0-0") } else { self.version.as_deref() };
        if let Some(repository) = &self.repo {
            return ChartRequest::parse(repository, chart, version.unwrap_or_default()).map_err(failed);
        }
        if !chart.starts_with("oci://") {
            let message = format!("`{}` is not the address of a chart", chart.escape_debug());
            return Err(Failure::usage(message)
                .with_hint("write `oci://REGISTRY/PATH`, or add `--repo URL` for a Helm repository"));
        }
        let reference: Reference = chart.parse().map_err(Failure::usage)?;
        let pinned = reference.digest.as_ref().map(ToString::to_string);
        let own = pinned.or_else(|| reference.tag.as_ref().map(registry::Tag::to_version));
        let version = match (own, version) {
            (Some(own), Some(version)) if own != version => {
                let message = format!("`{chart}` and `--version {version}` are two versions");
                return Err(Failure::usage(message).with_hint("give one of them"));
            }
            (own, version) => own.or_else(|| version.map(str::to_owned)).unwrap_or_default(),
        };
        Ok(ChartRequest { source: Source::Oci(reference.repository), version })
    }
}

/// The place that a chart is fetched from: `host[:port]`, with its scheme for a Helm repository.
pub(crate) fn place(source: &Source) -> String {
    match source {
        Source::Oci(repository) => repository.registry(),
        Source::Helm { url, .. } => url.origin().ascii_serialization(),
    }
}
