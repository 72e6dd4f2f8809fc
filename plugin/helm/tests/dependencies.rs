//! A dependency with an alias, imported values and nulls on both sides, as each version of Helm resolves it.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::rc::Rc;

use helm::context::Timestamp;
use helm::entropy::Stable;
use helm::lookup::NoCluster;
use helm::{
    Capabilities, Chart, File, LIMITS, Profile, Release, Render, SchemaValidation, Selection, ValuesSources,
};

const FILES: &[(&str, &str)] = &[
    (
        "Chart.yaml",
        "apiVersion: v2\nname: p\nversion: 1.0.0\ndependencies:\n\
         - {name: s, version: '*', alias: t, repository: '', import-values: [{child: e, parent: f}]}\n",
    ),
    ("values.yaml", "f: {c: 2}\nt: {m: null}\n"),
    ("templates/a.yaml", "v: {{ toJson .Values }}\n"),
    ("charts/s/Chart.yaml", "apiVersion: v2\nname: s\nversion: 1.0.0\n"),
    ("charts/s/values.yaml", "e: {a: 1, b: null}\nm: 1\n"),
    ("charts/s/templates/b.yaml", "v: {{ toJson .Values }}\n"),
];

#[track_caller]
fn check(profile: Profile, want: &[&str]) {
    let files = FILES.iter().map(|(path, content)| File::new(*path, content.as_bytes()));
    let chart = Chart::from_files(profile, "/p", files).unwrap();
    let render = Render {
        values: ValuesSources::default(),
        release: Release::new("demo", "default"),
        capabilities: Capabilities::new(profile, None, &[]).unwrap(),
        schema_validation: SchemaValidation::On,
        clock: Rc::new(Timestamp { seconds: 0, nanoseconds: 0 }),
        entropy: Rc::new(Stable::new(b"key", "app")),
        lookup: Rc::new(NoCluster),
        limits: LIMITS,
    };
    let text = render.run(&chart).unwrap().text(&Selection::default()).unwrap();
    let text = String::from_utf8(text).unwrap();
    let lines: Vec<_> =
        text.lines().filter(|line| line.starts_with("v: ") || line.starts_with("# ")).collect();
    assert_eq!(lines, want, "{profile}");
}

#[test]
fn imports_and_nulls_are_those_of_each_version() {
    let subchart = "# Source: p/charts/t/templates/b.yaml";
    let parent = "# Source: p/templates/a.yaml";
    check(
        Profile::V3_16,
        &[
            subchart,
            r#"v: {"e":{"a":1},"global":{}}"#,
            parent,
            r#"v: {"f":{"a":1,"b":null,"c":2},"t":{"e":{"a":1},"global":{}}}"#,
        ],
    );
    check(
        Profile::V3_21,
        &[
            subchart,
            r#"v: {"e":{"a":1,"b":null},"global":{}}"#,
            parent,
            r#"v: {"f":{"a":1,"b":null,"c":2},"t":{"e":{"a":1,"b":null},"global":{}}}"#,
        ],
    );
    for profile in [Profile::V4_2, Profile::V4_3] {
        check(
            profile,
            &[
                subchart,
                r#"v: {"e":{"a":1},"global":{},"m":1}"#,
                parent,
                r#"v: {"f":{"a":1,"c":2},"t":{"e":{"a":1},"global":{},"m":1}}"#,
            ],
        );
    }
}
