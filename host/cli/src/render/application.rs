//! Application files: what Argo CD would ask its plugins for, read from the file that a team commits.

use std::collections::BTreeMap;
use std::path::Path;

use generate::{
    Application, ApplicationSource, Call, Parameter, ParameterValue, Request, Target, WithFiles, open_folder,
};
use serde::Deserialize;
use serde_json::Value;

use super::flags;
use super::input::{Job, cluster, plugin, repository};
use crate::args::RenderArgs;
use crate::config::Config;
use crate::exit::{Code, Failure};

/// The file in which the Helm plugin looks for Argo CD's own Helm vocabulary.
const CHART_SOURCE: &str = "chart-source.yaml";

#[derive(Deserialize)]
struct Manifest {
    metadata: Metadata,
    spec: Spec,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    #[serde(default)]
    project: Option<String>,
    #[serde(default)]
    destination: Destination,
    source: Option<Value>,
    #[serde(default)]
    sources: Vec<Value>,
}

#[derive(Default, Deserialize)]
struct Destination {
    #[serde(default)]
    namespace: String,
}

/// The part of a source that is not about Helm.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Source {
    #[serde(rename = "repoURL", default)]
    repo_url: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    target_revision: String,
    #[serde(default)]
    chart: Option<String>,
    #[serde(default)]
    r#ref: Option<String>,
    #[serde(default)]
    plugin: Option<PluginSource>,
}

#[derive(Deserialize)]
struct PluginSource {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    env: Vec<Variable>,
    #[serde(default)]
    parameters: Vec<PluginParameter>,
}

#[derive(Deserialize)]
struct Variable {
    name: String,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
struct PluginParameter {
    name: String,
    string: Option<String>,
    array: Option<Vec<String>>,
    map: Option<BTreeMap<String, String>>,
}

/// A job for each source of each Application in the file.
pub(super) fn jobs(args: &RenderArgs, config: &Config, path: &Path) -> Result<Vec<Job>, Failure> {
    let bytes = fs_err::read(path).map_err(|error| Failure::new(Code::Failed, error))?;
    let mut jobs = Vec::new();
    for document in goyaml::sigs::documents(&bytes) {
        let wrong = |reason: String| {
            Failure::new(Code::Failed, format!("`{}` is not an Application: {reason}", path.display()))
        };
        let document = document.map_err(|error| wrong(error.to_string()))?;
        let Some(value) = goyaml::v2::decode(&document).map_err(|error| wrong(error.to_string()))? else {
            continue;
        };
        let text = goyaml::json::encode(&value, goyaml::json::Escape::Minimal)
            .map_err(|error| wrong(error.to_string()))?;
        let value: Value = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        if value.get("kind").and_then(Value::as_str) != Some("Application") {
            let kind = value.get("kind").map_or_else(|| "no kind".to_owned(), Value::to_string);
            return Err(wrong(format!("it is {kind}")).with_hint("name a file with `kind: Application`"));
        }
        let manifest: Manifest = serde_json::from_value(value).map_err(|error| wrong(error.to_string()))?;
        jobs.extend(of_application(args, config, path, manifest)?);
    }
    let several = jobs.len() > 1;
    jobs.iter_mut().for_each(|job| job.several = several);
    Ok(jobs)
}

fn of_application(
    args: &RenderArgs,
    config: &Config,
    path: &Path,
    manifest: Manifest,
) -> Result<Vec<Job>, Failure> {
    let Manifest { metadata, spec } = manifest;
    let mut jobs = Vec::new();
    for value in spec.source.into_iter().chain(spec.sources) {
        let source: Source = serde_json::from_value(value.clone()).map_err(|error| {
            Failure::new(Code::Failed, format!("application `{}`: {error}", metadata.name))
        })?;
        // A source that others refer to is there for its files alone.
        if source.r#ref.is_some() && source.path.is_empty() && source.chart.is_none() {
            continue;
        }
        let application = Application {
            name: metadata.name.clone(),
            namespace: spec.destination.namespace.clone(),
            project: Some(spec.project.clone().unwrap_or_else(|| "default".to_owned())),
            revision: source.target_revision.clone(),
            source: ApplicationSource {
                repo_url: source.repo_url.clone(),
                path: or_dot(&source.path),
                target_revision: source.target_revision.clone(),
                chart: source.chart.clone(),
            },
        };
        jobs.push(of_source(args, config, path, application, source, &value)?);
    }
    Ok(jobs)
}

fn of_source(
    args: &RenderArgs,
    config: &Config,
    path: &Path,
    application: Application,
    source: Source,
    value: &Value,
) -> Result<Job, Failure> {
    let mut files = flags::files(args)?;
    let mut parameters = Vec::new();
    let mut environment = Vec::new();
    let mut name = args.plugin.clone();
    match source.plugin {
        Some(plugin) => {
            name = name.or(plugin.name);
            parameters.extend(plugin.parameters.into_iter().map(parameter));
            environment.extend(plugin.env.into_iter().map(|variable| (variable.name, variable.value)));
        }
        None => {
            files.insert(CHART_SOURCE.to_owned(), chart_source(value).into_bytes());
        }
    }
    let root = repository(path);
    let directory = if source.chart.is_some() { ".".to_owned() } else { or_dot(&source.path) };
    let view = open_folder(&root, &directory).map_err(|error| {
        Failure::new(Code::Failed, format!("application `{}`: {error}", application.name))
            .with_hint(format!("`spec.source.path` is looked for in `{}`", root.display()))
    })?;
    let request = Request { application, parameters, environment, cluster: cluster(args) };
    let call = Call { request, tree: WithFiles::new(view, files), deadline: None };
    Ok(Job { target: Target::Plugin(plugin(name.as_deref(), config)), call, several: false })
}

fn parameter(parameter: PluginParameter) -> Parameter {
    let PluginParameter { name, string, array, map } = parameter;
    let value = match (map, array) {
        (Some(map), _) => ParameterValue::Entries(map.into_iter().collect()),
        (None, Some(array)) => ParameterValue::Items(array),
        (None, None) => ParameterValue::Text(string.unwrap_or_default()),
    };
    Parameter { name, value }
}

/// What Argo CD's own Helm source says, as the Helm plugin reads it.
fn chart_source(source: &Value) -> String {
    let is_chart = source.get("chart").is_some();
    let keep =
        |key: &str| key == "helm" || (is_chart && ["repoURL", "chart", "targetRevision"].contains(&key));
    let fields = source.as_object().into_iter().flatten().filter(|(key, _)| keep(key));
    Value::Object(fields.map(|(key, value)| (key.clone(), value.clone())).collect()).to_string()
}

fn or_dot(path: &str) -> String {
    if path.is_empty() { ".".to_owned() } else { path.to_owned() }
}
