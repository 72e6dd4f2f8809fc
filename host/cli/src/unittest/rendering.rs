//! What one test renders.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use helm::context::Timestamp;
use helm::entropy::{Entropy, EntropyError, KeyKind, Mode};
use helm::lookup::{Lookup, NoCluster};
use helm::{
    Capabilities, Focus, LIMITS, Operation, Release, Render, RenderedFiles, ValuesFile, ValuesSources,
};
use serde_json::{Map, Value, json};

use super::post::{self, Renderer};
use super::suite::{Cluster, Setting, Suite, Test};
use super::templates::{Templates, in_templates};
use super::{Subject, fault, set, yaml};

/// The key under which a text that is no YAML is a document.
pub(super) const RAW: &str = "raw";

/// Templates and their documents.
#[derive(Debug, Default)]
pub(super) struct Rendering {
    /// The chart, or the subchart, that the suite is about: `chart`, `chart/charts/sub`.
    route: String,
    /// By the full name of the template.
    pub(super) documents: BTreeMap<String, Vec<Value>>,
    /// The names of the templates, as they were rendered.
    pub(super) outputs: Vec<String>,
    /// Whether all were rendered. If not, the documents are what is shown of the error.
    pub(super) is_done: bool,
    /// The error, if it is not about one template.
    pub(super) error: Option<String>,
    /// Whether a command has changed the documents since.
    is_post_rendered: bool,
}

/// The texts of templates, or the error.
struct Texts {
    by_name: BTreeMap<String, String>,
    is_done: bool,
    error: Option<String>,
    crds: Vec<(String, String)>,
}

// === impl Rendering ===

impl Rendering {
    /// The full name of a template as a suite calls it.
    pub(super) fn path_of(&self, name: &str) -> String {
        clean(&format!("{}/{}", self.route, in_templates(name)))
    }

    /// All documents, if a post-renderer did not keep apart what came of which template.
    pub(super) fn sole_manifest(&self) -> Option<(&String, &Vec<Value>)> {
        let sole = self.documents.first_key_value().filter(|_| self.documents.len() == 1);
        sole.filter(|(name, _)| self.is_post_rendered && name.ends_with(post::WHOLE))
    }
}

/// Renders what `suite` is about.
///
/// # Errors
/// What keeps assertions from being looked at.
pub(super) fn render(
    subject: &Subject<'_>,
    file: &Path,
    suite: &Suite,
    test: &Test,
) -> Result<Rendering, String> {
    let values = values(subject, file, suite, test)?;
    let texts = texts(subject, suite, test, values);
    let Texts { mut by_name, is_done, error, crds } = texts;
    let renderer = Renderer::of(&[&test.setting, &suite.setting]);
    let mut rendering = Rendering {
        route: subject.route.clone(),
        outputs: by_name.keys().cloned().collect(),
        is_done,
        error,
        is_post_rendered: renderer.is_some(),
        ..Rendering::default()
    };
    if let Some(renderer) = renderer {
        by_name = renderer.run(&by_name)?;
    }
    for (name, text) in crds.into_iter().filter(|_| suite.include_crds) {
        rendering.documents.insert(name.clone(), yaml::manifests(&text)?);
        rendering.outputs.push(name);
    }
    for (name, text) in by_name {
        let documents = documents(&name, text, is_done)?;
        let chart = &subject.chart.metadata().name;
        let name = if name.starts_with(chart.as_str()) { name } else { format!("{chart}/{name}") };
        rendering.documents.extend(documents.map(|documents| (name, documents)));
    }
    Ok(rendering)
}

/// The documents of a template; `None` for one that suites can't look at.
fn documents(name: &str, text: String, is_done: bool) -> Result<Option<Vec<Value>>, String> {
    let base = name.rsplit('/').next().unwrap_or(name);
    match base.rsplit_once('.').map_or("", |(_, extension)| extension) {
        _ if !is_done => yaml::manifests(&text).map(Some),
        "yaml" | "yml" | "tpl" => yaml::manifests(&text).map(Some),
        "txt" => Ok(Some(vec![json!({ RAW: text })])),
        _ => Ok(None),
    }
}

fn texts(subject: &Subject<'_>, suite: &Suite, test: &Test, values: ValuesSources) -> Texts {
    let failed = |error: String| Texts {
        by_name: BTreeMap::new(),
        is_done: false,
        error: Some(error),
        crds: Vec::new(),
    };
    let rendered = match attempt(subject, suite, test, values) {
        Ok(rendered) => rendered,
        Err(error) => return translated(subject, suite, test, &error).unwrap_or_else(|| failed(error)),
    };
    let text = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
    let crds = rendered.crds.into_iter().map(|crd| (crd.path, text(crd.content.as_bytes()))).collect();
    let mut by_name = BTreeMap::new();
    for template in rendered.templates {
        match template.text {
            Ok(content) => drop(by_name.insert(template.path, text(content.as_bytes()))),
            Err(error) => {
                let error = error.to_string();
                let texts = translated(subject, suite, test, &error).unwrap_or_else(|| failed(error));
                return Texts { crds, ..texts };
            }
        }
    }
    Texts { by_name, is_done: true, error: None, crds }
}

/// The error as the document of the template that it is about, if the test expects one.
fn translated(subject: &Subject<'_>, suite: &Suite, test: &Test, error: &str) -> Option<Texts> {
    if !test.asserts.iter().any(super::assertion::Assertion::expects_failure) {
        return None;
    }
    let fault = fault::parse(error)?;
    let names = if fault.is_in_partial() {
        let all = ["**".to_owned()];
        let named = &suite.setting.templates;
        let named = if named.is_empty() { all.as_slice() } else { named };
        named.iter().map(|name| clean(&format!("{}/{}", subject.route, in_templates(name)))).collect()
    } else {
        vec![fault.template.clone()]
    };
    let text = yaml::encode(&json!({ RAW: fault.message.trim_start_matches('\n') }));
    let by_name = names.into_iter().map(|name| (name, text.clone())).collect();
    Some(Texts { by_name, is_done: false, error: None, crds: Vec::new() })
}

fn attempt(
    subject: &Subject<'_>,
    suite: &Suite,
    test: &Test,
    values: ValuesSources,
) -> Result<RenderedFiles, String> {
    let (own, of_suite) = (&test.setting, &suite.setting);
    let render = Render {
        values,
        release: release(own, of_suite)?,
        capabilities: capabilities(subject, own, of_suite)?,
        schema_validation: subject.schema_validation,
        clock: Rc::new(now()),
        entropy: Rc::new(SystemEntropy),
        lookup: cluster(own, of_suite),
        limits: LIMITS,
    };
    let templates = Templates::new(&subject.route, &of_suite.templates, &suite.exclude_templates);
    let (version, app_version) = (
        either(&own.chart.version, &of_suite.chart.version),
        either(&own.chart.app_version, &of_suite.chart.app_version),
    );
    let is_wanted = |name: &str| templates.has(name);
    let focus = Focus {
        is_wanted: &is_wanted,
        version: Some(version).filter(|version| !version.is_empty()),
        app_version: Some(app_version).filter(|version| !version.is_empty()),
    };
    render.files(&subject.chart, focus).map_err(|error| match error {
        helm::Error::Template(error) => error.to_string(),
        helm::Error::Dependencies { source, .. } => source.to_string(),
        error => error.to_string(),
    })
}

fn either<'t>(own: &'t str, of_suite: &'t str) -> &'t str {
    if own.is_empty() { of_suite } else { own }
}

/// A path without empty parts and `.`, and with `..` followed.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// What the test sets comes over what the suite sets, and that over files.
fn values(subject: &Subject<'_>, file: &Path, suite: &Suite, test: &Test) -> Result<ValuesSources, String> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut files = Vec::new();
    let mut add = |path: &str, values: Value| {
        files.push(ValuesFile {
            path: path.to_owned(),
            content: scoped(&subject.route, values).to_string().into_bytes(),
        });
    };
    let own = suite.setting.values.iter().map(|path| folder.join(path));
    let of_command = subject.values.iter().cloned();
    for path in own.chain(of_command).chain(test.setting.values.iter().map(|path| folder.join(path))) {
        let text = fs_err::read_to_string(&path).map_err(|error| error.to_string())?;
        let shown = path.display().to_string();
        let values = yaml::decode(&text).map_err(|error| format!("`{shown}` can't be read: {error}"))?;
        match values.unwrap_or_else(|| json!({})) {
            values @ Value::Object(_) => add(&shown, values),
            other => return Err(format!("`{shown}` has no values but `{other}`")),
        }
    }
    for (path, value) in suite.setting.set.iter().chain(&test.setting.set) {
        add(path, set::values(path, value).map_err(|error| error.to_string())?);
    }
    Ok(ValuesSources { files, ..ValuesSources::default() })
}

/// Values of a subchart as values of the chart; those under `global` are for all.
fn scoped(route: &str, values: Value) -> Value {
    route.split("/charts/").skip(1).collect::<Vec<_>>().into_iter().rev().fold(values, |values, name| {
        let global = values.get("global").map(|global| ("global".to_owned(), global.clone()));
        Value::Object(global.into_iter().chain([(name.to_owned(), values)]).collect::<Map<_, _>>())
    })
}

fn release(own: &Setting, of_suite: &Setting) -> Result<Release, String> {
    let (own, of_suite) = (&own.release, &of_suite.release);
    let name = either(&own.name, &of_suite.name);
    let namespace = match either(&own.namespace, &of_suite.namespace) {
        "" => "NAMESPACE",
        namespace => namespace,
    };
    let upgrade = own.upgrade || of_suite.upgrade;
    let release = Release {
        operation: if upgrade { Operation::Upgrade } else { Operation::Install },
        revision: if own.revision == 0 { of_suite.revision } else { own.revision },
        ..Release::new(if name.is_empty() { "RELEASE-NAME" } else { name }, namespace)
    };
    if !name.is_empty() {
        release.check().map_err(|error| error.reason.to_owned())?;
    }
    Ok(release)
}

/// What the cluster offers is what the suite and the test say: a chart that asks for more has to be told.
fn capabilities(subject: &Subject<'_>, own: &Setting, of_suite: &Setting) -> Result<Capabilities, String> {
    let (own, of_suite) = (&own.capabilities, &of_suite.capabilities);
    let profile = subject.chart.profile();
    let default = Capabilities::new(profile, None, &[]).map_err(|error| error.to_string())?;
    let number = |own: &str, of_suite: &str, default: String| match either(own, of_suite) {
        "" => default,
        number => number.to_owned(),
    };
    let major = number(&own.major_version, &of_suite.major_version, default.kube_version.major());
    let minor = number(&own.minor_version, &of_suite.minor_version, default.kube_version.minor());
    let version = format!("v{major}.{minor}.0");
    let mut capabilities =
        Capabilities::new(profile, Some(&version), &[]).map_err(|error| error.to_string())?;
    let of_suite = of_suite.api_versions.iter().flatten().flatten();
    capabilities.api_versions = match &own.api_versions {
        Some(None) => Vec::new(),
        Some(Some(own)) => own.iter().chain(of_suite).cloned().collect(),
        None => of_suite.cloned().collect(),
    };
    Ok(capabilities)
}

fn cluster(own: &Setting, of_suite: &Setting) -> Rc<dyn Lookup> {
    let (own, of_suite) = (&own.kubernetes_provider, &of_suite.kubernetes_provider);
    let mut scheme = own.scheme.clone();
    scheme.extend(of_suite.scheme.clone());
    let objects: Vec<Value> = own.objects.iter().chain(&of_suite.objects).cloned().collect();
    if objects.is_empty() { Rc::new(NoCluster) } else { Rc::new(Cluster { scheme, objects }) }
}

pub(super) fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp {
        seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        nanoseconds: since.subsec_nanos(),
    }
}

/// Values that are new each time, as a test of a chart has to expect.
pub(super) struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn mode(&self) -> Mode {
        Mode::Random
    }

    fn bytes(&self, label: &str, len: usize) -> Result<Vec<u8>, EntropyError> {
        let mut bytes = vec![0; len];
        getrandom::fill(&mut bytes)
            .map_err(|error| EntropyError { label: label.to_owned(), reason: error.to_string() })?;
        Ok(bytes)
    }

    fn key(&self, _: &str, _: KeyKind) -> Result<Option<Vec<u8>>, EntropyError> {
        Ok(None)
    }
}
