//! The output, with its column and indentation.

use crate::emitter::analysis::Analysis;
use crate::emitter::{Layout, Numbers, Place};
use crate::number::{Integer, format_float, format_json_float, parse_go_integer};
use crate::{Dialect, base64};

/// Bytes of text that a key may have to stand on the line of its value.
const MAX_SIMPLE_KEY: usize = 128;

/// The text that is written, and what follows depends on.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) layout: Layout,
    pub(super) out: String,
    pub(super) column: usize,
    /// The column of the collection that's open; -1 outside.
    pub(super) indent: isize,
    /// Whether the last character separates.
    pub(super) whitespace: bool,
    /// Whether the line has only indentation and indicators of block collections so far.
    pub(super) indention: bool,
}

impl Writer {
    pub(super) fn new(layout: Layout) -> Self {
        Self { layout, out: String::new(), column: 0, indent: -1, whitespace: true, indention: true }
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.layout.dialect
    }

    pub(super) fn finish(mut self) -> String {
        self.line_start();
        self.out
    }

    pub(super) fn put(&mut self, character: char) {
        self.out.push(character);
        self.column += 1;
    }

    pub(super) fn put_text(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += if text.is_ascii() { text.len() } else { text.chars().count() };
    }

    pub(super) fn put_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
        self.indention = true;
    }

    /// Goes to the indentation, on a new line unless this one has nothing else.
    pub(super) fn line_start(&mut self) {
        let indent = usize::try_from(self.indent).unwrap_or_default();
        if !self.indention || self.column > indent || self.column == indent && !self.whitespace {
            self.put_break();
        }
        let missing = indent.saturating_sub(self.column);
        self.out.extend(std::iter::repeat_n(' ', missing));
        self.column += missing;
        self.whitespace = true;
        self.indention = true;
    }

    /// Writes `-`, `?`, `:` and the like behind a space if needed.
    pub(super) fn indicator(&mut self, text: &str) {
        self.separate();
        self.put_text(text);
        self.whitespace = false;
    }

    pub(super) fn separate(&mut self) {
        if !self.whitespace {
            self.put(' ');
        }
    }

    /// An empty collection.
    pub(super) fn brackets(&mut self, open: &str, close: &str) {
        self.indicator(open);
        self.put_text(close);
        self.indention = false;
    }

    /// The indentation one level further in, for what stands at `place`.
    fn deeper(&self, place: Place, flow: bool) -> isize {
        let step = isize::try_from(self.layout.indent).unwrap_or(2);
        match self.layout.dialect {
            _ if self.indent < 0 => {
                if flow {
                    step
                } else {
                    0
                }
            }
            Dialect::V2 => self.indent + step,
            Dialect::V3 if place == Place::Item => self.indent + 2,
            Dialect::V3 => step * ((self.indent + step) / step),
        }
    }

    /// Begins a block sequence; gives the indentation outside.
    pub(super) fn begin_sequence(&mut self, place: Place) -> isize {
        let below_key = place == Place::Value && !self.indention;
        let inner = match self.layout.dialect {
            Dialect::V2 if below_key => self.indent,
            _ => self.deeper(place, false),
        };
        std::mem::replace(&mut self.indent, inner)
    }

    /// Begins a block mapping; gives the indentation outside.
    pub(super) fn begin_mapping(&mut self, place: Place) -> isize {
        let inner = self.deeper(place, false);
        std::mem::replace(&mut self.indent, inner)
    }

    pub(super) fn end_collection(&mut self, outer: isize) {
        self.indent = outer;
    }

    pub(super) fn begin_item(&mut self) {
        self.line_start();
        self.indicator("-");
    }

    pub(super) fn key(&mut self, key: &[u8]) {
        self.line_start();
        let simple = self.is_simple_key(key);
        if simple {
            self.text(key, Place::SimpleKey);
            self.put(':');
            self.whitespace = false;
            self.indention = false;
        } else {
            self.indicator("?");
            self.text(key, Place::Key);
            self.line_start();
            self.indicator(":");
        }
    }

    fn is_simple_key(&self, key: &[u8]) -> bool {
        match std::str::from_utf8(key) {
            Ok(text) => text.len() <= MAX_SIMPLE_KEY && !Analysis::is_multiline(text),
            Err(_) if self.layout.numbers == Numbers::ThroughJson => {
                let text = crate::text::go_lossy(key);
                text.len() <= MAX_SIMPLE_KEY && !Analysis::is_multiline(&text)
            }
            Err(_) => {
                let text = binary_text(key);
                text.len() + "!!binary".len() <= MAX_SIMPLE_KEY && !text.contains('\n')
            }
        }
    }

    /// A scalar that is always plain.
    pub(super) fn word(&mut self, word: &str, _: Place) {
        self.separate();
        self.put_text(word);
        self.whitespace = false;
        self.indention = false;
    }

    pub(super) fn float(&mut self, value: f64, place: Place) {
        let text = match self.layout.numbers {
            Numbers::Direct => format_float(value),
            Numbers::ThroughJson => json_number(value),
        };
        self.word(&text, place);
    }

    pub(super) fn text(&mut self, bytes: &[u8], place: Place) {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.string(text, place),
            Err(_) if self.layout.numbers == Numbers::ThroughJson => {
                self.string(&crate::text::go_lossy(bytes), place);
            }
            Err(_) => self.binary(&binary_text(bytes), place),
        }
    }

    /// Writes with the indentation that a scalar has.
    pub(super) fn inside_scalar(&mut self, place: Place, write: impl FnOnce(&mut Self)) {
        let inner = self.deeper(place, true);
        let outer = std::mem::replace(&mut self.indent, inner);
        write(self);
        self.indent = outer;
    }
}

/// What a float becomes that is written as JSON and read as YAML: an integer if it has no
/// fraction and 64 bits hold it.
fn json_number(value: f64) -> String {
    let text = format_json_float(value);
    match parse_go_integer(&text) {
        Some(Integer::Signed(value)) => value.to_string(),
        Some(Integer::Unsigned(value)) => value.to_string(),
        None => format_float(value),
    }
}

/// Base64 in lines of 70 characters, if there's more than one.
fn binary_text(bytes: &[u8]) -> String {
    const LINE: usize = 70;
    let encoded = base64::encode(bytes);
    if encoded.len() < LINE {
        return encoded;
    }
    let mut text = String::with_capacity(encoded.len() + encoded.len() / LINE + 1);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, tail) = rest.split_at_checked(LINE).unwrap_or((rest, ""));
        text.push_str(line);
        text.push('\n');
        rest = tail;
    }
    text
}
