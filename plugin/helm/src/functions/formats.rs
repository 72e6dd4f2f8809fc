//! JSON, YAML and TOML.

mod document;
mod source;
mod toml;

use gotemplate::{Call, Function, FunctionError, List, Map, Type, Value};
use goyaml::sigs::Target;
use goyaml::{json, sigs, v3};

use super::arguments::{Arguments, Outcome, fixed, text};
use crate::context::Context;
use crate::profile::Profile;
use source::{Direct, Json, Values, is_endless};
use toml::{Floats, TomlError};

const ANY: Type = Type::Any;
const STRING: Type = Type::String;
const DICT: Type = Type::MAP;
const LIST: Type = Type::LIST;

/// Columns of a level where the text is meant for people.
const INDENT: usize = 2;

/// JSON's null makes a nil map or list; YAML's null, and an empty document, an empty one.
///
/// Those that swallow an error return nothing in its place, or its text.
pub(super) const FUNCTIONS: &[Function] = &[
    fixed("toJson", &[ANY], STRING, |_, a| text(to_json(a).unwrap_or_default())),
    fixed("mustToJson", &[ANY], STRING, |_, a| text(to_json(a)?)),
    fixed("toPrettyJson", &[ANY], STRING, |_, a| text(to_pretty_json(a).unwrap_or_default())),
    fixed("mustToPrettyJson", &[ANY], STRING, |_, a| text(to_pretty_json(a)?)),
    fixed("toRawJson", &[ANY], STRING, |_, a| text(to_raw_json(a)?)),
    fixed("mustToRawJson", &[ANY], STRING, |_, a| text(to_raw_json(a)?)),
    fixed("fromJson", &[STRING], DICT, |_, a| {
        Ok(dict_or_error(json::decode(a.text(0), Target::Map, &mut Values), Map::nil(&Type::Any)))
    }),
    fixed("fromJsonArray", &[STRING], LIST, |_, a| {
        Ok(list_or_error(json::decode(a.text(0), Target::Slice, &mut Values), List::nil(&Type::Any)))
    }),
    fixed("mustFromJson", &[STRING], ANY, |_, a| {
        let value = json::decode(a.text(0), Target::Any, &mut Values);
        value.map(Option::unwrap_or_default).map_err(|error| error.to_string().into())
    }),
    fixed("toYaml", &[ANY], STRING, |_, a| text(to_yaml(a).unwrap_or_default())),
    fixed("mustToYaml", &[ANY], STRING, |_, a| text(to_yaml(a)?)),
    fixed("toYamlPretty", &[ANY], STRING, |_, a| text(to_pretty_yaml(a.any(0)))),
    fixed("fromYaml", &[STRING], DICT, |_, a| {
        Ok(dict_or_error(sigs::decode(a.text(0), Target::Map, &mut Values), Map::new()))
    }),
    fixed("fromYamlArray", &[STRING], LIST, |_, a| {
        Ok(list_or_error(sigs::decode(a.text(0), Target::Slice, &mut Values), List::new(Vec::new())))
    }),
    fixed("fromToml", &[STRING], DICT, |_, a| {
        Ok(dict_or_error(document::decode(a.text(0)).map(Some), Map::new()))
    }),
    fixed("toToml", &[ANY], STRING, to_toml),
    fixed("mustToToml", &[ANY], STRING, |call, a| {
        let floats = floats(Context::of(call)?.profile());
        if is_endless(&a.any(0)) {
            return Err("toml: a value that contains itself, or much too much".into());
        }
        text(toml::encode(&a.any(0), floats).map_err(|error| FunctionError::new(error.to_string()))?)
    }),
];

fn to_json(a: &[Value]) -> Result<String, FunctionError> {
    json::encode(Json::new(a.any(0)), json::Escape::Html).map_err(|error| error.to_string().into())
}

fn to_pretty_json(a: &[Value]) -> Result<String, FunctionError> {
    json::encode_indented(Json::new(a.any(0)), json::Escape::Html, "  ")
        .map_err(|error| error.to_string().into())
}

fn to_raw_json(a: &[Value]) -> Result<String, FunctionError> {
    json::encode(Json::new(a.any(0)), json::Escape::Minimal).map_err(|error| error.to_string().into())
}

fn to_yaml(a: &[Value]) -> Result<String, FunctionError> {
    let encoded = sigs::encode(Json::new(a.any(0))).map_err(|error| FunctionError::new(error.to_string()))?;
    Ok(without_newline(encoded))
}

fn to_pretty_yaml(value: Value) -> String {
    if is_endless(&value) { String::new() } else { without_newline(v3::encode(Direct(value), INDENT)) }
}

/// A value as `sigs.k8s.io/yaml` writes it, with the newline at the end.
pub(crate) fn yaml(value: &Value) -> Result<String, String> {
    sigs::encode(Json::new(value.clone())).map_err(|error| error.to_string())
}

fn without_newline(mut encoded: String) -> String {
    if encoded.ends_with('\n') {
        encoded.pop();
    }
    encoded
}

/// An error is the value of the key `Error`.
fn dict_or_error<E: ToString>(decoded: Result<Option<Value>, E>, null: Map) -> Value {
    match decoded {
        Ok(value) => value.unwrap_or(Value::Map(null)),
        Err(error) => Value::map([("Error", Value::string(error.to_string()))]),
    }
}

/// An error is the only element.
fn list_or_error<E: ToString>(decoded: Result<Option<Value>, E>, null: List) -> Value {
    match decoded {
        Ok(value) => value.unwrap_or(Value::List(null)),
        Err(error) => Value::list(vec![Value::string(error.to_string())]),
    }
}

/// The text of an error is the value, but nil panics.
fn to_toml(call: &mut Call<'_>, a: &[Value]) -> Outcome {
    let floats = floats(Context::of(call)?.profile());
    if is_endless(&a.any(0)) {
        return text("toml: a value that contains itself, or much too much");
    }
    match toml::encode(&a.any(0), floats) {
        Ok(document) => text(document),
        Err(TomlError::Nil) => Err(TomlError::Nil.to_string().into()),
        Err(error) => text(error.to_string()),
    }
}

fn floats(profile: Profile) -> Floats {
    match profile {
        Profile::V3_16 | Profile::V3_19 => Floats::Digits,
        Profile::V3_21 | Profile::V4_1 | Profile::V4_2 | Profile::V4_3 => Floats::Shortest,
    }
}
