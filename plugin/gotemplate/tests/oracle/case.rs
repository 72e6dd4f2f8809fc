//! Cases of the oracle (`tests/oracle/template`): how they are written, and what this crate makes of them.

use std::sync::{Arc, LazyLock};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use gotemplate::{Functions, Limits, MissingKey, Str, Template, TemplateSet, Value};
use serde_json::{Map, Value as Json, json};

use crate::{functions, types};

/// Texts of which the last is executed, its data, and the result that Go has.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Case {
    pub(crate) texts: Vec<(Str, Str)>,
    pub(crate) data: Json,
    pub(crate) missing_key: Option<String>,
}

/// What came out: the output or the error.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    Output(Str),
    Error(String),
}

static FUNCTIONS: LazyLock<Arc<Functions>> = LazyLock::new(|| {
    let mut functions = Functions::builtins();
    functions.extend(functions::all());
    Arc::new(functions)
});

impl Case {
    /// Reads a case and, if it is recorded, its outcome.
    pub(crate) fn parse(line: &str) -> (Self, Option<Outcome>) {
        let json: Json = serde_json::from_str(line).expect("a case is JSON");
        let text = |text: &Json| (decode_text(&text[0]), decode_text(&text[1]));
        let case = Self {
            texts: json["t"].as_array().expect("a case has texts").iter().map(text).collect(),
            data: json.get("d").cloned().unwrap_or_default(),
            missing_key: json["m"].as_str().map(str::to_owned),
        };
        (case, Outcome::parse(&json))
    }

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

    /// Runs the case with this crate.
    pub(crate) fn run(&self) -> Outcome {
        match self.render() {
            Ok(output) => Outcome::Output(output),
            Err(error) => Outcome::Error(error.to_string()),
        }
    }

    fn render(&self) -> Result<Str, Box<dyn std::error::Error>> {
        let missing_key = match self.missing_key.as_deref() {
            Some("zero") => MissingKey::Zero,
            Some("error") => MissingKey::Error,
            _ => MissingKey::Invalid,
        };
        let mut set = TemplateSet::new("set").with_missing_key(missing_key);
        for (name, text) in &self.texts {
            set.add(&Template::parse(name.clone(), text.as_bytes(), &FUNCTIONS)?);
        }
        let (name, _) = self.texts.last().expect("a case has texts");
        let mut depth = functions::Depth::default();
        Ok(set.render(name.clone(), &decode(&self.data), &mut depth, &Limits::default())?)
    }
}

impl Outcome {
    fn parse(json: &Json) -> Option<Self> {
        match (json.get("o"), json.get("e")) {
            (Some(output), _) => Some(Self::Output(decode_text(output))),
            (_, Some(error)) => Some(Self::Error(decode_text(error).to_string())),
            _ => None,
        }
    }
}

/// A JSON string, or `{"b": BASE64}` if it is not UTF-8.
fn decode_text(json: &Json) -> Str {
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
