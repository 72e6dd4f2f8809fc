//! `yaml.Marshal`: through JSON, then as go-yaml v2 writes.

use crate::emitter::{Layout, Numbers, emit};
use crate::sigs::EncodeError;
use crate::{Dialect, Source, View, json, v2};

/// What JSON text can be written as YAML at once.
const MAX_DEPTH: usize = 9_000;

/// `yaml.Marshal`: writes a value as JSON, reads that as YAML and writes it as YAML.
///
/// Integers that 64 bits hold stay integers, floats that are whole numbers become some, and
/// other floats are written as by go-yaml: `1e+20`, `0.5`.
///
/// # Errors
/// What JSON can't express, and the JSON texts that aren't YAML: those with control
/// characters from U+007F on, with keys longer than 1024 characters, or too deep.
///
/// ```
/// use goyaml::{Value, sigs};
///
/// let list = Value::Sequence(vec![Value::Float(1e6), Value::Float(1e20), "yes".into(), "a\nb\n".into()]);
/// let map = Value::Mapping(vec![("key".into(), list)]);
/// assert_eq!(sigs::encode(&map).unwrap(), "key:\n- 1000000\n- 1e+20\n- \"yes\"\n- |\n  a\n  b\n");
/// ```
pub fn encode<S: Source>(value: S) -> Result<String, EncodeError> {
    if survives_json(&value) {
        let layout = Layout { dialect: Dialect::V2, indent: 2, width: 80, numbers: Numbers::ThroughJson };
        return Ok(emit(&value, layout));
    }
    let text = json::encode(value, json::Escape::Html)?;
    let read = v2::decode(text.as_bytes())?;
    Ok(v2::encode(&read.unwrap_or(crate::Value::Null)))
}

/// Whether a value is sure to be the same when it's written as JSON and read as YAML.
fn survives_json<S: Source>(value: &S) -> bool {
    let mut open: Vec<std::vec::IntoIter<S>> = Vec::new();
    if !check(value, &mut open) {
        return false;
    }
    while let Some(items) = open.last_mut() {
        match items.next() {
            Some(item) if !check(&item, &mut open) => return false,
            Some(_) => {}
            None => drop(open.pop()),
        }
    }
    true
}

fn check<S: Source>(value: &S, open: &mut Vec<std::vec::IntoIter<S>>) -> bool {
    if open.len() > MAX_DEPTH {
        return false;
    }
    match value.view() {
        View::Null | View::Bool(_) | View::Int(_) | View::Uint(_) => true,
        View::Float(value) => value.is_finite(),
        View::Text(text) => text_survives(&text),
        View::Sequence(items) => {
            open.push(items.into_iter());
            true
        }
        View::Mapping(entries) => {
            let keys = entries.iter().all(|(key, _)| key_survives(key.as_ref()));
            open.push(entries.into_iter().map(|(_, value)| value).collect::<Vec<_>>().into_iter());
            keys
        }
        View::Unsupported(_) => false,
    }
}

/// Whether a text has nothing that JSON leaves as it is and YAML doesn't allow or folds.
fn text_survives(text: &[u8]) -> bool {
    if text.is_ascii() {
        return !text.contains(&0x7f);
    }
    let Ok(text) = std::str::from_utf8(text) else {
        return !text.contains(&0x7f) && text_ok(&crate::text::go_lossy(text));
    };
    text_ok(text)
}

fn text_ok(text: &str) -> bool {
    !text.contains(|character| matches!(character, '\x7f'..='\u{9f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'))
}

/// JSON writes a character of a key as six at most.
fn key_survives(key: &[u8]) -> bool {
    key.len() <= 160 && std::str::from_utf8(key).is_ok() && text_survives(key)
}
