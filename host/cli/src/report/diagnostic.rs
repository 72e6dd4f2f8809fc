//! A failure as every form of report shows it.

use generate::Blame;

use super::place::Place;
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
