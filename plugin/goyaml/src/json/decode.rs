//! Reads JSON as `encoding/json` does.

use std::borrow::Cow;

use crate::Build;
use crate::decode::last_of_each;
use crate::json::scan::{Scan, unquote};
use crate::sigs::{Kind, Target};

/// Levels of collections that `encoding/json` reads.
const MAX_DEPTH: usize = 10_000;

/// Why a text can't be decoded, with the text of `encoding/json`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The text ends too early.
    #[error("unexpected end of JSON input")]
    End,
    /// A character, quoted, that isn't allowed where it is.
    #[error("invalid character {character} {context}")]
    Character {
        /// The character in Go's quotes.
        character: String,
        /// Where it is.
        context: &'static str,
    },
    /// Collections nest more than 10,000 levels deep.
    #[error("exceeded max depth")]
    Depth,
    /// A value doesn't fit the Go type that it's decoded into.
    #[error("json: cannot unmarshal {found} into Go value of type {target}")]
    Type {
        /// The kind of the value, and a number's text.
        found: String,
        /// The Go type.
        target: &'static str,
    },
}

/// `json.Unmarshal`: `None` is `null`, which leaves the target as it is.
///
/// # Errors
/// What isn't JSON, and a root that doesn't fit the target.
///
/// ```
/// use goyaml::{Value, Values, json, sigs::Target};
///
/// let value = json::decode(br#"{"a": [1, "\u00e9"]}"#, Target::Map, &mut Values)?.unwrap();
/// let list = vec![Value::Float(1.0), "é".into()];
/// assert_eq!(value.get("a"), Some(&Value::Sequence(list)));
///
/// let error = json::decode(b"{a", Target::Map, &mut Values).unwrap_err();
/// assert_eq!(error.to_string(), "invalid character 'a' looking for beginning of object key string");
/// # Ok::<(), json::DecodeError>(())
/// ```
pub fn decode<B: Build>(text: &[u8], target: Target, build: &mut B) -> Result<Option<B::Value>, DecodeError> {
    let mut decoder = Decoder { scan: Scan { text, at: 0 }, build, frames: Vec::new(), saved: None };
    let (kind, value) = decoder.run()?;
    if !kind.fits(target) {
        return Err(DecodeError::Type { found: kind.name().to_owned(), target: target.name() });
    }
    match decoder.saved {
        Some(error) => Err(error),
        None => Ok((kind != Kind::Null).then_some(value)),
    }
}

struct Decoder<'a, 'b, B: Build> {
    scan: Scan<'a>,
    build: &'b mut B,
    frames: Vec<Frame<'a, B::Value>>,
    /// The first number that's out of range, which doesn't end decoding.
    saved: Option<DecodeError>,
}

/// A collection that's open.
enum Frame<'a, V> {
    Array(Vec<V>),
    Object { entries: Vec<(Cow<'a, str>, V)>, key: Cow<'a, str> },
}

type Made<V> = (Kind, V);

impl<'a, B: Build> Decoder<'a, '_, B> {
    fn run(&mut self) -> Result<Made<B::Value>, DecodeError> {
        let mut made = self.begin()?;
        loop {
            match made {
                None => made = self.begin()?,
                Some((kind, value)) => match self.give(kind, value)? {
                    Some(root) => return Ok(root),
                    None => made = self.go_on()?,
                },
            }
        }
    }

    /// Begins a value: makes it if it's complete, or opens a collection.
    fn begin(&mut self) -> Result<Option<Made<B::Value>>, DecodeError> {
        self.scan.skip_space();
        let made = match self.scan.byte() {
            Some(b'{') => return self.open_object(),
            Some(b'[') => return self.open_array(),
            Some(b'"') => (Kind::String, {
                let content = self.scan.string()?;
                self.build.string(&unquote(content))
            }),
            Some(b't') => {
                self.scan.word("true")?;
                (Kind::Bool, self.build.bool(true))
            }
            Some(b'f') => {
                self.scan.word("false")?;
                (Kind::Bool, self.build.bool(false))
            }
            Some(b'n') => {
                self.scan.word("null")?;
                (Kind::Null, self.build.null())
            }
            Some(b'-' | b'0'..=b'9') => (Kind::Number, self.number()?),
            _ => return Err(self.scan.unexpected("looking for beginning of value")),
        };
        Ok(Some(made))
    }

    fn number(&mut self) -> Result<B::Value, DecodeError> {
        let text = String::from_utf8_lossy(self.scan.number()?);
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(self.build.float(value)),
            _ => {
                let found = format!("number {text}");
                self.saved.get_or_insert(DecodeError::Type { found, target: "float64" });
                Ok(self.build.null())
            }
        }
    }

    fn push(&mut self, frame: Frame<'a, B::Value>) -> Result<(), DecodeError> {
        if self.frames.len() == MAX_DEPTH {
            return Err(DecodeError::Depth);
        }
        self.scan.at += 1;
        self.frames.push(frame);
        self.scan.skip_space();
        Ok(())
    }

    fn open_array(&mut self) -> Result<Option<Made<B::Value>>, DecodeError> {
        self.push(Frame::Array(Vec::new()))?;
        if self.scan.byte() == Some(b']') { Ok(self.close()) } else { Ok(None) }
    }

    fn open_object(&mut self) -> Result<Option<Made<B::Value>>, DecodeError> {
        self.push(Frame::Object { entries: Vec::new(), key: Cow::Borrowed("") })?;
        if self.scan.byte() == Some(b'}') {
            return Ok(self.close());
        }
        self.key()?;
        Ok(None)
    }

    fn key(&mut self) -> Result<(), DecodeError> {
        self.scan.skip_space();
        if self.scan.byte() != Some(b'"') {
            return Err(self.scan.unexpected("looking for beginning of object key string"));
        }
        let content = self.scan.string()?;
        if let Some(Frame::Object { key, .. }) = self.frames.last_mut() {
            *key = unquote(content);
        }
        self.scan.skip_space();
        if self.scan.byte() != Some(b':') {
            return Err(self.scan.unexpected("after object key"));
        }
        self.scan.at += 1;
        Ok(())
    }

    /// Ends the innermost collection, at whose bracket the scan is.
    fn close(&mut self) -> Option<Made<B::Value>> {
        self.scan.at += 1;
        Some(match self.frames.pop()? {
            Frame::Array(items) => (Kind::Array, self.build.sequence(items)),
            Frame::Object { entries, .. } => {
                (Kind::Object, self.build.mapping(last_of_each(entries, Ord::cmp)))
            }
        })
    }

    /// Hands a value to the collection that it's in; gives it back at the root.
    fn give(&mut self, kind: Kind, value: B::Value) -> Result<Option<Made<B::Value>>, DecodeError> {
        self.scan.skip_space();
        match self.frames.last_mut() {
            Some(Frame::Array(items)) => items.push(value),
            Some(Frame::Object { entries, key }) => entries.push((std::mem::take(key), value)),
            None if self.scan.byte().is_some() => {
                return Err(self.scan.unexpected("after top-level value"));
            }
            None => return Ok(Some((kind, value))),
        }
        Ok(None)
    }

    /// Goes on behind a value in a collection.
    fn go_on(&mut self) -> Result<Option<Made<B::Value>>, DecodeError> {
        let object = matches!(self.frames.last(), Some(Frame::Object { .. }));
        match self.scan.byte() {
            Some(b',') => {
                self.scan.at += 1;
                if object {
                    self.key()?;
                }
                Ok(None)
            }
            Some(b'}') if object => Ok(self.close()),
            Some(b']') if !object => Ok(self.close()),
            _ if object => Err(self.scan.unexpected("after object key:value pair")),
            _ => Err(self.scan.unexpected("after array element")),
        }
    }
}
