//! What the scanner finds.

use std::borrow::Cow;

use crate::Mark;

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarStyle {
    /// `text`
    Plain,
    /// `'text'`
    SingleQuoted,
    /// `"text"`
    DoubleQuoted,
    /// `|` and an indented block.
    Literal,
    /// `>` and an indented block.
    Folded,
}

/// One token and where it is.
#[derive(Clone, Debug)]
pub(crate) struct Token<'i> {
    pub(crate) kind: TokenKind<'i>,
    pub(crate) start: Mark,
    pub(crate) end: Mark,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind<'i> {
    StreamStart,
    StreamEnd,
    /// `%YAML major.minor`
    Version(u8, u8),
    /// `%TAG handle prefix`
    TagDirective(&'i str, Cow<'i, str>),
    /// `---`
    DocumentStart,
    /// `...`
    DocumentEnd,
    /// The indentation of a block sequence begins.
    BlockSequenceStart,
    /// The indentation of a block mapping begins.
    BlockMappingStart,
    /// An indentation ends.
    BlockEnd,
    /// `[`
    FlowSequenceStart,
    /// `]`
    FlowSequenceEnd,
    /// `{`
    FlowMappingStart,
    /// `}`
    FlowMappingEnd,
    /// `-`
    BlockEntry,
    /// `,`
    FlowEntry,
    /// `?`, or the place before a simple key.
    Key,
    /// `:`
    Value,
    /// `*name`
    Alias(&'i str),
    /// `&name`
    Anchor(&'i str),
    /// `!handle!suffix`; the handle is empty for `!<suffix>` and `!`.
    Tag(&'i str, Cow<'i, str>),
    Scalar(Cow<'i, str>, ScalarStyle),
}
