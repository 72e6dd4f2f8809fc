//! Scalars in single and double quotes.

use crate::class::ByteSet;
use crate::scanner::Scanner;
use crate::scanner::plain::start_of_document;
use crate::scanner::text::{Gap, Text};
use crate::token::{Token, TokenKind};
use crate::{Error, Mark, ScalarStyle};

/// What stands for itself in quotes.
static SINGLE_SAFE: ByteSet = ByteSet::printable_but(b" '");
static DOUBLE_SAFE: ByteSet = ByteSet::printable_but(b" \"\\");

impl<'i> Scanner<'i> {
    pub(super) fn scan_quoted(&mut self, style: ScalarStyle) -> Result<Token<'i>, Error> {
        let start = self.cursor.mark();
        let quote = self.cursor.byte();
        self.cursor.skip();
        let mut text = Text::new();
        let mut gap = Gap::new();
        loop {
            self.ensure(4)?;
            if start_of_document(self) {
                return Err(self.error(start, "found unexpected document indicator"));
            }
            if self.cursor.at_end() {
                return Err(self.error(start, "found unexpected end of stream"));
            }
            let escaped_break = self.read_quoted_word(quote, &mut text, start)?;
            self.ensure(1)?;
            if self.cursor.byte() == quote {
                break;
            }
            self.read_quoted_gap(&mut gap, escaped_break)?;
            gap.fold_into(&mut text, &self.cursor);
        }
        self.cursor.skip();
        let kind = TokenKind::Scalar(text.finish(&self.cursor), style);
        Ok(Token { kind, start, end: self.cursor.mark() })
    }

    /// Reads up to a blank, a line break or the closing quote; whether it ended with an
    /// escaped line break.
    fn read_quoted_word(&mut self, quote: u8, text: &mut Text, start: Mark) -> Result<bool, Error> {
        while !self.cursor.at_white() {
            let byte = self.cursor.byte();
            if byte == quote {
                if quote == b'"' || self.cursor.peek(1) != b'\'' {
                    return Ok(false);
                }
                text.append(&self.cursor, "'");
                self.cursor.skip_ascii(2);
            } else if byte == b'\\' && quote == b'"' {
                if self.cursor.is_break(1) {
                    self.ensure(3)?;
                    self.cursor.skip();
                    self.cursor.skip_break();
                    return Ok(true);
                }
                self.read_escape(text, start)?;
            } else {
                self.read_quoted_run(quote, text);
            }
            self.ensure(2)?;
        }
        Ok(false)
    }

    fn read_quoted_run(&mut self, quote: u8, text: &mut Text) {
        let safe = if quote == b'"' { &DOUBLE_SAFE } else { &SINGLE_SAFE };
        let from = self.cursor.position();
        let run = safe.run(self.cursor.safe(), b" ");
        if run == 0 {
            self.cursor.skip();
        } else {
            self.cursor.skip_ascii(run);
        }
        text.append_read(&self.cursor, from);
    }

    fn read_quoted_gap(&mut self, gap: &mut Gap, escaped_break: bool) -> Result<(), Error> {
        // Behind an escaped line break, blanks and the next break count for nothing.
        gap.broken = escaped_break;
        loop {
            if self.cursor.at_blank() {
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

    fn read_escape(&mut self, text: &mut Text, start: Mark) -> Result<(), Error> {
        let plain = match self.cursor.peek(1) {
            b'0' => "\0",
            b'a' => "\x07",
            b'b' => "\x08",
            b't' | b'\t' => "\t",
            b'n' => "\n",
            b'v' => "\x0b",
            b'f' => "\x0c",
            b'r' => "\r",
            b'e' => "\x1b",
            b' ' => " ",
            b'"' => "\"",
            b'\'' => "'",
            b'\\' => "\\",
            b'N' => "\u{85}",
            b'_' => "\u{a0}",
            b'L' => "\u{2028}",
            b'P' => "\u{2029}",
            b'x' => return self.read_code(2, text, start),
            b'u' => return self.read_code(4, text, start),
            b'U' => return self.read_code(8, text, start),
            _ => return Err(self.error(start, "found unknown escape character")),
        };
        text.append(&self.cursor, plain);
        self.cursor.skip_ascii(2);
        Ok(())
    }

    /// Reads an escape of `digits` hexadecimal digits.
    fn read_code(&mut self, digits: usize, text: &mut Text, start: Mark) -> Result<(), Error> {
        self.cursor.skip_ascii(2);
        self.ensure(digits)?;
        let mut code: u32 = 0;
        for ahead in 0..digits {
            let digit = char::from(self.cursor.peek(ahead)).to_digit(16);
            let digit = digit.ok_or_else(|| self.error(start, "did not find expected hexdecimal number"))?;
            code = code << 4 | digit;
        }
        let character = char::from_u32(code)
            .ok_or_else(|| self.error(start, "found invalid Unicode character escape code"))?;
        text.append(&self.cursor, character.encode_utf8(&mut [0; 4]));
        self.cursor.skip_ascii(digits);
        Ok(())
    }
}
