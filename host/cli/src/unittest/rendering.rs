//! What one test renders.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use goyaml::json::Escape;
use helm::context::Timestamp;
use helm::entropy::{Entropy, EntropyError, KeyKind, Mode};
use helm::lookup::{Lookup, NoCluster};
use helm::{
    Capabilities, Chart, File, LIMITS, Operation, Release, Render, SchemaValidation, ValuesFile,
    ValuesSources,
};
use regex::Regex;
use serde_json::{Map, Value};

use super::suite::{Suite, Test};
use super::{Subject, set};

/// The key under which a text that is no YAML is a document.
pub(super) const RAW: &str = "raw";

/// Templates and their documents, or why there are none.
#[derive(Debug)]
pub(super) enum Rendering {
    /// All were rendered.
    Done(BTreeMap<String, Vec<Value>>),
    /// One failed: what is shown of it, by template.
    Failed {
        /// The text of the error as documents of the templates that it is about.
        shown: BTreeMap<String, Vec<Value>>,
        /// The whole text.
        error: String,
    },
}

/// Renders the templates that `test` looks at.
pub(super) fn render(subject: &Subject<'_>, file: &Path, suite: &Suite, test: &Test) -> Rendering {
    match attempt(subject, file, suite, test) {
        Ok(rendering) => rendering,
        Err(error) => Rendering::Failed { shown: BTreeMap::new(), error },
    }
}

fn attempt(subject: &Subject<'_>, file: &Path, suite: &Suite, test: &Test) -> Result<Rendering, String> {
    let chart = chart(subject, suite, test)?;
    let render = Render {
        values: values(file, suite, test)?,
        release: release(suite, test),
        capabilities: capabilities(subject, suite, test)?,
        schema_validation: SchemaValidation::On,
        clock: Rc::new(now()),
        entropy: Rc::new(SystemEntropy),
        lookup: Rc::new(NoCluster) as Rc<dyn Lookup>,
        limits: LIMITS,
    };
    let wanted = patterns(suite, test);
    let excluded: Vec<String> = suite.exclude_templates.iter().map(|name| in_templates(name)).collect();
    let is_wanted = |path: &str| {
        let base = path.rsplit('/').next().unwrap_or(path);
        !base.starts_with('_')
            && (wanted.is_empty() || wanted.iter().any(|pattern| matches(pattern, path)))
            && !excluded.iter().any(|pattern| matches(pattern, path))
    };
    let files = render.files(&chart, is_wanted).map_err(|error| error.to_string())?;
    let mut done = BTreeMap::new();
    for file in files {
        match &file.text {
            Ok(text) if file.path.ends_with(".txt") => {
                let raw = Map::from_iter([(RAW.to_owned(), Value::String(text.to_str_lossy().into_owned()))]);
                done.insert(file.path.clone(), vec![Value::Object(raw)]);
            }
            Ok(_) => drop(done.insert(file.path.clone(), documents(&file)?)),
            Err(error) => return Ok(failed(&error.to_string(), &wanted, &chart.metadata().name)),
        }
    }
    Ok(Rendering::Done(done))
}

fn documents(file: &helm::RenderedFile) -> Result<Vec<Value>, String> {
    let documents = file.documents().map_err(|error| error.to_string())?;
    let json = |document: &goyaml::Value| {
        let text = goyaml::json::encode(document, Escape::Minimal).map_err(|error| error.to_string())?;
        serde_json::from_str(&text).map_err(|error| error.to_string())
    };
    let all = documents.iter().map(json).collect::<Result<Vec<Value>, String>>()?;
    Ok(all
        .into_iter()
        .filter(|document| document.as_object().is_some_and(|entries| !entries.is_empty()))
        .collect())
}

/// The message of the error, as a document of the template that it is about.
fn failed(error: &str, wanted: &[String], chart: &str) -> Rendering {
    let pattern = Regex::new(r"(?msU)^(?:.+: |.+ \()(?:(.+):\d+:\d+).+(?:.+>)*: (.+)$");
    let captures = pattern.ok().and_then(|pattern| {
        pattern.captures(error).map(|found| {
            let group = |at| found.get(at).map(|group| group.as_str().to_owned()).unwrap_or_default();
            (group(1), group(2))
        })
    });
    let mut shown = BTreeMap::new();
    if let Some((file, message)) = captures {
        let message = error.split_once('\n').map_or(message, |(_, rest)| rest.to_owned());
        let document = Value::Object(Map::from_iter([(RAW.to_owned(), Value::String(message))]));
        let is_partial = file.rsplit('/').next().is_some_and(|base| base.starts_with('_'));
        let places = if is_partial {
            wanted.iter().map(|path| format!("{chart}/{path}")).collect()
        } else {
            vec![file]
        };
        shown.extend(places.into_iter().map(|place| (place, vec![document.clone()])));
    }
    Rendering::Failed { shown, error: error.to_owned() }
}

/// The templates that are rendered; none for all.
fn patterns(suite: &Suite, test: &Test) -> Vec<String> {
    let own = test.setting.templates.iter().chain(&test.template);
    let of_asserts = test.asserts.iter().filter_map(|assertion| assertion.template.as_ref());
    if suite.setting.templates.is_empty() && own.clone().next().is_none() {
        return Vec::new();
    }
    suite.setting.templates.iter().chain(own).chain(of_asserts).map(|name| in_templates(name)).collect()
}

/// The path in the chart of a template as a suite calls it.
pub(super) fn in_templates(name: &str) -> String {
    let has_folder = ["templates/", "charts/", "crds/"].iter().any(|folder| name.starts_with(folder));
    if has_folder { name.to_owned() } else { format!("templates/{name}") }
}

/// Whether `path` is what a pattern with `*` and `**` means.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    if !pattern.contains('*') {
        return pattern == path;
    }
    let escaped = regex::escape(pattern).replace(r"\*\*", ".*").replace(r"\*", "[^/]*");
    Regex::new(&format!("^{escaped}$")).is_ok_and(|pattern| pattern.is_match(path))
}

fn chart(subject: &Subject<'_>, suite: &Suite, test: &Test) -> Result<std::sync::Arc<Chart>, String> {
    let version = test.setting.chart.version.as_ref().or(suite.setting.chart.version.as_ref());
    let app_version = test.setting.chart.app_version.as_ref().or(suite.setting.chart.app_version.as_ref());
    let mut files = subject.files.clone();
    if let Some(file) = files.iter_mut().find(|file| file.path == "Chart.yaml") {
        let mut text = file.content.to_str_lossy().into_owned();
        for (key, value) in [("version", version), ("appVersion", app_version)] {
            if let Some(value) = value {
                text = with_line(&text, key, value);
            }
        }
        *file = File::new("Chart.yaml", text.as_bytes());
    }
    let folder = subject.folder.display().to_string();
    Chart::from_files(subject.profile, &folder, files).map_err(|error| error.to_string())
}

/// `Chart.yaml` with another value for a key at its top.
fn with_line(text: &str, key: &str, value: &str) -> String {
    let prefix = format!("{key}:");
    let others = text.lines().filter(|line| !line.starts_with(&prefix)).map(|line| format!("{line}\n"));
    format!("{prefix} {}\n{}", Value::String(value.to_owned()), others.collect::<String>())
}

fn values(file: &Path, suite: &Suite, test: &Test) -> Result<ValuesSources, String> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut files = Vec::new();
    for path in suite.setting.values.iter().chain(&test.setting.values) {
        let content = fs_err::read(folder.join(path)).map_err(|error| error.to_string())?;
        files.push(ValuesFile { path: path.clone(), content });
    }
    for (path, value) in suite.setting.set.iter().chain(&test.setting.set) {
        files.push(ValuesFile {
            path: path.clone(),
            content: set::values(path, value).to_string().into_bytes(),
        });
    }
    Ok(ValuesSources { files, ..ValuesSources::default() })
}

fn release(suite: &Suite, test: &Test) -> Release {
    let (own, of_suite) = (&test.setting.release, &suite.setting.release);
    let name = own.name.as_ref().or(of_suite.name.as_ref()).map_or("RELEASE-NAME", String::as_str);
    let namespace =
        own.namespace.as_ref().or(of_suite.namespace.as_ref()).map_or("NAMESPACE", String::as_str);
    let upgrade = own.upgrade.or(of_suite.upgrade).unwrap_or(false);
    Release {
        operation: if upgrade { Operation::Upgrade } else { Operation::Install },
        revision: own.revision.or(of_suite.revision).unwrap_or(0),
        ..Release::new(name, namespace)
    }
}

fn capabilities(subject: &Subject<'_>, suite: &Suite, test: &Test) -> Result<Capabilities, String> {
    let (own, of_suite) = (&test.setting.capabilities, &suite.setting.capabilities);
    let number = |own: &Option<Value>, of_suite: &Option<Value>, default: String| {
        let value = own.as_ref().or(of_suite.as_ref());
        value.map_or(default, |value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    let default = Capabilities::new(subject.profile, None, &[]).map_err(|error| error.to_string())?;
    let major = number(&own.major_version, &of_suite.major_version, default.kube_version.major());
    let minor = number(&own.minor_version, &of_suite.minor_version, default.kube_version.minor());
    let version = format!("v{major}.{minor}.0");
    let mut capabilities =
        Capabilities::new(subject.profile, Some(&version), &[]).map_err(|error| error.to_string())?;
    // There are no others: a chart that asks for one has to be told.
    capabilities.api_versions =
        own.api_versions.clone().or_else(|| of_suite.api_versions.clone()).unwrap_or_default();
    Ok(capabilities)
}

fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp {
        seconds: i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        nanoseconds: since.subsec_nanos(),
    }
}

/// Values that are new each time, as a test of a chart has to expect.
struct SystemEntropy;

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
