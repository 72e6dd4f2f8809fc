//! A random way to render a chart.

use std::fmt;
use std::rc::Rc;

use fastrand::Rng;
use helm::lookup::NoCluster;
use helm::{
    Capabilities, Crds, LIMITS, Operation, Release, Render, SchemaValidation, Selection, ValuesFile,
    ValuesSources,
};
use serde_json::{Map, Value, json};

use crate::support::{self, Golden, Loaded, Rendered};

/// Everything about a render that is not the chart.
pub(crate) struct Change {
    pub(crate) values: Value,
    pub(crate) set: Vec<String>,
    pub(crate) release: String,
    pub(crate) namespace: String,
    pub(crate) kube_version: String,
    pub(crate) api_versions: Vec<String>,
    pub(crate) operation: Operation,
}

/// Where the file with the changed values is, for Helm and in errors.
pub(crate) const VALUES: &str = "changed.json";

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { values, set, release, namespace, kube_version, api_versions, operation } = self;
        write!(
            f,
            "values {values} set {set:?} {release} {namespace} {kube_version} {api_versions:?} {operation:?}"
        )
    }
}

impl Change {
    pub(crate) fn new(random: &mut Rng, golden: &Golden) -> Self {
        let mut paths = Vec::new();
        collect(&default_values(golden), &mut Vec::new(), &mut paths);
        let mut values = json!({});
        for _ in 0..random.usize(0..7) {
            if let Some((path, old)) = random.choice(&paths) {
                put(&mut values, path, changed(random, old));
            }
        }
        let set = (random.u8(..) < 60)
            .then(|| random.choice(&paths).map(|(path, _)| set_line(random, path)))
            .flatten();
        let one_of = |random: &mut Rng, from: &[&str]| (*random.choice(from).unwrap()).to_owned();
        let mut api_versions: Vec<_> =
            API_VERSIONS.iter().filter(|_| random.bool()).map(|one| (*one).to_owned()).collect();
        if random.bool() {
            api_versions.clear();
        }
        Self {
            values,
            set: set.into_iter().collect(),
            release: one_of(
                random,
                &["demo", "r", "a.b", "a-rather-long-release-name-of-fifty-three-characters", "prometheus"],
            ),
            namespace: one_of(random, &["default", "prod", "kube-system"]),
            kube_version: one_of(random, &["1.19.0", "1.25.3", "1.31.0", "v1.33.4", "1.36.1"]),
            api_versions,
            operation: if random.u8(..) < 30 { Operation::Upgrade } else { Operation::Install },
        }
    }

    pub(crate) fn render(&self, chart: &Loaded) -> Rendered {
        let chart = chart.as_ref().map_err(ToString::to_string)?;
        let file = ValuesFile { path: VALUES.into(), content: self.values.to_string().into_bytes() };
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        let capabilities = Capabilities::new(chart.profile(), Some(&self.kube_version), &self.api_versions);
        let render = Render {
            values: ValuesSources { files: vec![file], set: self.set.clone(), ..ValuesSources::default() },
            release: Release { operation: self.operation, ..Release::new(&self.release, &self.namespace) },
            capabilities: capabilities.map_err(|error| error.to_string())?,
            schema_validation: SchemaValidation::On,
            clock: Rc::new(helm::context::Timestamp { seconds: now.as_secs().cast_signed(), nanoseconds: 0 }),
            entropy: Rc::new(support::prepared_keys("fuzz")),
            lookup: Rc::new(NoCluster),
            limits: LIMITS,
        };
        let output = render.run(chart).map_err(|error| error.to_string())?;
        let selection = Selection { crds: Crds::Include, ..Selection::default() };
        output.text(&selection).map_err(|error| error.to_string())
    }
}

const API_VERSIONS: &[&str] = &[
    "monitoring.coreos.com/v1",
    "monitoring.coreos.com/v1/ServiceMonitor",
    "cert-manager.io/v1",
    "gateway.networking.k8s.io/v1",
    "security.openshift.io/v1",
    "route.openshift.io/v1",
    "autoscaling.k8s.io/v1",
    "policy/v1/PodDisruptionBudget",
    "keda.sh/v1alpha1",
];

/// The chart's own values.
fn default_values(golden: &Golden) -> Value {
    let values = golden.chart_files().into_iter().find(|file| file.path == "values.yaml");
    let text = values.map(|file| file.content.as_bytes().to_vec()).unwrap_or_default();
    let decoded = goyaml::sigs::decode(&text, goyaml::sigs::Target::Any, &mut goyaml::Values);
    let Ok(Some(values)) = decoded else { return Value::Null };
    let json = goyaml::json::encode(&values, goyaml::json::Escape::Minimal).unwrap();
    serde_json::from_str(&json).unwrap()
}

/// The paths of all values that a file can override, with what is there.
fn collect(value: &Value, path: &mut Vec<String>, paths: &mut Vec<(Vec<String>, Value)>) {
    let Value::Object(entries) = value else { return };
    for (key, value) in entries {
        path.push(key.clone());
        paths.push((path.clone(), value.clone()));
        collect(value, path, paths);
        path.pop();
    }
}

fn put(target: &mut Value, path: &[String], value: Value) {
    let mut place = target;
    for key in path {
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        place = &mut place[key];
    }
    *place = value;
}

/// Mostly a value of the same type, so that templates get far enough to show differences.
fn changed(random: &mut Rng, old: &Value) -> Value {
    if random.u8(..) < 60 {
        return any(random);
    }
    match old {
        Value::Bool(old) => Value::Bool(!old),
        Value::Number(_) => random.choice(NUMBERS).map(|text| serde_json::from_str(text).unwrap()).unwrap(),
        Value::String(_) => json!(random.choice(STRINGS).unwrap()),
        Value::Array(_) => {
            random.choice([json!([]), json!(["a", "b"]), json!([{"name": "n", "value": "v"}])]).unwrap()
        }
        Value::Object(_) => {
            random.choice([json!({"a": "b"}), json!({"enabled": true}), json!({"k": {"l": 1}})]).unwrap()
        }
        Value::Null => any(random),
    }
}

const NUMBERS: &[&str] = &["0", "1", "-1", "3", "8080", "1.5", "1000000", "12345678901", "1e21", "0.00001"];

const STRINGS: &[&str] = &[
    "",
    "x",
    "true",
    "1",
    "null",
    "a: b",
    "# no",
    "two\nlines\n",
    " leading",
    "{{ .Release.Name }}",
    "{{ fail \"x\" }}",
    "{{ .Values.nope.deep }}",
    "é\u{1f600}",
    "100m",
    "1.2.3",
    "ClusterIP",
    "a,b",
    "/path/",
    "'quoted'",
    "\"q\"",
    "tab\there",
];

fn any(random: &mut Rng) -> Value {
    match random.u8(0..8) {
        0 => Value::Null,
        1 => Value::Bool(random.bool()),
        2 => serde_json::from_str(random.choice(NUMBERS).unwrap()).unwrap(),
        3 | 4 => json!(random.choice(STRINGS).unwrap()),
        5 => json!([]),
        6 => json!({}),
        _ => random
            .choice([json!(["a", 1, null]), json!({"a": {"b": null}, "c": [1]}), json!([[1], {"x": "y"}])])
            .unwrap(),
    }
}

fn set_line(random: &mut Rng, path: &[String]) -> String {
    let name: Vec<_> = path.iter().map(|key| key.replace('.', "\\.").replace(',', "\\,")).collect();
    let value = random.choice(["null", "true", "1", "x", "{a,b}", "", "1.5", "0123"]).unwrap();
    format!("{}={value}", name.join("."))
}
