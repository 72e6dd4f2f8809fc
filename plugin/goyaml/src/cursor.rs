//! Reads an [`Input`] character by character.

use std::ops::Range;

use crate::class::{break_width, is_blank, width};
use crate::{Input, Mark};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Bytes that hold as many characters as the scanner asks for before most decisions.
const AMPLE: usize = 16;

/// Bytes of the widest character.
const WIDEST: usize = 4;

/// A position in an input, and how far the input has been decoded.
#[derive(Debug)]
pub(crate) struct Cursor<'i> {
    input: &'i Input<'i>,
    text: &'i str,
    position: usize,
    mark: Mark,
    /// The end of what has been decoded.
    decoded: usize,
    fault: Option<&'static str>,
    /// NULs that go-yaml has put behind the end of the stream.
    padding: usize,
    /// Whether go-yaml's buffer begins with a byte order mark.
    mark_in_front: bool,
    /// Line breaks since the last character that isn't blank.
    newlines: usize,
}

impl<'i> Cursor<'i> {
    pub(crate) fn new(input: &'i Input<'i>) -> Self {
        Self {
            input,
            text: input.text(),
            position: 0,
            mark: Mark::default(),
            decoded: 0,
            fault: None,
            padding: 0,
            mark_in_front: false,
            newlines: 0,
        }
    }

    pub(crate) fn mark(&self) -> Mark {
        self.mark
    }

    pub(crate) fn newlines(&self) -> usize {
        self.newlines
    }

    /// The offset in the text, in bytes.
    pub(crate) fn position(&self) -> usize {
        self.position
    }

    pub(crate) fn slice(&self, range: Range<usize>) -> &'i str {
        self.text.get(range).unwrap_or_default()
    }

    /// Counts the end of the stream as a line break, if a line is open.
    pub(crate) fn close_line(&mut self) {
        if self.mark.column != 0 {
            self.mark.column = 0;
            self.mark.line += 1;
        }
    }

    /// Makes sure that `count` characters are decoded, as far as the stream has them.
    ///
    /// # Errors
    /// The stream's fault, if decoding comes upon it.
    pub(crate) fn ensure(&mut self, count: usize) -> Result<(), &'static str> {
        if self.position + WIDEST * count <= self.decoded {
            return Ok(());
        }
        self.decode(count)
    }

    #[cold]
    fn decode(&mut self, count: usize) -> Result<(), &'static str> {
        if self.characters_ahead(count) >= count {
            return Ok(());
        }
        let filled = self.fill(count);
        let buffer = self.text.as_bytes().get(self.position..).unwrap_or_default();
        self.mark_in_front = buffer.starts_with(BYTE_ORDER_MARK);
        filled
    }

    fn fill(&mut self, count: usize) -> Result<(), &'static str> {
        while self.characters_ahead(count) < count {
            let end = self.input.window_end(self.decoded).inspect_err(|problem| {
                // What's before the fault is decoded, and a scanner that only looks ahead reads on.
                self.decoded = self.text.len();
                self.fault = Some(*problem);
            })?;
            if end == self.decoded {
                self.padding += 1;
                break;
            }
            self.decoded = end;
        }
        Ok(())
    }

    /// The fault that decoding came upon.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        self.fault
    }

    fn characters_ahead(&self, enough: usize) -> usize {
        let ahead = self.text.get(self.position..self.decoded).unwrap_or_default();
        ahead.chars().take(enough).count() + self.padding
    }

    /// Whether go-yaml would take the current character for a byte order mark: it looks at
    /// the start of its buffer instead.
    pub(crate) fn at_byte_order_mark(&self) -> bool {
        self.mark_in_front
    }

    /// The byte `ahead` bytes after the current one; NUL behind the end.
    pub(crate) fn peek(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.position + ahead).copied().unwrap_or_default()
    }

    /// The current byte; NUL at the end.
    pub(crate) fn byte(&self) -> u8 {
        self.peek(0)
    }

    pub(crate) fn rest(&self) -> &'i [u8] {
        self.text.as_bytes().get(self.position..).unwrap_or_default()
    }

    /// The bytes that are decoded and so far from the end of what is that the scanner could
    /// read on without decoding more.
    pub(crate) fn safe(&self) -> &'i [u8] {
        let end = self.decoded.saturating_sub(AMPLE);
        self.text.as_bytes().get(self.position..end).unwrap_or_default()
    }

    pub(crate) fn at_blank(&self) -> bool {
        is_blank(self.byte())
    }

    pub(crate) fn at_end(&self) -> bool {
        self.byte() == 0
    }

    pub(crate) fn at_break(&self) -> bool {
        self.is_break(0)
    }

    pub(crate) fn at_break_or_end(&self) -> bool {
        self.at_end() || self.at_break()
    }

    pub(crate) fn at_white(&self) -> bool {
        self.is_white(0)
    }

    pub(crate) fn is_break(&self, ahead: usize) -> bool {
        match self.peek(ahead) {
            b'\r' | b'\n' => true,
            0xc2 | 0xe2 => break_width(self.rest().get(ahead..).unwrap_or_default()) > 0,
            _ => false,
        }
    }

    /// Whether there is a blank, a line break or the end `ahead` bytes after here.
    pub(crate) fn is_white(&self, ahead: usize) -> bool {
        match self.peek(ahead) {
            0 | b' ' | b'\t' => true,
            _ => self.is_break(ahead),
        }
    }

    /// Passes one character that isn't a line break.
    pub(crate) fn skip(&mut self) {
        let byte = self.byte();
        if !is_blank(byte) {
            self.newlines = 0;
        }
        self.mark.index += 1;
        self.mark.column += 1;
        if self.position < self.text.len() {
            self.position += width(byte);
        } else {
            self.padding = self.padding.saturating_sub(1);
        }
    }

    /// Passes `count` ASCII characters that aren't line breaks.
    pub(crate) fn skip_ascii(&mut self, count: usize) {
        if self.rest().iter().take(count).any(|byte| !is_blank(*byte)) {
            self.newlines = 0;
        }
        self.mark.index += count;
        self.mark.column += count;
        self.position += count;
    }

    /// Passes the spaces from here on, as far as nothing more has to be decoded for that.
    pub(crate) fn skip_all_spaces(&mut self) {
        let spaces = self.safe().iter().take_while(|byte| **byte == b' ').count();
        self.skip_spaces(spaces);
    }

    /// Passes `count` spaces.
    pub(crate) fn skip_spaces(&mut self, count: usize) {
        self.mark.index += count;
        self.mark.column += count;
        self.position += count;
    }

    /// Passes a line break, if there is one.
    pub(crate) fn skip_break(&mut self) {
        let (bytes, characters) = match self.rest() {
            [b'\r', b'\n', ..] => (2, 2),
            rest => (break_width(rest), 1),
        };
        if bytes > 0 {
            self.pass_break(bytes, characters);
        }
    }

    /// Passes a line break and says what it stands for in a scalar: a line feed, or itself
    /// for LS and PS.
    pub(crate) fn read_break(&mut self) -> &'static str {
        let (bytes, characters, text) = match self.rest() {
            [b'\r', b'\n', ..] => (2, 2, "\n"),
            [b'\r' | b'\n', ..] => (1, 1, "\n"),
            [0xc2, 0x85, ..] => (2, 1, "\n"),
            [0xe2, 0x80, 0xa8, ..] => (3, 1, "\u{2028}"),
            [0xe2, 0x80, 0xa9, ..] => (3, 1, "\u{2029}"),
            _ => return "",
        };
        self.pass_break(bytes, characters);
        text
    }

    fn pass_break(&mut self, bytes: usize, characters: usize) {
        self.mark.index += characters;
        self.mark.column = 0;
        self.mark.line += 1;
        self.position += bytes;
        self.newlines += 1;
    }

    /// Passes one character and gives its text.
    pub(crate) fn read(&mut self) -> &'i str {
        let start = self.position;
        self.skip();
        self.slice(start..self.position)
    }
}
