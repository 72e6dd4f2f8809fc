//! Templates rendered one by one, for those who look at each.

use gotemplate::Str;
use goyaml::Value;
use goyaml::sigs::{self, Target};

use crate::engine::TemplateError;
use crate::manifest::{ManifestError, split};
use crate::output::CustomResource;
use crate::profile::Profile;

/// What came of the templates of a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedFiles {
    /// Those that were wanted, in the order in which Helm renders them.
    pub templates: Vec<RenderedFile>,
    /// The files of `crds/`, of enabled subcharts as well.
    pub crds: Vec<CustomResource>,
}

/// What came of one template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedFile {
    /// The template, as Helm names it: `chart/templates/x.yaml`.
    pub path: String,
    /// The text, or why there is none.
    pub text: Result<Str, TemplateError>,
    pub(crate) profile: Profile,
}

impl RenderedFile {
    /// The documents of the text as Helm cuts and reads them, blank ones left out; none if the template failed.
    ///
    /// # Errors
    /// The first document that is not YAML.
    pub fn documents(&self) -> Result<Vec<Value>, ManifestError> {
        let text = self.text.as_ref().map(Str::as_bytes).unwrap_or_default();
        let documents = split(text, self.profile.splitter());
        documents.into_iter().filter_map(|document| self.document(document).transpose()).collect()
    }

    fn document(&self, content: &[u8]) -> Result<Option<Value>, ManifestError> {
        let decoded = sigs::decode(content, Target::Any, &mut goyaml::Values);
        decoded.map_err(|source| ManifestError {
            path: self.path.clone(),
            source,
            content: Str::new(content),
        })
    }
}
