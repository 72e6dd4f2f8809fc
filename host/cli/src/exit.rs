//! How a command ends: exit codes, and the failures that lead to them.

use std::fmt;
use std::process::ExitCode;

use generate::Blame;

/// Exit codes. `docs/cli.md` lists them for pipelines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// All went well.
    Success = 0,
    /// What was asked about failed: the application, its chart, its values.
    Failed = 1,
    /// The command line can't be understood.
    Usage = 2,
    /// The configuration can't be used.
    Configuration = 3,
    /// What Tiphys runs on failed: network, registry, disk.
    Platform = 4,
    /// The plugin failed.
    Plugin = 7,
    /// Tiphys itself is wrong.
    Bug = 70,
}

/// A command that failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A generation failed.
    Generation {
        /// The application, where there are several.
        application: Option<String>,
        /// What went wrong.
        error: generate::Error,
    },
    /// Anything else.
    Other {
        /// How the command ends.
        code: Code,
        /// What went wrong; several lines where several things did.
        message: String,
        /// What to do about it.
        hint: Option<String>,
    },
}

// === impl Code ===

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}

// === impl Failure ===

impl Failure {
    pub(crate) fn new(code: Code, message: impl fmt::Display) -> Self {
        Self::Other { code, message: message.to_string(), hint: None }
    }

    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::new(Code::Usage, message)
    }

    pub(crate) fn platform(message: impl fmt::Display) -> Self {
        Self::new(Code::Platform, message)
    }

    pub(crate) fn bug(message: impl fmt::Display) -> Self {
        Self::new(Code::Bug, message)
    }

    /// What `error` says about who has to act and how, under `message`.
    pub(crate) fn from_diagnosis(error: &impl policy::Diagnose, message: String) -> Self {
        let code = match error.blame() {
            policy::Blame::Application => Code::Failed,
            policy::Blame::Plugin => Code::Plugin,
            policy::Blame::Platform => Code::Platform,
        };
        Self::Other { code, message, hint: error.hint() }
    }

    pub(crate) fn with_hint(self, text: impl Into<String>) -> Self {
        match self {
            Self::Other { code, message, .. } => Self::Other { code, message, hint: Some(text.into()) },
            generation @ Self::Generation { .. } => generation,
        }
    }

    pub(crate) const fn code(&self) -> Code {
        match self {
            Self::Generation { error, .. } => match error.blame {
                Blame::Application => Code::Failed,
                Blame::Plugin => Code::Plugin,
                Blame::Platform => Code::Platform,
            },
            Self::Other { code, .. } => *code,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (message, hint) = match self {
            Self::Generation { error, .. } => (&error.message, &error.hint),
            Self::Other { message, hint, .. } => (message, hint),
        };
        f.write_str(message)?;
        hint.iter().try_for_each(|hint| write!(f, "; {hint}"))
    }
}

impl From<generate::Error> for Failure {
    fn from(error: generate::Error) -> Self {
        Self::Generation { application: None, error }
    }
}

impl From<crate::config::LoadError> for Failure {
    fn from(error: crate::config::LoadError) -> Self {
        Self::new(Code::Configuration, error)
    }
}
