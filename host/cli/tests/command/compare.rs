//! `tiphys diff`.

use crate::{Tiphys, folder};

const CHART: [(&str, &str); 3] = [
    ("Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
    ("values.yaml", "password: old-secret\n"),
    (
        "templates/a.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {size: {{ .Values.size | default \"S\" }}}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: web}\nstringData: {password: {{ .Values.password }}, same: always}\n",
    ),
];

#[test]
fn equal_sources_end_with_0_and_say_nothing() {
    let chart = folder(&CHART);
    let path = chart.path().to_str().unwrap();
    assert_eq!(Tiphys::new().outcome(&["diff", path, path]), (0, String::new(), String::new()));
}

#[test]
fn differences_end_with_1_and_show_no_secret() {
    let old = folder(&CHART);
    let new = folder(&CHART);
    fs_err::write(new.path().join("values.yaml"), "size: L\npassword: new-secret\n").unwrap();
    let (old, new) = (old.path().to_str().unwrap(), new.path().to_str().unwrap());
    let tiphys = Tiphys::new();
    let (code, text, stderr) = tiphys.outcome(&["diff", old, new]);
    assert_eq!(code, 1, "{stderr}");
    assert!(text.contains("--- ConfigMap/web\n+++ ConfigMap/web\n"), "{text}");
    assert!(text.contains("-  size: S\n+  size: L\n"), "{text}");
    assert!(text.contains("-  password: <redacted 1>\n+  password: <redacted 3>\n"), "{text}");
    assert!(text.contains("   same: <redacted 2>\n"), "{text}");
    let (_, markdown, _) = tiphys.outcome(&["diff", old, new, "--output", "markdown"]);
    assert!(markdown.starts_with("**0 added, 2 changed, 0 removed**\n"), "{markdown}");
    assert!(markdown.contains("```diff\n--- ConfigMap/web"), "{markdown}");
    let (_, json, _) = tiphys.outcome(&["diff", old, new, "--output", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["kind"], "ConfigMap");
    assert_eq!(json.as_array().unwrap().len(), 2);
    for output in [text, markdown, json.to_string()] {
        assert!(!output.contains("secret"), "{output}");
    }
}

#[test]
fn manifests_are_compared_with_what_a_chart_gives() {
    let chart = folder(&CHART);
    let manifests = folder(&[("a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: gone}\n")]);
    let (chart, manifests) = (chart.path().to_str().unwrap(), manifests.path().to_str().unwrap());
    let (code, text, _) = Tiphys::new().outcome(&["diff", manifests, chart]);
    assert_eq!(code, 1);
    assert!(text.contains("--- ConfigMap/gone\n+++ /dev/null\n"), "{text}");
    assert!(text.contains("--- /dev/null\n+++ Secret/web\n"), "{text}");
}

#[test]
fn trouble_ends_with_2() {
    let chart = folder(&CHART);
    let (code, stdout, stderr) =
        Tiphys::new().outcome(&["diff", chart.path().to_str().unwrap(), "/no/such/chart"]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("/no/such/chart"), "{stderr}");
}
