//! How a command ends, as `docs/cli.md` lists it: signed or not, by a signal, by what nobody expected.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use test_registry::{Auth, Piece, Registry, Reply};

use crate::fetch::{configuration, path, registry};
use crate::{Tiphys, folder};

/// Nobody's: the other half of the key was never kept.
const KEY: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEsjhroanG9Hbyq6zovh8PBSmVf0c0
sxkBniJlilbHfoH699v0jJTF12B6WFHWn8SRytPP22QArcgNZbfx0VQZZQ==
-----END PUBLIC KEY-----
";

const HOUR: Duration = Duration::from_secs(3600);

/// A command that runs, with a temporary folder of its own.
struct Running {
    process: Child,
    work: tempfile::TempDir,
}

impl Running {
    fn start(tiphys: &Tiphys, arguments: &[&str]) -> Self {
        let work = folder(&[]);
        let temporary = work.path().join("tmp");
        fs_err::create_dir(&temporary).unwrap();
        let mut command = tiphys.command(arguments);
        command.current_dir(work.path()).env("TMPDIR", temporary);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Self { process: command.spawn().unwrap(), work }
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.process.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// How it ends, which it has to do soon.
    fn end(&mut self) -> ExitStatus {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "it goes on");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// What it wrote to stdout and stderr.
    fn said(&mut self) -> (String, String) {
        let read = |from: &mut dyn std::io::Read| {
            let mut text = String::new();
            from.read_to_string(&mut text).unwrap();
            text
        };
        (read(self.process.stdout.as_mut().unwrap()), read(self.process.stderr.as_mut().unwrap()))
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs_err::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// Waits until the registry has been asked for something like `what`.
fn wait_for_request(registry: &Registry, what: &str) {
    let until = Instant::now() + Duration::from_secs(60);
    while !registry.log().iter().any(|line| line.contains(what)) {
        assert!(Instant::now() < until, "nobody asks for {what}: {:?}", registry.log());
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_to_be_signed_and_is_not() {
    let registry = registry(Auth::token("user", "secret")).await;
    let configuration = configuration(&registry);
    let config = path(configuration.path(), "tiphys.yaml");
    let key = path(configuration.path(), "cosign.pub");
    fs_err::write(&key, KEY).unwrap();
    let text = fs_err::read_to_string(&config).unwrap();
    let rule = format!("verify: [{{match: \"{}/**\", cosign: {{keys: [\"{key}\"]}}}}]\n", registry.host());
    let reference = format!("oci://{}/charts/web", registry.host());
    let render = ["--config", &config, "--errors", "json", "render", &reference, "--version", "1.2.0"];
    let pull = ["--config", &config, "--errors", "json", "chart", "pull", &reference, "--version", "1.2.0"];
    let tiphys = Tiphys::new();
    // What was fetched while nothing had to be signed is no way around the rule.
    tiphys.stdout(&render);
    fs_err::write(&config, format!("{text}{rule}")).unwrap();
    for arguments in [&render[..], &pull[..]] {
        let (code, stdout, stderr) = tiphys.outcome(arguments);
        assert_eq!((code, stdout.as_str()), (6, ""), "{stderr}");
        assert!(stderr.contains("it has no signature") && stderr.contains(r#""kind":"policy""#), "{stderr}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_leaves_nothing_half_written() {
    let registry = registry(Auth::None).await;
    // Half of a chart, and then nothing for an hour.
    registry.intercept(|seen| {
        let half = vec![Piece::Bytes(vec![0; 50].into()), Piece::Pause(HOUR)];
        let reply = Reply::new(200).pieces(half);
        (seen.method == "GET" && seen.path.contains("/blobs/")).then_some(reply)
    });
    let configuration = configuration(&registry);
    let config = path(configuration.path(), "tiphys.yaml");
    let reference = format!("oci://{}/charts/web", registry.host());
    let of = |command: &[&str]| {
        let all = [&["--config", config.as_str()], command, &[&reference, "--version", "1.2.0"]].concat();
        all.into_iter().map(str::to_owned).collect::<Vec<String>>()
    };
    let mut caches = Vec::new();
    for (command, signal, code, word) in [
        (of(&["render", "--output-dir", "written"]), "INT", 130, "interrupted"),
        (of(&["render", "--output-dir", "written"]), "TERM", 143, "terminated"),
        (of(&["chart", "pull"]), "INT", 130, "interrupted"),
        (of(&["lock"]), "TERM", 143, "terminated"),
    ] {
        registry.forget();
        let tiphys = Tiphys::new();
        let arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        let mut running = Running::start(&tiphys, &arguments);
        wait_for_request(&registry, "/blobs/");
        running.signal(signal);
        let status = running.end();
        let (stdout, stderr) = running.said();
        assert_eq!((status.code(), stdout.as_str()), (Some(code), ""), "{arguments:?}: {stderr}");
        assert_eq!(stderr, format!("Error: {word}\n"), "{arguments:?}");
        assert_eq!(files_below(running.work.path()), Vec::<PathBuf>::new(), "{arguments:?}");
        assert!(!running.work.path().join("written").exists(), "{arguments:?}");
        assert_eq!(files_below(&tiphys.cache.path().join("content/v1/tmp")), Vec::<PathBuf>::new());
        caches.push(tiphys);
    }
    registry.intercept(|_| None);
    for tiphys in caches {
        let arguments = of(&["render"]);
        let rendered = tiphys.stdout(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(rendered.contains("1.2.0"), "{rendered}");
    }
}

/// A reader that does not read holds up the thread that writes; a signal ends the process all the same.
#[test]
fn a_signal_ends_who_waits_for_a_reader() {
    let large = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{a: {}}}\n",
        "x".repeat(1 << 20)
    );
    let chart = folder(&[
        ("Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
        ("templates/a.yaml", &large),
    ]);
    let tiphys = Tiphys::new();
    let mut running = Running::start(&tiphys, &["render", chart.path().to_str().unwrap()]);
    let mut one = [0];
    std::io::Read::read_exact(running.process.stdout.as_mut().unwrap(), &mut one).unwrap();
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(143));
}

/// The first file has its place, and where the second should go there is something else.
#[test]
fn files_are_all_written_or_none() {
    let chart = crate::example("session-store");
    let out = folder(&[("statefulset", "no folder"), ("old.yaml", "old")]);
    let tiphys = Tiphys::new();
    let arguments = ["render", chart.to_str().unwrap(), "--layout", "by-kind", "--clean", "--output-dir"];
    let arguments = [&arguments[..], &[out.path().to_str().unwrap()]].concat();
    let (code, stdout, stderr) = tiphys.outcome(&arguments);
    assert_eq!((code, stdout.as_str()), (4, ""), "{stderr}");
    assert!(
        stderr.starts_with("Error: nothing was written to `") && stderr.contains("statefulset"),
        "{stderr}"
    );
    let mut names: Vec<_> =
        fs_err::read_dir(out.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["old.yaml", "statefulset"]);
    fs_err::remove_file(out.path().join("statefulset")).unwrap();
    tiphys.stdout(&arguments);
    let files = files_below(out.path());
    assert!(files.len() == 2 && files.iter().all(|file| !file.ends_with("old.yaml")), "{files:?}");
}

/// With ever fewer files that may be open, each part of the process is at some time the one that can't have one. However
/// unexpected that is to some library: it is a code of the table, and something is said.
#[test]
fn what_nobody_expected_is_a_failure_like_others() {
    let chart = crate::example("session-store");
    let tiphys = Tiphys::new();
    let own = tiphys.command(&["render", chart.to_str().unwrap(), "--output", "name"]);
    let mut codes = Vec::new();
    for files in 4..=20 {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -n {files} && exec \"$0\" \"$@\"")]);
        let output = command.arg(own.get_program()).args(own.get_args()).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        let code = output.status.code();
        assert!([0, 1, 4, 70].contains(&code.unwrap_or(-1)), "{files} files: {:?} {stderr}", output.status);
        assert_eq!(stderr.contains("Error: "), code != Some(0), "{files} files: {stderr}");
        codes.extend(code);
    }
    // tokio panics where it can't have a socket for signals.
    assert!(codes.contains(&70) && codes.contains(&4), "{codes:?}");
}
