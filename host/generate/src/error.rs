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
