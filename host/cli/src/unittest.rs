//! `tiphys test`: a chart's unit tests, as helm-unittest runs them.
//!
//! A [`suite`] names templates, values and assertions; each test renders the templates natively, one by one, and each
//! [`assertion`] looks at the documents that came of them.

mod assertion;
mod path;
mod rendering;
mod results;
mod set;
mod snapshot;
mod suite;

use std::path::Path;

use generate::open_folder;
use helm::{File, Profile};

use self::results::{SuiteResult, TestResult};
use self::snapshot::Snapshots;
use self::suite::Suite;
use crate::args::TestArgs;
use crate::exit::{Code, Failure};
use crate::render::documents;
use crate::report;

/// A chart under test.
struct Subject<'a> {
    folder: &'a Path,
    profile: Profile,
    files: Vec<File>,
}

/// Runs all suites of all charts.
pub(crate) fn test(args: &TestArgs) -> Result<Code, Failure> {
    let profile: Profile = args.helm_version.parse().map_err(Failure::usage)?;
    let mut suites = Vec::new();
    for folder in &args.charts {
        suites.extend(of_chart(args, profile, folder)?);
    }
    if suites.is_empty() {
        return Err(Failure::new(
            Code::Failed,
            format!("there are no suites at `{}`", args.files.join("`, `")),
        )
        .with_hint("`--file GLOB` names them"));
    }
    let passed = suites.iter().all(SuiteResult::has_passed);
    match report::data(&results::write(&suites, args.output, report::paint())) {
        Code::Success if passed => Ok(Code::Success),
        Code::Success => Ok(Code::Failed),
        trouble => Ok(trouble),
    }
}

fn of_chart(args: &TestArgs, profile: Profile, folder: &Path) -> Result<Vec<SuiteResult>, Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new(Code::Failed, format!("`{}`: {error}", folder.display()))
    };
    if !folder.join("Chart.yaml").is_file() {
        return Err(failed(&"there is no `Chart.yaml`").with_hint("name the directory of a chart"));
    }
    let view = open_folder(folder, ".").map_err(|error| failed(&error))?;
    let files = view.read_all(["**"]).map_err(|error| failed(&error))?;
    let files = files.iter().map(|file| File::new(&*file.path, &file.content)).collect();
    let subject = Subject { folder, profile, files };
    let mut results = Vec::new();
    for glob in &args.files {
        for path in view.list(glob).map_err(|error| failed(&error))? {
            results.extend(of_file(args, &subject, &path)?);
        }
    }
    Ok(results)
}

/// The suites of one file, which share the snapshots beside it.
fn of_file(args: &TestArgs, subject: &Subject<'_>, path: &str) -> Result<Vec<SuiteResult>, Failure> {
    let file = subject.folder.join(path);
    let mut snapshots = Snapshots::open(&file, args.update_snapshot)?;
    let mut results = Vec::new();
    for document in documents(&file)? {
        let suite = Suite::parse(document).map_err(|error| {
            Failure::new(Code::Failed, format!("`{}` is no suite: {error}", file.display()))
        })?;
        let tests =
            suite.tests.iter().map(|test| run(subject, &file, &suite, test, &mut snapshots)).collect();
        results.push(SuiteResult { file: file.clone(), name: suite.suite.clone(), tests });
    }
    snapshots.save()?;
    Ok(results)
}

fn run(
    subject: &Subject<'_>,
    file: &Path,
    suite: &Suite,
    test: &suite::Test,
    snapshots: &mut Snapshots,
) -> TestResult {
    if suite.skip.is_on() || test.skip.is_on() {
        return TestResult { name: test.it.clone(), skipped: true, failures: Vec::new() };
    }
    let rendering = rendering::render(subject, file, suite, test);
    snapshots.begin(&test.it);
    let check = |assertion: &assertion::Assertion| assertion.check(&rendering, suite, test, snapshots);
    let failures =
        test.asserts.iter().map(check).enumerate().filter_map(|(at, verdict)| {
            verdict.err().map(|reason| format!("assertion {}: {reason}", at + 1))
        });
    TestResult { name: test.it.clone(), skipped: false, failures: failures.collect() }
}
