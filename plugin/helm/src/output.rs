//! What a render gives, and how `helm template` prints it.

use gotemplate::Str;

use crate::manifest::{Hook, Manifest, split, trim};
use crate::path;
use crate::profile::Profile;

/// A file of `crds/`: neither rendered nor cut into documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomResource {
    /// Where it is: `chart/charts/subchart/crds/x.yaml`.
    pub path: String,
    /// The text of the file.
    pub content: Str,
}

/// The result of a render.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    pub(crate) profile: Profile,
    /// The files of `crds/`, of subcharts as well.
    pub crds: Vec<CustomResource>,
    /// The documents of the release in the order of installation.
    pub manifests: Vec<Manifest>,
    /// The hooks in the same order.
    pub hooks: Vec<Hook>,
    /// The text of the chart's `NOTES.txt`.
    pub notes: Str,
    /// What Helm logs.
    pub warnings: Vec<String>,
}

/// Which files of `crds/` are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Crds {
    /// None.
    #[default]
    Leave,
    /// All: `--include-crds`.
    Include,
}

/// Which hooks are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hooks {
    /// All.
    #[default]
    All,
    /// `--skip-tests`.
    NoTests,
    /// `--no-hooks`.
    None,
}

/// Which parts of an output are printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// The files of `crds/`.
    pub crds: Crds,
    /// The hooks.
    pub hooks: Hooks,
    /// Only the documents of templates with these paths (patterns, without the chart's name); empty for all.
    pub show_only: Vec<String>,
}

/// A pattern of `show_only` that no document matches.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("could not find template {pattern} in chart")]
pub struct TemplateNotFound {
    /// The pattern.
    pub pattern: String,
}

impl Output {
    /// The text that `helm template` prints, byte for byte.
    ///
    /// # Errors
    /// That a pattern of `show_only` matches nothing.
    pub fn text(&self, selection: &Selection) -> Result<Vec<u8>, TemplateNotFound> {
        let whole = self.whole(selection);
        if selection.show_only.is_empty() {
            return Ok(whole);
        }
        let documents = split(&whole, self.profile.splitter());
        let mut shown = Vec::new();
        for pattern in &selection.show_only {
            let before = shown.len();
            for document in documents.iter().filter(|document| is_of(document, pattern)) {
                shown.extend_from_slice(b"---\n");
                shown.extend_from_slice(document);
                shown.push(b'\n');
            }
            if shown.len() == before {
                return Err(TemplateNotFound { pattern: pattern.clone() });
            }
        }
        Ok(shown)
    }

    /// How long the text is if nothing is left out.
    fn length(&self) -> usize {
        let crds = self.crds.iter().map(|crd| printed_length(&crd.path, &crd.content));
        let manifests = self.manifests.iter().chain(self.hooks.iter().map(|hook| &hook.manifest));
        let manifests = manifests.map(|manifest| printed_length(&manifest.path, &manifest.content));
        crds.chain(manifests).sum::<usize>() + 1
    }

    fn whole(&self, selection: &Selection) -> Vec<u8> {
        // The text of a large chart must not be there twice, as it is while a vector grows.
        let mut text = Vec::with_capacity(self.length());
        if selection.crds == Crds::Include {
            for crd in &self.crds {
                push(&mut text, &crd.path, &crd.content);
            }
        }
        for manifest in &self.manifests {
            push(&mut text, &manifest.path, &manifest.content);
        }
        // What is not empty begins with a separator, so that only the end has space.
        text.truncate(trim(&text).len());
        text.push(b'\n');
        for hook in self.hooks.iter().filter(|hook| selection.hooks.has(hook)) {
            push(&mut text, &hook.manifest.path, &hook.manifest.content);
        }
        text
    }
}

impl Hooks {
    fn has(self, hook: &Hook) -> bool {
        match self {
            Self::All => true,
            Self::NoTests => !hook.is_test(),
            Self::None => false,
        }
    }
}

const SOURCE: &[u8] = b"---\n# Source: ";

/// How much [`push`] adds.
fn printed_length(path: &str, content: &Str) -> usize {
    SOURCE.len() + path.len() + content.len() + 2
}

fn push(text: &mut Vec<u8>, path: &str, content: &Str) {
    text.extend_from_slice(SOURCE);
    text.extend_from_slice(path.as_bytes());
    text.push(b'\n');
    text.extend_from_slice(content.as_bytes());
    text.push(b'\n');
}

/// Whether a document's first source comment names a path, without the chart's name, that matches.
fn is_of(document: &[u8], pattern: &str) -> bool {
    let text = String::from_utf8_lossy(document);
    let sources = text.split("# Source: ").skip(1).filter_map(|rest| {
        let (chart, path) = rest.split('\n').next()?.split_once('/')?;
        (!chart.is_empty() && !path.is_empty()).then_some(path)
    });
    sources.into_iter().next().is_some_and(|source| path::matches(pattern, source).unwrap_or(false))
}
