use super::*;

#[track_caller]
fn check(texts: &[&str], expect: &[&str]) {
    let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    assert_eq!(parse(&texts).unwrap(), expect);
}

#[track_caller]
fn refused(text: &str, expect: &str) {
    let error = parse(&[text.to_owned()]).unwrap_err().blamed_on("shop");
    assert_eq!(error.report(), expect);
}

#[test]
fn documents_become_compact_json_with_sorted_keys() {
    check(
        &[
            "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: a\ndata: {k: 1, big: 9007199254740993, f: 1.5, on: yes}\n",
        ],
        &[
            r#"{"apiVersion":"v1","data":{"big":9007199254740993,"f":1.5,"k":1,"true":true},"kind":"ConfigMap","metadata":{"name":"a"}}"#,
        ],
    );
}

#[test]
fn empty_documents_are_no_objects() {
    check(&["", "---\n# only a comment\n---\nnull\n---\n", "\n\n"], &[]);
}

#[test]
fn separators_may_be_followed_by_comments() {
    let object = |name: &str| format!("{{apiVersion: v1, kind: Secret, metadata: {{name: {name}}}}}\n");
    let text = format!("--- # first\n{}---   \n{}", object("a"), object("b"));
    let json =
        |name: &str| format!(r#"{{"apiVersion":"v1","kind":"Secret","metadata":{{"name":"{name}"}}}}"#);
    check(&[&text], &[&json("a"), &json("b")]);
}

#[test]
fn lists_are_taken_apart() {
    let item = r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}"#;
    check(&[&format!("apiVersion: v1\nkind: List\nitems: [{item}, {item}]")], &[item, item]);
    check(&["apiVersion: v1\nkind: SecretList\nitems: null"], &[]);
}

#[test]
fn what_is_no_object_is_refused_by_place() {
    refused(
        "---\n# Source: shop/templates/a.yaml\nkind: Secret\nmetadata: {name: a}\n",
        concat!(
            "`shop/templates/a.yaml` makes something that is not a Kubernetes object: Secret has no `apiVersion`\n",
            "  blame: application"
        ),
    );
    let plugin = "plugin `shop` wrote, from line 2 on, something that is not a Kubernetes object:";
    refused("---\n- a\n", &format!("{plugin} the document is not a mapping\n  blame: plugin"));
    refused(
        "---\na: b: c\n",
        &format!("{plugin} yaml: mapping values are not allowed in this context\n  blame: plugin"),
    );
    refused(
        "---\napiVersion: v1\nkind: Pod\n",
        &format!("{plugin} Pod has no `metadata.name`\n  blame: plugin"),
    );
}
