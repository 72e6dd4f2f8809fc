//! Turns tokens into events.

mod comment;
mod document;
mod node;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::scanner::Scanner;
use crate::token::{Token, TokenKind};
use crate::{
    Collection, Comments, Dialect, Error, ErrorKind, Event, EventKind, Input, Mark, Scalar, ScalarStyle,
};

/// Reads the events of a stream one by one.
///
/// ```
/// use goyaml::{Dialect, EventKind, Input, Parser};
///
/// let input = Input::new(b"- a\n- b\n");
/// let mut parser = Parser::new(&input, Dialect::V2);
/// let mut lines = Vec::new();
/// while let Some(event) = parser.next_event()? {
///     if let EventKind::Scalar(scalar) = event.kind {
///         lines.push((event.start.line, scalar.value));
///     }
/// }
/// assert_eq!(lines, [(0, "a".into()), (1, "b".into())]);
/// # Ok::<(), goyaml::Error>(())
/// ```
#[derive(Debug)]
pub struct Parser<'i> {
    dialect: Dialect,
    length: usize,
    scanner: Scanner<'i>,
    stage: Stage,
    /// The collections that are open.
    frames: Vec<Frame>,
    /// The handles and prefixes of the document.
    tags: BTreeMap<&'i str, Cow<'i, str>>,
    /// Bytes that tags in their long form may still have.
    tag_budget: usize,
    comments: Comments,
    /// Comments above a `-` that belong to the collection behind it.
    stem: String,
    /// An error that came up while only looking for comments. As in go-yaml, the event is read to
    /// its end nevertheless, which may fail with another error.
    passed: Option<Error>,
}

/// Bytes that tags in their long form may have, all in all, besides what the length of the stream allows. A long
/// prefix and many tags with it would take memory with the square of the stream's length; go-yaml has no limit.
const SMALL_TAGS: usize = 64 << 10;

/// The same for each byte of the stream, of which most tags' long form takes fewer than ten.
const TAG_SHARE: usize = 64;

/// Where in the stream the parser is, outside of collections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Start,
    /// Before the first document, which needs no `---`.
    FirstDocument,
    /// Before another document.
    Document,
    /// Before the root of a document without `---`.
    Root,
    /// Behind `---`, where there may be no root.
    Content,
    /// Behind the root.
    Tail,
    End,
}

/// A collection that's open, and what is expected in it.
#[derive(Clone, Copy, Debug)]
struct Frame {
    expect: Expect,
    start: Mark,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    BlockItem,
    /// An item of a sequence that isn't indented below its key.
    IndentlessItem,
    BlockKey,
    BlockValue,
    FirstFlowItem,
    FlowItem,
    /// The key, the value and the end of `[key: value]`.
    PairKey,
    PairValue,
    PairEnd,
    FirstFlowKey,
    FlowKey,
    FlowValue,
    /// Behind an entry without `:`.
    NoFlowValue,
}

impl<'i> Parser<'i> {
    /// A parser at the start of `input`.
    #[must_use]
    pub fn new(input: &'i Input<'i>, dialect: Dialect) -> Self {
        Self {
            dialect,
            length: input.text().len(),
            scanner: Scanner::new(input, dialect),
            stage: Stage::Start,
            frames: Vec::new(),
            tags: BTreeMap::new(),
            tag_budget: SMALL_TAGS + TAG_SHARE * input.text().len(),
            comments: Comments::default(),
            stem: String::new(),
            passed: None,
        }
    }

    /// The length of the whole stream, in bytes.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// The next event; `None` behind the end of the stream.
    ///
    /// # Errors
    /// What isn't well-formed. The parser is of no use afterwards.
    pub fn next_event(&mut self) -> Result<Option<Event<'i>>, Error> {
        let event = match self.frames.last().copied() {
            Some(frame) => self.next_inside(frame).map(Some),
            None => self.next_outside(),
        }?;
        match self.passed.take().or_else(|| self.scanner.fault()) {
            Some(error) => Err(error),
            None => Ok(event),
        }
    }

    /// The next event of the innermost collection.
    fn next_inside(&mut self, frame: Frame) -> Result<Event<'i>, Error> {
        match frame.expect {
            Expect::BlockItem => self.block_item(frame),
            Expect::IndentlessItem => self.indentless_item(),
            Expect::BlockKey => self.block_key(frame),
            Expect::BlockValue => self.block_value(),
            Expect::FirstFlowItem | Expect::FlowItem => self.flow_item(frame),
            Expect::PairKey => self.pair_key(),
            Expect::PairValue => self.pair_value(),
            Expect::PairEnd => self.pair_end(),
            Expect::FirstFlowKey | Expect::FlowKey => self.flow_key(frame),
            Expect::FlowValue => self.flow_value(),
            Expect::NoFlowValue => self.no_flow_value(),
        }
    }

    /// What's next in the collection that's innermost.
    fn expect(&mut self, expect: Expect) {
        if let Some(frame) = self.frames.last_mut() {
            frame.expect = expect;
        }
    }

    #[inline]
    fn peek(&mut self) -> Result<&Token<'i>, Error> {
        match self.dialect {
            Dialect::V2 => self.scanner.peek(),
            Dialect::V3 => self.peek_with_comments(),
        }
    }

    fn take(&mut self) {
        self.scanner.take();
    }

    /// Takes the next token if it's of this kind, and gives its end.
    fn take_if(&mut self, kind: &TokenKind<'_>) -> Result<Option<Mark>, Error> {
        let token = self.peek()?;
        if std::mem::discriminant(&token.kind) != std::mem::discriminant(kind) {
            return Ok(None);
        }
        let end = token.end;
        self.take();
        Ok(Some(end))
    }

    fn error(&self, context: Mark, problem: &'static str, mark: Mark) -> Error {
        ErrorKind::Syntax { line: self.dialect.parser_line(mark, context), problem }.into()
    }

    /// An error at the next token.
    fn error_here(&mut self, context: Mark, problem: &'static str) -> Error {
        match self.peek() {
            Ok(token) => {
                let mark = token.start;
                self.error(context, problem, mark)
            }
            Err(error) => error,
        }
    }

    fn event(&mut self, kind: EventKind<'i>, start: Mark, end: Mark) -> Event<'i> {
        Event { kind, start, end, comments: None }
    }

    fn empty_scalar(&mut self, mark: Mark) -> Event<'i> {
        let scalar = Scalar {
            anchor: None,
            tag: None,
            value: Cow::Borrowed(""),
            style: ScalarStyle::Plain,
            implicit: true,
        };
        self.event(EventKind::Scalar(scalar), mark, mark)
    }

    fn block_item(&mut self, frame: Frame) -> Result<Event<'i>, Error> {
        // Peeking collects the comments above the `-`.
        self.peek()?;
        let above = self.comments.head.len();
        if let Some(mark) = self.take_if(&TokenKind::BlockEntry)? {
            self.split_stem(above);
            return match self.peek()?.kind {
                TokenKind::BlockEntry | TokenKind::BlockEnd => Ok(self.empty_scalar(mark)),
                _ => self.block_node(),
            };
        }
        if self.peek()?.kind != TokenKind::BlockEnd {
            return Err(self.error_here(frame.start, "did not find expected '-' indicator"));
        }
        self.end_collection(EventKind::SequenceEnd)
    }

    fn indentless_item(&mut self) -> Result<Event<'i>, Error> {
        // Peeking collects the comments above the `-`.
        self.peek()?;
        let above = self.comments.head.len();
        if let Some(mark) = self.take_if(&TokenKind::BlockEntry)? {
            self.split_stem(above);
            return match self.peek()?.kind {
                TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                    Ok(self.empty_scalar(mark))
                }
                _ => self.block_node(),
            };
        }
        let mark = self.peek()?.start;
        self.frames.pop();
        Ok(self.event(EventKind::SequenceEnd, mark, mark))
    }

    fn block_key(&mut self, frame: Frame) -> Result<Event<'i>, Error> {
        if let Some(mark) = self.take_if(&TokenKind::Key)? {
            self.expect(Expect::BlockValue);
            return self.block_node_or_empty(mark);
        }
        if self.peek()?.kind != TokenKind::BlockEnd {
            return Err(self.error_here(frame.start, "did not find expected key"));
        }
        let token = self.peek()?;
        let (start, end) = (token.start, token.end);
        self.frames.pop();
        let mut event = self.event(EventKind::MappingEnd, start, end);
        self.attach_comments(&mut event);
        self.take();
        Ok(event)
    }

    fn block_value(&mut self) -> Result<Event<'i>, Error> {
        self.expect(Expect::BlockKey);
        match self.take_if(&TokenKind::Value)? {
            Some(mark) => self.block_node_or_empty(mark),
            None => {
                let mark = self.peek()?.start;
                Ok(self.empty_scalar(mark))
            }
        }
    }

    /// A key or a value of a block mapping, which may be missing.
    fn block_node_or_empty(&mut self, mark: Mark) -> Result<Event<'i>, Error> {
        match self.peek()?.kind {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => Ok(self.empty_scalar(mark)),
            _ => self.block_node_or_indentless(),
        }
    }

    /// Ends the innermost collection with the next token.
    fn end_collection(&mut self, kind: EventKind<'i>) -> Result<Event<'i>, Error> {
        let token = self.peek()?;
        let (start, end) = (token.start, token.end);
        self.frames.pop();
        let event = self.event(kind, start, end);
        self.take();
        Ok(event)
    }

    /// As [`Self::end_collection`], for brackets, which have comments.
    fn end_flow(&mut self, kind: EventKind<'i>) -> Result<Event<'i>, Error> {
        let mut event = self.end_collection(kind)?;
        self.attach_comments(&mut event);
        Ok(event)
    }

    fn flow_item(&mut self, frame: Frame) -> Result<Event<'i>, Error> {
        if self.peek()?.kind != TokenKind::FlowSequenceEnd {
            if frame.expect == Expect::FlowItem && self.take_if(&TokenKind::FlowEntry)?.is_none() {
                return Err(self.error_here(frame.start, "did not find expected ',' or ']'"));
            }
            let token = self.peek()?;
            let (start, end) = (token.start, token.end);
            match token.kind {
                TokenKind::Key => {
                    self.expect(Expect::FlowItem);
                    self.take();
                    self.frames.push(Frame { expect: Expect::PairKey, start });
                    let pair = Collection { anchor: None, tag: None, flow: true };
                    return Ok(self.event(EventKind::MappingStart(pair), start, end));
                }
                TokenKind::FlowSequenceEnd => {}
                _ => {
                    self.expect(Expect::FlowItem);
                    return self.flow_node();
                }
            }
        }
        self.end_flow(EventKind::SequenceEnd)
    }

    fn pair_key(&mut self) -> Result<Event<'i>, Error> {
        self.expect(Expect::PairValue);
        let token = self.peek()?;
        match token.kind {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => {
                // go-yaml drops the token here, be it the `:` or what ends the pair.
                let mark = token.end;
                self.take();
                Ok(self.empty_scalar(mark))
            }
            _ => self.flow_node(),
        }
    }

    fn pair_value(&mut self) -> Result<Event<'i>, Error> {
        self.expect(Expect::PairEnd);
        self.peek()?;
        self.scanner.watch();
        if self.take_if(&TokenKind::Value)?.is_some()
            && !matches!(self.peek()?.kind, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd)
        {
            return self.flow_node();
        }
        // go-yaml means the place of the `:`, but it may have moved another token there.
        let mark = self.scanner.watched();
        Ok(self.empty_scalar(mark))
    }

    fn pair_end(&mut self) -> Result<Event<'i>, Error> {
        let mark = self.peek()?.start;
        self.frames.pop();
        Ok(self.event(EventKind::MappingEnd, mark, mark))
    }

    fn flow_key(&mut self, frame: Frame) -> Result<Event<'i>, Error> {
        if self.peek()?.kind != TokenKind::FlowMappingEnd {
            if frame.expect == Expect::FlowKey && self.take_if(&TokenKind::FlowEntry)?.is_none() {
                return Err(self.error_here(frame.start, "did not find expected ',' or '}'"));
            }
            if self.take_if(&TokenKind::Key)?.is_some() {
                self.expect(Expect::FlowValue);
                return self.flow_node_or_empty();
            }
            if self.peek()?.kind != TokenKind::FlowMappingEnd {
                self.expect(Expect::NoFlowValue);
                return self.flow_node();
            }
        }
        self.end_flow(EventKind::MappingEnd)
    }

    fn flow_value(&mut self) -> Result<Event<'i>, Error> {
        self.expect(Expect::FlowKey);
        if self.take_if(&TokenKind::Value)?.is_some()
            && !matches!(self.peek()?.kind, TokenKind::FlowEntry | TokenKind::FlowMappingEnd)
        {
            return self.flow_node();
        }
        self.no_flow_value()
    }

    fn no_flow_value(&mut self) -> Result<Event<'i>, Error> {
        self.expect(Expect::FlowKey);
        let mark = self.peek()?.start;
        Ok(self.empty_scalar(mark))
    }

    /// A key of a flow mapping, which may be missing.
    fn flow_node_or_empty(&mut self) -> Result<Event<'i>, Error> {
        let token = self.peek()?;
        match token.kind {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd => {
                let mark = token.start;
                Ok(self.empty_scalar(mark))
            }
            _ => self.flow_node(),
        }
    }
}
