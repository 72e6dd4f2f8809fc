//! Template values as JSON, YAML and TOML see them.

use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gotemplate::{FloatKind, List, Map, Str, Value};
use goyaml::{Build, Source, View};

use crate::functions::dates::{Duration, Time};
use crate::functions::versions;
use crate::object::Struct;

/// A value without its Go type, for encoders that look behind names.
pub(super) enum Plain {
    Nil,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64, FloatKind),
    /// A string, or what a type writes of itself as text.
    Text(Str),
    /// A time, by RFC 3339.
    Time(String),
    /// A duration: a number for encoders that don't know the type.
    Duration {
        nanoseconds: i64,
        text: String,
    },
    List(List),
    /// A map, or a struct by the names of its fields.
    Map(Map),
    /// A function, or a complex number.
    Unsupported,
}

/// What the value is.
pub(super) fn plain(value: &Value) -> Plain {
    match value {
        Value::Nil => Plain::Nil,
        Value::Bool(value) => Plain::Bool(*value),
        Value::Int(number, _) => Plain::Int(*number),
        Value::Uint(number, _) => Plain::Uint(*number),
        Value::Float(number, kind) => Plain::Float(*number, *kind),
        Value::Complex(..) => Plain::Unsupported,
        Value::String(text) => Plain::Text(text.clone()),
        Value::List(list) => Plain::List(list.clone()),
        Value::Map(map) => Plain::Map(map.clone()),
        Value::Object(_) => plain_object(value),
    }
}

fn plain_object(value: &Value) -> Plain {
    if let Some(time) = value.downcast_ref::<Time>() {
        return Plain::Time(time.to_rfc3339());
    }
    if let Some(duration) = value.downcast_ref::<Duration>() {
        return Plain::Duration { nanoseconds: duration.0, text: duration.to_string() };
    }
    if let Some(version) = versions::version_of(value) {
        return Plain::Text(version.to_string().into());
    }
    if let Some(record) = value.downcast_ref::<Struct>() {
        return Plain::Map(record.json().into_iter().collect());
    }
    let Value::Object(object) = value else { return Plain::Unsupported };
    match object.basic() {
        Some(basic) => plain(&basic),
        None if object.is_nil() => Plain::Nil,
        None if object.signature().is_some() => Plain::Unsupported,
        None => Plain::Map(object.fields().into_iter().collect()),
    }
}

/// How deep values are followed: one that contains itself would never end.
const MAX_DEPTH: usize = 10_000;

/// How many values a document may have: small templates can build a value that holds another many times over, level
/// upon level.
const MAX_PARTS: usize = 4 << 20;

/// Whether a value is deeper or larger than any that a document makes, as one that contains itself is.
pub(super) fn is_endless(value: &Value) -> bool {
    let mut open = vec![parts(value)];
    let mut seen = 0;
    while let Some(parts) = open.last_mut() {
        match parts.pop() {
            Some(part) => open.push(self::parts(&part)),
            None => drop(open.pop()),
        }
        seen += 1;
        if open.len() > MAX_DEPTH || seen > MAX_PARTS {
            return true;
        }
    }
    false
}

/// The lists and dicts within a value.
fn parts(value: &Value) -> Vec<Value> {
    let is_collection = |value: &Value| matches!(value, Value::List(_) | Value::Map(_));
    match value {
        Value::List(list) if list.as_bytes().is_none() => list.iter().filter(is_collection).collect(),
        Value::Map(map) => map.entries().into_iter().map(|(_, value)| value).filter(is_collection).collect(),
        _ => Vec::new(),
    }
}

/// A value on its way through `encoding/json`, which `toYaml` takes as well.
#[derive(Clone)]
pub(super) struct Json {
    value: Value,
    depth: usize,
    /// How many parts of the whole are left to be written.
    left: Rc<Cell<usize>>,
}

impl Json {
    pub(super) fn new(value: Value) -> Self {
        Self { value, depth: 0, left: Rc::new(Cell::new(MAX_PARTS)) }
    }

    fn part(&self, value: Value) -> Self {
        self.left.set(self.left.get().saturating_sub(1));
        Self { value, depth: self.depth + 1, left: Rc::clone(&self.left) }
    }

    fn is_endless(&self) -> bool {
        self.depth > MAX_DEPTH || self.left.get() == 0
    }
}

impl Source for Json {
    type Key = Str;

    fn view(&self) -> View<'_, Self> {
        match &self.value {
            Value::String(text) => return View::Text(Cow::Borrowed(text.as_bytes())),
            other if other.is_nil() => return View::Null,
            _ if self.is_endless() => {
                return View::Unsupported("a value that contains itself, or much too much");
            }
            _ => {}
        }
        match plain(&self.value) {
            Plain::Nil => View::Null,
            Plain::Bool(value) => View::Bool(value),
            Plain::Int(number) | Plain::Duration { nanoseconds: number, .. } => View::Int(number),
            Plain::Uint(number) => View::Uint(number),
            Plain::Float(number, _) => View::Float(number),
            Plain::Text(text) => View::Text(Cow::Owned(text.as_bytes().to_vec())),
            Plain::Time(text) => View::Text(Cow::Owned(text.into_bytes())),
            Plain::List(list) => match list.as_bytes() {
                Some(bytes) => View::Text(Cow::Owned(STANDARD.encode(bytes).into_bytes())),
                None => View::Sequence(list.iter().map(|item| self.part(item)).collect()),
            },
            Plain::Map(map) => {
                View::Mapping(map.entries().into_iter().map(|(key, value)| (key, self.part(value))).collect())
            }
            // Every type without a JSON form is a builtin one.
            Plain::Unsupported if matches!(self.value, Value::Complex(..)) => View::Unsupported("complex128"),
            Plain::Unsupported => View::Unsupported("func()"),
        }
    }
}

/// A value that go-yaml v3 writes itself, for `toYamlPretty`: lists of bytes are lists, and nil ones are empty.
#[derive(Clone)]
pub(super) struct Direct(pub(super) Value);

impl Source for Direct {
    type Key = Str;

    fn view(&self) -> View<'_, Self> {
        match plain(&self.0) {
            Plain::Nil => View::Null,
            Plain::Bool(value) => View::Bool(value),
            Plain::Int(number) => View::Int(number),
            Plain::Uint(number) => View::Uint(number),
            Plain::Float(number, _) => View::Float(number),
            Plain::Text(text) => View::Text(Cow::Owned(text.as_bytes().to_vec())),
            Plain::Time(text) | Plain::Duration { text, .. } => View::Text(Cow::Owned(text.into_bytes())),
            Plain::List(list) => View::Sequence(list.iter().map(Self).collect()),
            Plain::Map(map) => {
                View::Mapping(map.entries().into_iter().map(|(key, value)| (key, Self(value))).collect())
            }
            Plain::Unsupported => View::Unsupported("func()"),
        }
    }
}

/// Makes template values of documents.
pub(super) struct Values;

impl Build for Values {
    type Value = Value;

    fn null(&mut self) -> Value {
        Value::Nil
    }

    fn bool(&mut self, value: bool) -> Value {
        Value::Bool(value)
    }

    #[expect(clippy::cast_precision_loss, reason = "Go decodes numbers of JSON as float64")]
    fn int(&mut self, value: i64) -> Value {
        Value::float(value as f64)
    }

    #[expect(clippy::cast_precision_loss, reason = "Go decodes numbers of JSON as float64")]
    fn uint(&mut self, value: u64) -> Value {
        Value::float(value as f64)
    }

    fn float(&mut self, value: f64) -> Value {
        Value::float(value)
    }

    fn string(&mut self, text: &str) -> Value {
        Value::string(text)
    }

    fn sequence(&mut self, items: Vec<Value>) -> Value {
        Value::list(items)
    }

    fn mapping(&mut self, entries: Vec<(Cow<'_, str>, Value)>) -> Value {
        Value::map(entries)
    }
}
