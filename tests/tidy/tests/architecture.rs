//! Which crate may know which: `docs/architecture.md` has the same graph in words.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// Crate → the crates of this workspace that it may depend on.
const EDGES: &[(&str, &[&str])] = &[
    (
        "tiphys",
        &[
            "cmp",
            "generate",
            "sandbox",
            "registry",
            "credentials",
            "network",
            "cache",
            "policy",
            "telemetry",
            "goyaml",
            "helm",
        ],
    ),
    ("cmp", &["generate"]),
    ("generate", &["sandbox", "registry", "credentials", "network", "cache", "policy", "goyaml"]),
    ("sandbox", &["policy", "cache"]),
    ("registry", &["credentials", "network", "cache", "policy", "gorunes", "gosemver", "goyaml"]),
    ("credentials", &["network", "policy"]),
    ("network", &["policy"]),
    ("cache", &[]),
    ("policy", &[]),
    ("telemetry", &[]),
    ("helm-plugin", &["tiphys-sdk", "helm", "goyaml"]),
    ("helm", &["gotemplate", "goyaml", "gosemver"]),
    ("gotemplate", &["gorunes"]),
    ("goyaml", &["gorunes"]),
    ("gorunes", &[]),
    ("gosemver", &[]),
    ("tiphys-sdk", &[]),
];

/// What only one crate may know: dependency → that crate.
const ONLY: &[(&str, &str)] = &[
    ("wasmtime", "sandbox"),
    ("wasmtime-wasi", "sandbox"),
    ("wasmtime-wizer", "sandbox"),
    ("tonic", "cmp"),
    ("prost", "cmp"),
    ("reqwest", "network"),
    ("rustls", "network"),
    ("clap", "tiphys"),
    ("wit-bindgen", "tiphys-sdk"),
];

/// Crates without input or output: what they may not depend on.
const PURE: &[&str] = &["gorunes", "gotemplate", "goyaml", "gosemver", "helm", "policy"];
const IMPURE: &[&str] = &["tokio", "fs-err", "reqwest", "getrandom", "rand", "ureq", "mio"];

fn metadata() -> Metadata {
    MetadataCommand::new().current_dir(tidy::root()).no_deps().exec().unwrap()
}

/// Crate → its dependencies outside of tests.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let outside_tests = |kind: DependencyKind| kind != DependencyKind::Development;
    metadata()
        .packages
        .iter()
        .map(|package| {
            let names = package.dependencies.iter().filter(|dependency| outside_tests(dependency.kind));
            (package.name.to_string(), names.map(|dependency| dependency.name.clone()).collect())
        })
        .collect()
}

/// The crates that are shipped; the suites under `tests/` may know everything.
fn shipped() -> BTreeMap<String, BTreeSet<String>> {
    let names: BTreeSet<String> = metadata()
        .packages
        .iter()
        .filter(|package| {
            let manifest = package.manifest_path.strip_prefix(tidy::root()).unwrap().as_str();
            manifest.starts_with("host/") || manifest.starts_with("plugin/")
        })
        .map(|package| package.name.to_string())
        .collect();
    dependencies().into_iter().filter(|(name, _)| names.contains(name)).collect()
}

#[test]
fn dependencies_point_one_way() {
    let edges: BTreeMap<&str, &[&str]> = EDGES.iter().copied().collect();
    let shipped = shipped();
    for (name, dependencies) in &shipped {
        let allowed = edges.get(name.as_str()).unwrap_or_else(|| panic!("`{name}` is not in the graph"));
        for dependency in dependencies.iter().filter(|dependency| shipped.contains_key(*dependency)) {
            assert!(allowed.contains(&dependency.as_str()), "`{name}` must not depend on `{dependency}`");
        }
    }
}

#[test]
fn one_crate_knows_each_big_library() {
    for (name, dependencies) in shipped() {
        for (library, owner) in ONLY {
            let known = dependencies.contains(*library);
            assert!(!known || name == *owner, "`{name}` knows `{library}`, which only `{owner}` may");
        }
    }
}

#[test]
fn pure_crates_have_no_input_or_output() {
    for (name, dependencies) in shipped() {
        if !PURE.contains(&name.as_str()) {
            continue;
        }
        let impure = IMPURE.iter().find(|library| dependencies.contains(**library));
        assert_eq!(impure, None, "`{name}` is pure");
    }
}

#[test]
fn every_crate_has_the_lints_of_the_workspace() {
    for package in metadata().packages {
        let manifest = fs_err::read_to_string(&package.manifest_path).unwrap();
        assert!(manifest.contains("[lints]\nworkspace = true"), "{}", package.manifest_path);
    }
}
