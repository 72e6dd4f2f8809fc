//! What a function's body reads its arguments with, and returns its result with.
//!
//! The template engine has checked the arguments against the signature; what is missing nevertheless reads as the
//! zero value.

use gotemplate::{Function, FunctionBody, FunctionError, List, Map, Signature, Str, Type, Value, fmt};

/// What a body returns.
pub(crate) type Outcome = Result<Value, FunctionError>;

/// Go's text of a panic on a nil value.
pub(crate) const NIL_DEREFERENCE: &str = "runtime error: invalid memory address or nil pointer dereference";

/// A function of exactly these parameters.
pub(crate) const fn fixed(
    name: &'static str,
    params: &'static [Type],
    result: Type,
    body: FunctionBody,
) -> Function {
    Function::new(name, Signature::new(params, result), body)
}

/// A function whose last parameter takes any number of arguments.
pub(crate) const fn variadic(
    name: &'static str,
    params: &'static [Type],
    result: Type,
    body: FunctionBody,
) -> Function {
    Function::new(name, Signature::new(params, result).variadic(), body)
}

/// Arguments by their place, from 0.
pub(crate) trait Arguments {
    /// Any value.
    fn any(&self, at: usize) -> Value;
    /// The bytes of a string.
    fn text(&self, at: usize) -> &[u8];
    /// An int of any size.
    fn int(&self, at: usize) -> i64;
    /// A map; a nil one if there is none.
    fn map(&self, at: usize) -> Map;
    /// The arguments from there on.
    fn from(&self, at: usize) -> &[Value];

    /// A string that isn't UTF-8 in places, with U+FFFD there.
    fn lossy(&self, at: usize) -> String {
        String::from_utf8_lossy(self.text(at)).into_owned()
    }
}

impl Arguments for [Value] {
    fn any(&self, at: usize) -> Value {
        self.get(at).cloned().unwrap_or_default()
    }

    fn text(&self, at: usize) -> &[u8] {
        self.get(at).and_then(Value::as_str).map(Str::as_bytes).unwrap_or_default()
    }

    fn int(&self, at: usize) -> i64 {
        self.get(at).and_then(Value::as_int).unwrap_or_default()
    }

    fn map(&self, at: usize) -> Map {
        self.get(at).and_then(Value::as_map).cloned().unwrap_or_else(|| Map::nil(&Type::Any))
    }

    fn from(&self, at: usize) -> &[Value] {
        self.get(at..).unwrap_or_default()
    }
}

/// A string as a result.
#[expect(clippy::unnecessary_wraps, reason = "the end of most bodies")]
pub(crate) fn text(bytes: impl Into<Str>) -> Outcome {
    Ok(Value::string(bytes))
}

/// A list of anything as a result.
#[expect(clippy::unnecessary_wraps, reason = "the end of many bodies")]
pub(crate) fn list(values: Vec<Value>) -> Outcome {
    Ok(Value::list(values))
}

/// The nil `[]interface {}`, which JSON tells from an empty one.
pub(crate) fn nil_list() -> Value {
    Value::List(List::nil(&Type::Any))
}

/// Sprig's `strval`: strings and bytes as they are, everything else as `%v` prints it.
pub(crate) fn to_text(value: &Value) -> Str {
    match value {
        Value::String(text) => text.clone(),
        Value::List(list) => match list.as_bytes() {
            Some(bytes) => bytes.clone(),
            None => fmt::sprint(std::slice::from_ref(value)),
        },
        _ => fmt::sprint(std::slice::from_ref(value)),
    }
}

/// Sprig's `strslice`: the elements of any list as strings, without nils; another value is the only element.
pub(crate) fn to_texts(value: &Value) -> Vec<Str> {
    match value {
        Value::Nil => Vec::new(),
        Value::List(list) => {
            list.iter().filter(|item| !item.is_untyped_nil()).map(|item| to_text(&item)).collect()
        }
        _ => vec![to_text(value)],
    }
}
