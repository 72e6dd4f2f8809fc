//! A plain value type, for tests and simple uses.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::{Build, Source, View};

/// A value of a document.
///
/// ```
/// use goyaml::{Value, v2};
///
/// let value = v2::decode(b"a: [1, 0x1f, .5, yes, ~, x]").unwrap().unwrap();
/// let list = [Value::Int(1), Value::Int(31), Value::Float(0.5), Value::Bool(true), Value::Null, "x".into()];
/// assert_eq!(value, Value::Mapping(vec![("a".into(), Value::Sequence(list.to_vec()))]));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer.
    Int(i64),
    /// An integer beyond the positive end of `i64`.
    Uint(u64),
    /// A number with a fraction or an exponent, or out of the range of integers.
    Float(f64),
    /// Text.
    Text(String),
    /// The content of `!!binary` that isn't UTF-8.
    Bytes(Vec<u8>),
    /// A sequence.
    Sequence(Vec<Self>),
    /// A mapping: each key once, in the order of [`Value::key_order`].
    Mapping(Vec<(Self, Self)>),
}

impl Value {
    /// The order of keys in a [`Value::Mapping`]: by type, in the order of the variants,
    /// then by value.
    #[must_use]
    pub fn key_order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            (Self::Uint(a), Self::Uint(b)) => a.cmp(b),
            (Self::Float(a), Self::Float(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Bytes(a), Self::Bytes(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    /// The name that a key has in JSON.
    pub(crate) fn name(&self) -> Cow<'_, [u8]> {
        let text = match self {
            Self::Text(text) => return Cow::Borrowed(text.as_bytes()),
            Self::Bytes(bytes) => return Cow::Borrowed(bytes),
            Self::Bool(value) => value.to_string(),
            Self::Int(value) => value.to_string(),
            Self::Uint(value) => value.to_string(),
            Self::Float(value) => crate::number::format_float_32(*value),
            Self::Null | Self::Sequence(_) | Self::Mapping(_) => String::new(),
        };
        Cow::Owned(text.into_bytes())
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(_) => 1,
            Self::Int(_) => 2,
            Self::Uint(_) => 3,
            Self::Float(_) => 4,
            Self::Text(_) => 5,
            Self::Bytes(_) => 6,
            Self::Sequence(_) => 7,
            Self::Mapping(_) => 8,
        }
    }

    /// The value at a key that is text.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Mapping(entries) => {
                let found =
                    entries.iter().find(|(known, _)| matches!(known, Self::Text(text) if text == key));
                found.map(|(_, value)| value)
            }
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// Makes [`Value`]s.
#[derive(Clone, Copy, Debug, Default)]
pub struct Values;

impl Build for Values {
    type Value = Value;

    fn null(&mut self) -> Value {
        Value::Null
    }

    fn bool(&mut self, value: bool) -> Value {
        Value::Bool(value)
    }

    fn int(&mut self, value: i64) -> Value {
        Value::Int(value)
    }

    fn uint(&mut self, value: u64) -> Value {
        Value::Uint(value)
    }

    fn float(&mut self, value: f64) -> Value {
        Value::Float(value)
    }

    fn string(&mut self, text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    fn sequence(&mut self, items: Vec<Value>) -> Value {
        Value::Sequence(items)
    }

    fn mapping(&mut self, entries: Vec<(Cow<'_, str>, Value)>) -> Value {
        let text = |key: Cow<'_, str>| Value::Text(key.into_owned());
        Value::Mapping(entries.into_iter().map(|(key, value)| (text(key), value)).collect())
    }
}

/// Keys that aren't text are written as `encoding/json` writes such a map's keys.
impl<'a> Source for &'a Value {
    type Key = Cow<'a, [u8]>;

    fn view(&self) -> View<'_, Self> {
        match self {
            Value::Null => View::Null,
            Value::Bool(value) => View::Bool(*value),
            Value::Int(value) => View::Int(*value),
            Value::Uint(value) => View::Uint(*value),
            Value::Float(value) => View::Float(*value),
            Value::Text(text) => View::Text(Cow::Borrowed(text.as_bytes())),
            Value::Bytes(bytes) => View::Text(Cow::Borrowed(bytes)),
            Value::Sequence(items) => View::Sequence(items.iter().collect()),
            Value::Mapping(entries) => {
                View::Mapping(entries.iter().map(|(key, value)| (key.name(), value)).collect())
            }
        }
    }
}
