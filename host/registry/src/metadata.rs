//! `Chart.yaml` as Helm writes it into the configuration of an artifact, and its annotations.

use std::collections::BTreeMap;

use gorunes::is_print;
use goyaml::{Value, Values, sigs};
use serde::Serialize;

use crate::archive::ArchiveError;
use crate::chart::to_text;
use crate::json;
use crate::manifest::printable;

/// The fields of a `Chart.yaml` that Helm knows, in its order.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metadata {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    home: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sources: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) version: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    keywords: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    maintainers: Vec<Maintainer>,
    #[serde(skip_serializing_if = "String::is_empty")]
    icon: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    api_version: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    condition: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    tags: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) app_version: String,
    #[serde(skip_serializing_if = "is_false")]
    deprecated: bool,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    kube_version: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dependencies: Vec<Dependency>,
    #[serde(rename = "type", skip_serializing_if = "String::is_empty")]
    kind: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Maintainer {
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    email: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    url: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct Dependency {
    name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    version: String,
    repository: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    condition: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "is_false")]
    enabled: bool,
    #[serde(rename = "import-values", skip_serializing_if = "Vec::is_empty")]
    import_values: Vec<serde_json::Value>,
    #[serde(skip_serializing_if = "String::is_empty")]
    alias: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
fn is_false(value: &bool) -> bool {
    !*value
}

// === impl Metadata ===

impl Metadata {
    /// Reads a `Chart.yaml`.
    pub(crate) fn parse(content: &[u8]) -> Result<Self, ArchiveError> {
        let wrong = |error: sigs::DecodeError| ArchiveError::ChartYaml(printable(&error.to_string()));
        let document = sigs::decode(content, sigs::Target::Map, &mut Values).map_err(wrong)?;
        let document = document.unwrap_or(Value::Null);
        let raw = |name: &str| document.get(name).and_then(to_text).unwrap_or_default();
        let text = |name: &str| clean(&raw(name));
        Ok(Self {
            name: text("name"),
            home: text("home"),
            sources: texts(document.get("sources")),
            version: raw("version"),
            description: text("description"),
            keywords: texts(document.get("keywords")),
            maintainers: list(document.get("maintainers")).iter().map(Maintainer::of).collect(),
            icon: text("icon"),
            api_version: raw("apiVersion"),
            condition: text("condition"),
            tags: text("tags"),
            app_version: text("appVersion"),
            deprecated: document.get("deprecated") == Some(&Value::Bool(true)),
            annotations: entries(document.get("annotations")),
            kube_version: text("kubeVersion"),
            dependencies: list(document.get("dependencies")).iter().map(Dependency::of).collect(),
            kind: raw("type"),
        })
    }

    /// As `Chart.yaml`, sorted, as Helm writes it.
    pub(crate) fn to_yaml(&self) -> Result<String, String> {
        let json = serde_json::to_vec(self).map_err(|error| error.to_string())?;
        let value = sigs::decode(&json, sigs::Target::Map, &mut Values).map_err(|error| error.to_string())?;
        sigs::encode(&value.unwrap_or(Value::Null)).map_err(|error| error.to_string())
    }

    /// As the configuration of an artifact.
    pub(crate) fn to_config(&self) -> Result<String, serde_json::Error> {
        json::to_string(self)
    }

    /// The annotations that Helm gives an artifact. Name and version are always the chart's own.
    pub(crate) fn to_annotations(&self) -> BTreeMap<String, String> {
        let author = |maintainer: &Maintainer| match maintainer.email.as_str() {
            "" => maintainer.name.clone(),
            email => format!("{} ({email})", maintainer.name),
        };
        let authors: Vec<String> = self.maintainers.iter().map(author).collect();
        let own = [
            ("description", self.description.clone()),
            ("title", self.name.clone()),
            ("version", self.version.clone()),
            ("url", self.home.clone()),
            ("source", self.sources.first().cloned().unwrap_or_default()),
            ("authors", authors.join(", ")),
        ];
        let mut annotations = self.annotations.clone();
        for (name, value) in own {
            let name = format!("org.opencontainers.image.{name}");
            let fixed = matches!(
                name.as_str(),
                "org.opencontainers.image.title" | "org.opencontainers.image.version"
            );
            if !value.is_empty() && (fixed || !annotations.contains_key(&name)) {
                annotations.insert(name, value);
            }
        }
        annotations
    }
}

impl Maintainer {
    fn of(value: &Value) -> Self {
        let text = |name: &str| clean(&value.get(name).and_then(to_text).unwrap_or_default());
        Self { name: text("name"), email: text("email"), url: text("url") }
    }
}

impl Dependency {
    fn of(value: &Value) -> Self {
        let raw = |name: &str| value.get(name).and_then(to_text).unwrap_or_default();
        let text = |name: &str| clean(&raw(name));
        Self {
            name: text("name"),
            version: text("version"),
            repository: text("repository"),
            condition: text("condition"),
            tags: texts(value.get("tags")),
            enabled: value.get("enabled") == Some(&Value::Bool(true)),
            import_values: list(value.get("import-values")).iter().map(to_json).collect(),
            alias: raw("alias"),
        }
    }
}

/// As Helm cleans most fields when it loads a chart: white space becomes a space, what is not printable goes.
fn clean(text: &str) -> String {
    let clean =
        |letter: char| if letter.is_whitespace() { Some(' ') } else { is_print(letter).then_some(letter) };
    text.chars().filter_map(clean).collect()
}

fn list(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Sequence(items)) => items,
        _ => &[],
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    list(value).iter().filter_map(to_text).map(|text| clean(&text)).collect()
}

fn entries(value: Option<&Value>) -> BTreeMap<String, String> {
    let Some(Value::Mapping(entries)) = value else { return BTreeMap::new() };
    entries.iter().filter_map(|(key, value)| Some((to_text(key)?, to_text(value)?))).collect()
}

fn to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Bool(value) => (*value).into(),
        Value::Sequence(items) => items.iter().map(to_json).collect(),
        Value::Mapping(entries) => {
            entries.iter().filter_map(|(key, value)| Some((to_text(key)?, to_json(value)))).collect()
        }
        other => to_text(other).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Helm 4.3 pushes for it.
    #[test]
    fn texts_are_cleaned_as_helm_does() {
        let chart_yaml = r#"
            {name: raw, version: v1.0.0, apiVersion: v2, appVersion: 1.10, home: " https://x\n", icon: "a\tb",
            description: "  First <line>\n\ttab\u00a0nbsp \u2028 sep \u0007 bell \u200b zwsp \U0001F600",
            keywords: ["a\nb"], maintainers: [{name: "A\nB", email: "e\tf"}], annotations: {"k\ne": "v\nw"}}"#;
        let metadata = Metadata::parse(chart_yaml.as_bytes()).unwrap();
        let expect = concat!(
            r#"{"name":"raw","home":" https://x ","version":"v1.0.0","#,
            r#""description":"  First \u003cline\u003e  tab nbsp   sep  bell  zwsp 😀","keywords":["a b"],"#,
            r#""maintainers":[{"name":"A B","email":"e f"}],"icon":"a b","apiVersion":"v2","appVersion":"1.1","#,
            r#""annotations":{"k\ne":"v\nw"}}"#
        );
        assert_eq!(metadata.to_config().unwrap(), expect);
        assert_eq!(metadata.to_annotations()["org.opencontainers.image.authors"], "A B (e f)");
    }
}
