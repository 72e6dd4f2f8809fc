//! Why a chart cannot be rendered.

use crate::chart::LoadError;
use crate::coalesce::TypeMismatch;
use crate::dependencies::{DependencyError, MissingDependencies};
use crate::engine::{Frame, TemplateError};
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

/// Where in the chart, or in a file of the user, something is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// A template as Helm names it (`chart/templates/x.yaml`), a file of the chart, or a values file as the user wrote it.
    pub file: String,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The byte in the line, from 0.
    pub column: Option<usize>,
}

impl Error {
    /// The innermost place that is known. Of a rendered document that is no manifest, the template.
    #[must_use]
    pub fn location(&self) -> Option<Location> {
        match self {
            Self::Template(error) => {
                let frame = error.frames().last()?;
                Some(Location { file: frame.file.clone(), line: Some(frame.line), column: frame.column })
            }
            Self::Manifest(error) => Some(Location { file: error.path.clone(), line: None, column: None }),
            Self::Load(LoadError::Document { file, source }) => {
                Some(Location { file: (*file).to_owned(), line: source.line(), column: None })
            }
            Self::Values(ValuesError::File { path, source }) => {
                Some(Location { file: path.clone(), line: source.line(), column: None })
            }
            _ => None,
        }
    }

    /// The templates that were open when rendering failed, from the rendered file inwards: the chain of includes.
    #[must_use]
    pub fn frames(&self) -> &[Frame] {
        match self {
            Self::Template(error) => error.frames(),
            _ => &[],
        }
    }

    /// The dotted paths of the values that are wrong or that a template missed, as a user writes them behind `--set`.
    #[must_use]
    pub fn value_paths(&self) -> Vec<String> {
        match self {
            Self::Template(error) => error.value_path().into_iter().collect(),
            Self::Schema(error) => {
                error.charts.iter().flat_map(|chart| chart.paths.iter().cloned()).collect()
            }
            Self::Coalesce(mismatch) => vec![mismatch.name.clone()],
            Self::Dependencies { source: DependencyError::Mismatch(mismatch), .. } => {
                vec![mismatch.name.clone()]
            }
            _ => Vec::new(),
        }
    }

    /// A line that a person who is stuck might want to read.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Template(error) => error.hint(),
            Self::KubeVersion { constraint, .. } => {
                Some(format!("render for a version of Kubernetes that `{constraint}` allows"))
            }
            Self::LibraryChart => Some("make it a dependency of a chart of `type: application`".to_owned()),
            _ => None,
        }
    }
}

/// What Helm adds to errors of rendering.
const DEBUG_HINT: &str = "\n\nUse --debug flag to render out invalid YAML";
