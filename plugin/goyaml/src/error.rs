//! What can be wrong with a YAML stream.

/// An error of go-yaml, with the text that go-yaml gives it.
///
/// ```
/// use goyaml::v2;
///
/// let error = v2::decode(b"a: 1\nb: c: 2").unwrap_err();
/// assert_eq!(error.to_string(), "yaml: line 2: mapping values are not allowed in this context");
/// assert_eq!(error.line(), Some(2));
/// ```
// Boxed, so that the results that are passed around all the time stay small.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<ErrorKind>);

impl Error {
    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }

    /// The line that the text of the error names.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        match self.kind() {
            ErrorKind::Syntax { line, .. } | ErrorKind::Depth { line, .. } => *line,
            _ => None,
        }
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self(Box::new(kind))
    }
}

/// The kinds of errors.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The stream isn't well-formed.
    #[error("yaml: {}{problem}", At(*.line))]
    Syntax {
        /// The line as go-yaml counts it: from one, and none for most errors of the first line.
        line: Option<usize>,
        /// What the scanner or the parser objects to.
        problem: &'static str,
    },
    /// The stream nests deeper than go-yaml follows.
    #[error("yaml: {}exceeded max depth of {limit}", At(*.line))]
    Depth {
        /// The line as go-yaml counts it.
        line: Option<usize>,
        /// The deepest that is allowed, in levels.
        limit: usize,
    },
    /// An alias names an anchor that the document doesn't have up to there.
    #[error("yaml: unknown anchor '{0}' referenced")]
    UnknownAnchor(String),
    /// An alias occurs within the value it stands for.
    #[error("yaml: anchor '{0}' value contains itself")]
    SelfReference(String),
    /// The document grows too much when its aliases are replaced.
    #[error("yaml: document contains excessive aliasing")]
    ExcessiveAliasing,
    /// A scalar isn't of the type that its tag says.
    #[error("yaml: cannot decode {found} `{text}` as a {wanted}")]
    Tag {
        /// The type that the text has, as a short tag.
        found: &'static str,
        /// The scalar's text.
        text: String,
        /// The tag, shortened.
        wanted: String,
    },
    /// A scalar tagged `!!binary` isn't base64.
    #[error("yaml: !!binary value contains invalid base64 data")]
    Base64,
    /// A mapping's key is a mapping or a sequence; Go's syntax for it.
    #[error("yaml: invalid map key: {0}")]
    Key(String),
    /// What `<<` names is neither a mapping nor a sequence of mappings.
    #[error("yaml: map merge requires map or sequence of maps as the value")]
    Merge,
    /// Values that don't fit what is asked for; one line each.
    #[error("yaml: unmarshal errors:\n  {}", .0.join("\n  "))]
    Types(Vec<String>),
}

struct At(Option<usize>);

impl std::fmt::Display for At {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(line) => write!(formatter, "line {line}: "),
            None => Ok(()),
        }
    }
}
