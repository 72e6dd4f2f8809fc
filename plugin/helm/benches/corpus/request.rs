//! A chart of the corpus on disk, and what each side is asked about it.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use helm::Profile;
use serde::{Deserialize, Serialize};

use crate::support::Golden;

/// What a process is asked to measure.
#[derive(Serialize, Deserialize)]
pub(crate) struct Request {
    /// The directory.
    pub(crate) chart: String,
    pub(crate) rounds: usize,
    pub(crate) cases: Vec<Case>,
}

/// One render.
#[derive(Serialize, Deserialize)]
pub(crate) struct Case {
    pub(crate) case: String,
    /// Files.
    pub(crate) values: Vec<String>,
    pub(crate) api_versions: Vec<String>,
    pub(crate) release: String,
    pub(crate) namespace: String,
    pub(crate) kube_version: String,
}

/// The times of a case.
pub(crate) struct Answer {
    pub(crate) case: String,
    pub(crate) load: Duration,
    pub(crate) render: Duration,
    /// With the templates parsed; ours alone.
    pub(crate) again: Duration,
}

/// What a process measured.
pub(crate) struct Answers {
    pub(crate) cases: Vec<Answer>,
    /// The most memory it had, in KiB.
    pub(crate) peak: u64,
}

/// A chart and its values files in a directory that goes away.
pub(crate) struct Prepared {
    pub(crate) request: Request,
    _directory: tempfile::TempDir,
}

impl Prepared {
    pub(crate) fn new(golden: &Golden, profile: Profile, rounds: usize) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let place = |path: &str| directory.path().join(path).to_string_lossy().into_owned();
        let chart = place("chart");
        for file in golden.chart_files() {
            write(&Path::new(&chart).join(&file.path), file.content.as_bytes());
        }
        let is_measured = |case: &&crate::support::Case| {
            !case.random && case.profiles[&format!("helm-{profile}")].output.is_some()
        };
        let prepare = |case: &crate::support::Case| {
            let values = case.values.iter().map(|name| {
                let path = place(&format!("values/{name}"));
                write(Path::new(&path), golden.values(name));
                path
            });
            Case {
                case: case.case.clone(),
                values: values.collect(),
                api_versions: case.api_versions.clone(),
                release: case.release.clone(),
                namespace: case.namespace.clone(),
                kube_version: case.kube_version.clone(),
            }
        };
        let cases = golden.cases().iter().filter(is_measured).map(prepare).collect();
        Self { request: Request { chart, rounds, cases }, _directory: directory }
    }

    /// Lets a process measure the cases.
    pub(crate) fn ask(&self, command: &mut Command) -> Answers {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let request = serde_json::to_vec(&self.request).unwrap();
        child.stdin.take().unwrap().write_all(&request).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        let peak = lines.pop().and_then(|line| line.trim().parse().ok()).unwrap();
        Answers { cases: lines.into_iter().map(answer).collect(), peak }
    }

    /// The arguments of `helm template` for a case.
    pub(crate) fn template(&self, case: &Case, command: &mut Command) {
        command.args(["template", &self.request.chart, "--include-crds", "--name-template", &case.release]);
        command.args(["--namespace", &case.namespace, "--kube-version", &case.kube_version]);
        for values in &case.values {
            command.args(["--values", values]);
        }
        for version in &case.api_versions {
            command.args(["--api-versions", version]);
        }
    }
}

fn answer(line: &str) -> Answer {
    let fields: Vec<&str> = line.split('\t').collect();
    let time = |at: usize| Duration::from_nanos(fields.get(at).map_or(0, |text| text.parse().unwrap()));
    assert_ne!(fields[3], "-1", "`{}` is refused", fields[0]);
    Answer { case: fields[0].to_owned(), load: time(1), render: time(2), again: time(4) }
}

fn write(path: &Path, content: &[u8]) {
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(path, content).unwrap();
}
