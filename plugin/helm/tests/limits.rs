//! What a render may do is limited, and its errors say where in the chart they are.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::rc::Rc;
use std::sync::Arc;

use helm::context::Timestamp;
use helm::entropy::Stable;
use helm::lookup::NoCluster;
use helm::{
    Capabilities, Chart, Error, File, LIMITS, Limits, Output, Profile, Release, Render, SchemaValidation,
    ValuesSources,
};

fn chart(template: &str) -> Arc<Chart> {
    let files = [("Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0"), ("templates/a.yaml", template)];
    let files = files.map(|(path, content)| File::new(path, content.as_bytes()));
    Chart::from_files(Profile::V4_2, "/c", files).unwrap()
}

fn render(template: &str, limits: Limits) -> Result<Output, Error> {
    with(limits).run(&chart(template))
}

fn with(limits: Limits) -> Render {
    Render {
        values: ValuesSources::default(),
        release: Release::new("demo", "default"),
        capabilities: Capabilities::new(Profile::V4_2, None, &[]).unwrap(),
        schema_validation: SchemaValidation::On,
        clock: Rc::new(Timestamp { seconds: 0, nanoseconds: 0 }),
        entropy: Rc::new(Stable::new(b"key", "app")),
        lookup: Rc::new(NoCluster),
        limits,
    }
}

#[track_caller]
fn refused(template: &str, limits: Limits, want: &str) {
    let error = render(template, limits).unwrap_err().to_string();
    assert!(error.contains(want), "{error}");
}

#[test]
fn runaway_templates_end() {
    let endless = "{{ range until 100000 }}{{ range until 100000 }}x{{ end }}{{ end }}";
    refused(endless, Limits { steps: 10_000, ..LIMITS }, "exceeded maximum steps (10000)");
    refused(endless, Limits { output: 10_000, ..LIMITS }, "exceeded maximum output (10000 bytes)");
    let growing = "{{ $l := list }}{{ range until 10000 }}{{ $l = append $l . }}{{ end }}";
    refused(growing, Limits { memory: 1_000_000, ..LIMITS }, "exceeded maximum memory (1000000 bytes)");
    let nested = r#"{{ define "x" }}{{ template "x" . }}{{ end }}{{ template "x" . }}"#;
    refused(nested, Limits { depth: 100, ..LIMITS }, "exceeded maximum template depth (100)");
    let included = r#"{{ define "x" }}{{ include "x" . }}{{ end }}{{ include "x" . }}"#;
    refused(
        included,
        LIMITS,
        "rendering template has a nested reference name: x: unable to execute template",
    );
}

#[test]
fn values_beyond_any_document_are_refused() {
    let itself = "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}";
    let doubled = "{{ $d := dict }}{{ range 40 }}{{ $d = dict \"a\" $d \"b\" $d }}{{ end }}";
    for value in [itself, doubled] {
        let encode = |function: &str| format!("{value}{{{{ {function} $d | len }}}}");
        refused(&encode("mustToJson"), LIMITS, "a value that contains itself, or much too much");
        refused(&encode("mustToYaml"), LIMITS, "a value that contains itself, or much too much");
        refused(&encode("mustToToml"), LIMITS, "a value that contains itself, or much too much");
    }
    for count in ["until 100000000", "seq 100000000", "untilStep 0 100000000 1"] {
        refused(&format!("{{{{ len ({count}) }}}}"), LIMITS, "error calling");
    }
}

#[test]
fn errors_know_their_place() {
    let template = "a: 1\nb: {{ include \"x\" . }}\n{{ define \"x\" }}{{ .Values.image.tag }}{{ end }}";
    let whole = render(template, LIMITS).unwrap_err();
    assert_eq!(whole.value_paths(), ["image.tag"]);
    let location = whole.location().unwrap();
    assert_eq!((location.file.as_str(), location.line), ("c/templates/a.yaml", Some(3)));
    let Error::Template(error) = whole else { unreachable!("the template fails") };
    let places: Vec<_> =
        error.frames().iter().map(|frame| (frame.line, frame.column, frame.node.as_str())).collect();
    assert_eq!(places, [(2, Some(6), "include \"x\" ."), (3, Some(26), ".Values.image.tag")]);
    assert_eq!(error.message(), "nil pointer evaluating interface {}.tag");
    let hint =
        "`.Values.image` is not set: set it in the values, or guard the access with `with` or `default`";
    assert_eq!(error.hint().as_deref(), Some(hint));
}

#[test]
fn violations_know_their_values() {
    let schema = r#"{"properties":{"a":{"properties":{"b":{"type":"string"}}}},"required":["c"]}"#;
    let files = [
        ("Chart.yaml", "apiVersion: v2\nname: p\nversion: 1.0.0"),
        ("charts/s/Chart.yaml", "apiVersion: v2\nname: s\nversion: 1.0.0"),
        ("charts/s/values.yaml", "a: {b: 1}"),
        ("charts/s/values.schema.json", schema),
    ];
    for profile in [Profile::V3_16, Profile::V4_3] {
        let files = files.map(|(path, content)| File::new(path, content.as_bytes()));
        let chart = Chart::from_files(profile, "/p", files).unwrap();
        let mut paths = with(LIMITS).run(&chart).unwrap_err().value_paths();
        paths.sort();
        assert_eq!(paths, ["s", "s.a.b"], "{profile}");
    }
}
