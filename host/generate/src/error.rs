//! Why a generation failed, and who has to act.

use std::fmt;

/// Who has to act on a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Blame {
    /// The application: its files, values, parameters or the chart that it names.
    Application,
    /// The plugin.
    Plugin,
    /// The host, its configuration, the network or a registry.
    Platform,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Location {
    /// The file, as its reader would look for it.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1; 0 where only the line is known.
    pub column: u32,
}

/// A failed generation. [`fmt::Display`] gives the message alone; [`Error::report`] all of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[error("{message}")]
pub struct Error {
    /// Who has to act.
    pub blame: Blame,
    /// What was attempted, on what, and what came back.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Where it went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
}

// === impl Blame ===

impl fmt::Display for Blame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Application => "application",
            Self::Plugin => "plugin",
            Self::Platform => "platform",
        })
    }
}

// === impl Location ===

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)?;
        if self.column > 0 {
            write!(f, ":{}", self.column)?;
        }
        Ok(())
    }
}

// === impl Error ===

impl Error {
    /// A failure without hint or location.
    #[must_use]
    pub fn new(blame: Blame, message: impl Into<String>) -> Self {
        Self { blame, message: message.into(), hint: None, location: None }
    }

    /// The same failure with what to do about it.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// The whole text for people: message, place, hint and who has to act.
    #[must_use]
    pub fn report(&self) -> String {
        let mut text = self.message.clone();
        if let Some(location) = &self.location
            && !self.message.contains(&location.file)
        {
            text.push_str(&format!("\n  at {location}"));
        }
        if let Some(hint) = &self.hint {
            text.push_str(&format!("\n  hint: {hint}"));
        }
        text.push_str(&format!("\n  blame: {}", self.blame));
        text
    }
}

// === from the sandbox ===

impl From<sandbox::Blame> for Blame {
    fn from(blame: sandbox::Blame) -> Self {
        match blame {
            sandbox::Blame::Application => Self::Application,
            sandbox::Blame::Plugin => Self::Plugin,
            sandbox::Blame::Platform => Self::Platform,
        }
    }
}

impl From<sandbox::Failure> for Error {
    fn from(failure: sandbox::Failure) -> Self {
        let place = |location: sandbox::Location| Location {
            file: location.file,
            line: location.line,
            column: location.column,
        };
        Self {
            blame: failure.blame.into(),
            message: failure.message,
            hint: failure.hint,
            location: failure.location.map(place),
        }
    }
}

impl From<sandbox::CallError> for Error {
    fn from(error: sandbox::CallError) -> Self {
        Self { blame: error.blame().into(), message: error.to_string(), hint: error.hint(), location: None }
    }
}

impl From<sandbox::LoadError> for Error {
    fn from(error: sandbox::LoadError) -> Self {
        Self { blame: error.blame().into(), message: chain(&error), hint: error.hint(), location: None }
    }
}

/// An error with its causes, each once.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        if !text.ends_with(&message) {
            text.push_str(": ");
            text.push_str(&message);
        }
        cause = error.source();
    }
    text
}
