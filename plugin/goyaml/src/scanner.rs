//! Divides a stream into tokens.
//!
//! Two things need care. Block collections have no brackets, so indentation is turned into
//! start and end tokens. And a simple key is only known as such when its `:` comes, so a
//! place where a key may begin is remembered, and tokens are held back until it's clear.

mod block;
mod comment;
mod directive;
mod plain;
mod queue;
mod quoted;
mod tag;
mod text;

use std::collections::VecDeque;

pub(crate) use self::comment::{Comment, CommentKind};
use self::queue::Queue;
use crate::class::{is_word, printable_run};
use crate::cursor::Cursor;
use crate::token::{Token, TokenKind};
use crate::{Dialect, Error, ErrorKind, Input, Mark, ScalarStyle};

/// Levels of flow collections that go-yaml follows, and of block collections.
const MAX_DEPTH: usize = 10_000;

/// Characters that a simple key may be long.
const MAX_SIMPLE_KEY: usize = 1024;

/// A place where a simple key may have begun.
#[derive(Clone, Copy, Debug)]
struct SimpleKey {
    possible: bool,
    /// Whether it's an error if no `:` follows.
    required: bool,
    /// Whether its first token is held back until it's clear.
    awaited: bool,
    /// The number of its first token, counted over the whole stream.
    token: usize,
    mark: Mark,
}

impl SimpleKey {
    fn impossible(token: usize, mark: Mark) -> Self {
        Self { possible: false, required: false, awaited: false, token, mark }
    }
}

/// The scanner.
#[derive(Debug)]
pub(crate) struct Scanner<'i> {
    dialect: Dialect,
    cursor: Cursor<'i>,
    started: bool,
    queue: Queue<'i>,
    /// Tokens that have been taken from the queue.
    taken: usize,
    /// Whether the first token of the queue can't change any more.
    ready: bool,
    /// The column of the block collection that's open, -1 for none.
    indent: isize,
    indents: Vec<isize>,
    /// One for the block context and one for each flow collection that's open, in the
    /// order of their tokens.
    simple_keys: Vec<SimpleKey>,
    simple_key_allowed: bool,
    /// Tokens that are still awaited because of a level's former simple key, which go-yaml
    /// forgets to clear: whether they may become a key is answered by the present one.
    stale: Vec<(usize, usize)>,
    comments: VecDeque<Comment>,
    /// The kinds and starts of the last two tokens, taken ones included; kept for comments alone.
    recent: [Option<(Recent, Mark)>; 2],
}

/// What the rules for comments want to know of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Recent {
    BlockSequenceStart,
    BlockEntry,
    FlowEntry,
    Value,
    Other,
}

impl<'i> Scanner<'i> {
    pub(crate) fn new(input: &'i Input<'i>, dialect: Dialect) -> Self {
        Self {
            dialect,
            cursor: Cursor::new(input),
            started: false,
            queue: Queue::default(),
            taken: 0,
            ready: false,
            indent: -1,
            indents: Vec::new(),
            simple_keys: Vec::new(),
            simple_key_allowed: false,
            stale: Vec::new(),
            comments: VecDeque::new(),
            recent: [None; 2],
        }
    }

    /// The next token, which stays.
    #[inline]
    pub(crate) fn peek(&mut self) -> Result<&Token<'i>, Error> {
        if !self.ready {
            self.fetch_enough()?;
            self.ready = true;
        }
        self.queue.front().ok_or_else(past_the_end)
    }

    /// Takes the next token, which must have been peeked at.
    pub(crate) fn take(&mut self) -> Option<Token<'i>> {
        self.ready = false;
        self.taken += 1;
        self.queue.take()
    }

    /// Remembers where the next token, which must have been peeked at, is in go-yaml's memory.
    pub(crate) fn watch(&mut self) {
        self.queue.watch();
    }

    /// The start of the token that's there now.
    pub(crate) fn watched(&self) -> Mark {
        self.queue.watched()
    }

    /// What reading came upon, even if it went on.
    pub(crate) fn fault(&self) -> Option<Error> {
        self.cursor.fault().map(fault_error)
    }

    /// The comments that are found and not taken yet.
    pub(crate) fn comments(&mut self) -> &mut VecDeque<Comment> {
        &mut self.comments
    }

    /// Fetches tokens until the first of the queue is what it will stay.
    fn fetch_enough(&mut self) -> Result<(), Error> {
        // go-yaml v3 looks two tokens further, for comments that belong to the first. At the end
        // of the stream it finds that end again and again.
        let behind = if self.dialect == Dialect::V3 { 2 } else { 0 };
        loop {
            if self.queue.len() > behind && !self.may_become_key()? {
                return Ok(());
            }
            self.fetch()?;
        }
    }

    /// Whether a `:` may still turn the first token of the queue into a key.
    fn may_become_key(&mut self) -> Result<bool, Error> {
        let taken = self.taken;
        let first = self.simple_keys.partition_point(|key| key.token < taken);
        let found = self.simple_keys.iter().skip(first).take_while(|key| key.token == taken);
        let present = found.enumerate().find(|(_, key)| key.awaited).map(|(offset, _)| first + offset);
        match present.or_else(|| self.stale_level(taken)) {
            Some(level) => self.is_valid(level),
            None => Ok(false),
        }
    }

    /// The level whose former simple key began with the token of this number.
    fn stale_level(&mut self, taken: usize) -> Option<usize> {
        self.stale.retain(|(token, _)| *token >= taken);
        let found = self.stale.iter().find(|(token, _)| *token == taken);
        found.map(|(_, level)| *level)
    }

    /// Whether the simple key of a level may still be one; forgets it if not.
    fn is_valid(&mut self, level: usize) -> Result<bool, Error> {
        let here = self.cursor.mark();
        let Some(key) = self.simple_keys.get_mut(level).filter(|key| key.possible) else {
            return Ok(false);
        };
        if key.mark.line >= here.line && key.mark.index + MAX_SIMPLE_KEY >= here.index {
            return Ok(true);
        }
        if key.required {
            let context = key.mark;
            return Err(self.error(context, "could not find expected ':'"));
        }
        key.possible = false;
        Ok(false)
    }

    /// Remembers that a simple key may begin here.
    fn save_simple_key(&mut self) -> Result<(), Error> {
        if !self.simple_key_allowed {
            return Ok(());
        }
        self.forget_simple_key()?;
        let mark = self.cursor.mark();
        let key = SimpleKey {
            possible: true,
            awaited: true,
            required: self.in_block() && self.indent == column(mark),
            token: self.taken + self.queue.len(),
            mark,
        };
        let level = self.simple_keys.len().saturating_sub(1);
        if let Some(slot) = self.simple_keys.last_mut() {
            let former = std::mem::replace(slot, key);
            if former.awaited {
                self.stale.push((former.token, level));
            }
        }
        Ok(())
    }

    /// Forgets the simple key of the current level.
    fn forget_simple_key(&mut self) -> Result<(), Error> {
        let Some(key) = self.simple_keys.last_mut().filter(|key| key.possible) else {
            return Ok(());
        };
        if key.required {
            let context = key.mark;
            return Err(self.error(context, "could not find expected ':'"));
        }
        key.possible = false;
        key.awaited = false;
        Ok(())
    }

    fn in_block(&self) -> bool {
        self.simple_keys.len() <= 1
    }

    fn in_flow(&self) -> bool {
        !self.in_block()
    }

    /// An error at the current place; `context` is where what is being read began.
    fn error(&self, context: Mark, problem: &'static str) -> Error {
        ErrorKind::Syntax { line: self.dialect.scanner_line(self.cursor.mark(), context), problem }.into()
    }

    fn depth_error(&self) -> Error {
        let context = self.simple_keys.last().map(|key| key.mark).unwrap_or_default();
        let line = self.dialect.scanner_line(self.cursor.mark(), context);
        ErrorKind::Depth { line, limit: MAX_DEPTH }.into()
    }

    fn ensure(&mut self, count: usize) -> Result<(), Error> {
        self.cursor.ensure(count).map_err(fault_error)
    }

    fn push(&mut self, kind: TokenKind<'i>, start: Mark) {
        let end = self.cursor.mark();
        self.push_token(Token { kind, start, end });
    }

    fn push_token(&mut self, token: Token<'i>) {
        if self.dialect == Dialect::V3 {
            self.remember(&token);
        }
        self.queue.push(token);
    }

    fn remember(&mut self, token: &Token<'i>) {
        let recent = match token.kind {
            TokenKind::BlockSequenceStart => Recent::BlockSequenceStart,
            TokenKind::BlockEntry => Recent::BlockEntry,
            TokenKind::FlowEntry => Recent::FlowEntry,
            TokenKind::Value => Recent::Value,
            _ => Recent::Other,
        };
        let [_, last] = self.recent;
        self.recent = [last, Some((recent, token.start))];
    }

    /// Reads the next token, and puts what it implies into the queue.
    fn fetch(&mut self) -> Result<(), Error> {
        self.ensure(1)?;
        if !self.started {
            self.start_stream();
            return Ok(());
        }
        let scan_mark = self.cursor.mark();
        self.skip_to_token()?;
        self.close_blocks(column(self.cursor.mark()), scan_mark);
        self.ensure(4)?;
        if self.cursor.at_end() {
            return self.end_stream();
        }
        if self.cursor.mark().column == 0 {
            if self.cursor.byte() == b'%' {
                return self.fetch_directive();
            }
            if let Some(kind) = self.document_indicator() {
                return self.fetch_document_indicator(kind);
            }
        }
        match self.dialect {
            Dialect::V2 => self.fetch_content(),
            Dialect::V3 => {
                let comment_mark = self.line_comment_mark();
                self.fetch_content()?;
                self.scan_comment_behind(comment_mark)
            }
        }
    }

    fn fetch_content(&mut self) -> Result<(), Error> {
        let byte = self.cursor.byte();
        match byte {
            b'[' => self.open_flow(TokenKind::FlowSequenceStart),
            b'{' => self.open_flow(TokenKind::FlowMappingStart),
            b']' => self.close_flow(TokenKind::FlowSequenceEnd),
            b'}' => self.close_flow(TokenKind::FlowMappingEnd),
            b',' => self.fetch_flow_entry(),
            b'-' if self.cursor.is_white(1) => self.fetch_block_entry(),
            b'?' if self.in_flow() || self.cursor.is_white(1) => self.fetch_key(),
            b':' if self.in_flow() || self.cursor.is_white(1) => self.fetch_value(),
            b'*' => self.fetch_anchor(TokenKind::Alias),
            b'&' => self.fetch_anchor(TokenKind::Anchor),
            b'!' => self.fetch_tag(),
            b'|' if self.in_block() => self.fetch_block_scalar(ScalarStyle::Literal),
            b'>' if self.in_block() => self.fetch_block_scalar(ScalarStyle::Folded),
            b'\'' => self.fetch_flow_scalar(ScalarStyle::SingleQuoted),
            b'"' => self.fetch_flow_scalar(ScalarStyle::DoubleQuoted),
            b'-' | b'?' | b':' => self.fetch_flow_scalar(ScalarStyle::Plain),
            b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => Err(self.cannot_start()),
            _ if self.cursor.at_white() => Err(self.cannot_start()),
            _ => self.fetch_flow_scalar(ScalarStyle::Plain),
        }
    }

    fn cannot_start(&self) -> Error {
        self.error(self.cursor.mark(), "found character that cannot start any token")
    }

    fn document_indicator(&self) -> Option<TokenKind<'i>> {
        let kind = match self.cursor.rest() {
            [b'-', b'-', b'-', ..] => TokenKind::DocumentStart,
            [b'.', b'.', b'.', ..] => TokenKind::DocumentEnd,
            _ => return None,
        };
        self.cursor.is_white(3).then_some(kind)
    }

    fn start_stream(&mut self) {
        self.started = true;
        self.simple_key_allowed = true;
        self.simple_keys.push(SimpleKey::impossible(0, Mark::default()));
        self.push(TokenKind::StreamStart, self.cursor.mark());
    }

    fn end_stream(&mut self) -> Result<(), Error> {
        self.cursor.close_line();
        self.leave_blocks()?;
        self.push(TokenKind::StreamEnd, self.cursor.mark());
        Ok(())
    }

    /// Ends all block collections, before something that belongs to the stream.
    fn leave_blocks(&mut self) -> Result<(), Error> {
        self.close_blocks(-1, self.cursor.mark());
        self.forget_simple_key()?;
        self.simple_key_allowed = false;
        Ok(())
    }

    fn fetch_document_indicator(&mut self, kind: TokenKind<'i>) -> Result<(), Error> {
        self.leave_blocks()?;
        let start = self.cursor.mark();
        self.cursor.skip_ascii(3);
        self.push(kind, start);
        Ok(())
    }

    /// Passes the one character that is a token.
    fn push_indicator(&mut self, kind: TokenKind<'i>) {
        let start = self.cursor.mark();
        self.cursor.skip();
        self.push(kind, start);
    }

    fn open_flow(&mut self, kind: TokenKind<'i>) -> Result<(), Error> {
        self.save_simple_key()?;
        let token = self.taken + self.queue.len();
        let mark = self.cursor.mark();
        self.simple_keys.push(SimpleKey::impossible(token, mark));
        if self.simple_keys.len() - 1 > MAX_DEPTH {
            return Err(self.depth_error());
        }
        self.simple_key_allowed = true;
        self.push_indicator(kind);
        Ok(())
    }

    fn close_flow(&mut self, kind: TokenKind<'i>) -> Result<(), Error> {
        self.forget_simple_key()?;
        if self.in_flow() {
            self.leave_level();
        }
        self.simple_key_allowed = false;
        self.push_indicator(kind);
        Ok(())
    }

    /// Forgets the simple key of a flow collection that ends. If there was none, go-yaml
    /// takes the number of the collection's own token for it, and doesn't wait any longer
    /// for a `:` behind the collection: `[]: a` isn't a mapping.
    fn leave_level(&mut self) {
        let Some(inner) = self.simple_keys.pop() else { return };
        if let Some(outer) = self.simple_keys.last_mut().filter(|outer| outer.token == inner.token) {
            outer.awaited = false;
        }
    }

    fn fetch_flow_entry(&mut self) -> Result<(), Error> {
        self.forget_simple_key()?;
        self.simple_key_allowed = true;
        self.push_indicator(TokenKind::FlowEntry);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Result<(), Error> {
        if self.in_block() {
            self.require_line_start("block sequence entries are not allowed in this context")?;
            self.open_block(self.cursor.mark(), self.queue.len(), TokenKind::BlockSequenceStart)?;
        }
        self.forget_simple_key()?;
        self.simple_key_allowed = true;
        self.push_indicator(TokenKind::BlockEntry);
        Ok(())
    }

    fn fetch_key(&mut self) -> Result<(), Error> {
        if self.in_block() {
            self.require_line_start("mapping keys are not allowed in this context")?;
            self.open_block(self.cursor.mark(), self.queue.len(), TokenKind::BlockMappingStart)?;
        }
        self.forget_simple_key()?;
        self.simple_key_allowed = self.in_block();
        self.push_indicator(TokenKind::Key);
        Ok(())
    }

    fn fetch_value(&mut self) -> Result<(), Error> {
        let level = self.simple_keys.len().saturating_sub(1);
        let key = self.simple_keys.last().copied();
        match key {
            Some(key) if self.is_valid(level)? => self.insert_key(key)?,
            _ => {
                if self.in_block() {
                    self.require_line_start("mapping values are not allowed in this context")?;
                    self.open_block(self.cursor.mark(), self.queue.len(), TokenKind::BlockMappingStart)?;
                }
                self.simple_key_allowed = self.in_block();
            }
        }
        self.push_indicator(TokenKind::Value);
        Ok(())
    }

    /// Puts the key token before the simple key that has turned out to be one.
    fn insert_key(&mut self, key: SimpleKey) -> Result<(), Error> {
        let token = Token { kind: TokenKind::Key, start: key.mark, end: key.mark };
        // The key's first token may be gone already; go-yaml appends then.
        let place = match key.token.checked_sub(self.taken) {
            Some(place) if place < self.queue.len() => {
                self.queue.insert(place, token);
                place
            }
            _ => {
                self.queue.push(token);
                self.queue.len()
            }
        };
        self.open_block(key.mark, place, TokenKind::BlockMappingStart)?;
        if let Some(slot) = self.simple_keys.last_mut() {
            slot.possible = false;
            slot.awaited = false;
        }
        self.simple_key_allowed = false;
        Ok(())
    }

    fn require_line_start(&self, problem: &'static str) -> Result<(), Error> {
        if self.simple_key_allowed { Ok(()) } else { Err(self.error(self.cursor.mark(), problem)) }
    }

    /// Begins a block collection if `mark` is further right than the one that's open.
    fn open_block(&mut self, mark: Mark, place: usize, kind: TokenKind<'i>) -> Result<(), Error> {
        if self.in_flow() || self.indent >= column(mark) {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column(mark);
        if self.indents.len() > MAX_DEPTH {
            return Err(self.depth_error());
        }
        let token = Token { kind, start: mark, end: mark };
        if place == self.queue.len() {
            self.push_token(token);
        } else {
            self.queue.insert(place, token);
        }
        Ok(())
    }

    /// Ends the block collections that are further right than `column`.
    fn close_blocks(&mut self, column: isize, scan_mark: Mark) {
        if self.in_flow() {
            return;
        }
        let mut foot = Mark { index: scan_mark.index.saturating_sub(1), ..scan_mark };
        while self.indent > column {
            let mark = match self.dialect {
                Dialect::V2 => self.cursor.mark(),
                Dialect::V3 => self.block_end_mark(&mut foot),
            };
            self.push_token(Token { kind: TokenKind::BlockEnd, start: mark, end: mark });
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    fn fetch_anchor(&mut self, kind: fn(&'i str) -> TokenKind<'i>) -> Result<(), Error> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.cursor.mark();
        self.cursor.skip();
        let name = self.scan_word()?;
        let ended = self.cursor.at_white()
            || matches!(self.cursor.byte(), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if name.is_empty() || !ended {
            return Err(self.error(start, "did not find expected alphabetic or numeric character"));
        }
        self.push(kind(name), start);
        Ok(())
    }

    /// Reads letters, digits, `_` and `-`.
    fn scan_word(&mut self) -> Result<&'i str, Error> {
        let start = self.cursor.position();
        self.ensure(1)?;
        while is_word(self.cursor.byte()) {
            self.cursor.skip();
            self.ensure(1)?;
        }
        Ok(self.cursor.slice(start..self.cursor.position()))
    }

    fn fetch_tag(&mut self) -> Result<(), Error> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.cursor.mark();
        let kind = self.scan_tag(start)?;
        self.push(kind, start);
        Ok(())
    }

    fn fetch_block_scalar(&mut self, style: ScalarStyle) -> Result<(), Error> {
        self.forget_simple_key()?;
        self.simple_key_allowed = true;
        let token = self.scan_block_scalar(style)?;
        self.push_token(token);
        Ok(())
    }

    fn fetch_flow_scalar(&mut self, style: ScalarStyle) -> Result<(), Error> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let token = match style {
            ScalarStyle::Plain => self.scan_plain()?,
            _ => self.scan_quoted(style)?,
        };
        self.push_token(token);
        Ok(())
    }

    /// Passes blanks, line breaks and comments.
    fn skip_to_token(&mut self) -> Result<(), Error> {
        let scan_mark = self.cursor.mark();
        loop {
            self.ensure(1)?;
            if self.cursor.mark().column == 0 && self.cursor.at_byte_order_mark() {
                self.cursor.skip();
            }
            self.skip_separation()?;
            self.promote_comment();
            if self.cursor.byte() == b'#' {
                match self.dialect {
                    Dialect::V2 => self.skip_line()?,
                    Dialect::V3 => self.scan_comments(scan_mark)?,
                }
            }
            if !self.cursor.at_break() {
                return Ok(());
            }
            self.ensure(2)?;
            self.cursor.skip_break();
            if self.in_block() {
                self.simple_key_allowed = true;
            }
        }
    }

    /// Passes spaces, and tabs where they can't be taken for indentation.
    fn skip_separation(&mut self) -> Result<(), Error> {
        let tabs = self.in_flow() || !self.simple_key_allowed;
        self.ensure(1)?;
        loop {
            self.cursor.skip_all_spaces();
            self.ensure(1)?;
            match self.cursor.byte() {
                b' ' => self.cursor.skip(),
                b'\t' if tabs => self.cursor.skip(),
                _ => return Ok(()),
            }
            self.ensure(1)?;
        }
    }

    /// Passes everything up to the end of the line.
    fn skip_line(&mut self) -> Result<(), Error> {
        while !self.cursor.at_break_or_end() {
            let run = printable_run(self.cursor.safe());
            if run == 0 {
                self.cursor.skip();
            } else {
                self.cursor.skip_ascii(run);
            }
            self.ensure(1)?;
        }
        Ok(())
    }

    fn skip_blanks(&mut self) -> Result<(), Error> {
        self.ensure(1)?;
        while self.cursor.at_blank() {
            self.cursor.skip();
            self.ensure(1)?;
        }
        Ok(())
    }

    /// Passes blanks, a comment and the line break; anything else is an error.
    fn skip_rest_of_line(&mut self, context: Mark) -> Result<(), Error> {
        if self.cursor.byte() == b'#' {
            self.skip_line()?;
        }
        if !self.cursor.at_break_or_end() {
            return Err(self.error(context, "did not find expected comment or line break"));
        }
        if self.cursor.at_break() {
            self.ensure(2)?;
            self.cursor.skip_break();
        }
        Ok(())
    }
}

/// A place's column, comparable with that of a block collection that may not exist.
fn column(mark: Mark) -> isize {
    isize::try_from(mark.column).unwrap_or(isize::MAX)
}

/// What a fault of the stream is reported as.
fn fault_error(problem: &'static str) -> Error {
    ErrorKind::Syntax { line: None, problem }.into()
}

/// There's no token where there must be one, which can't happen.
pub(crate) fn past_the_end() -> Error {
    ErrorKind::Syntax { line: None, problem: "attempted to go past the end of stream; corrupted value?" }
        .into()
}
