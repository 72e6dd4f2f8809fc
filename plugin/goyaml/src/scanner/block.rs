//! Literal and folded block scalars.

use crate::scanner::text::Text;
use crate::scanner::{Scanner, column};
use crate::token::{Token, TokenKind};
use crate::{Dialect, Error, Mark, ScalarStyle};

/// What happens to the line breaks at a block scalar's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chomping {
    /// All go: `-`.
    Strip,
    /// One stays.
    Clip,
    /// All stay: `+`.
    Keep,
}

impl<'i> Scanner<'i> {
    pub(super) fn scan_block_scalar(&mut self, style: ScalarStyle) -> Result<Token<'i>, Error> {
        let start = self.cursor.mark();
        self.cursor.skip();
        let (chomping, increment) = self.scan_block_header(start)?;
        let end = self.cursor.mark();
        let indent = increment.map(|increment| self.indent.max(0) + increment);
        let mut block = Block { start, end, indent, text: Text::new(), breaks: String::new() };
        self.scan_block_breaks(&mut block)?;
        let last_break = self.scan_block_lines(&mut block, style)?;
        if chomping != Chomping::Strip {
            block.text.append(&self.cursor, last_break);
        }
        if chomping == Chomping::Keep {
            block.text.append(&self.cursor, &block.breaks);
        }
        let value = block.text.finish(&self.cursor);
        Ok(Token { kind: TokenKind::Scalar(value, style), start, end: block.end })
    }

    /// Reads the chomping and the indentation indicators and the rest of their line.
    fn scan_block_header(&mut self, start: Mark) -> Result<(Chomping, Option<isize>), Error> {
        self.ensure(1)?;
        let mut chomping = self.scan_chomping()?;
        let increment = self.scan_increment(start)?;
        if chomping.is_none() && increment.is_some() {
            self.ensure(1)?;
            chomping = self.scan_chomping()?;
        }
        self.skip_blanks()?;
        if self.cursor.byte() == b'#' && self.dialect == Dialect::V3 {
            self.scan_line_comment(start)?;
        }
        self.skip_rest_of_line(start)?;
        Ok((chomping.unwrap_or(Chomping::Clip), increment))
    }

    fn scan_chomping(&mut self) -> Result<Option<Chomping>, Error> {
        let chomping = match self.cursor.byte() {
            b'+' => Chomping::Keep,
            b'-' => Chomping::Strip,
            _ => return Ok(None),
        };
        self.cursor.skip();
        self.ensure(1)?;
        Ok(Some(chomping))
    }

    fn scan_increment(&mut self, start: Mark) -> Result<Option<isize>, Error> {
        match self.cursor.byte() {
            b'0' => Err(self.error(start, "found an indentation indicator equal to 0")),
            digit @ b'1'..=b'9' => {
                self.cursor.skip();
                Ok(Some(isize::from(i8::try_from(digit - b'0').unwrap_or_default())))
            }
            _ => Ok(None),
        }
    }

    /// Reads the lines that belong to the scalar; gives the line break of the last one.
    fn scan_block_lines(&mut self, block: &mut Block, style: ScalarStyle) -> Result<&'static str, Error> {
        let folded = style == ScalarStyle::Folded;
        let mut line_break = "";
        let mut after_blank = false;
        self.ensure(1)?;
        while block.indent == Some(column(self.cursor.mark())) && !self.cursor.at_end() {
            let blank = self.cursor.at_blank();
            if folded && line_break == "\n" && !after_blank && !blank {
                if block.breaks.is_empty() {
                    block.text.append(&self.cursor, " ");
                }
            } else {
                block.text.append(&self.cursor, line_break);
            }
            block.text.append(&self.cursor, &block.breaks);
            block.breaks.clear();
            after_blank = blank;
            self.read_block_line(&mut block.text)?;
            self.ensure(2)?;
            line_break = self.cursor.read_break();
            self.scan_block_breaks(block)?;
        }
        Ok(line_break)
    }

    fn read_block_line(&mut self, text: &mut Text) -> Result<(), Error> {
        let from = self.cursor.position();
        self.skip_line()?;
        text.append_read(&self.cursor, from);
        Ok(())
    }

    /// Reads indentation and empty lines, and finds out the indentation if it isn't given.
    fn scan_block_breaks(&mut self, block: &mut Block) -> Result<(), Error> {
        block.end = self.cursor.mark();
        let mut widest = 0;
        loop {
            self.ensure(1)?;
            while self.cursor.byte() == b' ' && self.is_outside(block) {
                self.cursor.skip();
                self.ensure(1)?;
            }
            widest = widest.max(column(self.cursor.mark()));
            if self.cursor.byte() == b'\t' && self.is_outside(block) {
                let problem = "found a tab character where an indentation space is expected";
                return Err(self.error(block.start, problem));
            }
            if !self.cursor.at_break() {
                break;
            }
            self.ensure(2)?;
            block.breaks.push_str(self.cursor.read_break());
            block.end = self.cursor.mark();
        }
        block.indent.get_or_insert(widest.max(self.indent + 1).max(1));
        Ok(())
    }

    /// Whether the current column belongs to the indentation.
    fn is_outside(&self, block: &Block) -> bool {
        block.indent.is_none_or(|indent| column(self.cursor.mark()) < indent)
    }
}

/// A block scalar that is being read.
struct Block {
    start: Mark,
    end: Mark,
    /// The column of its lines, once it's known.
    indent: Option<isize>,
    text: Text,
    /// Line breaks of empty lines that aren't part of the text yet.
    breaks: String,
}
