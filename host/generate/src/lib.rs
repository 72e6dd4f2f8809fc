//! One manifest generation from end to end: the plugin is chosen, run, and what it printed becomes
//! Kubernetes objects.
//!
//! [`Service`] is what `cmp` serves on its sockets and what the command line calls; a [`Call`] is
//! one question to it. Nothing here knows gRPC or wasmtime.

mod error;
mod request;
mod service;
mod source_tree;

/// The digest of an archive or a file, part of this crate's interface.
pub use cache::Digest;

pub use crate::error::{Blame, Error, Location};
pub use crate::request::{Application, ApplicationSource, Cluster, Parameter, ParameterValue, Request};
pub use crate::service::{Announcement, Call, Collection, Match, PluginName, Service, Target};
pub use crate::source_tree::{
    BuildError, Builder as SourceTreeBuilder, Glob, GlobError, PathError, SourceFile, SourceTree, SourceView,
    TreePath, ViewError,
};
