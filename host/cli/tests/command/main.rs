//! The command as a person or a pipeline runs it.

#![expect(clippy::unwrap_used, reason = "a test")]

mod compare;
mod documents;
mod ends;
mod errors;
mod fetch;
mod memo;
mod sidecar;
mod unit;
mod unrouted;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

fn example(chart: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/charts").join(chart)
}

/// The command with a cache of its own.
struct Tiphys {
    cache: tempfile::TempDir,
}

impl Tiphys {
    fn new() -> Self {
        Self { cache: tempfile::tempdir().unwrap() }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiphys"));
        command.env_remove("GITHUB_ACTIONS").arg("--cache").arg(self.cache.path()).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Exit code, stdout and stderr.
    fn outcome(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = self.run(arguments);
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    #[track_caller]
    fn stdout(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

#[test]
fn a_chart_is_rendered_in_every_form() {
    let (tiphys, chart) = (Tiphys::new(), example("session-store"));
    let chart = chart.to_str().unwrap();
    let names = tiphys.stdout(&["render", chart, "--name", "demo", "--output", "name"]);
    assert_eq!(names, "Service/demo-session-store\nStatefulSet/demo-session-store\n");
    let helm =
        tiphys.stdout(&["render", chart, "--name", "demo", "--output", "helm", "--helm-version", "3.19"]);
    assert!(
        helm.starts_with(
            "---\n# Source: session-store/templates/store.yaml\napiVersion: v1\nkind: Service\n"
        ),
        "{helm}"
    );
    let json = tiphys.stdout(&["render", chart, "--name", "demo", "--output", "json", "--set", "memory=1Gi"]);
    assert!(json.contains(r#""limits":{"memory":"1Gi"}"#), "{json}");
}

#[test]
fn two_renders_give_the_same_random_values() {
    let (tiphys, chart) = (Tiphys::new(), example("storefront"));
    let chart = chart.to_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("charts");
    copy(Path::new(chart), &archive);
    copy(&example("session-store"), &archive.join("charts/session-store"));
    let arguments = ["render", archive.to_str().unwrap(), "--name", "shop", "--output", "ndjson"];
    let first = tiphys.stdout(&arguments);
    assert!(first.contains("session-key"), "{first}");
    assert_eq!(first, tiphys.stdout(&arguments));
}

#[test]
fn a_failure_says_what_helm_says_and_what_to_do() {
    let (tiphys, chart) = (Tiphys::new(), example("storefront"));
    let output = tiphys.run(&["render", chart.to_str().unwrap()]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    assert!(
        stderr.contains("found in Chart.yaml, but missing in charts/ directory: session-store"),
        "{stderr}"
    );
}

#[test]
fn a_configuration_is_refused_whole() {
    let tiphys = Tiphys::new();
    let path = tiphys.cache.path().join("tiphys.yaml");
    fs_err::write(&path, "plugin: []\nserver: {queue: many}\n").unwrap();
    let output = tiphys.run(&["--config", path.to_str().unwrap(), "render", "."]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr.contains("unknown field `plugin` (did you mean `plugins`?)"), "{stderr}");
    assert!(stderr.contains("`server.queue`: expected a whole number, found `many`"), "{stderr}");
}

#[test]
fn sockets_are_served_until_the_process_is_told_to_stop() {
    let tiphys = Tiphys::new();
    let sockets = tempfile::tempdir().unwrap();
    let folder = sockets.path().to_str().unwrap();
    let mut serving = tiphys.command(&["serve", "--sockets", folder]).stderr(Stdio::null()).spawn().unwrap();
    let socket = sockets.path().join("helm.sock");
    wait(&mut serving, || socket.exists());
    let answer = tiphys.stdout(&["healthcheck", "--sockets", folder]);
    assert!(answer.contains("helm.sock: serving"), "{answer}");
    let stopped = Command::new("kill").arg(serving.id().to_string()).status().unwrap();
    assert!(stopped.success());
    assert!(serving.wait().unwrap().success());
    assert!(!socket.exists());
}

fn wait(child: &mut Child, ready: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !ready() {
        assert!(child.try_wait().unwrap().is_none(), "it ended early");
        assert!(Instant::now() < end, "it is not ready after a minute");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn copy(from: &Path, to: &Path) {
    fs_err::create_dir_all(to).unwrap();
    for entry in fs_err::read_dir(from).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if path.is_dir() {
            copy(&path, &to.join(name))
        } else {
            let _ = fs_err::copy(&path, to.join(name)).unwrap();
        }
    }
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = folder.path().join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, content).unwrap();
    }
    folder
}
