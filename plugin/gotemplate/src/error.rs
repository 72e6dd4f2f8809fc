//! Errors of parsing and of execution, with Go's texts.

use std::fmt;

use crate::FunctionError;
use crate::strconv::quote;

/// A text is not a template. The display is Go's: `template: NAME:LINE: MESSAGE`.
///
/// ```
/// use std::sync::Arc;
/// use gotemplate::{Functions, Template};
/// let error = Template::parse("web.yaml", "a: b\n{{if .x}}", &Arc::new(Functions::builtins())).unwrap_err();
/// assert_eq!(error.line, 2);
/// assert_eq!(error.to_string(), "template: web.yaml:2: unexpected EOF");
/// ```
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
///
/// ```
/// use std::sync::Arc;
/// use gotemplate::{Functions, Limits, Template, TemplateSet, Value};
///
/// let mut set = TemplateSet::new("root");
/// set.add(&Template::parse("web.yaml", "replicas: {{len .replicas}}", &Arc::new(Functions::builtins()))?);
/// let data = Value::map([("replicas", Value::int(2))]);
/// let error = set.render("web.yaml", &data, &mut (), &Limits::default()).unwrap_err();
///
/// let location = error.location().expect("the template was entered");
/// assert_eq!((location.file.as_str(), location.line, location.column), ("web.yaml", 1, 12));
/// assert_eq!(
///     error.to_string(),
///     "template: web.yaml:1:12: executing \"web.yaml\" at <len .replicas>: error calling len: len of type int"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
///
/// ```
/// assert_eq!(gotemplate::Limit::Steps(1_000).to_string(), "exceeded maximum steps (1000)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Limit {
    /// Of templates that execute one within another.
    #[error("exceeded maximum template depth ({0})")]
    Depth(usize),
    /// Of the bytes of strings, lists and maps that are made.
    #[error("exceeded maximum memory ({0} bytes)")]
    Memory(u64),
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
