//! Paths into objects, as suites write them: `spec.template.containers[0].env[?(@.name == "A")].value`.

mod filter;
mod parse;
mod subscript;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde_json::Value;

use self::filter::Filter;
use self::subscript::Subscript;

/// A path.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Path(Vec<Step>);

#[derive(Debug, Clone, PartialEq)]
enum Step {
    /// The values of some keys.
    Names(Vec<String>),
    /// The keys themselves.
    Keys(Vec<String>),
    /// Every value.
    Every,
    /// Every key.
    EveryKey,
    /// Items of a list.
    Items(Vec<Subscript>),
    /// The value and everything in it.
    Deep,
    /// The items of a list, or what is no list, if the filter holds.
    Where(Filter),
    /// The value itself, if the filter holds.
    If(Filter),
}

/// A path that can't be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("path `{path}`: {reason}")]
pub(super) struct PathError {
    path: String,
    reason: &'static str,
}

/// What a path leads to: a part of the document, or a key.
type Found<'v> = Vec<Cow<'v, Value>>;

// === impl Path ===

impl Path {
    pub(super) fn parse(text: &str) -> Result<Self, PathError> {
        parse::path(text).map_err(|reason| PathError { path: text.to_owned(), reason })
    }

    /// Everything in `document` that the path leads to.
    pub(super) fn find<'v>(&self, document: &'v Value) -> Found<'v> {
        self.from(document, document)
    }

    /// The same, from a value in the document.
    fn from<'v>(&self, value: &'v Value, root: &Value) -> Found<'v> {
        let start = vec![Cow::Borrowed(value)];
        self.0
            .iter()
            .fold(start, |found, step| found.into_iter().flat_map(|value| step.find(value, root)).collect())
    }
}

// === impl Step ===

impl Step {
    /// A key has nothing in it.
    fn find<'v>(&self, value: Cow<'v, Value>, root: &Value) -> Found<'v> {
        let Cow::Borrowed(value) = value else { return Vec::new() };
        match self {
            Self::Names(names) => borrowed(names.iter().filter_map(|name| value.as_object()?.get(name))),
            Self::Keys(names) => {
                let has =
                    |name: &&String| value.as_object().is_some_and(|entries| entries.contains_key(*name));
                owned(names.iter().filter(has))
            }
            Self::Every => borrowed(children(value)),
            Self::EveryKey => owned(value.as_object().into_iter().flat_map(|entries| entries.keys())),
            Self::Items(subscripts) => {
                let Some(items) = value.as_array() else { return Vec::new() };
                let places = subscripts.iter().flat_map(|subscript| subscript.places(items.len()));
                borrowed(places.filter_map(|place| items.get(place)))
            }
            Self::Deep => borrowed(deep(value)),
            Self::Where(filter) => match value.as_array() {
                Some(items) => borrowed(items.iter().filter(|item| filter.holds(item, root))),
                None => borrowed(Some(value).filter(|value| filter.holds(value, root))),
            },
            Self::If(filter) => borrowed(Some(value).filter(|value| filter.holds(value, root))),
        }
    }
}

fn borrowed<'v>(values: impl IntoIterator<Item = &'v Value>) -> Found<'v> {
    values.into_iter().map(Cow::Borrowed).collect()
}

fn owned<'k, 'v>(keys: impl Iterator<Item = &'k String>) -> Found<'v> {
    keys.map(|key| Cow::Owned(Value::String(key.clone()))).collect()
}

fn children(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(entries) => entries.values().collect(),
        _ => Vec::new(),
    }
}

/// What is inside comes before what it is in.
fn deep(value: &Value) -> Vec<&Value> {
    let mut all: Vec<&Value> = children(value).into_iter().flat_map(deep).collect();
    all.push(value);
    all
}
