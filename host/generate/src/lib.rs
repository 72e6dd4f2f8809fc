//! One manifest generation from end to end: the plugin is chosen, run, and what it printed becomes
//! Kubernetes objects.
//!
//! [`Service`] is what `cmp` serves on its sockets and what the command line calls; a [`Call`] is
//! one question to it; [`Generator`] answers. Nothing here knows gRPC or wasmtime.

pub mod capability;
mod error;
mod folder;
mod generator;
mod manifests;
mod means;
mod memo;
mod plugin;
mod service;
mod settings;
mod source_tree;

/// The credential of an application's source, part of this crate's interface.
pub use credentials::{AskPass, Secret, SourceAccess, Ticket};

/// The digest of an archive or a file, part of this crate's interface.
pub use cache::Digest;
pub use sandbox::capability::source::Source;
pub use sandbox::{
    Application, ApplicationSource, Cluster, Collection, Parameter, ParameterAnnouncement as Announcement,
    ParameterValue, Request,
};

pub use crate::error::{Blame, Error, Location};
pub use crate::folder::{FolderError, WithFiles, open_folder};
pub use crate::generator::{Generator, Rendered};
pub use crate::plugin::{Plugin, PluginConfig};
pub use crate::service::{Call, Match, PluginName, Service, Target};
pub use crate::source_tree::{
    BuildError, Builder as SourceTreeBuilder, Glob, GlobError, PathError, SourceFile, SourceTree, SourceView,
    TreePath, ViewError,
};
