//! The seam between those who ask (`cmp`, the command line) and the one who answers.

use std::time::Instant;

use credentials::SourceAccess;
use futures::future::BoxFuture;
use sandbox::ParameterAnnouncement;

use crate::{Error, Request};

/// A plugin as its socket names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PluginName {
    /// The name in `tiphys.yaml`.
    pub name: String,
    /// The version that the plugin says it has.
    pub version: String,
}

/// Who is to answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// The plugin of this name.
    Plugin(String),
    /// The first plugin that discovers the application as one of its own.
    Discovery,
}

/// One question: the request, the files, and until when the answer is of use.
pub struct Call<Tree> {
    /// What is asked.
    pub request: Request,
    /// The application's files.
    pub tree: Tree,
    /// When the caller stops waiting.
    pub deadline: Option<Instant>,
    /// The right to the credential of the application's source, for this call. It is used for the plugin, which never
    /// sees it.
    pub source_access: Option<SourceAccess>,
}

/// Whether a plugin is one for the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// It is.
    pub supported: bool,
    /// It was asked; a plugin without discovery is used by name only.
    pub discovery: bool,
}

/// Answers about applications. `Tree` is the form in which their files come.
pub trait Service<Tree>: Send + Sync + 'static {
    /// The plugins, in the order of the configuration.
    fn plugins(&self) -> Vec<PluginName>;

    /// Whether `target` wants to be asked by [`Service::discover`] before it is used.
    fn has_discovery(&self, target: &Target) -> bool;

    /// Whether the credential of an application's source would be of use to `target`.
    fn needs_source_access(&self, target: &Target) -> bool;

    /// Whether `target` is one for the application.
    fn discover(&self, target: Target, call: Call<Tree>) -> BoxFuture<'_, Result<Match, Error>>;

    /// The parameters that `target` knows, with their defaults.
    fn parameters(
        &self,
        target: Target,
        call: Call<Tree>,
    ) -> BoxFuture<'_, Result<Vec<ParameterAnnouncement>, Error>>;

    /// The manifests: one Kubernetes object a string, as compact JSON.
    fn generate(&self, target: Target, call: Call<Tree>) -> BoxFuture<'_, Result<Vec<String>, Error>>;
}
