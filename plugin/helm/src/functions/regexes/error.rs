//! Why a text is not a regular expression.

/// Why a text is not a regular expression, in the words of Go's `regexp/syntax`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("error parsing regexp: {problem}: `{}`", String::from_utf8_lossy(.text))]
pub(super) struct SyntaxError {
    pub(super) problem: Problem,
    /// The part that is wrong.
    pub(super) text: Vec<u8>,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Problem {
    #[error("invalid character class range")]
    ClassRange,
    #[error("invalid escape sequence")]
    Escape,
    #[error("invalid named capture")]
    NamedCapture,
    #[error("invalid or unsupported Perl syntax")]
    PerlSyntax,
    #[error("invalid nested repetition operator")]
    NestedRepetition,
    #[error("invalid repeat count")]
    RepeatCount,
    #[error("invalid UTF-8")]
    Utf8,
    #[error("missing closing ]")]
    MissingBracket,
    #[error("missing closing )")]
    MissingParenthesis,
    #[error("missing argument to repetition operator")]
    MissingRepeated,
    #[error("trailing backslash at end of expression")]
    TrailingBackslash,
    #[error("unexpected )")]
    UnexpectedParenthesis,
    #[error("expression nests too deeply")]
    Depth,
    #[error("expression too large")]
    Size,
}

impl Problem {
    /// The error about a part of a pattern.
    pub(super) fn of(self, text: &[u8]) -> SyntaxError {
        SyntaxError { problem: self, text: text.to_vec() }
    }
}
