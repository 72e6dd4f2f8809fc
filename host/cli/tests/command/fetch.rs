//! Charts from registries: rendered, locked, vendored, and rendered again without a network.

use std::path::Path;

use test_registry::{Auth, Options, Registry, chart};

use crate::{Tiphys, folder};

const TEMPLATE: &[u8] =
    b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}-{{ .Chart.Name }}}\ndata: {version: {{ .Chart.Version | quote }}, size: {{ .Values.size | default \"none\" | quote }}}\n";

/// A registry with `charts/web` in two versions, which depends on `charts/store`.
pub(crate) async fn registry(auth: Auth) -> Registry {
    let registry = Registry::start(Options { auth, ..Options::default() }).await;
    let host = registry.host();
    registry.push_chart(
        "charts/store",
        "0.4.0",
        &chart::archive("store", "0.4.0", &[("templates/a.yaml", TEMPLATE)]),
    );
    for version in ["1.2.0", "1.3.0"] {
        push_web(&registry, &host, version);
    }
    registry
}

fn push_web(registry: &Registry, host: &str, version: &str) {
    let metadata = format!(
        "apiVersion: v2\nname: web\nversion: {version}\ndependencies: [{{name: store, version: ^0.4, repository: \"oci://{host}/charts\"}}]\n"
    );
    let files: [(&str, &[u8]); 3] =
        [("Chart.yaml", metadata.as_bytes()), ("values.yaml", b"{}\n"), ("templates/a.yaml", TEMPLATE)];
    registry.push_chart("charts/web", version, &chart::tar_gz("web", &files));
}

/// A configuration for the registry, with a password that Docker has.
pub(crate) fn configuration(registry: &Registry) -> tempfile::TempDir {
    let host = registry.host();
    // `user:secret`
    let docker = format!(r#"{{"auths": {{"{host}": {{"auth": "dXNlcjpzZWNyZXQ="}}}}}}"#);
    let made = folder(&[("docker.json", &docker)]);
    let docker = made.path().join("docker.json");
    let text = format!(
        "registries: [{{prefix: \"{host}\", plainHttp: true}}]\ncredentials: {{docker: [\"{}\"]}}\n",
        docker.display()
    );
    fs_err::write(made.path().join("tiphys.yaml"), text).unwrap();
    made
}

pub(crate) fn application(host: &str, version: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop}}\nspec:\n  project: default\n  destination: {{namespace: prod}}\n  source: {{repoURL: {host}/charts, chart: web, targetRevision: {version}}}\n"
    )
}

pub(crate) fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_is_rendered_with_its_dependencies() {
    let registry = registry(Auth::token("user", "secret")).await;
    let configuration = configuration(&registry);
    let config = path(configuration.path(), "tiphys.yaml");
    let reference = format!("oci://{}/charts/web", registry.host());
    let tiphys = Tiphys::new();
    let newest = tiphys.stdout(&["--config", &config, "render", &reference, "--name", "shop"]);
    assert!(newest.contains("name: shop-web") && newest.contains("name: shop-store"), "{newest}");
    assert!(newest.contains("1.3.0"), "{newest}");
    let before = registry.requests().len();
    let ranged =
        tiphys.stdout(&["--config", &config, "render", &reference, "--version", "~1.2", "--set", "size=XL"]);
    assert!(ranged.contains("1.2.0") && ranged.contains("XL"), "{ranged}");
    let tagged =
        tiphys.stdout(&["--config", &config, "render", &format!("{reference}:1.2.0"), "--set", "size=XL"]);
    assert_eq!(ranged, tagged);
    assert!(registry.requests().len() > before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_vendored_is_rendered_offline() {
    let registry = registry(Auth::None).await;
    let configuration = configuration(&registry);
    let config = path(configuration.path(), "tiphys.yaml");
    let work = folder(&[("application.yaml", &application(&registry.host(), "1.x"))]);
    let (application, vendor) = (path(work.path(), "application.yaml"), path(work.path(), "vendor"));
    let tiphys = Tiphys::new();
    let online = tiphys.stdout(&["--config", &config, "render", &application]);
    let (code, stdout, stderr) =
        tiphys.outcome(&["--config", &config, "vendor", &application, "--into", &vendor]);
    assert_eq!((code, stdout.as_str()), (0, ""), "{stderr}");
    assert!(stderr.contains("1.3.0 sha256:") && stderr.contains("store"), "{stderr}");
    let before = registry.requests().len();
    let other = Tiphys::new();
    let offline =
        other.stdout(&["--config", &config, "render", &application, "--offline", "--vendored", &vendor]);
    assert_eq!(online, offline);
    assert_eq!(registry.requests().len(), before, "the network was used");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_offline_is_named_at_once() {
    let registry = registry(Auth::None).await;
    let host = registry.host();
    let configuration = configuration(&registry);
    let config = path(configuration.path(), "tiphys.yaml");
    let both = format!(
        "{}---\n{}",
        application(&host, "1.2.0"),
        application(&host, "1.3.0").replace("shop", "other")
    );
    let work = folder(&[("applications.yaml", &both)]);
    let tiphys = Tiphys::new();
    let (code, stdout, stderr) = tiphys.outcome(&[
        "--config",
        &config,
        "render",
        &path(work.path(), "applications.yaml"),
        "--offline",
    ]);
    assert_ne!(code, 0);
    assert_eq!(stdout, "");
    for wanted in ["application `shop`", "web:1.2.0", "application `other`", "web:1.3.0"] {
        assert!(stderr.contains(wanted), "`{wanted}` is not in {stderr}");
    }
    assert_eq!(registry.requests().len(), 0, "the network was used");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_holds_what_a_range_meant() {
    let registry = registry(Auth::None).await;
    let host = registry.host();
    let configuration = configuration(&registry);
    let config = path(configuration.path(), "tiphys.yaml");
    let work = folder(&[("application.yaml", &application(&host, "1.x"))]);
    let (application, lock) = (path(work.path(), "application.yaml"), path(work.path(), "tiphys.lock"));
    let tiphys = Tiphys::new();
    let of = |command: &[&str]| {
        let mut arguments = vec!["--config", &config];
        arguments.extend(command);
        arguments.extend([application.as_str(), "--lock-file", &lock]);
        tiphys.outcome(&arguments)
    };
    let (code, _, stderr) = of(&["render", "--locked"]);
    assert_eq!(code, 8, "{stderr}");
    let (code, _, stderr) = of(&["lock"]);
    assert_eq!(code, 0, "{stderr}");
    let text = fs_err::read_to_string(&lock).unwrap();
    assert!(text.contains(r#""requested":"1.x","version":"1.3.0","digest":"sha256:"#), "{text}");
    assert!(text.contains(r#""name":"store","requested":"^0.4","version":"0.4.0""#), "{text}");
    let (_, locked, _) = of(&["render", "--locked"]);
    push_web(&registry, &host, "1.4.0");
    assert_eq!(of(&["render", "--locked"]), (0, locked, String::new()));
    let (code, _, stderr) = of(&["lock", "--check"]);
    assert_eq!(code, 8, "{stderr}");
    assert!(stderr.contains("1.4.0") && stderr.contains("out of date"), "{stderr}");
    fs_err::write(&application, crate::fetch::application(&host, "~1.2")).unwrap();
    let (code, stdout, stderr) = of(&["render", "--locked"]);
    assert_eq!((code, stdout.as_str()), (8, ""), "{stderr}");
    assert!(stderr.contains("~1.2` is not in the lock file") && stderr.contains("tiphys lock"), "{stderr}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_is_rendered() {
    let archive = chart::archive("web", "1.0.0", &[("templates/a.yaml", TEMPLATE)]);
    let work = folder(&[]);
    fs_err::write(work.path().join("web-1.0.0.tgz"), archive).unwrap();
    let tiphys = Tiphys::new();
    let names =
        tiphys.stdout(&["render", &path(work.path(), "web-1.0.0.tgz"), "--name", "shop", "-o", "name"]);
    assert_eq!(names, "ConfigMap/shop-web\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn values_come_from_another_source() {
    let registry = registry(Auth::None).await;
    let configuration = configuration(&registry);
    let config = path(configuration.path(), "tiphys.yaml");
    let sources = format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: shop}}\nspec:\n  destination: {{namespace: prod}}\n  sources:\n  - {{repoURL: {}/charts, chart: web, targetRevision: 1.2.0, helm: {{valueFiles: [$values/envs/prod.yaml]}}}}\n  - {{repoURL: https://git.example/values.git, targetRevision: main, ref: values}}\n",
        registry.host()
    );
    let elsewhere = folder(&[("envs/prod.yaml", "size: elsewhere\n")]);
    let work = folder(&[("application.yaml", &sources), ("envs/prod.yaml", "size: own\n")]);
    let application = path(work.path(), "application.yaml");
    let tiphys = Tiphys::new();
    let own = tiphys.stdout(&["--config", &config, "render", &application]);
    assert!(own.contains("size: own"), "{own}");
    let map = format!("https://git.example/values={}", elsewhere.path().display());
    let other = tiphys.stdout(&["--config", &config, "render", &application, "--repository", &map]);
    assert!(other.contains("size: elsewhere"), "{other}");
    fs_err::write(&application, sources.replace("$values/", "$vlues/")).unwrap();
    let (code, _, stderr) = tiphys.outcome(&["--config", &config, "render", &application]);
    assert_eq!(code, 1);
    assert!(stderr.contains("`$vlues/envs/prod.yaml` refers to a source that is not there"), "{stderr}");
    assert!(stderr.contains("sources with a `ref` are `values`"), "{stderr}");
}

/// A password that is not right, and a plugin without a grant: renders and commands that only fetch end alike.
#[tokio::test(flavor = "multi_thread")]
async fn who_said_no_is_told_by_the_code() {
    let registry = registry(Auth::token("user", "other")).await;
    let configuration = configuration(&registry);
    let text = fs_err::read_to_string(configuration.path().join("tiphys.yaml")).unwrap();
    let reference = format!("oci://{}/charts/web", registry.host());
    let plugin = "plugins: [{name: helm, component: \"builtin:helm\", grants: {registry: [\"oci://other.example/**\"]}}]\n";
    for (added, code, kind) in [("", 5, "authentication"), (plugin, 6, "policy")] {
        fs_err::write(configuration.path().join("tiphys.yaml"), format!("{text}{added}")).unwrap();
        let config = path(configuration.path(), "tiphys.yaml");
        let arguments = ["--config", &config, "--errors", "json", "render", &reference, "--version", "1.2.0"];
        let (found, stdout, stderr) = Tiphys::new().outcome(&arguments);
        assert_eq!((found, stdout.as_str()), (code, ""), "{stderr}");
        assert!(stderr.contains(&format!("\"kind\":\"{kind}\"")), "{stderr}");
    }
    fs_err::write(configuration.path().join("tiphys.yaml"), &text).unwrap();
    let config = path(configuration.path(), "tiphys.yaml");
    let (code, _, stderr) = Tiphys::new().outcome(&["--config", &config, "chart", "show", &reference]);
    assert_eq!(code, 5, "{stderr}");
}
