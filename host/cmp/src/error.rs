//! Why a call failed, and what of that the client is told.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use generate::{Blame, PathError, Target, ViewError};
use tonic::{Code, Status};

use crate::admission::Busy;
use crate::archive::ArchiveError;
use crate::environment::EnvironmentError;

/// Bytes of a message. It travels in a header, percent-encoded, which clients limit to 8 KiB or more.
const MAX_MESSAGE: usize = 4 << 10;
/// Bytes of a longer message's end that are kept: it often tells the cause.
const KEPT_END: usize = 1 << 10;

/// A failed call.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    #[error("the stream's first message is not the metadata")]
    NoMetadata,
    #[error("a message of the stream is not a piece of the archive")]
    NoFile,
    #[error("failed to receive the application's files")]
    Stream(#[source] Status),
    #[error(transparent)]
    Busy(#[from] Busy),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error("the thread that unpacks the application's files ended early")]
    Unpacking(#[from] tokio::task::JoinError),
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    #[error(transparent)]
    Path(#[from] PathError),
    #[error(transparent)]
    View(#[from] ViewError),
    #[error("the deadline of {limit:.1?} passed for {subject} while {phase}")]
    Deadline { limit: Duration, subject: Subject, phase: Phase },
    #[error("tiphys is stopping; {subject} was interrupted while {phase}")]
    Stopping { subject: Subject, phase: Phase },
    #[error("{}", .0.report())]
    Generate(generate::Error),
}

/// What a call is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subject {
    /// Empty until the metadata has arrived, or where the client named none.
    pub(crate) application: String,
    pub(crate) target: Target,
}

/// What a call is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Metadata,
    Queue,
    Files,
    Discover,
    Parameters,
    Generate,
}

// === impl CallError ===

impl CallError {
    fn code(&self) -> Code {
        match self {
            Self::Stream(status) => status.code(),
            Self::Busy(_) => Code::ResourceExhausted,
            Self::Archive(error) if error.is_limit() => Code::ResourceExhausted,
            Self::Archive(error) if error.is_platform() => Code::Unavailable,
            Self::View(ViewError::Spool { .. }) | Self::Unpacking(_) => Code::Internal,
            Self::Deadline { .. } => Code::DeadlineExceeded,
            Self::Stopping { .. } => Code::Unavailable,
            Self::Generate(error) => match error.blame {
                Blame::Application => Code::InvalidArgument,
                Blame::Plugin => Code::Internal,
                Blame::Platform => Code::Unavailable,
            },
            _ => Code::InvalidArgument,
        }
    }

    /// The message and its causes, without bytes of a damaged file that people can't read.
    fn text(&self) -> String {
        let mut text = self.to_string();
        let mut cause = self.source();
        while let Some(error) = cause {
            let message = error.to_string();
            if !text.ends_with(&message) {
                text.push_str(": ");
                text.push_str(&message);
            }
            cause = error.source();
        }
        text.replace(
            |character: char| character.is_control() && !matches!(character, '\n' | '\t'),
            "\u{fffd}",
        )
    }
}

impl From<CallError> for Status {
    fn from(error: CallError) -> Self {
        Self::new(error.code(), shortened(error.text()))
    }
}

/// A text that fits into a header: its start and its end if it is too long.
fn shortened(text: String) -> String {
    if text.len() <= MAX_MESSAGE {
        return text;
    }
    let end = text.ceil_char_boundary(text.len() - KEPT_END);
    let start = text.floor_char_boundary(MAX_MESSAGE - KEPT_END - 64);
    let (before, after) = (text.get(..start).unwrap_or_default(), text.get(end..).unwrap_or_default());
    format!("{before}\n[… {} bytes left out …]\n{after}", end - start)
}

// === impl Subject ===

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.application.as_str() {
            "" => f.write_str("an application without a name")?,
            name => write!(f, "application `{name}`")?,
        }
        match &self.target {
            Target::Plugin(name) => write!(f, " with plugin `{name}`"),
            Target::Discovery => f.write_str(" with a discovered plugin"),
        }
    }
}

// === impl Phase ===

impl Phase {
    /// The phase in one word, for logs.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Metadata => "metadata",
            Self::Queue => "queue",
            Self::Files => "files",
            Self::Discover => "discover",
            Self::Parameters => "parameters",
            Self::Generate => "generate",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Metadata => "its metadata was awaited",
            Self::Queue => "it waited for its turn",
            Self::Files => "its files were received",
            Self::Discover => "its plugin was discovered",
            Self::Parameters => "its parameters were read",
            Self::Generate => "its manifests were generated",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_names_application_plugin_and_phase() {
        let subject = Subject { application: "web".into(), target: Target::Plugin("helm".into()) };
        let limit = Duration::from_millis(59_900);
        let status = Status::from(CallError::Deadline { limit, subject, phase: Phase::Generate });
        assert_eq!(status.code(), Code::DeadlineExceeded);
        assert_eq!(
            status.message(),
            "the deadline of 59.9s passed for application `web` with plugin `helm` while its manifests were generated"
        );
    }

    #[test]
    fn a_long_message_keeps_its_start_and_its_end() {
        let text = format!("start {} end", "é".repeat(10_000));
        let short = shortened(text.clone());
        assert!(short.len() <= MAX_MESSAGE, "{}", short.len());
        assert!(short.starts_with("start é") && short.ends_with("é end"), "{short}");
        let left_out = text.len() - short.matches('é').count() * 2 - "start  end".len();
        assert!(short.contains(&format!("[… {left_out} bytes left out …]")), "{short}");
        assert_eq!(shortened("short".into()), "short");
    }

    #[test]
    fn causes_are_told_once() {
        let error = CallError::Environment(EnvironmentError::Ambiguous("X".into()));
        assert_eq!(error.text(), "variable `X` was sent twice with different values");
        let malformed = ArchiveError::Malformed { received: 7, source: std::io::Error::other("bad header") };
        assert_eq!(
            CallError::from(malformed).text(),
            "failed to unpack the application's files after 7 bytes: bad header"
        );
    }

    #[test]
    fn blame_decides_the_code() {
        for (blame, code) in [
            (Blame::Application, Code::InvalidArgument),
            (Blame::Plugin, Code::Internal),
            (Blame::Platform, Code::Unavailable),
        ] {
            let error = generate::Error::new(blame, "no such chart").with_hint("fix it");
            let status = Status::from(CallError::Generate(error));
            assert_eq!(status.code(), code);
            assert_eq!(status.message(), format!("no such chart\n  hint: fix it\n  blame: {blame}"));
        }
    }
}
