//! Helm as a pure library: chart, values, release and capabilities in, manifests out, byte for byte what
//! `helm template` of the version named by a [`Profile`] prints.
//!
//! Nothing here reads a file, a clock, the environment or a random number generator: all of them are arguments.
//!
//! * [`Chart::from_files`] and [`Chart::from_archive`] load a chart, once; it is plain data that threads can share.
//! * [`Render`] has everything else that a render depends on; [`Render::run`] gives an [`Output`].
//!   [`Render::files`] renders templates one by one, for tests of charts.
//! * [`Output::text`] is what Helm prints; [`Error`] displays as what Helm says, and carries structure beside it.

pub mod context;
pub mod entropy;
pub mod functions;
pub mod lookup;
pub mod profile;

mod archive;
mod capabilities;
mod chart;
mod coalesce;
mod data;
mod decode;
mod dependencies;
mod engine;
mod error;
mod glob;
mod ignore;
mod manifest;
mod metadata;
mod node;
mod object;
mod output;
mod path;
mod release;
mod render;
mod rendered;
mod schema;
mod strvals;
mod templates;
mod text;
mod values;

pub use archive::ArchiveError;
pub use capabilities::{Capabilities, KubeVersion, KubeVersionError};
pub use chart::{Chart, File, LoadError};
pub use coalesce::TypeMismatch;
pub use dependencies::{DependencyError, MissingDependencies};
pub use engine::{Frame, TemplateError};
pub use error::{Error, Location};
pub use gotemplate::Limits;
pub use ignore::{IgnoreError, kept};
pub use manifest::{Event, Hook, Manifest, ManifestError};
pub use metadata::{Dependency, ImportValue, Maintainer, Metadata, Text, ValidationError};
pub use output::{Crds, CustomResource, Hooks, Output, Selection, TemplateNotFound};
pub use path::BadPattern;
pub use profile::Profile;
pub use release::{Operation, Release, ReleaseNameError};
pub use render::{Focus, LIMITS, Render, SchemaValidation};
pub use rendered::{RenderedFile, RenderedFiles};
pub use schema::{SchemaError, SchemaViolation};
pub use strvals::StrvalsError;
pub use values::{ParseError, ValuesError, ValuesFile, ValuesSources};

/// Makes what all renders share and the first one would make: some milliseconds that a process need not spend later.
pub fn prepare() {
    schema::prepare();
    templates::prepare();
}
