//! Cases of the oracle (`tests/oracle/template`) and how they are written.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use gotemplate::{Str, Value};
use serde_json::{Map, Value as Json, json};

use crate::types;

/// Texts of which the last is executed, its data, and the result that Go has.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Case {
    pub(crate) texts: Vec<(Str, Str)>,
    pub(crate) data: Json,
    pub(crate) missing_key: Option<String>,
}

impl Case {
    /// The case as a line for the oracle.
    pub(crate) fn line(&self) -> String {
        let texts: Vec<Json> =
            self.texts.iter().map(|(name, text)| json!([encode_text(name), encode_text(text)])).collect();
        let mut case =
            Map::from_iter([("t".to_owned(), Json::from(texts)), ("d".to_owned(), self.data.clone())]);
        if let Some(missing_key) = &self.missing_key {
            case.insert("m".to_owned(), json!(missing_key));
        }
        Json::Object(case).to_string()
    }
}

/// A JSON string, or `{"b": BASE64}` if it is not UTF-8.
pub(crate) fn decode_text(json: &Json) -> Str {
    match json {
        Json::String(text) => Str::from(text.as_str()),
        other => {
            let text = other["b"].as_str().expect("a text is a string or base64");
            Str::from(BASE64_STANDARD.decode(text).expect("base64"))
        }
    }
}

fn encode_text(text: &Str) -> Json {
    match text.to_str() {
        Some(text) => json!(text),
        None => json!({"b": BASE64_STANDARD.encode(text.as_bytes())}),
    }
}

/// A value: plain JSON, or an object whose member `$` names a type.
pub(crate) fn decode(json: &Json) -> Value {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => Value::float(number.as_f64().expect("numbers are finite")),
        Json::String(text) => Value::string(text.as_str()),
        Json::Array(items) => Value::list(items.iter().map(decode).collect()),
        Json::Object(members) => match members.get("$").and_then(Json::as_str) {
            Some(name) => types::decode(name, &members.get("v").cloned().unwrap_or_default()),
            None => Value::map(entries(members)),
        },
    }
}

/// The members of an object as entries of a map.
pub(crate) fn entries(members: &Map<String, Json>) -> Vec<(Str, Value)> {
    members.iter().map(|(key, member)| (Str::from(key.as_str()), decode(member))).collect()
}

/// The value of a `{"$": "string"}`.
pub(crate) fn string(json: &Json) -> Value {
    Value::String(decode_text(json))
}
