//! `tiphys chart`, `registry` and `cache` as a person or a pipeline runs them, against a registry that answers.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "helpers of tests are tests")]

mod wrong;

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use test_registry::{Auth, Options, Registry};

/// A person with a home, a cache and a working directory of their own.
struct Person {
    home: tempfile::TempDir,
}

impl Person {
    fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn command(&self, program: &str, arguments: &str) -> Command {
        let mut command = Command::new(program);
        command.args(arguments.split(' ')).current_dir(self.home.path());
        for name in [
            "HOME",
            "HELM_CACHE_HOME",
            "HELM_CONFIG_HOME",
            "HELM_DATA_HOME",
            "DOCKER_CONFIG",
            "XDG_CACHE_HOME",
        ] {
            command.env(name, self.home.path());
        }
        command.env_remove("HELM_REGISTRY_CONFIG").env_remove("SOURCE_DATE_EPOCH");
        command
    }

    fn output(&self, arguments: &str, stdin: &str) -> Output {
        let mut command = self.command(env!("CARGO_BIN_EXE_tiphys"), arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Who fails before it reads closes the pipe.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// What `tiphys` prints when all goes well.
    #[track_caller]
    fn run(&self, arguments: &str) -> String {
        let output = self.output(arguments, "");
        assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What `tiphys` complains about when it does not.
    #[track_caller]
    fn fail(&self, arguments: &str) -> String {
        let output = self.output(arguments, "");
        assert!(!output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }
}

fn write_chart(folder: &Path) {
    let file = |path: &str, text: &str| {
        let path = folder.join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    };
    file(
        "Chart.yaml",
        "# ours\napiVersion: v2\nname: app\nversion: 1.2.3\nappVersion: 2\ndescription: An app\n",
    );
    file("values.yaml", "replicas: 1 # one\n");
    file("README.md", "# app\n");
    file("templates/a.yaml", "a: {{ .Values.replicas }}\n");
    file("templates/.hidden", "no\n");
    file("crds/a.yaml", "kind: CustomResourceDefinition\n");
    file(".helmignore", "*.bak\n");
    file("values.bak", "no\n");
}

/// Names and contents of an archive.
fn entries(archive: &[u8]) -> Vec<(String, String)> {
    let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(archive));
    let read = |entry: std::io::Result<tar::Entry<'_, _>>| {
        let mut entry = entry.unwrap();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        (entry.path().unwrap().display().to_string(), text)
    };
    tar.entries().unwrap().map(read).collect()
}

/// The Helm to compare with, where there is one.
fn helm(test: &str) -> Option<&'static str> {
    let found =
        ["helm", "helm-4.2"].into_iter().find(|name| Command::new(name).arg("version").output().is_ok());
    if found.is_none() {
        eprintln!("SKIPPED {test}: no helm on the path");
    }
    found
}

#[test]
fn packages_are_helms_and_always_the_same() {
    let person = Person::new();
    write_chart(&person.path("app"));
    let said = person.run("chart package app -d one");
    let file = person.path("one/app-1.2.3.tgz");
    assert_eq!(
        said,
        format!("Successfully packaged chart and saved it to: {}\n", file.canonicalize().unwrap().display())
    );
    person.run("chart package app --output-dir two --output json");
    assert_eq!(fs_err::read(&file).unwrap(), fs_err::read(person.path("two/app-1.2.3.tgz")).unwrap());
    person.run("chart package app --version 2.0.0+b --app-version 3");
    assert!(person.path("app-2.0.0+b.tgz").exists());
    let Some(helm) = helm("packages_are_helms_and_always_the_same") else { return };
    assert!(person.command(helm, "package app -d three").output().unwrap().status.success());
    let sorted = |name: &str| {
        let mut entries = entries(&fs_err::read(person.path(name)).unwrap());
        entries.sort();
        entries
    };
    assert_eq!(sorted("one/app-1.2.3.tgz"), sorted("three/app-1.2.3.tgz"));
}

/// A chart with this `Chart.yaml` besides its `apiVersion`, and with these files.
fn wrong_chart(chart_yaml: &str, files: &[(&str, &str)]) -> Person {
    let person = Person::new();
    fs_err::create_dir_all(person.path("app/templates")).unwrap();
    fs_err::write(person.path("app/Chart.yaml"), format!("apiVersion: v2\n{chart_yaml}\n")).unwrap();
    for (path, text) in files {
        fs_err::write(person.path("app").join(path), text).unwrap();
    }
    person
}

#[test]
fn what_helm_does_not_pack_is_not_packed() {
    const FINE: &str = "name: app\nversion: 1.0.0";
    let helm = helm("what_helm_does_not_pack_is_not_packed");
    let dependency = "{name: b, version: 1.0.0, repository: \"\"}";
    for (chart_yaml, files, flags, expect) in [
        ("version: 1.0.0", &[][..], "", "chart.metadata.name is required"),
        ("name: app", &[], "", "chart.metadata.version is required"),
        ("name: app\nversion: one", &[], "", "chart.metadata.version \"one\" is invalid"),
        ("name: ../app\nversion: 1.0.0", &[], "", "chart.metadata.name \"../app\" is invalid"),
        (
            "name: app\nversion: 1.0.0\ntype: thing",
            &[],
            "",
            "chart.metadata.type must be application or library",
        ),
        ("name: [", &[], "", "cannot load Chart.yaml"),
        (&format!("{FINE}\ndependencies: [{dependency}]"), &[], "", "missing in charts/ directory: b"),
        (&format!("{FINE}\ndependencies: [{dependency}, {dependency}]"), &[], "", "more than one dependency"),
        (FINE, &[("values.yaml", "a: [")], "", "cannot load values.yaml"),
        (FINE, &[("values.yaml", "[1]")], "", "cannot load values.yaml"),
        (FINE, &[("values.schema.json", "{")], "", "invalid JSON in values.schema.json"),
        (FINE, &[(".helmignore", "a[")], "", "syntax error in pattern"),
        (FINE, &[], " --version one", "is not a chart's version"),
    ] {
        let person = wrong_chart(chart_yaml, files);
        let ours = person.fail(&format!("chart package app -d out{flags}"));
        assert!(ours.contains("app") && ours.contains(expect), "{chart_yaml}: {ours}");
        assert!(!person.path("out").exists(), "{chart_yaml}: something was written");
        let Some(helm) = helm else { continue };
        let theirs = person.command(helm, &format!("package app -d out{flags}")).output().unwrap();
        let said = String::from_utf8(theirs.stderr).unwrap();
        assert!(!theirs.status.success(), "Helm packs {chart_yaml}");
        let said = said.trim().trim_start_matches("Error: ").trim_start_matches("failed to save: ");
        assert!(ours.contains(said) || said == "invalid semantic version", "{ours}\ninstead of {said}");
    }
    let person = Person::new();
    fs_err::create_dir_all(person.path("empty")).unwrap();
    for folder in ["empty", "nowhere"] {
        let text = person.fail(&format!("chart package {folder}"));
        assert!(text.contains(folder) && text.to_lowercase().contains("no such file or directory"), "{text}");
    }
}

#[test]
fn charts_are_shown_as_helm_shows_them() {
    let person = Person::new();
    write_chart(&person.path("app"));
    assert_eq!(person.run("chart show values app"), "replicas: 1 # one\n\n");
    assert!(person.run("chart show app --output json").contains("\"appVersion\": \"2\""));
    let Some(helm) = helm("charts_are_shown_as_helm_shows_them") else { return };
    for part in ["all", "chart", "values", "readme", "crds"] {
        let theirs = person.command(helm, &format!("show {part} app")).output().unwrap();
        let theirs = String::from_utf8(theirs.stdout).unwrap();
        assert_eq!(person.run(&format!("chart show {part} app")), theirs, "{part}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn from_login_to_logout() {
    let registry =
        Registry::start(Options { auth: Auth::token("user", "canary"), ..Options::default() }).await;
    let (person, host) = (Person::new(), registry.host());
    let chart = format!("oci://{host}/charts/app");
    write_chart(&person.path("app"));
    person.run("chart package app");
    fs_err::write(person.path("app-1.2.3.tgz.prov"), "signed").unwrap();
    let login = format!("registry login {host} --username user --password-stdin --plain-http");
    let wrong = person.output(&login, "wrong\n");
    assert!(!wrong.status.success() && !person.path("registry/config.json").exists());
    let right = person.output(&login, "canary\n");
    assert_eq!(String::from_utf8_lossy(&right.stdout), "Login Succeeded\n", "{right:?}");

    let said = person.run(&format!("chart push app-1.2.3.tgz oci://{host}/charts --plain-http"));
    assert!(said.starts_with(&format!("Pushed: {host}/charts/app:1.2.3\nDigest: sha256:")), "{said}");
    let said = person.run(&format!("chart pull {chart} --version ^1 --prov --output-dir out --plain-http"));
    assert!(said.starts_with(&format!("Pulled: {host}/charts/app:1.2.3\nDigest: sha256:")), "{said}");
    let read = |name: &str| fs_err::read(person.path(name)).unwrap();
    assert_eq!(read("out/app-1.2.3.tgz"), read("app-1.2.3.tgz"));
    assert_eq!(read("out/app-1.2.3.tgz.prov"), b"signed");
    assert_eq!(person.run(&format!("chart versions {chart} --plain-http")), "1.2.3\n");
    assert!(person.run(&format!("chart show readme {chart}:1.2.3 --plain-http")).contains("# app"));
    person.run(&format!("chart pull {chart} --untar --untardir into --plain-http"));
    assert_eq!(read("into/app/values.yaml"), b"replicas: 1 # one\n");
    let again = person.fail(&format!("chart pull {chart} --untar --untardir into --plain-http"));
    assert!(again.contains("already exists"), "{again}");

    assert_eq!(
        person.run(&format!("registry logout {host}")),
        format!("Removing login credentials for {host}\n")
    );
    let text = person.fail(&format!("chart pull {chart} --plain-http --refresh"));
    assert!(text.contains("401") && text.contains("hint:"), "{text}");
    assert!(person.fail(&format!("registry logout {host}")).contains("not logged in"));
    let user = format!("chart versions {chart} --plain-http --username user --password canary --output json");
    assert!(person.run(&user).contains("\"1.2.3\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn mirrors_have_a_plan_and_go_on() {
    let (from, to) = (Registry::start(Options::default()).await, Registry::start(Options::default()).await);
    for version in ["1.0.0", "1.2.0"] {
        from.push_chart("charts/app", version, &test_registry::chart::archive("app", version, &[]));
    }
    let person = Person::new();
    let (source, target) = (from.host(), format!("oci://{}/copies", to.host()));
    fs_err::write(
        person.path("tiphys.yaml"),
        format!(
            "registries:\n- {{prefix: '{source}', plainHttp: true}}\n- {{prefix: '{}', plainHttp: true}}\n",
            to.host()
        ),
    )
    .unwrap();
    fs_err::write(
        person.path("charts.txt"),
        format!("# ours\noci://{source}/charts/app 1.0.0\noci://{source}/charts/app # the latest\n"),
    )
    .unwrap();
    let mirror = format!("chart mirror --from-file charts.txt --to {target} --config tiphys.yaml");
    let plan = person.run(&format!("{mirror} --dry-run"));
    assert_eq!(plan.matches("missing ").count(), 2, "{plan}");
    assert!(to.content().manifests.is_empty(), "a plan copies nothing");
    assert_eq!(person.run(&mirror).matches("copied ").count(), 2);
    assert_eq!(
        to.content().tags["copies/app"]["1.2.0"],
        from.content().tags["charts/app"]["1.2.0"],
        "byte for byte"
    );
    to.content().tags.get_mut("copies/app").unwrap().remove("1.0.0");
    let rest = person.run(&mirror);
    assert!(rest.contains("copied     ") && rest.contains("present    "), "{rest}");
    let bundle =
        person.run("chart mirror --from-file charts.txt --to bundle.tar --config tiphys.yaml --output json");
    assert!(bundle.contains("\"copied\""), "{bundle}");
    let again = person.run("chart mirror --from-file charts.txt --to bundle.tar --config tiphys.yaml");
    assert_eq!(again.matches("present ").count(), 2, "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cached_travels() {
    let registry = Registry::start(Options::default()).await;
    registry.push_chart("charts/app", "1.2.3", &test_registry::chart::archive("app", "1.2.3", &[]));
    let pull = format!("chart pull oci://{}/charts/app --version 1.2.3 --plain-http", registry.host());
    let (here, there) = (Person::new(), Person::new());
    here.run(&pull);
    assert!(here.run("cache ls").contains("in 2 blobs"));
    let bundle = here.path("cache.tar").display().to_string();
    here.run(&format!("cache export {bundle}"));
    assert_eq!(there.run(&format!("cache import {bundle}")), format!("2 blobs imported from {bundle}\n"));
    registry.forget();
    there.run(&pull);
    assert_eq!(registry.log(), [""; 0], "nothing had to be asked");
    assert_eq!(there.run("cache verify"), "everything is what it should be\n");
    assert!(there.run("cache gc --size 0 --output json").contains("\"removed\""));
    assert!(here.fail("cache import app-1.2.3.tgz").contains("Error:"));
}
