//! Charts with suites, wherever they are below a folder.

use std::path::{Path, PathBuf};

/// A chart.
pub(crate) struct Chart {
    folder: PathBuf,
    /// In the folder of the chart.
    pub(crate) suites: Vec<String>,
}

/// All charts below `folder` that have suites, subcharts on their own as well.
pub(crate) fn below(folder: &Path) -> Vec<Chart> {
    let mut charts = Vec::new();
    if folder.join("Chart.yaml").is_file() {
        let mut suites = Vec::new();
        collect(folder, folder, &mut suites);
        if !suites.is_empty() {
            charts.push(Chart { folder: folder.to_owned(), suites });
        }
    }
    for child in children(folder).into_iter().filter(|child| child.is_dir()) {
        charts.extend(below(&child));
    }
    charts
}

/// The suites of a chart: YAML in a folder for tests, with a suite's keys. Those of charts in it are theirs.
fn collect(chart: &Path, folder: &Path, suites: &mut Vec<String>) {
    for child in children(folder) {
        let path = child.strip_prefix(chart).unwrap().to_str().unwrap().to_owned();
        if child.is_dir() && !child.join("Chart.yaml").exists() && !path.ends_with("__snapshot__") {
            collect(chart, &child, suites);
        }
        let is_yaml = path.ends_with(".yaml") || path.ends_with(".yml");
        let is_for_tests = path.rsplit_once('/').is_some_and(|(folder, _)| folder.contains("test"));
        if is_yaml && is_for_tests && child.is_file() && is_suite(&child) {
            suites.push(path);
        }
    }
}

fn is_suite(path: &Path) -> bool {
    let text = fs_err::read(path).unwrap();
    let text = String::from_utf8_lossy(&text);
    text.lines().any(|line| line.starts_with("suite:") || line.starts_with("tests:"))
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let entries = fs_err::read_dir(folder).unwrap();
    // A link may lead out of the folder, and in circles.
    let entries = entries.map(Result::unwrap).filter(|entry| !entry.file_type().unwrap().is_symlink());
    let mut children: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    children.sort();
    children
}

impl Chart {
    /// Where it is below `folder`.
    pub(crate) fn name(&self, folder: &Path) -> String {
        self.folder.strip_prefix(folder).unwrap().display().to_string()
    }

    /// A copy that tools may write into, with `change` made to each file: path in the chart, text.
    pub(crate) fn copy(&self, to: &Path, change: &dyn Fn(&str, String) -> String) {
        copy(&self.folder, &self.folder, to, change);
    }
}

fn copy(chart: &Path, from: &Path, to: &Path, change: &dyn Fn(&str, String) -> String) {
    fs_err::create_dir_all(to).unwrap();
    for child in children(from) {
        let target = to.join(child.file_name().unwrap());
        if child.is_dir() {
            copy(chart, &child, &target, change);
            continue;
        }
        let content = fs_err::read(&child).unwrap();
        let path = child.strip_prefix(chart).unwrap().to_str().unwrap();
        let content = match String::from_utf8(content) {
            Ok(text) => change(path, text).into_bytes(),
            Err(error) => error.into_bytes(),
        };
        fs_err::write(&target, content).unwrap();
        let permissions = fs_err::metadata(&child).unwrap().permissions();
        fs_err::set_permissions(&target, permissions).unwrap();
    }
}
