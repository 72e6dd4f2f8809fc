//! Strings and bytes.

use super::Printer;
use crate::strconv::{QuoteStyle, can_backquote, push_quoted};
use crate::unicode::runes;

impl Printer<'_> {
    /// Go's `fmtString`; whether the verb fits.
    pub(super) fn print_string(&mut self, text: &[u8], verb: char) -> bool {
        match verb {
            'v' if self.flags.sharp_v => self.print_quoted(text),
            'v' | 's' => self.print_truncated(text),
            'x' => self.print_hex(text, b"0123456789abcdefx"),
            'X' => self.print_hex(text, b"0123456789ABCDEFX"),
            'q' => self.print_quoted(text),
            _ => return false,
        }
        true
    }

    pub(super) fn print_truncated(&mut self, text: &[u8]) {
        self.pad(self.truncate(text));
    }

    /// The first runes of `text`, as many as the precision allows.
    fn truncate<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        let end = self.flags.precision.and_then(|precision| runes(text).nth(precision));
        end.and_then(|(end, ..)| text.get(..end)).unwrap_or(text)
    }

    fn print_quoted(&mut self, text: &[u8]) {
        let text = self.truncate(text);
        let mut quoted = Vec::with_capacity(text.len() + 2);
        if self.flags.sharp && can_backquote(text) {
            quoted.push(b'`');
            quoted.extend_from_slice(text);
            quoted.push(b'`');
        } else {
            let style = if self.flags.plus { QuoteStyle::Ascii } else { QuoteStyle::Print };
            push_quoted(&mut quoted, text, style);
        }
        self.pad(&quoted);
    }

    /// Two digits a byte; `digits` ends with the letter of the prefix.
    fn print_hex(&mut self, text: &[u8], digits: &[u8; 17]) {
        let length = self.flags.precision.map_or(text.len(), |precision| precision.min(text.len()));
        let Some(text) = text.get(..length).filter(|text| !text.is_empty()) else {
            return self.fill(self.flags.width.unwrap_or(0));
        };
        let digit = |index: u8| digits.get(usize::from(index)).copied().unwrap_or(b'0');
        let mut hex = Vec::with_capacity(3 * text.len());
        for (index, byte) in text.iter().enumerate() {
            if self.flags.space && index > 0 {
                hex.push(b' ');
            }
            if self.flags.sharp && (self.flags.space || index == 0) {
                hex.extend_from_slice(&[b'0', digit(16)]);
            }
            hex.extend_from_slice(&[digit(byte >> 4), digit(byte & 0xf)]);
        }
        self.pad(&hex);
    }
}
