//! Application files: what Argo CD would ask its plugins for, read from the file that a team commits.

use std::collections::BTreeMap;
use std::path::Path;

use generate::{
    Application, ApplicationSource, Call, Parameter, ParameterValue, Request, Target, WithFiles, open_folder,
};
use serde::Deserialize;
use serde_json::Value;

use super::input::{Job, cluster, nothing, plugin};
use super::repository::Repositories;
use super::yaml::{documents, is_application};
use super::{flags, reference};
use crate::args::InputArgs;
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
pub(super) fn jobs(args: &InputArgs, config: &Config, path: &Path) -> Result<Vec<Job>, Failure> {
    let mut jobs = Vec::new();
    for value in documents(path)? {
        let wrong = |reason: String| {
            Failure::new(Code::Failed, format!("`{}` is not an Application: {reason}", path.display()))
        };
        if !is_application(&value) {
            let text =
                |key| value.get(key).map_or_else(|| format!("no {key}"), |value| format!("{key} {value}"));
            return Err(wrong(format!("it has {} and {}", text("apiVersion"), text("kind")))
                .with_hint("name a file with `apiVersion: argoproj.io/v1alpha1` and `kind: Application`"));
        }
        let manifest: Manifest = serde_json::from_value(value).map_err(|error| wrong(error.to_string()))?;
        let name = manifest.metadata.name.clone();
        jobs.extend(of_application(args, config, path, manifest).map_err(|failure| failure.about(&name))?);
    }
    if jobs.is_empty() {
        return Err(Failure::new(Code::Failed, format!("`{}` has nothing to render", path.display())));
    }
    Ok(jobs)
}

fn of_application(
    args: &InputArgs,
    config: &Config,
    path: &Path,
    manifest: Manifest,
) -> Result<Vec<Job>, Failure> {
    let Manifest { metadata, spec } = manifest;
    let mut sources = Vec::new();
    for value in spec.source.into_iter().chain(spec.sources) {
        if !value.is_object() {
            return Err(Failure::new(Code::Failed, format!("a source is `{value}`, which is no mapping")));
        }
        let source = serde_json::from_value::<Source>(value.clone());
        sources.push((source.map_err(|error| Failure::new(Code::Failed, error))?, value));
    }
    if sources.is_empty() {
        return Err(Failure::new(Code::Failed, "it has neither `spec.source` nor `spec.sources`"));
    }
    let repositories = Repositories::new(args, path)?;
    let named = sources.iter().filter_map(|(source, _)| Some((source.r#ref.clone()?, &source.repo_url)));
    let references = named.map(|(name, url)| (name, repositories.folder(url))).collect();
    let mut jobs = Vec::new();
    for (source, value) in sources {
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
        let files = reference::files(&value, &references)?;
        jobs.push(of_source(args, config, &repositories, application, source, Written { value, files })?);
    }
    Ok(jobs)
}

/// A source as it was written, and the files of others that it names.
struct Written {
    value: Value,
    files: BTreeMap<String, Vec<u8>>,
}

fn of_source(
    args: &InputArgs,
    config: &Config,
    repositories: &Repositories,
    application: Application,
    source: Source,
    written: Written,
) -> Result<Job, Failure> {
    let mut files = written.files;
    files.extend(flags::files(args, &source.path)?);
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
            parameters.extend(flags::of_application(args)?);
            files.insert(CHART_SOURCE.to_owned(), chart_source(&written.value).into_bytes());
        }
    }
    let (view, folder) = match source.chart {
        // A chart's values files are its own, or another source's.
        Some(_) => (nothing()?, None),
        None => {
            let root = repositories.folder(&source.repo_url);
            let view = open_folder(&root, &or_dot(&source.path)).map_err(|error| {
                Failure::new(Code::Failed, error).with_hint(format!(
                    "`spec.source.path` is looked for in `{}`; `--repository {}=DIR` names another folder",
                    root.display(),
                    source.repo_url
                ))
            })?;
            (view, Some(root.join(&source.path)))
        }
    };
    let request = Request { application, parameters, environment, cluster: cluster(args) };
    let call = Call { request, tree: WithFiles::new(view, files), deadline: None, source_access: None };
    Ok(Job { target: Target::Plugin(plugin(name.as_deref(), config)), call, folder })
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
