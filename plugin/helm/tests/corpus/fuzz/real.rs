//! Real Helm, run as a process.

use std::path::{Path, PathBuf};
use std::process::Command;

use helm::{Operation, Profile};

use super::change::{Change, VALUES};
use crate::support::{Golden, Rendered};

/// A binary of Helm.
pub(crate) struct RealHelm {
    pub(crate) profile: Profile,
    binary: PathBuf,
}

impl RealHelm {
    /// The binary of a profile, if it is on PATH and asked for.
    pub(crate) fn find(profile: Profile) -> Option<Self> {
        #[expect(clippy::disallowed_methods, reason = "binaries are found on PATH")]
        let path = std::env::var_os("PATH")?;
        let name = format!("helm-{profile}");
        let binary =
            std::env::split_paths(&path).map(|directory| directory.join(&name)).find(|file| file.exists())?;
        crate::support::wants("PROFILE", profile.name()).then_some(Self { profile, binary })
    }

    /// What `helm template` prints, or says behind `Error: `.
    pub(crate) fn run(&self, chart: &Unpacked, change: &Change) -> Rendered {
        fs_err::write(chart.work.path().join(VALUES), change.values.to_string()).unwrap();
        // Some changes make Helm count to billions.
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -v 4000000; exec \"$@\"", "sh"]).arg(&self.binary);
        command.current_dir(chart.work.path()).args([
            "template",
            chart.path(),
            "--include-crds",
            "--values",
            VALUES,
        ]);
        command.args(["--name-template", &change.release, "--namespace", &change.namespace]);
        command.args(["--kube-version", &change.kube_version]);
        for version in &change.api_versions {
            command.args(["--api-versions", version]);
        }
        for line in &change.set {
            command.args(["--set", line]);
        }
        if change.operation == Operation::Upgrade {
            command.arg("--is-upgrade");
        }
        let output = command.output().unwrap();
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if said.contains("out of memory") {
            return Err("panic: out of memory".to_owned());
        }
        let start =
            if said.starts_with("Error: ") { Some(0) } else { said.find("\nError: ").map(|at| at + 1) };
        Err(start.and_then(|start| said.get(start..)).unwrap_or(&said).to_owned())
    }
}

/// A chart unpacked into a directory that goes away.
pub(crate) struct Unpacked {
    work: tempfile::TempDir,
    path: String,
}

impl Unpacked {
    pub(crate) fn new(golden: &Golden) -> Self {
        let work = tempfile::tempdir().unwrap();
        let root = work.path().join("chart");
        for file in golden.chart_files() {
            let path = root.join(&file.path);
            fs_err::create_dir_all(path.parent().unwrap_or(Path::new("."))).unwrap();
            fs_err::write(path, file.content.as_bytes()).unwrap();
        }
        let path = root.to_string_lossy().into_owned();
        Self { work, path }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }
}
