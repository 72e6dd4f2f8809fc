//! go-yaml v2.

use crate::decode::AnyValues;
use crate::emitter::{Layout, Numbers, emit};
use crate::gosyntax::go_syntax;
use crate::sigs::DecodeError;
use crate::tape::Tape;
use crate::{Dialect, Error, Input, Parser, Source, Value};

/// `yaml.Unmarshal` into an `interface{}`: the first document of a stream, `None` if there
/// is none.
///
/// # Errors
/// What isn't YAML.
///
/// ```
/// use goyaml::{Value, v2};
///
/// assert_eq!(v2::decode(b"0777").unwrap(), Some(Value::Int(511)));
/// assert_eq!(v2::decode(b"# nothing").unwrap(), None);
/// ```
pub fn decode(bytes: &[u8]) -> Result<Option<Value>, Error> {
    let input = Input::new(bytes);
    let tape = Tape::read(&mut Parser::new(&input, Dialect::V2))?;
    tape.map(|tape| crate::decode::decode(&tape, &mut AnyValues)).transpose()
}

/// `yaml.Marshal`.
///
/// ```
/// use goyaml::{Value, v2};
///
/// assert_eq!(v2::encode(&Value::Float(1e6)), "1e+06\n");
/// ```
pub fn encode<S: Source>(value: S) -> String {
    emit(&value, Layout { dialect: Dialect::V2, indent: 2, width: 80, numbers: Numbers::Direct })
}

/// The first thing in a value that JSON can't express, in the order in which
/// `sigs.k8s.io/yaml` comes upon them: keys first.
pub(crate) fn find_inexpressible(value: &Value) -> Option<DecodeError> {
    find(value, &|value| match value {
        Value::Mapping(entries) => entries.iter().find_map(|(key, value)| key_error(key, value)),
        _ => None,
    })
    .or_else(|| {
        find(value, &|value| match value {
            Value::Float(value) if value.is_nan() => Some(DecodeError::Number("NaN")),
            Value::Float(value) if value.is_infinite() => {
                Some(DecodeError::Number(if *value > 0.0 { "+Inf" } else { "-Inf" }))
            }
            _ => None,
        })
    })
}

fn key_error(key: &Value, value: &Value) -> Option<DecodeError> {
    let (kind, key) = match key {
        Value::Null => ("%!s(<nil>)", "<nil>".to_owned()),
        Value::Uint(key) => ("uint64", format!("{key:#x}")),
        _ => return None,
    };
    Some(DecodeError::Key { kind, key, value: go_syntax(value) })
}

/// Searches a value and its parts, each before its own parts.
fn find<'v, T>(value: &'v Value, test: &dyn Fn(&'v Value) -> Option<T>) -> Option<T> {
    let mut left = vec![value];
    while let Some(value) = left.pop() {
        if let Some(found) = test(value) {
            return Some(found);
        }
        match value {
            Value::Sequence(items) => left.extend(items.iter().rev()),
            Value::Mapping(entries) => left.extend(entries.iter().rev().map(|(_, value)| value)),
            _ => {}
        }
    }
    None
}
