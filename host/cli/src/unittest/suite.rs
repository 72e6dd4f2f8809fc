//! The files that authors of charts write.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::assertion::Assertion;

/// A suite. What is set here holds for each of its tests, unless the test says otherwise.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Suite {
    #[serde(default)]
    pub(super) suite: String,
    #[serde(flatten)]
    pub(super) setting: Setting,
    #[serde(default)]
    pub(super) exclude_templates: Vec<String>,
    #[serde(default)]
    pub(super) skip: Skip,
    #[serde(default)]
    pub(super) tests: Vec<Test>,
}

/// What a template is rendered with.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Setting {
    #[serde(default)]
    pub(super) templates: Vec<String>,
    #[serde(default)]
    pub(super) values: Vec<String>,
    #[serde(default)]
    pub(super) set: Map<String, Value>,
    #[serde(default)]
    pub(super) release: Release,
    #[serde(default)]
    pub(super) capabilities: Capabilities,
    #[serde(default)]
    pub(super) chart: Chart,
}

/// One test.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Test {
    #[serde(default)]
    pub(super) it: String,
    #[serde(flatten)]
    pub(super) setting: Setting,
    #[serde(default)]
    pub(super) template: Option<String>,
    #[serde(default)]
    pub(super) document_index: Option<usize>,
    #[serde(default)]
    pub(super) document_selector: Option<Selector>,
    #[serde(default)]
    pub(super) skip: Skip,
    #[serde(default)]
    pub(super) asserts: Vec<Assertion>,
}

/// `.Release`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Release {
    pub(super) name: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) revision: Option<i64>,
    pub(super) upgrade: Option<bool>,
}

/// `.Capabilities`
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Capabilities {
    pub(super) major_version: Option<Value>,
    pub(super) minor_version: Option<Value>,
    pub(super) api_versions: Option<Vec<String>>,
}

/// What `Chart.yaml` is to say instead of what it says.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Chart {
    pub(super) version: Option<String>,
    pub(super) app_version: Option<String>,
}

/// Whether to leave out.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Skip {
    reason: String,
}

/// Which documents are meant.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Selector {
    pub(super) path: String,
    #[serde(default)]
    pub(super) value: Option<Value>,
    #[serde(default)]
    pub(super) match_many: bool,
    #[serde(default)]
    pub(super) skip_empty_templates: bool,
}

// === impl Suite ===

impl Suite {
    pub(super) fn parse(document: Value) -> Result<Self, serde_json::Error> {
        serde_json::from_value(without_nulls(document))
    }
}

/// A key without a value is as good as none, but not among the values of a chart.
fn without_nulls(document: Value) -> Value {
    match document {
        Value::Object(entries) => {
            let kept = entries.into_iter().filter(|(_, value)| !value.is_null());
            let clean = |(key, value): (String, Value)| match key.as_str() {
                "tests" => (key, list(value, without_nulls)),
                _ => (key, value),
            };
            Value::Object(kept.map(clean).collect())
        }
        other => other,
    }
}

fn list(value: Value, each: impl Fn(Value) -> Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(each).collect()),
        other => other,
    }
}

// === impl Skip ===

impl Skip {
    pub(super) fn is_on(&self) -> bool {
        !self.reason.is_empty()
    }
}
