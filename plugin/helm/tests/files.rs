//! Templates rendered one by one, as tests of charts look at them.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::rc::Rc;
use std::sync::Arc;

use goyaml::Value;
use helm::context::Timestamp;
use helm::entropy::Stable;
use helm::lookup::NoCluster;
use helm::{
    Capabilities, Chart, File, Focus, LIMITS, Profile, Release, Render, SchemaValidation, ValuesSources,
};

const FILES: &[(&str, &str)] = &[
    ("Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\nappVersion: 1.0"),
    ("templates/_h.tpl", "{{ define \"h\" }}{{ .Chart.Version }} {{ .Chart.AppVersion }}{{ end }}"),
    ("templates/a.yaml", "a: {{ include \"h\" . }}\n---\n---\nb: [1]\n"),
    ("templates/broken.yaml", "a: {{ fail \"no\" }}"),
    ("templates/text.yaml", "a: b: c"),
    ("charts/s/Chart.yaml", "apiVersion: v2\nname: s\nversion: 2.0.0"),
    ("charts/s/templates/b.yaml", "s: {{ .Chart.Version }}"),
];

fn chart() -> Arc<Chart> {
    let files = FILES.iter().map(|(path, content)| File::new(*path, content.as_bytes()));
    Chart::from_files(Profile::V4_3, "/c", files).unwrap()
}

fn render() -> Render {
    Render {
        values: ValuesSources::default(),
        release: Release::new("demo", "default"),
        capabilities: Capabilities::new(Profile::V4_3, None, &[]).unwrap(),
        schema_validation: SchemaValidation::On,
        clock: Rc::new(Timestamp { seconds: 0, nanoseconds: 0 }),
        entropy: Rc::new(Stable::new(b"key", "app")),
        lookup: Rc::new(NoCluster),
        limits: LIMITS,
    }
}

fn entry(key: &str, value: Value) -> Value {
    Value::Mapping(vec![(Value::Text(key.to_owned()), value)])
}

#[test]
fn wanted_templates_become_documents() {
    let wanted = ["c/templates/a.yaml", "c/charts/s/templates/b.yaml"];
    let focus =
        Focus { is_wanted: &|path| wanted.contains(&path), version: Some("9.9.9"), app_version: None };
    let files = render().files(&chart(), focus).unwrap().templates;
    let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["c/charts/s/templates/b.yaml", "c/templates/a.yaml"]);
    assert_eq!(files[0].documents().unwrap(), [entry("s", Value::Text("9.9.9".to_owned()))]);
    let first = entry("a", Value::Text("9.9.9 1".to_owned()));
    let second = entry("b", Value::Sequence(vec![Value::Float(1.0)]));
    assert_eq!(files[1].documents().unwrap(), [first, second]);
}

#[test]
fn a_failure_is_that_of_its_template() {
    let is_wanted = |path: &str| !path.starts_with("c/charts/");
    let focus = Focus { is_wanted: &is_wanted, version: None, app_version: None };
    let files = render().files(&chart(), focus).unwrap().templates;
    let errors: Vec<_> =
        files.iter().map(|file| file.text.as_ref().err().map(|error| error.message())).collect();
    assert_eq!(errors, [None, Some("no"), None], "in the order of rendering: text, broken, a");
    let error = files[0].documents().unwrap_err().to_string();
    assert!(error.starts_with("YAML parse error on c/templates/text.yaml: "), "{error}");
    assert!(files[1].documents().unwrap().is_empty());
}
