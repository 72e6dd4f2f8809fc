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
    pub(super) verdict: Verdict,
}

/// How a test ended.
pub(super) enum Verdict {
    Passed,
    Skipped,
    /// Why, one reason for each assertion.
    Failed(Vec<String>),
    /// Why it could not be run.
    Errored(String),
}

// === impl SuiteResult ===

impl SuiteResult {
    pub(super) fn has_passed(&self) -> bool {
        self.tests.iter().all(|test| test.verdict.is_good())
    }

    fn count(&self, word: &str) -> usize {
        self.tests.iter().filter(|test| test.verdict.word() == word).count()
    }
}

// === impl Verdict ===

impl Verdict {
    fn is_good(&self) -> bool {
        matches!(self, Self::Passed | Self::Skipped)
    }

    const fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Skipped => "skipped",
            Self::Failed(_) => "failed",
            Self::Errored(_) => "errored",
        }
    }

    fn reasons(&self) -> &[String] {
        match self {
            Self::Passed | Self::Skipped => &[],
            Self::Failed(reasons) => reasons,
            Self::Errored(reason) => std::slice::from_ref(reason),
        }
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
        for test in suite.tests.iter().filter(|test| !test.verdict.is_good()) {
            text.push_str(&format!("  - {}\n", test.name));
            for reason in test.verdict.reasons() {
                text.push_str(&format!("      {}\n", reason.replace('\n', "\n      ")));
            }
        }
    }
    let count = |word| suites.iter().map(|suite| suite.count(word)).sum::<usize>();
    let counts = ["passed", "failed", "errored", "skipped"].map(|word| format!("{} {word}", count(word)));
    format!("{text}{}\n", counts.join(", "))
}

fn json(suites: &[SuiteResult]) -> String {
    let test = |test: &TestResult| json!({"name": test.name, "verdict": test.verdict.word(), "reasons": test.verdict.reasons()});
    let suite = |suite: &SuiteResult| {
        let tests: Vec<_> = suite.tests.iter().map(test).collect();
        json!({"file": suite.file, "suite": suite.name, "passed": suite.has_passed(), "tests": tests})
    };
    format!("{:#}\n", serde_json::Value::Array(suites.iter().map(suite).collect()))
}

fn junit(suites: &[SuiteResult]) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n".to_owned();
    for suite in suites {
        let (name, count) = (escaped(&suite.name), suite.tests.len());
        let [failed, errored, skipped] = ["failed", "errored", "skipped"].map(|word| suite.count(word));
        text.push_str(&format!(
            "  <testsuite name=\"{name}\" tests=\"{count}\" failures=\"{failed}\" errors=\"{errored}\" skipped=\"{skipped}\">\n"
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
    let reasons = || escaped(&test.verdict.reasons().join("\n"));
    let inner = match &test.verdict {
        Verdict::Passed => "/>".to_owned(),
        Verdict::Skipped => "><skipped/></testcase>".to_owned(),
        Verdict::Failed(_) => format!("><failure>{}</failure></testcase>", reasons()),
        Verdict::Errored(_) => format!("><error>{}</error></testcase>", reasons()),
    };
    format!("    <testcase classname=\"{suite}\" name=\"{}\"{inner}\n", escaped(&test.name))
}
