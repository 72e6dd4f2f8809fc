//! `tiphys test`: suites as helm-unittest runs them.

use crate::{Tiphys, folder};

const CHART: [(&str, &str); 5] = [
    ("Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: \"7\"\n"),
    (
        "values.yaml",
        "replicas: 2\nimage: {tag: a}\nports: [{name: http, port: 80}, {name: tls, port: 443}]\n",
    ),
    (
        "templates/web.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: {{ .Release.Name }}-web, labels: {\"a/b\": {{ .Chart.AppVersion | quote }}}}\nspec:\n  replicas: {{ .Values.replicas }}\n  tag: {{ required \"a tag is needed\" .Values.image.tag }}\n  ports: {{ toJson .Values.ports }}\n",
    ),
    (
        "templates/two.yaml",
        "apiVersion: v1\nkind: Service\nmetadata: {name: one}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: two, namespace: {{ .Release.Namespace }}}\ndata: {v: {{ .Capabilities.KubeVersion.Minor | quote }}, has: {{ .Capabilities.APIVersions.Has \"x/v1\" | quote }}}\n",
    ),
    ("values/big.yaml", "replicas: 9\n"),
];

const PASSING: &str = r#"
suite: web
templates: [web.yaml]
release: {name: shop}
tests:
- it: has what is set
  set: {replicas: 5, image.tag: b, "ports[0].name": plain}
  asserts:
  - isKind: {of: Deployment}
  - isAPIVersion: {of: apps/v1}
  - equal: {path: spec.replicas, value: 5}
  - notEqual: {path: spec.replicas, value: 6}
  - equal: {path: metadata.name, value: shop-web}
  - equal: {path: 'metadata.labels["a/b"]', value: "7"}
  - matchRegex: {path: metadata.name, pattern: -web$}
  - notMatchRegex: {path: metadata.name, pattern: ^web}
  - hasDocuments: {count: 1}
  - greaterOrEqual: {path: spec.replicas, value: 5}
  - lessOrEqual: {path: spec.replicas, value: 5}
  - isType: {path: spec.replicas, type: int}
- it: has the chart's values
  asserts:
  - contains: {path: spec.ports, content: {name: http, port: 80}}
  - contains: {path: spec.ports, content: {name: tls}, any: true, count: 1}
  - notContains: {path: spec.ports, content: {name: other, port: 1}}
  - equal: {path: 'spec.ports[?(@.name == "tls")].port', value: 443}
  - lengthEqual: {path: spec.ports, count: 2}
  - isSubset: {path: 'metadata.labels', content: {a/b: "7"}}
  - exists: {path: spec.tag}
  - notExists: {path: spec.nothing}
  - isNull: {path: spec.nothing}
  - isNotEmpty: {path: spec.ports}
  - equal: {path: spec.tag, value: c}
    not: true
- it: reads values files
  values: [../values/big.yaml]
  chart: {appVersion: "8"}
  asserts:
  - equal: {path: spec.replicas, value: 9}
  - equal: {path: 'metadata.labels["a/b"]', value: "8"}
- it: fails without a tag
  set: {image.tag: ""}
  asserts:
  - failedTemplate: {errorMessage: a tag is needed}
  - failedTemplate: {errorPattern: tag is}
- it: is as it was
  asserts:
  - matchSnapshot: {path: spec}
- it: is left out
  skip: {reason: not yet}
  asserts:
  - equal: {path: spec.replicas, value: 0}
---
suite: two
templates: [two.yaml]
capabilities: {majorVersion: 1, minorVersion: 27, apiVersions: [x/v1]}
tests:
- it: chooses by index
  documentIndex: 1
  asserts:
  - isKind: {of: ConfigMap}
  - equal: {path: data.v, value: "27"}
  - equal: {path: data.has, value: "true"}
  - equal: {path: metadata.namespace, value: NAMESPACE}
- it: chooses by selector
  documentSelector: {path: metadata.name, value: one}
  asserts:
  - isKind: {of: Service}
- it: finds a document
  asserts:
  - containsDocument: {kind: ConfigMap, apiVersion: v1, name: two, any: true}
  - hasDocuments: {count: 2}
"#;

#[test]
fn suites_pass() {
    let chart = folder(&CHART);
    let tests = chart.path().join("tests");
    fs_err::create_dir_all(&tests).unwrap();
    fs_err::write(tests.join("web_test.yaml"), PASSING).unwrap();
    let path = chart.path().to_str().unwrap();
    let tiphys = Tiphys::new();
    for _ in 0..2 {
        let (code, stdout, stderr) = tiphys.outcome(&["test", path]);
        assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
        assert!(stdout.ends_with("8 passed, 0 failed, 0 errored, 1 skipped\n"), "{stdout}");
    }
    assert!(tests.join("__snapshot__/web_test.yaml.snap").is_file());
    let (code, stdout, _) = {
        fs_err::write(chart.path().join("values.yaml"), "replicas: 3\nimage: {tag: a}\nports: []\n").unwrap();
        tiphys.outcome(&["test", path])
    };
    assert_eq!(code, 1);
    assert!(stdout.contains("is as it was") && stdout.contains("-replicas: 2\n"), "{stdout}");
}

/// Each of these says something that is not so.
#[test]
fn suites_fail() {
    for (assertion, reason) in [
        ("equal: {path: spec.replicas, value: 3}", "it is `2`"),
        ("equal: {path: spec.nothing, value: 3}", "`spec.nothing` is not there"),
        ("isKind: {of: Service}", "it is of kind `Deployment`"),
        ("hasDocuments: {count: 2}", "there are 1 documents"),
        ("exists: {path: spec.nothing}", "is not there"),
        ("notExists: {path: spec.tag}", "it is so"),
        ("failedTemplate: {}", "nothing failed"),
        ("contains: {path: spec.tag, content: a}", "it is no list"),
        ("lengthEqual: {path: spec.ports, count: 3}", "it is `[{"),
        ("equal: {path: 'spec.ports[', value: 3}", "a bracket is not closed"),
        ("matchRegex: {path: spec.tag, pattern: '['}", "is no pattern"),
        ("{template: other.yaml, exists: {path: spec}}", "is not there, or not one of the suite"),
    ] {
        let chart = folder(&CHART);
        let suite =
            format!("suite: x\ntemplates: [web.yaml]\ntests:\n- it: fails\n  asserts:\n  - {assertion}\n");
        fs_err::create_dir_all(chart.path().join("tests")).unwrap();
        fs_err::write(chart.path().join("tests/a_test.yaml"), suite).unwrap();
        let (code, stdout, _) =
            Tiphys::new().outcome(&["test", chart.path().to_str().unwrap(), "--output", "junit"]);
        assert_eq!(code, 1, "{assertion}: {stdout}");
        assert!(stdout.contains("tests=\"1\" failures=\"1\""), "{assertion}: {stdout}");
        assert!(stdout.contains(reason), "{assertion}: `{reason}` is not in {stdout}");
    }
}

/// What charts of several parts need.
const WIDE: [(&str, &str); 8] = [
    (
        "Chart.yaml",
        "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies: [{name: db, version: ^2.0.0, condition: db.enabled}]\n",
    ),
    ("values.yaml", "db: {enabled: true}\n"),
    ("crds/a.yaml", "kind: CustomResourceDefinition\nmetadata: {name: a}\n"),
    (
        "templates/a.yaml",
        "kind: A\nversion: {{ .Chart.Version }}\nkept: {{ (lookup \"v1\" \"Secret\" .Release.Namespace \"s\").data }}\nall: {{ len ((lookup \"v1\" \"Secret\" \"\" \"\").items | default list) }}\nhas: {{ .Capabilities.APIVersions.Has \"x/v1\" }}\n",
    ),
    ("charts/db/Chart.yaml", "apiVersion: v2\nname: db\nversion: 2.1.0\n"),
    ("charts/db/values.yaml", "size: 1\n"),
    ("charts/db/templates/b.yaml", "kind: B\nsize: {{ .Values.size }}\nversion: {{ .Chart.Version }}\n"),
    (
        "charts/db/tests/b_test.yaml",
        "suite: db\ntests:\n- it: has its own values\n  set: {size: 2}\n  asserts: [{equal: {path: size, value: 2}}]\n",
    ),
];

const WIDE_SUITE: &str = r#"
suite: web
capabilities: {apiVersions: [x/v1]}
tests:
- it: gives subcharts the version
  chart: {version: 9.9.9}
  asserts:
  - {template: a.yaml, equal: {path: version, value: 9.9.9}}
  - {template: charts/db/templates/b.yaml, equal: {path: version, value: 9.9.9}}
- it: finds objects
  template: a.yaml
  release: {namespace: n}
  kubernetesProvider:
    scheme: {v1/Secret: {gvr: {version: v1, resource: secrets}, namespaced: true}}
    objects:
    - {apiVersion: v1, kind: Secret, metadata: {name: s, namespace: n}, data: kept}
    - {apiVersion: v1, kind: Secret, metadata: {name: s, namespace: other}, data: other}
  asserts:
  - equal: {path: kept, value: kept}
  - equal: {path: all, value: 2}
- it: has the suite's API versions
  template: a.yaml
  asserts: [{equal: {path: has, value: true}}]
- it: has no API versions
  template: a.yaml
  capabilities: {apiVersions: null}
  asserts: [{equal: {path: has, value: false}}]
- it: is changed by a command
  template: a.yaml
  postRenderer: {cmd: sed, args: ["s/kind: A/kind: C/"]}
  asserts: [{isKind: {of: C}}]
---
suite: resources
includeCrds: true
tests:
- it: has them
  template: crds/a.yaml
  asserts: [{isKind: {of: CustomResourceDefinition}}]
"#;

#[test]
fn subcharts_objects_and_commands_take_part() {
    let chart = folder(&WIDE);
    fs_err::create_dir_all(chart.path().join("tests")).unwrap();
    fs_err::write(chart.path().join("tests/a_test.yaml"), WIDE_SUITE).unwrap();
    let path = chart.path().to_str().unwrap();
    for (options, count) in [(&[][..], 7), (&["--with-subchart=false"][..], 6)] {
        let (code, stdout, stderr) = Tiphys::new().outcome(&[&["test", path], options].concat());
        assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
        assert!(stdout.ends_with(&format!("{count} passed, 0 failed, 0 errored, 0 skipped\n")), "{stdout}");
    }
}

/// A test that can't be run is no test that fails.
#[test]
fn errors_are_no_failures() {
    let chart = folder(&CHART);
    let suite = "suite: x\ntemplates: [web.yaml]\ntests:\n- it: stops\n  set: {image.tag: \"\"}\n  asserts:\n  - isKind: {of: Deployment}\n";
    fs_err::create_dir_all(chart.path().join("tests")).unwrap();
    fs_err::write(chart.path().join("tests/a_test.yaml"), suite).unwrap();
    let path = chart.path().to_str().unwrap();
    let (code, stdout, _) = Tiphys::new().outcome(&["test", path, "--output", "json"]);
    assert_eq!(code, 1, "{stdout}");
    assert!(stdout.contains("\"verdict\": \"errored\"") && stdout.contains("a tag is needed"), "{stdout}");
}

/// The first test fails before two that would as well.
const HASTY: &str = "\
suite: first
tests:
- it: fails twice
  asserts: [{isKind: {of: A}}, {isKind: {of: B}}]
- it: fails as well
  asserts: [{isKind: {of: A}}]
---
suite: second
tests:
- it: fails later
  asserts: [{isKind: {of: A}}]
";

fn with_suite(suite: &str) -> tempfile::TempDir {
    let chart = folder(&CHART);
    fs_err::create_dir_all(chart.path().join("tests")).unwrap();
    fs_err::write(chart.path().join("tests/a_test.yaml"), suite).unwrap();
    chart
}

#[test]
fn the_first_failure_ends_a_chart() {
    let (one, two) = (with_suite(HASTY), with_suite(HASTY));
    let (one, two) = (one.path().to_str().unwrap(), two.path().to_str().unwrap());
    for (options, failed, reasons) in [(&[][..], 6, 18), (&["--failfast"][..], 2, 2), (&["-q"][..], 2, 2)] {
        let (code, stdout, stderr) = Tiphys::new().outcome(&[&["test", one, two], options].concat());
        assert_eq!((code, stderr.as_str()), (1, ""), "{stdout}");
        assert!(stdout.ends_with(&format!("0 passed, {failed} failed, 0 errored, 0 skipped\n")), "{stdout}");
        assert!(stdout.matches("assertion ").count() <= reasons, "{options:?}: {stdout}");
    }
}

#[test]
fn a_field_that_no_suite_has_is_refused_on_request() {
    let suite = "suite: x\ntemplates: [web.yaml]\ntests:\n- it: a\n  relase: {name: a}\n  asserts: [{isKind: {of: Deployment}}]\n";
    let chart = with_suite(suite);
    let path = chart.path().to_str().unwrap();
    let (code, stdout, _) = Tiphys::new().outcome(&["test", path]);
    assert_eq!(code, 0, "{stdout}");
    let (code, stdout, stderr) = Tiphys::new().outcome(&["test", path, "--strict"]);
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert!(stderr.contains("a_test.yaml` is no suite: `tests[0].relase` is no field"), "{stderr}");
    let known = with_suite(&suite.replace("relase", "release"));
    let (code, stdout, stderr) = Tiphys::new().outcome(&["test", known.path().to_str().unwrap(), "--strict"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
}

#[test]
fn suites_are_rendered_by_a_chart_of_their_own() {
    let chart = folder(&CHART);
    let suites = "{{ range .Values.sizes }}\n---\nsuite: of {{ . }}\ntemplates: [web.yaml]\ntests:\n- it: has {{ . }}\n  set: {replicas: {{ . }}}\n  asserts: [{equal: {path: spec.replicas, value: {{ . }}}}, {matchSnapshot: {path: spec}}]\n{{ end }}";
    let write = |path: &str, text: &str| {
        let file = chart.path().join("tests-chart").join(path);
        fs_err::create_dir_all(file.parent().unwrap()).unwrap();
        fs_err::write(file, text).unwrap();
    };
    write("Chart.yaml", "apiVersion: v2\nname: suites\nversion: 1.0.0\n");
    write(".helmignore", "__snapshot__\n");
    write("values.yaml", "sizes: [3, 4]\n");
    write("templates/sizes.yaml", suites);
    let path = chart.path().to_str().unwrap();
    let arguments = ["test", path, "--chart-tests-path", "tests-chart", "--strict"];
    for _ in 0..2 {
        let (code, stdout, stderr) = Tiphys::new().outcome(&arguments);
        assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
        assert!(stdout.contains("of 3") && stdout.contains("of 4"), "{stdout}");
        assert!(stdout.ends_with("2 passed, 0 failed, 0 errored, 0 skipped\n"), "{stdout}");
    }
    for at in 0..2 {
        let kept = format!("tests-chart/templates/__snapshot__/sizes.yaml_{at}.snap");
        assert!(chart.path().join(&kept).is_file(), "{kept}");
    }
    for (text, reason) in [
        (suites.replace("suite: of {{ . }}\n", ""), "a suite of a template needs a name"),
        ("# nothing\n".to_owned(), "it renders to no suite"),
        ("{{ fail \"broken\" }}".to_owned(), "broken"),
    ] {
        write("templates/sizes.yaml", &text);
        let (code, stdout, stderr) = Tiphys::new().outcome(&arguments);
        assert_eq!((code, stdout.as_str()), (1, ""), "{reason}");
        assert!(stderr.contains(reason), "`{reason}` is not in {stderr}");
    }
}
