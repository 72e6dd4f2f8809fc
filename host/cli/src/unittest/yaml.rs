//! Documents as go-yaml v3 reads and writes them, in JSON's types.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Number, Value};

/// A line that begins with three hyphens, with the blank space around them: the original cuts at these before it reads
/// YAML.
static SEPARATOR: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:^|[\t\n\x0c\r ]*\n)---[\t\n\x0c\r ]*").ok());

/// The pieces between separators.
pub(super) fn pieces(text: &str) -> Vec<&str> {
    SEPARATOR.as_ref().map_or_else(|| vec![text], |separator| separator.split(text).collect())
}

/// The first document of `text`; `None` if it has none.
pub(super) fn decode(text: &str) -> Result<Option<Value>, String> {
    let value = goyaml::v3::decode(text.as_bytes()).map_err(|error| error.to_string())?;
    Ok(value.as_ref().map(json).filter(|value| !value.is_null()))
}

/// The same, for documents with `"\d"` in them, which is no YAML, but is what people write.
pub(super) fn decode_leniently(text: &str) -> Result<Option<Value>, String> {
    decode(text).or_else(|error| match error.contains("unknown escape character") {
        true => decode(&with_even_backslashes(text)),
        false => Err(error),
    })
}

fn with_even_backslashes(text: &str) -> String {
    let mut even = String::with_capacity(text.len());
    let mut backslashes = 0_usize;
    for letter in text.chars() {
        if letter != '\\' && backslashes % 2 == 1 {
            even.push('\\');
        }
        backslashes = if letter == '\\' { backslashes + 1 } else { 0 };
        even.push(letter);
    }
    even
}

/// The text of a value.
pub(super) fn encode(value: &Value) -> String {
    goyaml::v3::encode(&yaml(value), 2)
}

fn json(value: &goyaml::Value) -> Value {
    use goyaml::Value as Yaml;
    match value {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => Value::Bool(*value),
        Yaml::Int(value) => Value::from(*value),
        Yaml::Uint(value) => Value::from(*value),
        Yaml::Float(value) => {
            Number::from_f64(*value).map_or_else(|| Value::String(value.to_string()), Value::Number)
        }
        Yaml::Text(text) => Value::String(text.clone()),
        Yaml::Bytes(bytes) => Value::String(String::from_utf8_lossy(bytes).into_owned()),
        Yaml::Sequence(items) => Value::Array(items.iter().map(json).collect()),
        Yaml::Mapping(entries) => Value::Object(
            entries.iter().map(|(key, value)| (key_text(key).into_owned(), json(value))).collect(),
        ),
    }
}

/// Keys are compared with names in paths, so they are text here.
fn key_text(key: &goyaml::Value) -> Cow<'_, str> {
    match key {
        goyaml::Value::Text(text) => Cow::Borrowed(text),
        other => Cow::Owned(goyaml::v3::encode(other, 2).trim_end().to_owned()),
    }
}

pub(super) fn yaml(value: &Value) -> goyaml::Value {
    use goyaml::Value as Yaml;
    match value {
        Value::Null => Yaml::Null,
        Value::Bool(value) => Yaml::Bool(*value),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Yaml::Int(number),
            (None, Some(number)) => Yaml::Uint(number),
            (None, None) => Yaml::Float(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => Yaml::Text(text.clone()),
        Value::Array(items) => Yaml::Sequence(items.iter().map(yaml).collect()),
        Value::Object(entries) => {
            Yaml::Mapping(entries.iter().map(|(key, value)| (Yaml::Text(key.clone()), yaml(value))).collect())
        }
    }
}

/// The documents of a rendered text. Each is a mapping; those with nothing in them are left out.
pub(super) fn manifests(text: &str) -> Result<Vec<Value>, String> {
    let mut manifests = Vec::new();
    for piece in pieces(text) {
        match decode(piece)? {
            None => {}
            Some(Value::Object(entries)) if entries.is_empty() => {}
            Some(Value::Object(entries)) => manifests.push(Value::Object(with_whole_numbers(entries))),
            Some(other) => return Err(format!("a document is no object but `{other}`")),
        }
    }
    Ok(manifests)
}

/// `1.0` is `1` once it was written and read again, as the original does when it follows a path.
fn with_whole_numbers(entries: Map<String, Value>) -> Map<String, Value> {
    entries.into_iter().map(|(key, value)| (key, whole(value))).collect()
}

fn whole(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            let written = encode(&Value::Number(number.clone()));
            written.trim_end().parse::<i64>().map_or(Value::Number(number), Value::from)
        }
        Value::Array(items) => Value::Array(items.into_iter().map(whole).collect()),
        Value::Object(entries) => Value::Object(with_whole_numbers(entries)),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn documents_are_those_of_the_original() {
        let manifests = manifests("# a\n---\na: 1.0\nb: yes\n\n--- \n---\n{}\n---\nc: 1e+6\n1: x").unwrap();
        assert_eq!(manifests, [json!({"a": 1, "b": "yes"}), json!({"c": 1e6, "1": "x"})]);
        assert!(super::manifests("- a").is_err());
        assert!(super::manifests("a: 1\na: 2").is_err());
    }

    #[test]
    fn backslashes_of_patterns_are_text() {
        assert_eq!(decode_leniently(r#"a: "\d\\w""#).unwrap(), Some(json!({"a": r"\d\w"})));
        assert!(decode_leniently("a: [").is_err());
    }
}
