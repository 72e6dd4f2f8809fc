//! What the parser finds.

use std::borrow::Cow;

use crate::{Mark, ScalarStyle};

/// One event and where it is.
#[derive(Clone, Debug)]
pub struct Event<'i> {
    /// What it is.
    pub kind: EventKind<'i>,
    /// Where it begins.
    pub start: Mark,
    /// Where it ends.
    pub end: Mark,
    /// The comments around it; only go-yaml v3 keeps them.
    pub comments: Option<Box<Comments>>,
}

/// The kinds of events, in the order that a stream has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind<'i> {
    /// The stream begins.
    StreamStart,
    /// The stream ends; nothing follows.
    StreamEnd,
    /// A document begins.
    DocumentStart,
    /// A document ends.
    DocumentEnd {
        /// Whether there's no `...`.
        implicit: bool,
    },
    /// `*name`
    Alias(&'i str),
    /// A scalar, which may be empty.
    Scalar(Scalar<'i>),
    /// A sequence begins; its items follow.
    SequenceStart(Collection<'i>),
    /// A sequence ends.
    SequenceEnd,
    /// A mapping begins; its keys and values follow in turns.
    MappingStart(Collection<'i>),
    /// A mapping ends.
    MappingEnd,
}

/// A scalar as it's written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar<'i> {
    /// The name behind `&`.
    pub anchor: Option<&'i str>,
    /// The tag in its long form.
    pub tag: Option<Cow<'i, str>>,
    /// The text with quotes, escapes and folding resolved.
    pub value: Cow<'i, str>,
    /// How it's written.
    pub style: ScalarStyle,
    /// Whether its type follows from its text: it's plain and without a tag, or its tag is `!`.
    pub implicit: bool,
}

/// The properties of a sequence or a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection<'i> {
    /// The name behind `&`.
    pub anchor: Option<&'i str>,
    /// The tag in its long form.
    pub tag: Option<Cow<'i, str>>,
    /// Whether it's written with brackets.
    pub flow: bool,
}

/// The comments around a node, with their `#`; empty ones are missing.
///
/// ```
/// use goyaml::{Dialect, Input, Parser};
///
/// let input = Input::new(b"# above\na: b # beside");
/// let mut parser = Parser::new(&input, Dialect::V3);
/// let mut comments = Vec::new();
/// while let Some(event) = parser.next_event()? {
///     comments.extend(event.comments);
/// }
/// assert!(comments.iter().any(|comments| comments.head == "# above"));
/// assert!(comments.iter().any(|comments| comments.line == "# beside"));
/// # Ok::<(), goyaml::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comments {
    /// Above it.
    pub head: String,
    /// On its line.
    pub line: String,
    /// Below it.
    pub foot: String,
}

impl Comments {
    /// Whether there's none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.head.is_empty() && self.line.is_empty() && self.foot.is_empty()
    }
}
