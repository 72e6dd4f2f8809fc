//! Helm as a pure library: chart, values, release and capabilities in, manifests out, byte for byte what
//! `helm template` of the version named by a [`Profile`] prints.
//!
//! Nothing here reads a file, a clock, the environment or a random number generator: all of them are arguments.

pub mod context;
pub mod entropy;
pub mod functions;
pub mod lookup;
pub mod profile;

mod glob;
mod ignore;
mod path;

pub use ignore::IgnoreError;
pub use path::BadPattern;
pub use profile::Profile;
