//! Where paths lead.

use serde_json::json;

use super::*;

#[track_caller]
fn check(path: &str, expect: Value) {
    let value = json!({
        "metadata": {"annotations": {"example.com/a": "x", "b-c": "y"}, "name": "web"},
        "spec": {"containers": [
            {"name": "web", "ports": [80, 443], "on": true},
            {"name": "log", "ports": [24], "note": null},
        ]},
    });
    let path = Path::parse(path).unwrap();
    let found: Vec<Value> = path.find(&value).into_iter().map(Cow::into_owned).collect();
    assert_eq!(Value::Array(found), expect, "{path:?}");
}

#[test]
fn paths_lead_to_what_they_name() {
    check("metadata.annotations[\"example.com/a\"]", json!(["x"]));
    check("metadata.annotations.b-c", json!(["y"]));
    check("metadata.annotations.example\\.com/a", json!([]));
    check("$.spec.containers[0].ports[-1]", json!([443]));
    check("spec.containers[*].name", json!(["web", "log"]));
    check("spec.containers.*.name", json!(["web", "log"]));
    check("spec.nothing", json!([]));
    check("['metadata']['name', 'annotations'].b-c", json!(["y"]));
}

#[test]
fn items_are_chosen() {
    check("spec.containers[0].ports[0:2]", json!([80, 443]));
    check("spec.containers[0].ports[::-1]", json!([443, 80]));
    check("spec.containers[0].ports[1,0]", json!([443, 80]));
    check("spec.containers[0].ports[7]", json!([]));
}

#[test]
fn keys_are_values() {
    check("metadata.annotations~", json!(["annotations"]));
    check("metadata.annotations[*]~", json!(["b-c", "example.com/a"]));
    check("metadata['name']~", json!(["name"]));
}

#[test]
fn filters_hold() {
    check("spec.containers[?(@.name == 'log')].ports[0]", json!([24]));
    check("spec.containers[?(@.name =~ /^w/ && @.ports)].name", json!(["web"]));
    check("spec.containers[?(@.name==\"a\" || @.name==\"log\")].name", json!(["log"]));
    check("spec.containers[?(@.ports[0] > 24)].name", json!(["web"]));
    check("spec.containers[?(!(@.on == true))].name", json!(["log"]));
    check("spec.containers[?(@.note == null)].name", json!(["log"]));
    check("spec.containers[?(@.name == $.metadata.name)].name", json!(["web"]));
    check("spec.containers[0].ports[?(@ != 80)]", json!([443]));
    check("metadata[?(@.name == 'web')].name", json!(["web"]));
    check("spec.containers[?(@.ports[*] == 80)].name", json!([]));
}

#[test]
fn depth_is_searched() {
    check("spec..ports[0]", json!([80, 24]));
    check("..b-c", json!(["y"]));
    check("spec..[?(@.name == 'log')].ports", json!([[24]]));
}

#[test]
fn what_is_no_path_is_said() {
    let error = Path::parse("spec.containers[0").unwrap_err();
    assert_eq!(error.to_string(), "path `spec.containers[0`: a bracket is not closed");
    for path in [
        "a[b]",
        "a.",
        "a..",
        "a b",
        "a[]",
        "a[?(@.b == x)]",
        "a[?(@.b]",
        "a[1:2:0]",
        "a['b\\c']",
        "a~.b",
        "a[0]~",
    ] {
        assert!(Path::parse(path).is_err(), "{path}");
    }
}
