//! What came of the tests, in the form that was asked for.

use std::path::PathBuf;

use serde_json::json;

use crate::args::Results;
use crate::report::{Paint, escaped};

/// What came of one suite.
pub(super) struct SuiteResult {
    pub(super) file: PathBuf,
    pub(super) name: String,
    pub(super) tests: Vec<TestResult>,
}

/// What came of one test.
pub(super) struct TestResult {
    pub(super) name: String,
    pub(super) skipped: bool,
    pub(super) failures: Vec<String>,
}

// === impl SuiteResult ===

impl SuiteResult {
    pub(super) fn has_passed(&self) -> bool {
        self.tests.iter().all(|test| test.failures.is_empty())
    }
}

/// All suites.
pub(super) fn write(suites: &[SuiteResult], form: Results, paint: Paint) -> String {
    match form {
        Results::Text => text(suites, paint),
        Results::Json => json(suites),
        Results::Junit => junit(suites),
    }
}

fn text(suites: &[SuiteResult], paint: Paint) -> String {
    let mut text = String::new();
    for suite in suites {
        let word = if suite.has_passed() { paint.colour("PASS", "32") } else { paint.colour("FAIL", "31") };
        text.push_str(&format!("{word} {} {}\n", suite.name, suite.file.display()));
        for test in suite.tests.iter().filter(|test| !test.failures.is_empty()) {
            text.push_str(&format!("  - {}\n", test.name));
            for failure in &test.failures {
                text.push_str(&format!("      {}\n", failure.replace('\n', "\n      ")));
            }
        }
    }
    let tests = || suites.iter().flat_map(|suite| &suite.tests);
    let failed = tests().filter(|test| !test.failures.is_empty()).count();
    let skipped = tests().filter(|test| test.skipped).count();
    let passed = tests().count() - failed - skipped;
    text.push_str(&format!("{passed} passed, {failed} failed, {skipped} skipped\n"));
    text
}

fn json(suites: &[SuiteResult]) -> String {
    let test = |test: &TestResult| json!({"name": test.name, "passed": test.failures.is_empty(), "skipped": test.skipped, "failures": test.failures});
    let suite = |suite: &SuiteResult| {
        let tests: Vec<_> = suite.tests.iter().map(test).collect();
        json!({"file": suite.file, "suite": suite.name, "passed": suite.has_passed(), "tests": tests})
    };
    format!("{:#}\n", serde_json::Value::Array(suites.iter().map(suite).collect()))
}

fn junit(suites: &[SuiteResult]) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n".to_owned();
    for suite in suites {
        let failed = suite.tests.iter().filter(|test| !test.failures.is_empty()).count();
        let skipped = suite.tests.iter().filter(|test| test.skipped).count();
        let (name, count) = (escaped(&suite.name), suite.tests.len());
        text.push_str(&format!(
            "  <testsuite name=\"{name}\" tests=\"{count}\" failures=\"{failed}\" skipped=\"{skipped}\">\n"
        ));
        for test in &suite.tests {
            text.push_str(&case(&name, test));
        }
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

fn case(suite: &str, test: &TestResult) -> String {
    let mut text = format!("    <testcase classname=\"{suite}\" name=\"{}\"", escaped(&test.name));
    match (test.skipped, test.failures.as_slice()) {
        (true, _) => text.push_str("><skipped/></testcase>\n"),
        (false, []) => text.push_str("/>\n"),
        (false, failures) => {
            text.push_str(&format!("><failure>{}</failure></testcase>\n", escaped(&failures.join("\n"))));
        }
    }
    text
}
