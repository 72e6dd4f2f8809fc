//! Values in Go's syntax, as `fmt` prints them with `%#v`.

use std::fmt::Write;

use gorunes::is_print;

use crate::number::format_float;
use crate::{Dialect, Value};

/// `%#v` of a value that is an `interface{}`, of the types that go-yaml decodes into.
pub(crate) fn go_syntax(dialect: Dialect, value: &Value) -> String {
    let mut text = String::new();
    let mut work = vec![Part::Outer(value)];
    while let Some(part) = work.pop() {
        match part {
            Part::Text(piece) => text.push_str(piece),
            Part::Outer(Value::Null) => text.push_str("<nil>"),
            Part::Outer(value) | Part::Inner(value) => write_value(&mut text, dialect, value, &mut work),
        }
    }
    text
}

enum Part<'v> {
    Text(&'static str),
    Outer(&'v Value),
    /// A part of a collection.
    Inner(&'v Value),
}

fn write_value<'v>(text: &mut String, dialect: Dialect, value: &'v Value, work: &mut Vec<Part<'v>>) {
    match value {
        Value::Null => text.push_str("interface {}(nil)"),
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) => text.push_str(&value.to_string()),
        Value::Uint(value) => text.push_str(&format!("{value:#x}")),
        Value::Float(value) => text.push_str(&float_syntax(*value)),
        Value::Text(value) => quote(text, value.as_bytes()),
        Value::Bytes(value) => quote(text, value),
        Value::Sequence(items) => {
            text.push_str("[]interface {}{");
            work.push(Part::Text("}"));
            for (index, item) in items.iter().enumerate().rev() {
                work.push(Part::Inner(item));
                work.extend((index > 0).then_some(Part::Text(", ")));
            }
        }
        Value::Mapping(entries) => {
            let named =
                dialect == Dialect::V3 && entries.iter().all(|(key, _)| matches!(key, Value::Text(_)));
            let key = if named { "string" } else { "interface {}" };
            let _ = write!(text, "map[{key}]interface {{}}{{");
            work.push(Part::Text("}"));
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by(|(a, _), (b, _)| type_rank(a).cmp(&type_rank(b)).then(a.key_order(b)));
            for (index, (key, value)) in entries.into_iter().enumerate().rev() {
                work.extend([Part::Inner(value), Part::Text(":"), Part::Inner(key)]);
                work.extend((index > 0).then_some(Part::Text(", ")));
            }
        }
    }
}

/// `fmt` sorts keys by the addresses of their types first, which come in this order.
fn type_rank(key: &Value) -> u8 {
    match key {
        Value::Null => 0,
        Value::Text(_) | Value::Bytes(_) => 1,
        Value::Uint(_) => 2,
        Value::Int(_) => 3,
        Value::Float(_) => 4,
        Value::Bool(_) => 5,
        Value::Sequence(_) | Value::Mapping(_) => 6,
    }
}

fn float_syntax(value: f64) -> String {
    match format_float(value).as_str() {
        ".nan" => "NaN".to_owned(),
        ".inf" => "+Inf".to_owned(),
        "-.inf" => "-Inf".to_owned(),
        text => text.to_owned(),
    }
}

/// `strconv.Quote`: bytes that aren't UTF-8 and characters that don't print are escaped.
pub(crate) fn quote(text: &mut String, bytes: &[u8]) {
    text.push('"');
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            quote_character(text, character);
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text.push('"');
}

fn quote_character(text: &mut String, character: char) {
    match character {
        '"' | '\\' => text.extend(['\\', character]),
        '\x07' => text.push_str("\\a"),
        '\x08' => text.push_str("\\b"),
        '\x0c' => text.push_str("\\f"),
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        '\x0b' => text.push_str("\\v"),
        ' '..='~' => text.push(character),
        '\0'..='\x7f' => {
            let _ = write!(text, "\\x{:02x}", u32::from(character));
        }
        _ if is_print(character) => text.push(character),
        '\u{80}'..='\u{ffff}' => {
            let _ = write!(text, "\\u{:04x}", u32::from(character));
        }
        _ => {
            let _ = write!(text, "\\U{:08x}", u32::from(character));
        }
    }
}
