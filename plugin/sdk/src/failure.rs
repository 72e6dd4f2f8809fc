//! Saying what went wrong, and who has to act.

use crate::{Blame, Failure, Location};

impl Failure {
    /// A failure that the application's author has to act on: files, values, parameters, the chart.
    #[must_use]
    pub fn application(message: impl Into<String>) -> Self {
        Self::new(Blame::Application, message)
    }

    /// A failure that the plugin's author has to act on.
    #[must_use]
    pub fn plugin(message: impl Into<String>) -> Self {
        Self::new(Blame::Plugin, message)
    }

    /// A failure that the operator has to act on: the host, its configuration, a registry.
    #[must_use]
    pub fn platform(message: impl Into<String>) -> Self {
        Self::new(Blame::Platform, message)
    }

    fn new(blame: Blame, message: impl Into<String>) -> Self {
        Self { blame, message: message.into(), hint: None, location: None }
    }

    /// The same failure, and what to do about it; where that is a line to write, the line itself.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// The same failure, at a line and a column (from 1; 0 if only the line is known) of a file.
    #[must_use]
    pub fn at(self, file: impl Into<String>, line: u32, column: u32) -> Self {
        Self { location: Some(Location { file: file.into(), line, column }), ..self }
    }
}
