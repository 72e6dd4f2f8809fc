//! Plain scalars.

use crate::class::ByteSet;
use crate::scanner::text::{Gap, Text};
use crate::scanner::{Scanner, column};
use crate::token::{Token, TokenKind};
use crate::{Error, ScalarStyle};

/// What a plain scalar may contain anywhere, whatever follows.
static BLOCK_SAFE: ByteSet = ByteSet::printable_but(b" :#");
static FLOW_SAFE: ByteSet = ByteSet::printable_but(b" :#,?[]{}");

impl<'i> Scanner<'i> {
    pub(super) fn scan_plain(&mut self) -> Result<Token<'i>, Error> {
        let start = self.cursor.mark();
        let mut end = start;
        let indent = self.indent + 1;
        let mut text = Text::new();
        let mut gap = Gap::new();
        loop {
            self.ensure(4)?;
            if start_of_document(self) || self.cursor.byte() == b'#' {
                break;
            }
            while !self.cursor.at_white() && !self.ends_plain() {
                if !gap.is_empty() {
                    gap.fold_into(&mut text, &self.cursor);
                }
                self.read_plain_run(&mut text);
                end = self.cursor.mark();
                self.ensure(2)?;
            }
            if !self.cursor.at_blank() && !self.cursor.at_break() {
                break;
            }
            self.read_plain_gap(&mut gap, indent, start)?;
            if self.in_block() && column(self.cursor.mark()) < indent {
                break;
            }
        }
        if gap.broken {
            self.simple_key_allowed = true;
        }
        let value = text.finish(&self.cursor);
        Ok(Token { kind: TokenKind::Scalar(value, ScalarStyle::Plain), start, end })
    }

    /// Whether an indicator ends the scalar here.
    fn ends_plain(&self) -> bool {
        match self.cursor.byte() {
            b':' => self.cursor.is_white(1),
            b',' | b'?' | b'[' | b']' | b'{' | b'}' => self.in_flow(),
            _ => false,
        }
    }

    /// Reads the current character, and those after it that can't end the scalar.
    fn read_plain_run(&mut self, text: &mut Text) {
        let safe = if self.in_flow() { &FLOW_SAFE } else { &BLOCK_SAFE };
        let from = self.cursor.position();
        let run = safe.run(self.cursor.safe(), b" :");
        if run == 0 {
            self.cursor.skip();
        } else {
            self.cursor.skip_ascii(run);
        }
        text.append_read(&self.cursor, from);
    }

    fn read_plain_gap(&mut self, gap: &mut Gap, indent: isize, start: crate::Mark) -> Result<(), Error> {
        self.ensure(1)?;
        loop {
            if gap.broken {
                self.cursor.skip_all_spaces();
            }
            if self.cursor.at_blank() {
                let outside = gap.broken && column(self.cursor.mark()) < indent;
                if outside && self.cursor.byte() == b'\t' {
                    return Err(self.error(start, "found a tab character that violates indentation"));
                }
                gap.read_blank(&mut self.cursor);
            } else if self.cursor.at_break() {
                self.ensure(2)?;
                gap.read_break(&mut self.cursor);
            } else {
                return Ok(());
            }
            self.ensure(1)?;
        }
    }
}

/// Whether `---` or `...` begins a line here.
pub(super) fn start_of_document(scanner: &Scanner<'_>) -> bool {
    scanner.cursor.mark().column == 0 && scanner.document_indicator().is_some()
}
