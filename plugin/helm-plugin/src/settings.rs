//! What to render and how: the application's parameters over `chart-source.yaml` over the defaults.

use helm::Profile;
use sdk::{Failure, Request};

use crate::chart_source::{ChartSource, FileParameter, HelmParameter, ValuesFrom};
use crate::substitute::substitute;

/// The version of Helm that Argo CD's current releases bring.
const DEFAULT_PROFILE: Profile = Profile::V4_2;

/// Everything that the application's author decides.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) chart: ChartLocation,
    pub(crate) profile: Profile,
    pub(crate) release_name: String,
    pub(crate) namespace: String,
    pub(crate) kube_version: String,
    pub(crate) api_versions: Vec<String>,
    pub(crate) values: ValuesSettings,
    pub(crate) skip_crds: bool,
    pub(crate) skip_tests: bool,
    pub(crate) skip_hooks: bool,
    pub(crate) skip_schema_validation: bool,
    pub(crate) is_upgrade: bool,
    pub(crate) show_only: Vec<String>,
}

/// Where the chart is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ChartLocation {
    /// The application's own directory.
    Directory,
    /// An archive among the application's files.
    Archive(String),
    /// A registry or a Helm repository.
    Repository {
        /// `oci://…` or `https://…`
        url: String,
        /// Empty where the address names the chart.
        chart: String,
        /// A version, a tag, a digest or a range; empty for the newest.
        version: String,
    },
}

/// Where values come from, later ones win.
#[derive(Debug, Default)]
pub(crate) struct ValuesSettings {
    pub(crate) from: Vec<ValuesFrom>,
    pub(crate) files: Vec<String>,
    pub(crate) ignore_missing: bool,
    /// YAML, from `values` or `valuesObject`.
    pub(crate) inline: Option<String>,
    pub(crate) set_json: Vec<String>,
    pub(crate) set: Vec<String>,
    pub(crate) set_string: Vec<String>,
    pub(crate) set_file: Vec<String>,
    pub(crate) set_literal: Vec<String>,
}

// === impl Settings ===

impl Settings {
    /// The settings of one application.
    pub(crate) fn of(request: &Request) -> Result<Self, Failure> {
        let source = ChartSource::read()?.unwrap_or_default();
        let text = |name: &str, fallback: &str| -> Result<String, Failure> {
            Ok(request.text(name)?.filter(|text| !text.is_empty()).unwrap_or(fallback).to_owned())
        };
        let helm = &source.helm;
        let cluster_versions = &request.cluster.api_versions;
        Ok(Self {
            chart: location(
                text("repo-url", &source.repo_url)?,
                text("chart", &source.chart)?,
                text("target-revision", &source.target_revision)?,
            )?,
            profile: profile(&text("helm-version", &helm.version)?)?,
            release_name: text("release-name", or(&helm.release_name, own_name(&request.application.name)))?,
            namespace: text("namespace", or(&helm.namespace, or(&request.application.namespace, "default")))?,
            kube_version: text("kube-version", or(&helm.kube_version, &request.cluster.kube_version))?,
            api_versions: first_of([request.items("api-versions")?, &helm.api_versions, cluster_versions]),
            values: ValuesSettings::of(request, &source)?,
            skip_crds: switch(request, "skip-crds", helm.skip_crds)?,
            skip_tests: switch(request, "skip-tests", helm.skip_tests)?,
            skip_hooks: switch(request, "skip-hooks", false)?,
            skip_schema_validation: switch(request, "skip-schema-validation", helm.skip_schema_validation)?,
            is_upgrade: switch(request, "is-upgrade", false)?,
            show_only: request.items("show-only")?.to_vec(),
        })
    }
}

/// An application's name without the namespace that Argo CD may put before it.
fn own_name(name: &str) -> &str {
    name.split_once('_').map_or(name, |(_, own)| own)
}

fn or<'t>(text: &'t str, fallback: &'t str) -> &'t str {
    if text.is_empty() { fallback } else { text }
}

fn first_of(lists: [&[String]; 3]) -> Vec<String> {
    lists.into_iter().find(|list| !list.is_empty()).unwrap_or_default().to_vec()
}

fn location(url: String, chart: String, version: String) -> Result<ChartLocation, Failure> {
    let is_archive = chart.ends_with(".tgz") || chart.ends_with(".tar.gz");
    match (url.is_empty(), chart.is_empty()) {
        (true, true) => Ok(ChartLocation::Directory),
        (true, false) if is_archive => Ok(ChartLocation::Archive(chart)),
        (true, false) => Err(Failure::application(format!("it is not said where chart `{chart}` is"))
            .with_hint(
                "set `repoURL` to `oci://REGISTRY/PATH` or the `https://` address of a Helm repository",
            )),
        (false, true) if !url.starts_with("oci://") => Err(Failure::application(format!(
            "it is not said which chart of Helm repository `{url}` is meant"
        ))
        .with_hint("set `chart`")),
        (false, _) => Ok(ChartLocation::Repository { url: with_scheme(url), chart, version }),
    }
}

/// Argo CD writes OCI repositories without their scheme.
fn with_scheme(url: String) -> String {
    if url.contains("://") { url } else { format!("oci://{url}") }
}

fn profile(version: &str) -> Result<Profile, Failure> {
    // Argo CD's own field knew `v2` and `v3`, and ignores both.
    if ["", "v2", "v3"].contains(&version) {
        return Ok(DEFAULT_PROFILE);
    }
    version.parse().map_err(|error: helm::profile::UnknownProfile| {
        Failure::application(error.to_string())
            .with_hint("`helm-version` is one of 3.16, 3.19, 3.21, 4.1, 4.2 and 4.3")
    })
}

fn switch(request: &Request, name: &str, fallback: bool) -> Result<bool, Failure> {
    match request.text(name)?.map(str::to_lowercase).as_deref() {
        None | Some("") => Ok(fallback),
        Some("true" | "yes" | "1") => Ok(true),
        Some("false" | "no" | "0") => Ok(false),
        Some(other) => {
            Err(Failure::application(format!("parameter `{name}` is `{other}`, neither `true` nor `false`")))
        }
    }
}

// === impl ValuesSettings ===

impl ValuesSettings {
    fn of(request: &Request, source: &ChartSource) -> Result<Self, Failure> {
        let helm = &source.helm;
        let files = [&helm.value_files, request.items("value-files")?].concat();
        let mut settings = Self {
            from: source.values_from.clone(),
            files: files.iter().map(|path| path_of(path, request)).collect(),
            ignore_missing: switch(request, "ignore-missing-value-files", helm.ignore_missing_value_files)?,
            inline: inline(request, source)?,
            set_json: request.items("set-json")?.to_vec(),
            set_literal: request.items("set-literal")?.to_vec(),
            ..Self::default()
        };
        for HelmParameter { name, value, force_string } in &helm.parameters {
            settings.add(name, &substitute(value, request), *force_string);
        }
        for (name, value) in request.entries("helm-parameters")? {
            settings.add(name, &substitute(value, request), false);
        }
        for (name, value) in request.entries("helm-string-parameters")? {
            settings.add(name, &substitute(value, request), true);
        }
        for FileParameter { name, path } in &helm.file_parameters {
            settings.set_file.push(format!("{name}={}", escaped(&path_of(path, request))));
        }
        for (name, path) in request.entries("file-parameters")? {
            settings.set_file.push(format!("{name}={}", escaped(&path_of(path, request))));
        }
        settings.set.extend_from_slice(request.items("set")?);
        settings.set_string.extend_from_slice(request.items("set-string")?);
        settings.set_file.extend_from_slice(request.items("set-file")?);
        Ok(settings)
    }

    fn add(&mut self, name: &str, value: &str, force_string: bool) {
        let line = format!("{name}={}", escaped(value));
        if force_string { self.set_string.push(line) } else { self.set.push(line) }
    }
}

/// `valuesObject` wins over `values`, as in Argo CD; parameters win over the file.
fn inline(request: &Request, source: &ChartSource) -> Result<Option<String>, Failure> {
    for name in ["values-object", "values"] {
        if let Some(text) = request.text(name)? {
            return Ok(Some(text.to_owned()));
        }
    }
    let object = source.helm.values_object.as_ref().map(ToString::to_string);
    Ok(object.or_else(|| Some(source.helm.values.clone()).filter(|values| !values.is_empty())))
}

/// A path with the build environment put in. `$NAME/…` is another source's file, unless the name is one of Argo CD's.
fn path_of(path: &str, request: &Request) -> String {
    let is_reference =
        path.strip_prefix('$').and_then(|rest| rest.split_once('/')).is_some_and(|(name, _)| {
            let plain = name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter));
            plain && !name.starts_with("ARGOCD_") && !name.starts_with("KUBE_")
        });
    if is_reference { path.to_owned() } else { substitute(path, request) }
}

/// Argo CD escapes commas, which would end the value, unless the value is a list.
fn escaped(value: &str) -> String {
    if value.starts_with('{') && value.ends_with('}') {
        return value.to_owned();
    }
    let mut escaped = String::with_capacity(value.len());
    let mut before = None;
    for letter in value.chars() {
        if letter == ',' && before != Some('\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
        before = Some(letter);
    }
    escaped
}
