//! A failure as every form of report shows it.

use std::path::PathBuf;

use generate::{Blame, Location};

use super::excerpt;
use crate::exit::{Code, Failure, Origin};

/// One thing that went wrong.
#[derive(Debug)]
pub(super) struct Diagnostic {
    pub(super) code: Code,
    /// The application, where there are several.
    pub(super) application: Option<String>,
    /// Who has to act, where a plugin was asked.
    pub(super) blame: Option<Blame>,
    pub(super) message: String,
    pub(super) hint: Option<String>,
    pub(super) place: Option<Place>,
}

/// A place, in a file of this machine where it is one.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) location: Location,
    /// The file, if it can be read here.
    pub(super) file: Option<PathBuf>,
}

// === impl Diagnostic ===

impl Diagnostic {
    /// Everything that `failure` is about; at least one.
    pub(super) fn all(failure: &Failure) -> Vec<Self> {
        match failure {
            Failure::Several { failures, .. } => failures.iter().flat_map(Self::all).collect(),
            Failure::Generation { origin, error, .. } => vec![Self {
                code: failure.code(),
                application: origin.application.clone(),
                blame: Some(error.blame),
                message: error.message.clone(),
                hint: error.hint.clone(),
                place: error.location.clone().map(|location| Place::new(location, origin)),
            }],
            Failure::Other(other) => vec![Self {
                code: other.code,
                application: other.application.clone(),
                blame: None,
                message: other.message.clone(),
                hint: other.hint.clone(),
                place: other.location.clone().map(|location| Place::new(location, &Origin::default())),
            }],
        }
    }
}

// === impl Place ===

impl Place {
    fn new(location: Location, origin: &Origin) -> Self {
        let file = excerpt::find(&location.file, origin.folder.as_deref());
        Self { location, file }
    }

    /// The file as a program finds it: relative to where the command runs, where it can.
    pub(super) fn path(&self) -> String {
        let Some(file) = &self.file else { return self.location.file.clone() };
        let here = std::env::current_dir().ok().and_then(|folder| folder.canonicalize().ok());
        let absolute = file.canonicalize().unwrap_or_else(|_| file.clone());
        let relative = here.and_then(|folder| absolute.strip_prefix(folder).map(PathBuf::from).ok());
        relative.unwrap_or_else(|| file.clone()).display().to_string()
    }
}
