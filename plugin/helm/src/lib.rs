//! Helm as a pure library: chart, values, release and capabilities in, manifests out, byte for byte what
//! `helm template` of the version named by a [`Profile`] prints.
//!
//! Nothing here reads a file, a clock, the environment or a random number generator: all of them are arguments.

pub mod profile;

pub use profile::Profile;
