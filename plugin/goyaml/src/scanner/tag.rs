//! Tags and their handles.

use std::borrow::Cow;

use crate::class::{ByteSet, is_word, width};
use crate::scanner::Scanner;
use crate::token::TokenKind;
use crate::{Error, Mark};

/// What a tag's suffix and a prefix may contain, besides letters and digits.
static URI: ByteSet = ByteSet::of(b";/?:@&=+$,.!~*'()[]%");

impl<'i> Scanner<'i> {
    /// Reads `!<uri>`, `!suffix`, `!handle!suffix` or `!`.
    pub(super) fn scan_tag(&mut self, start: Mark) -> Result<TokenKind<'i>, Error> {
        self.ensure(2)?;
        let (handle, suffix) = if self.cursor.peek(1) == b'<' {
            ("", self.scan_verbatim_tag(start)?)
        } else {
            self.scan_short_tag(start)?
        };
        self.ensure(1)?;
        if !self.cursor.at_white() {
            return Err(self.error(start, "did not find expected whitespace or line break"));
        }
        Ok(TokenKind::Tag(handle, suffix))
    }

    fn scan_verbatim_tag(&mut self, start: Mark) -> Result<Cow<'i, str>, Error> {
        self.cursor.skip_ascii(2);
        let suffix = self.scan_uri("", start)?;
        if self.cursor.byte() != b'>' {
            return Err(self.error(start, "did not find the expected '>'"));
        }
        self.cursor.skip();
        Ok(suffix)
    }

    fn scan_short_tag(&mut self, start: Mark) -> Result<(&'i str, Cow<'i, str>), Error> {
        let handle = self.scan_handle(start)?;
        if handle.len() > 1 && handle.ends_with('!') {
            return Ok((handle, self.scan_uri("", start)?));
        }
        let suffix = self.scan_uri(handle, start)?;
        if suffix.is_empty() {
            return Ok(("", Cow::Borrowed("!")));
        }
        Ok(("!", suffix))
    }

    /// Reads `!`, `!word` or `!word!`.
    pub(super) fn scan_handle(&mut self, start: Mark) -> Result<&'i str, Error> {
        self.ensure(1)?;
        let from = self.cursor.position();
        if self.cursor.byte() != b'!' {
            return Err(self.error(start, "did not find expected '!'"));
        }
        self.cursor.skip();
        self.scan_word()?;
        if self.cursor.byte() == b'!' {
            self.cursor.skip();
        }
        Ok(self.cursor.slice(from..self.cursor.position()))
    }

    /// Reads a URI that begins with what follows the `!` of `head`.
    pub(super) fn scan_uri(&mut self, head: &str, start: Mark) -> Result<Cow<'i, str>, Error> {
        let mut uri = Vec::from(head.get(1..).unwrap_or_default());
        let mut found = !head.is_empty();
        self.ensure(1)?;
        while is_word(self.cursor.byte()) || URI.contains(self.cursor.byte()) {
            if self.cursor.byte() == b'%' {
                self.scan_escaped_character(&mut uri, start)?;
            } else {
                uri.extend_from_slice(self.cursor.read().as_bytes());
            }
            found = true;
            self.ensure(1)?;
        }
        if !found {
            return Err(self.error(start, "did not find expected tag URI"));
        }
        Ok(Cow::Owned(String::from_utf8_lossy(&uri).into_owned()))
    }

    /// Reads the escapes `%xx` of one character.
    fn scan_escaped_character(&mut self, uri: &mut Vec<u8>, start: Mark) -> Result<(), Error> {
        let leading = self.scan_octet(start)?;
        let octets = match leading {
            0x80..=0xbf | 0xf8.. => {
                return Err(self.error(start, "found an incorrect leading UTF-8 octet"));
            }
            _ => width(leading),
        };
        self.cursor.skip_ascii(3);
        uri.push(leading);
        for _ in 1..octets {
            let octet = self.scan_octet(start)?;
            if octet & 0xc0 != 0x80 {
                return Err(self.error(start, "found an incorrect trailing UTF-8 octet"));
            }
            self.cursor.skip_ascii(3);
            uri.push(octet);
        }
        Ok(())
    }

    fn scan_octet(&mut self, start: Mark) -> Result<u8, Error> {
        self.ensure(3)?;
        let digit = |ahead| char::from(self.cursor.peek(ahead)).to_digit(16);
        let octet = match (self.cursor.byte(), digit(1), digit(2)) {
            (b'%', Some(high), Some(low)) => u8::try_from(high << 4 | low).ok(),
            _ => None,
        };
        octet.ok_or_else(|| self.error(start, "did not find URI escaped octet"))
    }
}
