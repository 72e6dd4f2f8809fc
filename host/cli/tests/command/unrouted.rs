//! What was vendored is enough: every command again, in a network namespace that has no route and no interface up.

use std::process::{Command, Output, Stdio};

use cmp_client::{Archive, Connection, GENERATE, Manifests, Upload};
use test_registry::{Auth, Registry};

use crate::fetch::{application, configuration, path, registry};
use crate::{Tiphys, example, folder, wait};

/// A directory whose chart has a dependency elsewhere.
fn umbrella(registry: &Registry) -> String {
    format!(
        "apiVersion: v2\nname: umbrella\nversion: 0.1.0\ndependencies: [{{name: web, version: 1.2.0, repository: \"oci://{}/charts\"}}]\n",
        registry.host()
    )
}

/// The command in a namespace of its own; none, said loudly, where this system gives no such namespaces.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn unrouted(tiphys: &Tiphys, arguments: &[&str]) -> Option<Command> {
    let apart = ["--user", "--map-root-user", "--net"];
    let probe = Command::new("unshare").args(apart).args(["cat", "/proc/net/route"]).output();
    let Some(probe) = probe.ok().filter(|probe| probe.status.success()) else {
        eprintln!("SKIPPED: `unshare --user --net` is not possible here; nothing was tested");
        return None;
    };
    // A heading at most.
    assert!(probe.stdout.iter().filter(|&&byte| byte == b'\n').count() < 2, "routes: {probe:?}");
    let own = tiphys.command(arguments);
    let mut command = Command::new("unshare");
    command.args(apart).arg(own.get_program()).args(own.get_args()).env_remove("GITHUB_ACTIONS");
    Some(command)
}

#[track_caller]
fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_vendored_needs_no_route() {
    let registry = registry(Auth::None).await;
    let configuration = configuration(&registry);
    let config = path(configuration.path(), "tiphys.yaml");
    let work = folder(&[
        ("application.yaml", &application(&registry.host(), "1.x")),
        ("umbrella/Chart.yaml", &umbrella(&registry)),
        ("umbrella/values.yaml", "web: {size: XL}\n"),
    ]);
    let at = |name| path(work.path(), name);
    let reference = format!("oci://{}/charts/web:1.2.0", registry.host());
    let sources = [at("application.yaml"), at("umbrella"), reference];
    let (vendor, lock) = (at("vendor"), at("tiphys.lock"));
    let kept = ["--vendored", &vendor, "--lock-file", &lock, "--config", &config];
    let online = Tiphys::new();
    let all = |command: &[&'static str]| -> Vec<String> {
        command.iter().map(|word| (*word).to_owned()).chain(sources.iter().cloned()).collect()
    };
    for (command, place) in [(["vendor", "--into"], &vendor), (["lock", "--lock-file"], &lock)] {
        let mut arguments = all(&command[..1]);
        arguments.extend([command[1], place, "--config", &config].map(str::to_owned));
        stdout(&online.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()));
    }
    for source in &sources {
        let expect = online.stdout(&["render", source, "--config", &config]);
        let other = Tiphys::new();
        let commands: [&[&str]; 3] = [
            &["render", source, "--offline", "--locked"],
            &["render", source, "--offline"],
            &["diff", source, source, "--offline"],
        ];
        for (command, expect) in commands.into_iter().zip([expect.as_str(), &expect, ""]) {
            let Some(mut command) = unrouted(&other, &[command, &kept].concat()) else { return };
            assert_eq!(stdout(&command.output().unwrap()), expect, "{command:?}");
        }
    }
}

#[test]
fn suites_need_no_route() {
    let chart = example("session-store");
    let tiphys = Tiphys::new();
    let Some(mut command) = unrouted(&tiphys, &["test", chart.to_str().unwrap()]) else { return };
    let report = stdout(&command.output().unwrap());
    assert!(report.contains("passed"), "{report}");
}

#[test]
fn a_sidecar_needs_no_route() {
    let tiphys = Tiphys::new();
    let sockets = tempfile::tempdir().unwrap();
    let Some(mut command) = unrouted(&tiphys, &["serve", "--sockets", sockets.path().to_str().unwrap()])
    else {
        return;
    };
    let mut serving = command.stderr(Stdio::null()).spawn().unwrap();
    let socket = sockets.path().join("helm.sock");
    wait(&mut serving, || socket.exists());
    let chart = Archive::new()
        .file("Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n")
        .file("templates/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\n");
    let answer = Connection::open(&socket).call(GENERATE, &Upload::of("shop", chart.tgz()).messages(), "60S");
    serving.kill().unwrap();
    serving.wait().unwrap();
    assert_eq!(answer.code, Some(0), "{}", answer.message);
    let manifests = answer.decode::<Manifests>().manifests;
    assert_eq!(manifests, [r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"shop"}}"#]);
}
