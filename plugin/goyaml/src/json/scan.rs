//! Checks JSON's syntax byte by byte, for the errors that `encoding/json` gives.

use crate::json::DecodeError;

/// What is read next at a place in a JSON text.
#[derive(Debug)]
pub(super) struct Scan<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Scan<'a> {
    pub(super) fn byte(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    pub(super) fn skip_space(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// The error that the current byte is.
    pub(super) fn unexpected(&self, context: &'static str) -> DecodeError {
        match self.byte() {
            None => DecodeError::End,
            Some(byte) => DecodeError::Character { character: quote_byte(byte), context },
        }
    }

    /// As [`Self::unexpected`], within a literal, which `encoding/json` ends with a space
    /// of its own at the end of the text.
    fn unexpected_in_literal(&self, context: &'static str) -> DecodeError {
        let character = quote_byte(self.byte().unwrap_or(b' '));
        DecodeError::Character { character, context }
    }

    /// Passes `true`, `false` or `null`, whose first letter has been seen.
    pub(super) fn word(&mut self, word: &'static str) -> Result<(), DecodeError> {
        for expected in word.bytes() {
            if self.byte() != Some(expected) {
                return Err(self.unexpected_in_literal(word_context(word, expected)));
            }
            self.at += 1;
        }
        Ok(())
    }

    /// Passes a number and gives its text.
    pub(super) fn number(&mut self) -> Result<&'a [u8], DecodeError> {
        let start = self.at;
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        match self.byte() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(self.unexpected_in_literal("in numeric literal")),
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.some_digits("after decimal point in numeric literal")?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.byte() {
                self.at += 1;
            }
            self.some_digits("in exponent of numeric literal")?;
        }
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    fn digits(&mut self) {
        while matches!(self.byte(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn some_digits(&mut self, context: &'static str) -> Result<(), DecodeError> {
        match self.byte() {
            Some(b'0'..=b'9') => {
                self.digits();
                Ok(())
            }
            _ => Err(self.unexpected_in_literal(context)),
        }
    }

    /// Passes a string, at whose opening quote the scan is, and gives what's in the quotes.
    pub(super) fn string(&mut self) -> Result<&'a [u8], DecodeError> {
        self.at += 1;
        let start = self.at;
        loop {
            match self.byte() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(0x20..) => self.at += 1,
                _ => return Err(self.unexpected("in string literal")),
            }
        }
        let content = self.text.get(start..self.at).unwrap_or_default();
        self.at += 1;
        Ok(content)
    }

    fn escape(&mut self) -> Result<(), DecodeError> {
        self.at += 1;
        match self.byte() {
            Some(b'b' | b'f' | b'n' | b'r' | b't' | b'\\' | b'/' | b'"') => self.at += 1,
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    match self.byte() {
                        Some(byte) if byte.is_ascii_hexdigit() => self.at += 1,
                        _ => return Err(self.unexpected_in_literal("in \\u hexadecimal character escape")),
                    }
                }
            }
            _ => return Err(self.unexpected_in_literal("in string escape code")),
        }
        Ok(())
    }
}

fn word_context(word: &'static str, expected: u8) -> &'static str {
    match (word, expected) {
        ("true", b'r') => "in literal true (expecting 'r')",
        ("true", b'u') => "in literal true (expecting 'u')",
        ("true", _) => "in literal true (expecting 'e')",
        ("false", b'a') => "in literal false (expecting 'a')",
        ("false", b'l') => "in literal false (expecting 'l')",
        ("false", b's') => "in literal false (expecting 's')",
        ("false", _) => "in literal false (expecting 'e')",
        (_, b'u') => "in literal null (expecting 'u')",
        _ => "in literal null (expecting 'l')",
    }
}

/// A byte in single quotes, as `encoding/json` shows it.
fn quote_byte(byte: u8) -> String {
    match byte {
        b'\'' => "'\\''".to_owned(),
        b'"' => "'\"'".to_owned(),
        _ => {
            // Go converts the byte to the character of that number.
            let mut text = String::new();
            let character = char::from(byte);
            crate::gosyntax::quote(&mut text, character.encode_utf8(&mut [0; 4]).as_bytes());
            let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
            format!("'{}'", inner.unwrap_or(&text))
        }
    }
}

/// The text of a string's content, with its escapes resolved and U+FFFD in the place of
/// what isn't UTF-8 or half a surrogate pair.
pub(super) fn unquote(content: &[u8]) -> std::borrow::Cow<'_, str> {
    if !content.contains(&b'\\') {
        return crate::text::go_lossy(content);
    }
    let mut text = String::with_capacity(content.len());
    let mut rest = content;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let (plain, escape) = rest.split_at_checked(at).unwrap_or((rest, b""));
        text.push_str(&crate::text::go_lossy(plain));
        let (character, width) = unescape(escape);
        text.push(character);
        rest = escape.get(width..).unwrap_or_default();
    }
    text.push_str(&crate::text::go_lossy(rest));
    text.into()
}

/// The character of the escape at the start of `escape`, and the escape's length.
fn unescape(escape: &[u8]) -> (char, usize) {
    let character = match escape.get(1) {
        Some(b'b') => '\x08',
        Some(b'f') => '\x0c',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => {
            let first = unit(escape).unwrap_or_default();
            let second = escape.get(6..).and_then(unit);
            let mut pair = char::decode_utf16([Some(first), second].into_iter().flatten());
            return match pair.next() {
                Some(Ok(character)) => (character, 6 * character.len_utf16()),
                _ => (char::REPLACEMENT_CHARACTER, 6),
            };
        }
        Some(other) => char::from(*other),
        None => return (char::REPLACEMENT_CHARACTER, 1),
    };
    (character, 2)
}

/// The code unit of an escape `\uxxxx`.
fn unit(escape: &[u8]) -> Option<u16> {
    let digits = escape.strip_prefix(b"\\u")?.get(..4)?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}
