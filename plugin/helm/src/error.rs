//! Why a chart cannot be rendered.

use crate::chart::LoadError;
use crate::coalesce::TypeMismatch;
use crate::dependencies::{DependencyError, MissingDependencies};
use crate::engine::TemplateError;
use crate::manifest::ManifestError;
use crate::output::TemplateNotFound;
use crate::release::ReleaseNameError;
use crate::schema::SchemaError;
use crate::values::ValuesError;

/// Why a chart cannot be rendered. The display is what Helm prints after `Error: `, with the same source.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The chart cannot be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The user's values cannot be used.
    #[error(transparent)]
    Values(#[from] ValuesError),
    /// A library chart was to be installed.
    #[error("library charts are not installable")]
    LibraryChart,
    /// Declared dependencies are not there.
    #[error(transparent)]
    MissingDependencies(#[from] MissingDependencies),
    /// The release's name is not allowed.
    #[error("{step}{source}")]
    ReleaseName {
        /// The step that failed, if the profile names it.
        step: &'static str,
        /// What is wrong with the name.
        source: ReleaseNameError,
    },
    /// Dependencies cannot be processed.
    #[error("{step}{source}")]
    Dependencies {
        /// The step that failed, if the profile names it.
        step: &'static str,
        /// What is wrong with them.
        source: DependencyError,
    },
    /// Values cannot be merged.
    #[error(transparent)]
    Coalesce(#[from] TypeMismatch),
    /// Values break the chart's schema.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The chart does not support this version of Kubernetes.
    #[error(
        "chart requires kubeVersion: {constraint} which is incompatible with Kubernetes {version}{DEBUG_HINT}"
    )]
    KubeVersion {
        /// What the chart requires.
        constraint: String,
        /// What there is.
        version: String,
    },
    /// A template is malformed or failed.
    #[error("{0}{DEBUG_HINT}")]
    Template(#[from] TemplateError),
    /// A rendered document is not a manifest.
    #[error("{0}{DEBUG_HINT}")]
    Manifest(#[from] ManifestError),
    /// A template that should be shown is not there.
    #[error(transparent)]
    TemplateNotFound(#[from] TemplateNotFound),
}

/// What Helm adds to errors of rendering.
const DEBUG_HINT: &str = "\n\nUse --debug flag to render out invalid YAML";
