//! How a command ends: exit codes, and the failures that lead to them.

use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;

use generate::{Blame, Location};
use policy::Denial;

/// Exit codes. `docs/cli.md` lists them for pipelines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// All went well.
    Success = 0,
    /// What was asked about failed: the application, its chart, its values, its tests; or `diff` found differences.
    Failed = 1,
    /// The command line can't be understood; for `diff`, anything that kept it from comparing.
    Usage = 2,
    /// The configuration can't be used.
    Configuration = 3,
    /// What Tiphys runs on failed: network, registry, disk.
    Platform = 4,
    /// A server wants a credential, or another one.
    Access = 5,
    /// A rule of the operator forbids it: what may be fetched, from where, and signed by whom.
    Rule = 6,
    /// The plugin failed, or reached one of its limits.
    Plugin = 7,
    /// What is fetched is not what was locked.
    Drift = 8,
    /// Tiphys itself is wrong.
    Bug = 70,
    /// SIGINT ended it.
    Interrupted = 130,
    /// SIGTERM ended it.
    Terminated = 143,
}

/// A command that failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A generation failed.
    Generation {
        /// What was generated.
        origin: Box<Origin>,
        /// What went wrong.
        error: generate::Error,
        /// Who said no, if that is why.
        denial: Option<Denial>,
    },
    /// Anything else.
    Other(Box<Other>),
    /// Several things, each with its own reason.
    Several {
        /// How the command ends; without it, as the first of them says.
        code: Option<Code>,
        /// At least one.
        failures: Vec<Self>,
    },
}

/// What was generated.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin {
    /// The application, where there are several.
    pub(crate) application: Option<String>,
    /// Where the files are that errors are about.
    pub(crate) folder: Option<PathBuf>,
}

/// A failure that is not one of a generation.
#[derive(Debug)]
pub(crate) struct Other {
    /// How the command ends.
    pub(crate) code: Code,
    /// What went wrong; several lines where several things did.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
    /// The application that it is about.
    pub(crate) application: Option<String>,
    /// The place that it is about.
    pub(crate) location: Option<Location>,
}

// === impl Code ===

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}

impl Code {
    /// Its name in reports for programs; it never changes.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failed => "application",
            Self::Usage => "usage",
            Self::Configuration => "configuration",
            Self::Platform => "platform",
            Self::Access => "authentication",
            Self::Rule => "policy",
            Self::Plugin => "plugin",
            Self::Drift => "drift",
            Self::Bug => "bug",
            Self::Interrupted => "interrupted",
            Self::Terminated => "terminated",
        }
    }

    const fn of(blame: Blame, denial: Option<Denial>) -> Self {
        if let Some(denial) = denial {
            return Self::denied(denial);
        }
        match blame {
            Blame::Application => Self::Failed,
            Blame::Plugin => Self::Plugin,
            Blame::Platform => Self::Platform,
        }
    }

    const fn denied(denial: Denial) -> Self {
        match denial {
            Denial::Access => Self::Access,
            Denial::Rule => Self::Rule,
        }
    }
}

// === impl Failure ===

impl Failure {
    pub(crate) fn new(code: Code, message: impl fmt::Display) -> Self {
        let message = message.to_string();
        Self::Other(Box::new(Other { code, message, hint: None, application: None, location: None }))
    }

    /// A failure that is about a place in a file.
    pub(crate) fn at(code: Code, message: impl fmt::Display, location: Location) -> Self {
        Self::new(code, message).with(|other| other.location = Some(location))
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
        let code = error.denial().map_or(code, Code::denied);
        Self::new(code, message).with(|other| other.hint = error.hint())
    }

    pub(crate) fn with_hint(self, text: impl Into<String>) -> Self {
        self.with(|other| other.hint = Some(text.into()))
    }

    /// The same failure, of an application.
    pub(crate) fn about(self, application: &str) -> Self {
        self.with(|other| other.application = Some(application.to_owned()))
    }

    fn with(mut self, change: impl FnOnce(&mut Other)) -> Self {
        if let Self::Other(other) = &mut self {
            change(other);
        }
        self
    }

    pub(crate) fn code(&self) -> Code {
        match self {
            Self::Generation { error, denial, .. } => Code::of(error.blame, *denial),
            Self::Other(other) => other.code,
            Self::Several { code: Some(code), .. } => *code,
            Self::Several { code: None, failures } => failures.first().map_or(Code::Bug, Self::code),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (message, hint) = match self {
            Self::Generation { error, .. } => (&error.message, &error.hint),
            Self::Other(other) => (&other.message, &other.hint),
            Self::Several { failures, .. } => {
                return failures.iter().try_for_each(|failure| writeln!(f, "{failure}"));
            }
        };
        f.write_str(message)?;
        hint.iter().try_for_each(|hint| write!(f, "; {hint}"))
    }
}

impl From<generate::Error> for Failure {
    fn from(error: generate::Error) -> Self {
        Self::Generation { origin: Box::default(), error, denial: None }
    }
}

impl From<crate::config::LoadError> for Failure {
    fn from(error: crate::config::LoadError) -> Self {
        Self::new(Code::Configuration, error)
    }
}
