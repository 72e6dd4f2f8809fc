//! The files that authors of charts write.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::assertion::Assertion;
use super::{strict, yaml};

/// The version of the original that suites are told they run in.
const VERSION: [u64; 3] = [1, 1, 2];

/// What becomes of fields that no suite has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unknown {
    Ignore,
    Refuse,
}

/// A suite. What is set here holds for each of its tests, unless the test says otherwise.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Suite {
    #[serde(default, deserialize_with = "scalar")]
    pub(super) suite: String,
    #[serde(flatten)]
    pub(super) setting: Setting,
    #[serde(default)]
    pub(super) exclude_templates: Vec<String>,
    /// Whether the files of `crds/` are among the templates.
    #[serde(default)]
    pub(super) include_crds: bool,
    /// Keeps the snapshots of the suites of one file apart.
    #[serde(default, deserialize_with = "scalar")]
    pub(super) snapshot_id: String,
    #[serde(default)]
    pub(super) skip: Skip,
    #[serde(default)]
    pub(super) tests: Vec<Test>,
}

/// What a template is rendered with.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Setting {
    pub(super) templates: Vec<String>,
    pub(super) values: Vec<String>,
    pub(super) set: Map<String, Value>,
    pub(super) release: Release,
    pub(super) capabilities: Capabilities,
    pub(super) chart: Chart,
    pub(super) kubernetes_provider: Cluster,
    pub(super) post_renderer: PostRenderer,
}

/// One test.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Test {
    #[serde(default, deserialize_with = "scalar")]
    pub(super) it: String,
    #[serde(flatten)]
    pub(super) setting: Setting,
    #[serde(default)]
    pub(super) template: String,
    #[serde(default)]
    pub(super) document_index: Option<i64>,
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
    #[serde(deserialize_with = "scalar")]
    pub(super) name: String,
    #[serde(deserialize_with = "scalar")]
    pub(super) namespace: String,
    pub(super) revision: i64,
    pub(super) upgrade: bool,
}

/// `.Capabilities`
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Capabilities {
    #[serde(deserialize_with = "scalar")]
    pub(super) major_version: String,
    #[serde(deserialize_with = "scalar")]
    pub(super) minor_version: String,
    /// `Some(None)` where a test writes `null` to have none of the suite's.
    #[serde(deserialize_with = "written")]
    pub(super) api_versions: Option<Option<Vec<String>>>,
}

/// What `Chart.yaml` is to say instead of what it says.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Chart {
    #[serde(deserialize_with = "scalar")]
    pub(super) version: String,
    #[serde(deserialize_with = "scalar")]
    pub(super) app_version: String,
}

/// What `lookup` finds.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Cluster {
    /// By API version and kind: `apps/v1/Deployment`.
    pub(super) scheme: BTreeMap<String, Kind>,
    pub(super) objects: Vec<Value>,
}

/// How a kind of objects is called in URLs.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Kind {
    pub(super) gvr: Resource,
    pub(super) namespaced: bool,
}

/// A group, a version and a plural.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Resource {
    pub(super) group: String,
    #[serde(deserialize_with = "scalar")]
    pub(super) version: String,
    pub(super) resource: String,
}

/// A command that changes what was rendered.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PostRenderer {
    pub(super) cmd: String,
    pub(super) args: Vec<String>,
}

/// Whether to leave out.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Skip {
    reason: String,
    #[serde(deserialize_with = "scalar")]
    minimum_version: String,
}

/// Which documents are meant.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Selector {
    #[serde(default)]
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
    /// The suites of a file.
    pub(super) fn all(text: &str, unknown: Unknown) -> Result<Vec<Self>, String> {
        let mut suites = Vec::new();
        for piece in yaml::pieces(text) {
            if let Some(document) = yaml::decode_leniently(piece)? {
                if unknown == Unknown::Refuse {
                    strict::check(&document)?;
                }
                suites.push(Self::parse(document)?);
            }
        }
        Ok(suites)
    }

    fn parse(document: Value) -> Result<Self, String> {
        let suite: Self =
            serde_json::from_value(without_nulls(document)).map_err(|error| error.to_string())?;
        if suite.tests.is_empty() {
            return Err("it has no tests".to_owned());
        }
        match suite.tests.iter().find(|test| test.asserts.is_empty()) {
            Some(test) => Err(format!("test `{}` asserts nothing", test.it)),
            None => Ok(suite),
        }
    }
}

/// A key without a value is as good as none, but not among the values of a chart.
fn without_nulls(document: Value) -> Value {
    match document {
        Value::Object(entries) => {
            let kept = entries.into_iter().filter(|(_, value)| !value.is_null());
            let clean = |(key, value): (String, Value)| match key.as_str() {
                "tests" => (key, list(value, without_nulls)),
                "release" | "chart" | "skip" => (key, without_nulls(value)),
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

/// Text, or what is as good as text.
fn scalar<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text),
        Value::Bool(value) => Ok(value.to_string()),
        Value::Number(number) => Ok(number.to_string()),
        other => Err(serde::de::Error::custom(format!("`{other}` is no text"))),
    }
}

fn written<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Vec<String>>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

// === impl Skip ===

impl Skip {
    pub(super) fn is_on(&self) -> bool {
        !self.reason.is_empty() || (!self.minimum_version.is_empty() && self.is_too_new())
    }

    fn is_too_new(&self) -> bool {
        let numbers: Vec<u64> = self
            .minimum_version
            .trim_start_matches('v')
            .split(['.', '-', '+'])
            .map_while(|number| number.parse().ok())
            .collect();
        numbers.is_empty() || numbers.as_slice() > VERSION.as_slice()
    }
}
