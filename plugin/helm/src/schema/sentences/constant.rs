//! Values as text, by which the validator compares them.

use serde_json::Value as Json;

/// A value as Go writes it in JSON, with sorted keys.
pub(super) fn canonical(value: &Json) -> String {
    let value = yaml(value);
    goyaml::json::encode(&value, goyaml::json::Escape::Html).unwrap_or_default()
}

fn yaml(value: &Json) -> goyaml::Value {
    match value {
        Json::Null => goyaml::Value::Null,
        Json::Bool(value) => goyaml::Value::Bool(*value),
        Json::Number(number) => goyaml::Value::Float(number.as_f64().unwrap_or_default()),
        Json::String(text) => goyaml::Value::Text(text.clone()),
        Json::Array(items) => goyaml::Value::Sequence(items.iter().map(yaml).collect()),
        Json::Object(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by(|one, two| one.0.cmp(two.0));
            let entry = |(key, value): (&String, &Json)| (goyaml::Value::Text(key.clone()), yaml(value));
            goyaml::Value::Mapping(entries.into_iter().map(entry).collect())
        }
    }
}
