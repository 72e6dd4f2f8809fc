//! `merge` and `mergeOverwrite`, by the rules of Go's `mergo`.

use gotemplate::{FunctionError, Map, Str, Type, Value};

use super::{MAX_DEPTH, too_deep};
use crate::functions::arguments::{Arguments, Outcome};

/// Which value is kept where both dicts have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Precedence {
    /// The one that is there, unless it is empty (`merge`).
    Destination,
    /// The one that is merged in (`mergeOverwrite`).
    Source,
}

/// Merges the further dicts into the first one, which is changed and returned.
pub(super) fn merge_all(a: &[Value], precedence: Precedence) -> Outcome {
    let mut destination = a.map(0);
    for source in a.from(1).iter().filter_map(Value::as_map) {
        if destination.is_nil() && !source.is_nil() {
            destination = Map::new();
        }
        merge(&destination, source, precedence, 0)?;
    }
    Ok(Value::Map(destination))
}

fn merge(destination: &Map, source: &Map, precedence: Precedence, depth: usize) -> Result<(), FunctionError> {
    if depth > MAX_DEPTH {
        return Err(too_deep());
    }
    for (key, value) in source.entries() {
        merge_entry(destination, &key, &value, precedence, depth)?;
    }
    Ok(())
}

/// Dicts are merged, if both are; one that is missing is taken by reference. Lists are never merged.
fn merge_entry(
    destination: &Map,
    key: &Str,
    value: &Value,
    precedence: Precedence,
    depth: usize,
) -> Result<(), FunctionError> {
    let overwrites = precedence == Precedence::Source;
    if value.is_untyped_nil() {
        return if overwrites { insert(destination, key, value) } else { Ok(()) };
    }
    let present = destination.get(key.as_bytes());
    match (value, &present) {
        (Value::Map(source), Some(Value::Map(nested))) if !nested.is_nil() => {
            merge(nested, source, precedence, depth + 1)?;
        }
        (Value::List(_), _) if overwrites => insert(destination, key, value)?,
        _ => {}
    }
    // What was there may have been filled just now: it is the same dict.
    let is_kept = present.as_ref().is_some_and(Value::is_true)
        && match value {
            Value::List(_) => true,
            Value::Map(_) => matches!(present, Some(Value::Map(_))),
            _ => !overwrites,
        };
    match present {
        Some(present) if is_kept || !overwrites && !is_empty(&present) => Ok(()),
        _ => insert(destination, key, value),
    }
}

/// As `mergo` sees it: objects are never empty.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(object) => object.is_nil(),
        _ => !value.is_true(),
    }
}

/// A map of strings takes strings only.
fn insert(destination: &Map, key: &Str, value: &Value) -> Result<(), FunctionError> {
    let element = destination.element();
    if element != Type::Any && value.ty() != Some(element) {
        let text = "reflect.Value.SetMapIndex: value of type interface {} is not assignable to type";
        return Err(FunctionError::new(format!("{text} {element}")));
    }
    destination.insert(key.clone(), value.clone());
    Ok(())
}
