//! `sigs.k8s.io/yaml`: YAML by way of JSON, as Kubernetes and Helm use it.

mod document;
mod encode;
mod error;

use std::borrow::Cow;

pub use self::document::{Documents, SeparatorError, documents};
pub use self::encode::encode;
pub use self::error::{DecodeError, EncodeError};
use crate::decode::{AnyValues, Assemble, KeyOrder, last_of_each};
use crate::gosyntax::go_syntax;
use crate::number::format_float_32;
use crate::resolve::Atom;
use crate::tape::Tape;
use crate::text::go_lossy;
use crate::{Build, Dialect, Error, Input, Parser, Value};

/// Levels of collections that `encoding/json` reads.
const MAX_JSON_DEPTH: usize = 10_000;

/// The Go type that a document is decoded into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// `any`
    Any,
    /// `map[string]any`
    Map,
    /// `[]any`
    Slice,
}

impl Target {
    /// The type's name as Go prints it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::Map => "map[string]interface {}",
            Self::Slice => "[]interface {}",
        }
    }
}

/// The kinds of JSON values, by the names that `encoding/json` has for them in errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "bool",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }

    pub(crate) fn fits(self, target: Target) -> bool {
        match target {
            Target::Any => true,
            Target::Map => matches!(self, Self::Null | Self::Object),
            Target::Slice => matches!(self, Self::Null | Self::Array),
        }
    }
}

/// `yaml.Unmarshal`: decodes the first document of a stream.
///
/// All numbers become floats and all keys text, as they do on the way through JSON.
/// `None` is a document that is empty or `null`, which leaves the target as it is.
///
/// # Errors
/// What isn't YAML, what JSON can't express, and a root that doesn't fit the target.
///
/// ```
/// use goyaml::{Value, Values, sigs};
///
/// let value = sigs::decode(b"y: 1\n2: a", sigs::Target::Map, &mut Values)?.unwrap();
/// assert_eq!(value.get("true"), Some(&Value::Float(1.0)));
/// assert_eq!(value.get("2"), Some(&"a".into()));
///
/// let error = sigs::decode(b"- a", sigs::Target::Map, &mut Values).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "error unmarshaling JSON: while decoding JSON: \
///      json: cannot unmarshal array into Go value of type map[string]interface {}"
/// );
/// # Ok::<(), sigs::DecodeError>(())
/// ```
pub fn decode<B: Build>(
    bytes: &[u8],
    target: Target,
    build: &mut B,
) -> Result<Option<B::Value>, DecodeError> {
    let input = Input::new(bytes);
    let Some(tape) = read_first(&input)? else { return Ok(None) };
    decode_tape(&tape, target, build)
}

/// The first document as [`v2::decode`](crate::v2::decode) makes it, if it could go through JSON. What Go decodes into
/// structs, whose fields take numbers as text, is made of it.
///
/// # Errors
/// What isn't YAML, and what JSON can't express.
pub fn decode_plain(bytes: &[u8]) -> Result<Option<Value>, DecodeError> {
    let input = Input::new(bytes);
    let Some(tape) = read_first(&input)? else { return Ok(None) };
    match inexpressible(&tape)? {
        Some(error) => Err(error),
        None => Ok(Some(crate::decode::decode(&tape, &mut AnyValues { order: KeyOrder::Sorted })?)),
    }
}

/// The nodes of the first document.
pub(crate) fn read_first<'i>(input: &'i Input<'i>) -> Result<Option<Tape<'i>>, Error> {
    Tape::read(&mut Parser::new(input, Dialect::V2))
}

fn decode_tape<B: Build>(
    tape: &Tape<'_>,
    target: Target,
    build: &mut B,
) -> Result<Option<B::Value>, DecodeError> {
    let mut assemble = ThroughJson { build, trouble: false };
    let (kind, value) = crate::decode::decode(tape, &mut assemble)?;
    if assemble.trouble
        && let Some(error) = inexpressible(tape)?
    {
        return Err(error);
    }
    match kind {
        Kind::Null => Ok(None),
        _ if kind.fits(target) => Ok(Some(value)),
        _ => Err(DecodeError::Type { found: kind.name(), target: target.name().to_owned(), field: None }),
    }
}

/// What JSON can't express of a value, in the order in which `sigs.k8s.io/yaml` comes upon
/// it: keys first, then numbers, then the depth.
fn inexpressible(tape: &Tape<'_>) -> Result<Option<DecodeError>, Error> {
    let value = crate::decode::decode(tape, &mut AnyValues { order: KeyOrder::Document })?;
    Ok(inexpressible_key(&value).or_else(|| inexpressible_number(&value)))
}

/// A key that JSON can't express. Go takes the entries of a map in random order, in which
/// the document's own is the most likely.
pub(crate) fn inexpressible_key(root: &Value) -> Option<DecodeError> {
    let mut left = vec![(None, root)];
    while let Some((key, value)) = left.pop() {
        if let Some(error) = key.and_then(|key| key_error(key, value)) {
            return Some(error);
        }
        match value {
            Value::Sequence(items) => left.extend(items.iter().rev().map(|item| (None, item))),
            Value::Mapping(entries) => {
                left.extend(entries.iter().rev().map(|(key, value)| (Some(key), value)))
            }
            _ => {}
        }
    }
    None
}

/// A number that JSON can't express, in the order in which JSON is written, or else
/// collections that are too deep.
pub(crate) fn inexpressible_number(root: &Value) -> Option<DecodeError> {
    let mut left = vec![(root, 1)];
    let mut deepest = 0;
    while let Some((value, depth)) = left.pop() {
        if let Some(error) = number_error(value) {
            return Some(error);
        }
        match value {
            Value::Sequence(items) => {
                deepest = deepest.max(depth);
                left.extend(items.iter().rev().map(|item| (item, depth + 1)));
            }
            Value::Mapping(entries) => {
                deepest = deepest.max(depth);
                let mut entries: Vec<_> = entries.iter().collect();
                entries.sort_by_cached_key(|(key, _)| std::cmp::Reverse(key.name()));
                left.extend(entries.into_iter().map(|(_, value)| (value, depth + 1)));
            }
            _ => {}
        }
    }
    (deepest > MAX_JSON_DEPTH).then_some(DecodeError::Depth)
}

fn key_error(key: &Value, value: &Value) -> Option<DecodeError> {
    let (kind, key) = match key {
        Value::Null => ("%!s(<nil>)", "<nil>".to_owned()),
        Value::Uint(key) => ("uint64", format!("{key:#x}")),
        _ => return None,
    };
    Some(DecodeError::Key { kind, key, value: go_syntax(Dialect::V2, value) })
}

fn number_error(value: &Value) -> Option<DecodeError> {
    match value {
        Value::Float(value) if value.is_nan() => Some(DecodeError::Number("NaN")),
        Value::Float(f64::INFINITY) => Some(DecodeError::Number("+Inf")),
        Value::Float(f64::NEG_INFINITY) => Some(DecodeError::Number("-Inf")),
        _ => None,
    }
}

/// Makes what comes out of JSON.
struct ThroughJson<'b, B> {
    build: &'b mut B,
    /// Whether there is something that JSON can't express.
    trouble: bool,
}

impl<'t, B: Build> Assemble<'t> for ThroughJson<'_, B> {
    type Value = (Kind, B::Value);

    fn scalar(&mut self, atom: Atom<'t>) -> Self::Value {
        match atom {
            Atom::Null => (Kind::Null, self.build.null()),
            Atom::Bool(value) => (Kind::Bool, self.build.bool(value)),
            Atom::Int(value) => (Kind::Number, self.build.float(value as f64)),
            Atom::Uint(value) => (Kind::Number, self.build.float(value as f64)),
            Atom::Float(value) => {
                self.trouble |= !value.is_finite();
                (Kind::Number, self.build.float(value))
            }
            Atom::Text(text) => (Kind::String, self.build.string(&text)),
            Atom::Bytes(bytes) => (Kind::String, self.build.string(&go_lossy(&bytes))),
            Atom::Timestamp(text) => (Kind::String, self.build.string(text)),
        }
    }

    fn sequence(&mut self, items: Vec<Self::Value>, depth: usize) -> Self::Value {
        self.trouble |= depth > MAX_JSON_DEPTH;
        let items = items.into_iter().map(|(_, value)| value).collect();
        (Kind::Array, self.build.sequence(items))
    }

    fn mapping(&mut self, entries: Vec<(Atom<'t>, Self::Value)>, depth: usize) -> Self::Value {
        self.trouble |= depth > MAX_JSON_DEPTH;
        let mut named = Vec::with_capacity(entries.len());
        for (key, (_, value)) in entries {
            match key_name(key) {
                Some(key) => named.push((key, value)),
                None => self.trouble = true,
            }
        }
        (Kind::Object, self.build.mapping(last_of_each(named, Ord::cmp)))
    }
}

/// The text of a key; `None` for null and for integers beyond `i64`, which aren't allowed.
pub(crate) fn key_name(key: Atom<'_>) -> Option<Cow<'_, str>> {
    Some(match key {
        Atom::Null | Atom::Uint(_) => return None,
        Atom::Bool(value) => Cow::Borrowed(if value { "true" } else { "false" }),
        Atom::Int(value) => Cow::Owned(value.to_string()),
        Atom::Float(value) => Cow::Owned(format_float_32(value)),
        Atom::Text(text) => text,
        Atom::Bytes(bytes) => Cow::Owned(go_lossy(&bytes).into_owned()),
        Atom::Timestamp(text) => Cow::Borrowed(text),
    })
}
