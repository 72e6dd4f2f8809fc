//! The two tools, each of which runs on a copy of its own: they write snapshots.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::change::change;
use crate::charts::Chart;
use crate::report::{Case, cases};

/// Where the original is, and where its reports are kept.
pub(crate) struct Tools {
    original: PathBuf,
    reports: Option<PathBuf>,
}

impl Tools {
    pub(crate) fn from_environment() -> Self {
        let original = std::env::var_os("HELM_UNITTEST").map_or("helm-unittest".into(), PathBuf::from);
        Self { original, reports: std::env::var_os("UNITTEST_REPORTS").map(PathBuf::from) }
    }

    /// What helm-unittest says.
    pub(crate) fn original(&self, chart: &Chart, name: &str, seed: Option<u64>) -> Vec<Case> {
        let file = format!("{name}/{}.xml", seed.unwrap_or_default());
        let kept = self.reports.as_ref().map(|folder| folder.join(file));
        if let Some(xml) = kept.as_ref().and_then(|path| fs_err::read_to_string(path).ok()) {
            return cases(&xml);
        }
        let folder = copied(chart, seed);
        let report = folder.path().join("report.xml");
        let mut command = Command::new(&self.original);
        command.args(["--output-type", "JUnit", "--output-file"]).arg(&report);
        for suite in &chart.suites {
            command.args(["--file", suite]);
        }
        let output = command.arg(chart_in(folder.path())).output().unwrap();
        let xml = fs_err::read_to_string(&report).unwrap_or_default();
        let xml = if cases(&xml).is_empty() { whole(&output.stdout, &output.stderr) } else { xml };
        if let Some(path) = kept {
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, &xml).unwrap();
        }
        cases(&xml)
    }

    /// What `tiphys test` says.
    pub(crate) fn tiphys(&self, chart: &Chart, seed: Option<u64>) -> Vec<Case> {
        let folder = copied(chart, seed);
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiphys"));
        command.env_remove("GITHUB_ACTIONS").args(["test", "--output", "junit"]);
        for suite in &chart.suites {
            command.args(["--file", suite]);
        }
        let output = command.arg(chart_in(folder.path())).output().unwrap();
        let found = cases(&String::from_utf8_lossy(&output.stdout));
        if found.is_empty() { cases(&whole(&output.stdout, &output.stderr)) } else { found }
    }
}

/// A report with one case, for a chart none of whose tests could be run.
fn whole(stdout: &[u8], stderr: &[u8]) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).replace('<', "(");
    format!(
        "<testsuite name=\"\"><testcase name=\"the chart\"><error>{}{}</error></testcase></testsuite>",
        text(stdout),
        text(stderr)
    )
}

fn chart_in(folder: &Path) -> PathBuf {
    folder.join("chart")
}

fn copied(chart: &Chart, seed: Option<u64>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    chart.copy(&chart_in(folder.path()), &|path, text| match seed {
        Some(seed) if path == "values.yaml" || chart.suites.iter().any(|suite| suite == path) => {
            change(&text, seed)
        }
        _ => text,
    });
    folder
}
