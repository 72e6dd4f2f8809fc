//! Suites of subcharts, which run with those of their chart.

use std::path::PathBuf;
use std::sync::Arc;

use helm::{Chart, Dependency};
use serde_json::{Map, Value};

use super::yaml;

/// The values by which a chart decides which subcharts it has: its own, under those of files.
pub(super) fn defaults(own: Option<&[u8]>, files: &[PathBuf]) -> Result<Value, String> {
    let read = |text: &str| yaml::decode(text).map(|values| values.unwrap_or_default());
    let mut values = read(&String::from_utf8_lossy(own.unwrap_or_default()))?;
    for path in files {
        let text = fs_err::read_to_string(path).map_err(|error| error.to_string())?;
        merge(&mut values, read(&text)?);
    }
    Ok(values)
}

fn merge(values: &mut Value, over: Value) {
    match (values, over) {
        (Value::Object(values), Value::Object(over)) => {
            for (key, value) in over {
                merge(values.entry(key).or_insert(Value::Null), value);
            }
        }
        (values, over) => *values = over,
    }
}

/// Where the chart and its enabled subcharts are, from the chart on: ``, `/charts/sub`.
pub(super) fn routes(chart: &Arc<Chart>, values: &Value) -> Vec<String> {
    let mut routes = vec![String::new()];
    for subchart in chart.dependencies() {
        let name = &subchart.metadata().name;
        let declared = chart.metadata().dependencies.iter().flatten();
        let declared = declared.filter(|known| called(known) == name);
        if declared.take(1).all(|dependency| is_enabled(dependency, values)) {
            let inner = self::routes(subchart, values);
            routes.extend(inner.into_iter().map(|route| format!("/charts/{name}{route}")));
        }
    }
    routes
}

fn called(dependency: &Dependency) -> &str {
    if dependency.alias.is_empty() { &dependency.name } else { &dependency.alias }
}

/// A condition decides before tags do; what is not there, or no boolean, does not.
fn is_enabled(dependency: &Dependency, values: &Value) -> bool {
    if !dependency.condition.is_empty() {
        let found = dependency.condition.split('.').try_fold(values, |values, key| values.get(key));
        return found.and_then(Value::as_bool).unwrap_or(true);
    }
    let tags: Option<&Map<String, Value>> = values.get("tags").and_then(Value::as_object);
    let is_on = |tags: &Map<String, Value>| {
        dependency.tags.iter().any(|tag| tags.get(&**tag) == Some(&Value::Bool(true)))
    };
    dependency.tags.is_empty() || tags.is_none_or(is_on)
}
