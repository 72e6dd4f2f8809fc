//! Writes JSON as `encoding/json` does.

use std::fmt::Write;
use std::vec::IntoIter;

use crate::class::ByteSet;
use crate::json::Escape;
use crate::number::format_json_float;
use crate::{Source, View};

/// Why a value can't be written, with the text of `encoding/json`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// A number is infinite or none: `+Inf`, `-Inf` or `NaN`.
    #[error("json: unsupported value: {0}")]
    Number(&'static str),
    /// A value is of a Go type that JSON has nothing for.
    #[error("json: unsupported type: {0}")]
    Type(String),
}

/// `json.Marshal`.
///
/// # Errors
/// What JSON can't express.
///
/// ```
/// use goyaml::{Value, json};
///
/// let map = Value::Mapping(vec![("b".into(), Value::Float(1e21)), ("a".into(), "<".into())]);
/// assert_eq!(json::encode(&map, json::Escape::Html).unwrap(), r#"{"a":"\u003c","b":1e+21}"#);
/// ```
pub fn encode<S: Source>(value: S, escape: Escape) -> Result<String, EncodeError> {
    Encoder { out: String::new(), frames: Vec::new(), escape, indent: None }.run(&value)
}

/// `json.MarshalIndent` without a prefix.
///
/// # Errors
/// What JSON can't express.
///
/// ```
/// use goyaml::{Value, json};
///
/// let list = Value::Sequence(vec![Value::Int(1), Value::Sequence(Vec::new())]);
/// assert_eq!(json::encode_indented(&list, json::Escape::Html, "  ").unwrap(), "[\n  1,\n  []\n]");
/// ```
pub fn encode_indented<S: Source>(value: S, escape: Escape, indent: &str) -> Result<String, EncodeError> {
    Encoder { out: String::new(), frames: Vec::new(), escape, indent: Some(indent) }.run(&value)
}

struct Encoder<'a, S: Source> {
    out: String,
    frames: Vec<Frame<S>>,
    escape: Escape,
    indent: Option<&'a str>,
}

/// A collection that's open.
enum Frame<S: Source> {
    Array { items: IntoIter<S>, first: bool },
    Object { entries: IntoIter<(S::Key, S)>, first: bool },
}

impl<S: Source> Encoder<'_, S> {
    fn run(mut self, value: &S) -> Result<String, EncodeError> {
        self.value(value)?;
        while self.part()? {}
        Ok(self.out)
    }

    fn value(&mut self, value: &S) -> Result<(), EncodeError> {
        match value.view() {
            View::Null => self.out.push_str("null"),
            View::Bool(value) => self.out.push_str(if value { "true" } else { "false" }),
            View::Int(value) => self.out.push_str(&value.to_string()),
            View::Uint(value) => self.out.push_str(&value.to_string()),
            View::Float(value) => self.float(value)?,
            View::Text(text) => self.text(&text),
            View::Unsupported(name) => return Err(EncodeError::Type(name.to_owned())),
            View::Sequence(items) if items.is_empty() => self.out.push_str("[]"),
            View::Mapping(entries) if entries.is_empty() => self.out.push_str("{}"),
            View::Sequence(items) => {
                self.out.push('[');
                self.frames.push(Frame::Array { items: items.into_iter(), first: true });
            }
            View::Mapping(mut entries) => {
                entries.sort_by(|(a, _), (b, _)| a.as_ref().cmp(b.as_ref()));
                self.out.push('{');
                self.frames.push(Frame::Object { entries: entries.into_iter(), first: true });
            }
        }
        Ok(())
    }

    /// Writes the next part of the innermost collection; false behind the last.
    fn part(&mut self) -> Result<bool, EncodeError> {
        let (next, started, close) = match self.frames.last_mut() {
            None => return Ok(false),
            Some(Frame::Array { items, first }) => {
                (items.next().map(|value| (None, value)), !std::mem::take(first), ']')
            }
            Some(Frame::Object { entries, first }) => {
                (entries.next().map(|(key, value)| (Some(key), value)), !std::mem::take(first), '}')
            }
        };
        let Some((key, value)) = next else {
            self.frames.pop();
            self.line_break();
            self.out.push(close);
            return Ok(true);
        };
        if started {
            self.out.push(',');
        }
        self.line_break();
        if let Some(key) = key {
            self.text(key.as_ref());
            self.out.push_str(if self.indent.is_some() { ": " } else { ":" });
        }
        self.value(&value)?;
        Ok(true)
    }

    fn line_break(&mut self) {
        if let Some(indent) = self.indent {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(indent, self.frames.len()));
        }
    }

    fn float(&mut self, value: f64) -> Result<(), EncodeError> {
        if value.is_finite() {
            self.out.push_str(&format_json_float(value));
            return Ok(());
        }
        Err(EncodeError::Number(match value {
            _ if value.is_nan() => "NaN",
            _ if value > 0.0 => "+Inf",
            _ => "-Inf",
        }))
    }

    fn text(&mut self, bytes: &[u8]) {
        self.out.push('"');
        for chunk in bytes.utf8_chunks() {
            self.characters(chunk.valid());
            self.out.extend(chunk.invalid().iter().map(|_| "\\ufffd"));
        }
        self.out.push('"');
    }

    fn characters(&mut self, mut text: &str) {
        while let Some(run) = text.bytes().position(|byte| SUSPECT.contains(byte)) {
            let (plain, rest) = text.split_at_checked(run).unwrap_or((text, ""));
            self.out.push_str(plain);
            let mut characters = rest.chars();
            if let Some(character) = characters.next() {
                self.character(character);
            }
            text = characters.as_str();
        }
        self.out.push_str(text);
    }

    fn character(&mut self, character: char) {
        match character {
            '"' | '\\' => self.out.extend(['\\', character]),
            '\x08' => self.out.push_str("\\b"),
            '\x0c' => self.out.push_str("\\f"),
            '\n' => self.out.push_str("\\n"),
            '\r' => self.out.push_str("\\r"),
            '\t' => self.out.push_str("\\t"),
            '<' | '>' | '&' if self.escape == Escape::Minimal => self.out.push(character),
            '\0'..='\x1f' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(self.out, "\\u{:04x}", u32::from(character));
            }
            _ => self.out.push(character),
        }
    }
}

/// What may have to be escaped, and the leading byte of U+2028.
static SUSPECT: ByteSet = ByteSet::of(
    b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\"\\<>&\xe2",
);
