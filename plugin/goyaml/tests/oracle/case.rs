//! What the oracle is asked, and our own answers.

use goyaml::sigs::Target;
use goyaml::{Dialect, Head, Value, Values, json, sigs, v2, v3};

use crate::dump::{dump, events, quote};
use crate::node::tree;

/// One case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) operation: String,
    pub(crate) input: Vec<u8>,
}

/// An outcome: the output, or the text of the error.
pub(crate) type Answer = Result<String, String>;

/// Our answer.
pub(crate) fn answer(Case { operation, input }: &Case) -> Answer {
    match operation.as_str() {
        "v2.decode" => text(v2::decode(input)).map(|value| dump(&value.unwrap_or(Value::Null))),
        "v3.decode" => text(v3::decode(input)).map(|value| dump(&value.unwrap_or(Value::Null))),
        "v2.events" => text(events(Dialect::V2, input)),
        "v3.node" => tree(input),
        "v3.events" => text(events(Dialect::V3, input)),
        "sigs.any" => shown(sigs::decode(input, Target::Any, &mut Values), &Value::Null),
        "sigs.map" => shown(sigs::decode(input, Target::Map, &mut Values), &Value::Mapping(Vec::new())),
        "sigs.slice" => shown(sigs::decode(input, Target::Slice, &mut Values), &Value::Sequence(Vec::new())),
        "json.any" => shown(json::decode(input, Target::Any, &mut Values), &Value::Null),
        "json.map" => shown(json::decode(input, Target::Map, &mut Values), &Value::Mapping(Vec::new())),
        "json.slice" => shown(json::decode(input, Target::Slice, &mut Values), &Value::Sequence(Vec::new())),
        "sigs.encode" => text(sigs::encode(&value(input)?)),
        "v2.encode" => Ok(v2::encode(&value(input)?)),
        "v3.encode" => Ok(v3::encode(&value(input)?, 2)),
        "v3.encode4" => Ok(v3::encode(&value(input)?, 4)),
        "json.encode" => text(json::encode(&value(input)?, json::Escape::Html)),
        "json.indent" => text(json::encode_indented(&value(input)?, json::Escape::Html, "  ")),
        "json.raw" => text(json::encode(&value(input)?, json::Escape::Minimal)),
        "sigs.head" => text(Head::decode(input, "main.SimpleHead")).map(|head| show_head(&head)),
        "sigs.split" => split(input),
        _ => Err(format!("unknown operation {operation}")),
    }
}

fn text<T, E: ToString>(result: Result<T, E>) -> Result<T, String> {
    result.map_err(|error| error.to_string())
}

/// What a target that starts out as `untouched` is afterwards.
fn shown<E: ToString>(result: Result<Option<Value>, E>, untouched: &Value) -> Answer {
    text(result).map(|value| dump(value.as_ref().unwrap_or(untouched)))
}

/// The value that is to be written comes as YAML.
fn value(input: &[u8]) -> Result<Value, String> {
    let value = text(v2::decode(input))?.unwrap_or(Value::Null);
    if has_names(&value) { Ok(value) } else { Err("a key is not a string".to_owned()) }
}

/// Whether all keys are text, as in templates.
fn has_names(value: &Value) -> bool {
    match value {
        Value::Sequence(items) => items.iter().all(has_names),
        Value::Mapping(entries) => entries
            .iter()
            .all(|(key, value)| matches!(key, Value::Text(_) | Value::Bytes(_)) && has_names(value)),
        _ => true,
    }
}

fn show_head(head: &Head) -> String {
    let mut parts = vec![quote(head.api_version.as_bytes()), quote(head.kind.as_bytes())];
    if let Some(metadata) = &head.metadata {
        parts.push(quote(metadata.name.as_bytes()));
        parts.extend(metadata.annotations.as_ref().map(|annotations| {
            let entry =
                |(key, value): &(String, String)| (Value::Text(key.clone()), Value::Text(value.clone()));
            dump(&Value::Mapping(annotations.iter().map(entry).collect()))
        }));
    }
    parts.join(" ")
}

fn split(input: &[u8]) -> Answer {
    let documents: Result<Vec<_>, _> = sigs::documents(input).collect();
    text(documents).map(|documents| documents.iter().map(|text| quote(text)).collect::<Vec<_>>().join(" "))
}
