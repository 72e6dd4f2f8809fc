//! `tiphys credentials explain` and `test`, against a registry.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::{Value, json};
use test_registry::{Auth, Authority, Options, Registry, chart};

const SECRET: &str = "canary/+secret";

/// A registry with a chart, and a folder of the person who asks it.
struct Bench {
    registry: Registry,
    home: tempfile::TempDir,
}

impl Bench {
    async fn new(auth: Auth) -> Self {
        let registry = Registry::start(Options { auth, ..Options::default() }).await;
        registry.push_chart("charts/app", "1.2.3", &chart::archive("app", "1.2.3", &[]));
        Self { registry, home: tempfile::tempdir().unwrap() }
    }

    /// With the entry `user` and `password` for `charts` in `tiphys.yaml`, for team-a.
    async fn with_password(auth: Auth, password: &str) -> Self {
        let bench = Self::new(auth).await;
        let host = bench.registry.host();
        let file = bench.write("password", password);
        let entry = json!({
            "prefix": format!("{host}/charts"), "username": "user", "passwordFile": file, "projects": ["team-a"],
        });
        bench.configure(&json!({"entries": [entry]}));
        bench
    }

    fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.home.path().join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(&path, content).unwrap();
        path
    }

    /// JSON is YAML.
    fn configure(&self, credentials: &Value) {
        let registry = json!({"prefix": self.registry.host(), "plainHttp": true});
        let mut config = json!({"registries": [registry]});
        if !credentials.is_null() {
            config["credentials"] = credentials.clone();
        }
        self.write("tiphys.yaml", &config.to_string());
    }

    /// Runs `tiphys credentials` at the finest log level. No form of the secret may be in what it says.
    async fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiphys"));
        let home = self.home.path();
        let path = format!("{}:/usr/bin:/bin", home.join("bin").display());
        command.env_clear().env("HOME", home).env("PATH", path).args(["--log-level", "trace", "--config"]);
        command.arg(home.join("tiphys.yaml")).arg("credentials").args(arguments);
        let run = move || command.output().unwrap();
        let Output { status, stdout, stderr } = tokio::task::spawn_blocking(run).await.unwrap();
        let (stdout, stderr) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
        assert_secret_free(&stdout);
        assert_secret_free(&stderr);
        (status.code(), stdout)
    }

    fn reference(&self) -> String {
        format!("oci://{}/charts/app:1.2.3", self.registry.host())
    }

    async fn test(&self, project: &str) -> (Option<i32>, Value) {
        let (code, stdout) =
            self.run(&["test", &self.reference(), "--project", project, "--output", "json"]).await;
        (code, serde_json::from_str(&stdout).unwrap())
    }
}

#[track_caller]
fn assert_secret_free(text: &str) {
    for password in [SECRET, "user:canary/+secret", "wrong-canary"] {
        let escaped = password.replace('/', "%2F").replace('+', "%2B");
        for form in [password.to_owned(), hex::encode(password), STANDARD_NO_PAD.encode(password), escaped] {
            assert!(!text.contains(&form), "`{form}` in {text}");
        }
    }
}

fn results(probe: &Value) -> Vec<&str> {
    probe["steps"].as_array().unwrap().iter().map(|step| step["result"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_bought_with_the_password() {
    let bench = Bench::with_password(Auth::token("user", SECRET), SECRET).await;
    let host = bench.registry.host();
    let (code, probe) = bench.test("team-a").await;
    let realm = format!("realm `http://{host}/token`");
    let label = format!("tiphys.yaml: {host}/charts");
    assert_eq!(results(&probe), [&label, "401 Unauthorized", &realm, "answered; asking again", "200 OK"]);
    assert_eq!((code, &probe["passed"]), (Some(0), &json!(true)));
    assert_eq!(bench.registry.log().iter().filter(|line| line.starts_with("GET /token")).count(), 1);
    let (code, text) = bench.run(&["test", &bench.reference(), "--project", "team-a"]).await;
    assert_eq!(code, Some(0));
    assert!(text.contains("HEAD http://") && text.ends_with("passed\n"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_sent_where_it_is_asked_for() {
    let bench = Bench::with_password(Auth::basic("user", SECRET), SECRET).await;
    let (code, probe) = bench.test("team-a").await;
    assert_eq!((code, results(&probe).last()), (Some(0), Some(&"200 OK")), "{probe}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_fails_and_says_what_to_check() {
    let bench = Bench::with_password(Auth::token("user", SECRET), "wrong-canary").await;
    let (code, probe) = bench.test("team-a").await;
    assert_eq!((code, &probe["passed"]), (Some(1), &json!(false)));
    assert!(results(&probe).last().unwrap().contains("with status 401"), "{probe}");
    assert!(probe["hint"].as_str().unwrap().contains("check user name and password"), "{probe}");
}

/// A Secret's `tlsClientCertData`, `tlsClientCertKey` and `insecure`: without one of them there is no connection.
#[tokio::test(flavor = "multi_thread")]
async fn certificates_of_a_secret_are_shown_and_its_flags_hold() {
    let authority = Arc::new(Authority::new());
    let registry = Registry::start(Options {
        auth: Auth::token("user", SECRET),
        tls: Some((Arc::clone(&authority), vec![])),
        clients: Some(Arc::clone(&authority)),
        ..Options::default()
    })
    .await;
    registry.push_chart("charts/app", "1.2.3", &chart::archive("app", "1.2.3", &[]));
    let bench = Bench { registry, home: tempfile::tempdir().unwrap() };
    let (certificate, key) = authority.identity(&["client"]);
    let url = format!("oci://{}/charts", bench.registry.host());
    let secret = [
        ("url", &*url),
        ("type", "oci"),
        ("username", "user"),
        ("password", SECRET),
        ("tlsClientCertData", &certificate),
        ("tlsClientCertKey", &key),
        ("insecure", "true"),
    ];
    let folder = bench.home.path().join("secrets");
    let config = json!({"credentials": {"argocd": {"secrets": folder}}});
    bench.write("tiphys.yaml", &config.to_string());
    for (left_out, passes) in [(None, true), (Some("tlsClientCert"), false), (Some("insecure"), false)] {
        let _ = fs_err::remove_dir_all(folder.join("it"));
        for (name, value) in
            secret.iter().filter(|(name, _)| left_out.is_none_or(|out| !name.starts_with(out)))
        {
            bench.write(&format!("secrets/it/{name}"), value);
        }
        let (code, probe) = bench.test("team-a").await;
        assert_eq!(code == Some(0), passes, "without {left_out:?}: {probe}");
    }
}

/// Rule R6: it is as if the entry of another project weren't there.
#[tokio::test(flavor = "multi_thread")]
async fn another_projects_password_is_not_used() {
    let bench = Bench::with_password(Auth::token("user", SECRET), SECRET).await;
    let (code, probe) = bench.test("team-b").await;
    assert_eq!((code, results(&probe)[0]), (Some(1), "anonymous"), "{probe}");
    assert!(bench.registry.requests().iter().all(|seen| seen.authorization.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_person_at_the_keyboard_has_a_helper() {
    let bench = Bench::new(Auth::token("user", SECRET)).await;
    bench.configure(&Value::Null);
    let helpers = json!({"credHelpers": {bench.registry.host(): "x"}});
    bench.write(".docker/config.json", &helpers.to_string());
    let answer = json!({"ServerURL": "", "Username": "user", "Secret": SECRET});
    let script = format!("#!/bin/sh\nread server\necho \"$1 $server\" >> \"$HOME/asked\"\necho '{answer}'\n");
    let helper = bench.write("bin/docker-credential-x", &script);
    fs_err::set_permissions(&helper, std::fs::Permissions::from_mode(0o755)).unwrap();
    let (code, probe) = bench.test("team-a").await;
    assert_eq!((code, results(&probe).last()), (Some(0), Some(&"200 OK")), "{probe}");
    let asked = fs_err::read_to_string(bench.home.path().join("asked")).unwrap();
    assert_eq!(asked, format!("get {}\n", bench.registry.host()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_names_the_best_entry_and_sends_nothing() {
    let bench = Bench::with_password(Auth::token("user", SECRET), SECRET).await;
    let (host, reference) = (bench.registry.host(), bench.reference());
    let arguments = ["explain", &reference, "--project", "team-a", "--output", "json"];
    let (code, stdout) = bench.run(&arguments).await;
    let explanation: Value = serde_json::from_str(&stdout).unwrap();
    let label = format!("tiphys.yaml: {host}/charts");
    assert_eq!((code, &explanation["outcome"]), (Some(0), &json!({"result": "credential", "label": label})));
    assert_eq!(explanation["candidates"][0]["projects"], "team-a");
    let (code, text) = bench.run(&["explain", &reference]).await;
    assert_eq!(code, Some(0));
    let reason = "it is only for team-a, and no project is given";
    assert!(text.contains("used:        nothing") && text.contains(reason), "{text}");
    assert_eq!(bench.registry.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tie_fails_and_names_both() {
    let bench = Bench::new(Auth::None).await;
    for name in ["one", "two"] {
        for (key, value) in [("type", "oci"), ("name", name), ("username", "user"), ("password", SECRET)] {
            bench.write(&format!("secrets/{name}/{key}"), value);
        }
        bench.write(&format!("secrets/{name}/url"), &bench.registry.host());
    }
    bench.configure(&json!({"argocd": {"secrets": bench.home.path().join("secrets")}}));
    let (code, text) = bench.run(&["explain", &bench.reference()]).await;
    assert_eq!(code, Some(1));
    assert!(text.contains("`argocd/one` and `argocd/two` are equally good"), "{text}");
}

/// Where Secrets are to be read from an API that is not there, that is said.
#[tokio::test(flavor = "multi_thread")]
async fn secrets_that_cant_be_listed_are_missed() {
    let bench = Bench::new(Auth::None).await;
    bench.configure(&json!({"argocd": {"kubernetes": {"namespace": "argocd"}}}));
    let (code, text) = bench.run(&["explain", &bench.reference()]).await;
    assert_eq!(code, Some(0));
    assert!(text.contains("can't be used:\n  `the Kubernetes API`: this is no pod"), "{text}");
}
