//! Template files, parsed at most once for each name they are rendered under.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use gotemplate::{Functions, ParseError, Str, Template};

use crate::chart::File;
use crate::profile::Profile;

/// A file below `templates/`.
#[derive(Debug)]
pub(crate) struct TemplateFile {
    /// The path in the chart.
    pub(crate) path: String,
    text: Str,
    /// The parsed text, by its full name: an aliased chart has several.
    parsed: Mutex<Vec<Arc<Template>>>,
}

impl TemplateFile {
    pub(crate) fn new(file: File) -> Self {
        Self { path: file.path, text: file.content, parsed: Mutex::new(Vec::new()) }
    }

    /// The parsed text under its full name.
    pub(crate) fn parse(&self, name: &str, profile: Profile) -> Result<Arc<Template>, ParseError> {
        // A panic elsewhere leaves the list as good as it was.
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(template) = parsed.iter().find(|template| *template.name() == name) {
            return Ok(Arc::clone(template));
        }
        let template = Arc::new(Template::parse(name, self.text.clone(), functions(profile))?);
        parsed.push(Arc::clone(&template));
        Ok(template)
    }
}

/// Makes the functions of every profile, which every process does once.
pub(crate) fn prepare() {
    for profile in Profile::ALL {
        functions(profile);
    }
}

/// The functions of a profile's templates.
fn functions(profile: Profile) -> &'static Arc<Functions> {
    static TABLES: [OnceLock<Arc<Functions>>; Profile::ALL.len()] =
        [const { OnceLock::new() }; Profile::ALL.len()];
    static FIRST: OnceLock<Arc<Functions>> = OnceLock::new();
    let table = TABLES.get(profile as usize).unwrap_or(&FIRST);
    table.get_or_init(|| Arc::new(crate::engine::with_engine_functions(crate::functions::table(profile))))
}
