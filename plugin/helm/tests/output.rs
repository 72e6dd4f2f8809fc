//! Which documents are printed, and how, as recorded from Helm.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::rc::Rc;

use helm::context::Timestamp;
use helm::entropy::Stable;
use helm::lookup::NoCluster;
use helm::{
    Capabilities, Chart, Crds, Error, File, Hooks, LIMITS, Output, Profile, Release, Render,
    SchemaValidation, Selection, ValuesSources,
};

const FILES: &[(&str, &str)] = &[
    ("Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\nkubeVersion: \">=1.30\"\n"),
    ("templates/t.yaml", "kind: A\nmetadata:\n  annotations:\n    helm.sh/hook: test\n---\nkind: B\n"),
    ("templates/u.yaml", "kind: C\n"),
    ("crds/x.yaml", "crd: 1\n"),
];

const HOOK: &str =
    "---\n# Source: c/templates/t.yaml\nkind: A\nmetadata:\n  annotations:\n    helm.sh/hook: test\n";
const B: &str = "---\n# Source: c/templates/t.yaml\nkind: B\n";
const C: &str = "---\n# Source: c/templates/u.yaml\nkind: C\n";

fn render(profile: Profile, kube_version: &str) -> Result<Output, Error> {
    let files = FILES.iter().map(|(path, content)| File::new(*path, content.as_bytes()));
    let chart = Chart::from_files(profile, "/c", files).unwrap();
    let render = Render {
        values: ValuesSources::default(),
        release: Release::new("demo", "default"),
        capabilities: Capabilities::new(profile, Some(kube_version), &[]).unwrap(),
        schema_validation: SchemaValidation::On,
        clock: Rc::new(Timestamp { seconds: 0, nanoseconds: 0 }),
        entropy: Rc::new(Stable::new(b"key", "app")),
        lookup: Rc::new(NoCluster),
        limits: LIMITS,
    };
    render.run(&chart)
}

#[track_caller]
fn check(profile: Profile, selection: &Selection, want: &str) {
    let text = render(profile, "1.31.0").unwrap().text(selection);
    let text = text.map_or_else(|error| error.to_string(), |text| String::from_utf8(text).unwrap());
    assert_eq!(text, want, "{profile} {selection:?}");
}

#[test]
fn selections_print_as_in_helm() {
    let crds = Selection { crds: Crds::Include, ..Selection::default() };
    let crd = "---\n# Source: c/crds/x.yaml\ncrd: 1\n\n";
    check(Profile::V3_21, &crds, &format!("{crd}{B}{C}{HOOK}"));
    check(Profile::V4_2, &crds, &format!("{crd}{B}\n{C}{HOOK}\n"));
    let no_tests = Selection { hooks: Hooks::NoTests, ..Selection::default() };
    check(Profile::V3_21, &no_tests, &format!("{B}{C}"));
}

#[test]
fn shown_templates_are_cut_again() {
    let only = |patterns: &[&str]| Selection {
        crds: Crds::Include,
        show_only: patterns.iter().map(|pattern| (*pattern).to_owned()).collect(),
        ..Selection::default()
    };
    let patterns = only(&["templates/t.yaml", "templates/*"]);
    check(Profile::V3_21, &patterns, &[B, HOOK, B, C, HOOK].concat());
    check(Profile::V4_2, &patterns, &[B, "\n\n", HOOK, "\n\n", B, "\n\n", C, "\n", HOOK, "\n\n"].concat());
    check(Profile::V4_2, &only(&["templates/no.yaml"]), "could not find template templates/no.yaml in chart");
}

#[test]
fn versions_of_kubernetes_are_checked() {
    let error = render(Profile::V4_2, "1.20").unwrap_err().to_string();
    let want = "chart requires kubeVersion: >=1.30 which is incompatible with Kubernetes v1.20\n\n\
                Use --debug flag to render out invalid YAML";
    assert_eq!(error, want);
}
