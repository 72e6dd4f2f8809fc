//! Rendered files into documents: cut, read as far as Helm reads them, told apart into manifests and hooks, and put
//! into the order of installation.

mod head;
mod order;
mod split;

use gotemplate::Str;
use goyaml::sigs::DecodeError;

pub(crate) use split::{split, trim};

use crate::engine::Rendered;
use crate::profile::Profile;
use head::Head;

/// A document that is part of the release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The template it comes from, as Helm names it: `chart/templates/x.yaml`.
    pub path: String,
    /// The object's kind; empty if it has none.
    pub kind: String,
    /// The object's name; empty if it has none.
    pub name: String,
    /// The text.
    pub content: Str,
}

/// A document that runs at some events of the release's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// The document.
    pub manifest: Manifest,
    /// When it runs.
    pub events: Vec<Event>,
}

/// When a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// `pre-install`
    PreInstall,
    /// `post-install`
    PostInstall,
    /// `pre-delete`
    PreDelete,
    /// `post-delete`
    PostDelete,
    /// `pre-upgrade`
    PreUpgrade,
    /// `post-upgrade`
    PostUpgrade,
    /// `pre-rollback`
    PreRollback,
    /// `post-rollback`
    PostRollback,
    /// `test`, or `test-success`
    Test,
}

impl Event {
    fn parse(text: &str) -> Option<Self> {
        Some(match text.trim().to_lowercase().as_str() {
            "pre-install" => Self::PreInstall,
            "post-install" => Self::PostInstall,
            "pre-delete" => Self::PreDelete,
            "post-delete" => Self::PostDelete,
            "pre-upgrade" => Self::PreUpgrade,
            "post-upgrade" => Self::PostUpgrade,
            "pre-rollback" => Self::PreRollback,
            "post-rollback" => Self::PostRollback,
            "test" | "test-success" => Self::Test,
            _ => return None,
        })
    }
}

impl Hook {
    /// Whether it runs in `helm test`.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.events.contains(&Event::Test)
    }
}

/// A rendered document is not YAML, or not an object as far as Helm looks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("YAML parse error on {path}: {source}")]
pub struct ManifestError {
    /// The template.
    pub path: String,
    /// What is wrong.
    pub source: DecodeError,
    /// The document.
    pub content: Str,
}

/// The documents of a render.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Documents {
    pub(crate) manifests: Vec<Manifest>,
    pub(crate) hooks: Vec<Hook>,
}

/// Cuts and sorts all rendered files.
pub(crate) fn sort(rendered: Rendered, profile: Profile) -> Result<Documents, ManifestError> {
    let mut documents = Documents::default();
    for (path, text) in rendered {
        for content in split(text.as_bytes(), profile.splitter()) {
            documents.add(&path, content, profile)?;
        }
    }
    let rank = |manifest: &Manifest| order::rank(&manifest.kind, profile);
    documents.manifests.sort_by_cached_key(rank);
    documents.hooks.sort_by_cached_key(|hook| rank(&hook.manifest));
    Ok(documents)
}

impl Documents {
    fn add(&mut self, path: &str, content: &[u8], profile: Profile) -> Result<(), ManifestError> {
        let refused = |source| ManifestError { path: path.to_owned(), source, content: Str::new(content) };
        let Head { kind, name, hook } = head::read(content, profile.major()).map_err(refused)?;
        let manifest = Manifest { path: path.to_owned(), kind, name, content: Str::new(content) };
        let Some(events) = hook else {
            self.manifests.push(manifest);
            return Ok(());
        };
        // An event that Helm does not know drops the document.
        if let Some(events) = events.split(',').map(Event::parse).collect() {
            self.hooks.push(Hook { manifest, events });
        }
        Ok(())
    }
}
