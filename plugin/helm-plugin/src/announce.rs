//! The parameters: a table of those that the plugin takes, and what an application's chart sets them
//! to by default.

use goyaml::Value;
use sdk::{Failure, ParameterAnnouncement};

use crate::chart;
use crate::settings::Settings;

const TEXTS: &[(&str, &str, &str)] = &[
    ("repo-url", "Repository", "`oci://REGISTRY/PATH` or the `https://` address of a Helm repository."),
    (
        "chart",
        "Chart",
        "Name of the chart in the repository, or path of an archive among the application's files.",
    ),
    ("target-revision", "Chart version", "A version, a tag, a digest or a range of versions."),
    ("release-name", "Release name", "The application's name, unless set."),
    ("namespace", "Namespace", "The destination's namespace, unless set."),
    ("helm-version", "Helm version", "Whose behaviour is wanted: 3.16, 3.19, 3.21, 4.1, 4.2 or 4.3."),
    ("kube-version", "Kubernetes version", "The destination's version, unless set."),
    ("values", "Values", "Values as YAML."),
    ("values-object", "Values object", "Values as JSON; they win over `values`."),
];

const SWITCHES: &[(&str, &str, &str)] = &[
    (
        "ignore-missing-value-files",
        "Ignore missing values files",
        "Leave out values files that are not there.",
    ),
    ("skip-crds", "Skip CRDs", "Without the chart's `crds` folder."),
    ("skip-tests", "Skip tests", "Without test hooks."),
    ("skip-hooks", "Skip hooks", "Without any hooks."),
    (
        "skip-schema-validation",
        "Skip schema validation",
        "Without checking values against `values.schema.json`.",
    ),
    ("is-upgrade", "Upgrade", "Render as for an upgrade instead of an installation."),
];

const LISTS: &[(&str, &str, &str)] = &[
    ("value-files", "Values files", "Among the application's files; later ones win. Globs are taken."),
    ("api-versions", "API versions", "The destination's, unless set."),
    ("show-only", "Show only", "Only these templates."),
    ("set", "Set", "Values as `KEY=VALUE`, as for `helm --set`."),
    ("set-string", "Set text", "Texts as `KEY=TEXT`, as for `helm --set-string`."),
    ("set-json", "Set JSON", "Values as `KEY=JSON`, as for `helm --set-json`."),
    ("set-file", "Set from file", "Texts as `KEY=PATH`, as for `helm --set-file`."),
    ("set-literal", "Set literally", "Texts as `KEY=TEXT`, as for `helm --set-literal`."),
];

const MAPS: &[(&str, &str, &str)] = &[
    ("helm-parameters", "Helm parameters", "Values by dotted key."),
    ("helm-string-parameters", "Helm text parameters", "Texts by dotted key."),
    ("file-parameters", "File parameters", "Paths of files by dotted key."),
];

/// Every parameter that the plugin takes.
pub(crate) fn known() -> Vec<ParameterAnnouncement> {
    let texts =
        TEXTS.iter().map(|(name, title, tooltip)| ParameterAnnouncement::text(*name, *title, *tooltip));
    let switches = SWITCHES.iter().map(|(name, title, tooltip)| {
        ParameterAnnouncement::text(*name, *title, *tooltip).with_item_type("boolean")
    });
    let lists =
        LISTS.iter().map(|(name, title, tooltip)| ParameterAnnouncement::items(*name, *title, *tooltip));
    let maps =
        MAPS.iter().map(|(name, title, tooltip)| ParameterAnnouncement::entries(*name, *title, *tooltip));
    texts.chain(switches).chain(lists).chain(maps).collect()
}

/// The parameters with what they are for this application: its chart's values to choose from.
pub(crate) fn for_application(settings: &Settings) -> Result<Vec<ParameterAnnouncement>, Failure> {
    let mut defaults = Vec::new();
    if let Some(values) = chart::default_values(settings)? {
        leaves(&values, "", &mut defaults);
    }
    let mut announced = known();
    for parameter in &mut announced {
        match parameter.name.as_str() {
            "helm-parameters" => parameter.entries = std::mem::take(&mut defaults),
            "helm-version" => parameter.text = settings.profile.name().to_owned(),
            "release-name" => parameter.text.clone_from(&settings.release_name),
            "namespace" => parameter.text.clone_from(&settings.namespace),
            _ => {}
        }
    }
    Ok(announced)
}

/// The scalars of `values` by their dotted key, as `--set` would write them.
fn leaves(values: &Value, prefix: &str, found: &mut Vec<(String, String)>) {
    let Value::Mapping(entries) = values else { return };
    for (key, value) in entries {
        let Value::Text(key) = key else { continue };
        let key = key.replace('.', "\\.");
        let path = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        match value {
            Value::Mapping(_) => leaves(value, &path, found),
            Value::Text(text) => found.push((path, text.clone())),
            Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Float(_) => {
                found.push((path, goyaml::v2::encode(value).trim_end().to_owned()));
            }
            Value::Null | Value::Bytes(_) | Value::Sequence(_) => {}
        }
    }
}
