//! Errors of parsing and of execution, with Go's texts.

use std::fmt;

use crate::FunctionError;
use crate::strconv::quote;

/// A text is not a template. The display is Go's: `template: NAME:LINE: MESSAGE`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("template: {name}:{line}: {message}")]
pub struct ParseError {
    /// The name of the text that was parsed.
    pub name: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// Where an execution was when it failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The name of the parsed text (a file, for instance).
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The byte in the line, from 0.
    pub column: usize,
    /// The node as Go prints it: `.Values.image`.
    pub node: String,
}

/// A template failed. The display is Go's:
/// `template: FILE:LINE:COLUMN: executing "TEMPLATE" at <NODE>: MESSAGE`.
#[derive(Debug, Clone)]
pub struct ExecError(Box<Failure>);

#[derive(Debug, Clone)]
struct Failure {
    template: String,
    location: Option<Location>,
    cause: ExecCause,
}

/// What is wrong in an execution.
#[derive(Debug, Clone)]
pub enum ExecCause {
    /// Go's text.
    Message(String),
    /// There is no template of that name. Its display stands alone, without a location.
    NoTemplate {
        /// The name.
        name: String,
        /// The set that was asked, by its name.
        set: String,
    },
    /// A function failed.
    Function {
        /// The name of the function.
        name: String,
        /// Its error; [`FunctionError::cause`] is the next link of the chain.
        error: FunctionError,
    },
    /// A limit was reached.
    Limit(Limit),
}

/// A limit that an execution reached, and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Limit {
    /// Of templates that execute one within another.
    #[error("exceeded maximum template depth ({0})")]
    Depth(usize),
    /// Of the bytes that are written.
    #[error("exceeded maximum output ({0} bytes)")]
    Output(usize),
    /// Of the nodes that are evaluated.
    #[error("exceeded maximum steps ({0})")]
    Steps(u64),
}

impl ExecError {
    pub(crate) fn new(template: String, location: Option<Location>, cause: ExecCause) -> Self {
        Self(Box::new(Failure { template, location, cause }))
    }

    /// The name of the template that was executing.
    #[must_use]
    pub fn template(&self) -> &str {
        &self.0.template
    }

    /// Where; `None` if the template was never entered.
    #[must_use]
    pub fn location(&self) -> Option<&Location> {
        self.0.location.as_ref()
    }

    /// What is wrong.
    #[must_use]
    pub fn cause(&self) -> &ExecCause {
        &self.0.cause
    }

    /// The chain of failed executions from this one inwards, through the functions that executed templates.
    pub fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |error| match error.cause() {
            ExecCause::Function { error, .. } => error.cause(),
            ExecCause::Message(_) | ExecCause::NoTemplate { .. } | ExecCause::Limit(_) => None,
        })
    }
}

impl fmt::Display for ExecError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { template, location, cause } = self.0.as_ref();
        match (location, cause) {
            (_, ExecCause::NoTemplate { .. }) => write!(formatter, "template: {cause}"),
            (None, _) => write!(formatter, "template: {template}: {cause}"),
            (Some(Location { file, line, column, node }), _) => {
                write!(
                    formatter,
                    "template: {file}:{line}:{column}: executing {} at <{node}>: {cause}",
                    quote(template)
                )
            }
        }
    }
}

impl fmt::Display for ExecCause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(message) => formatter.write_str(message),
            Self::NoTemplate { name, set } => {
                write!(formatter, "no template {} associated with template {}", quote(name), quote(set))
            }
            Self::Function { name, error } => write!(formatter, "error calling {name}: {error}"),
            Self::Limit(limit) => limit.fmt(formatter),
        }
    }
}

impl std::error::Error for ExecError {}
