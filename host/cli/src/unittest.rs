//! `tiphys test`: a chart's unit tests, as helm-unittest runs them.
//!
//! A [`suite`] names templates, values and assertions; each test renders the templates natively, one by one, and each
//! [`assertion`] looks at the documents that came of them.

mod assertion;
mod check;
mod claim;
mod cluster;
mod fault;
mod path;
mod post;
mod rendering;
mod results;
mod set;
mod snapshot;
mod subchart;
mod suite;
mod templates;
mod yaml;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use generate::open_folder;
use helm::{Chart, File, Profile, SchemaValidation};

use self::assertion::Outcome;
use self::results::{SuiteResult, TestResult, Verdict};
use self::snapshot::Snapshots;
use self::suite::{Suite, Test};
use crate::args::TestArgs;
use crate::exit::{Code, Failure};
use crate::report;

/// A chart under test, and which part of it.
struct Subject<'a> {
    folder: &'a Path,
    chart: Arc<Chart>,
    /// The chart or the subchart whose suites they are: `chart`, `chart/charts/sub`.
    route: String,
    /// Values files that come over those of each suite.
    values: &'a [PathBuf],
    schema_validation: SchemaValidation,
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
    let values = files.iter().find(|file| &*file.path == "values.yaml");
    let values = subchart::defaults(values.map(|file| &*file.content), &args.values)
        .map_err(|error| failed(&error))?;
    let files = files.iter().map(|file| File::new(&*file.path, &file.content));
    let chart =
        Chart::from_files(profile, &folder.display().to_string(), files).map_err(|error| failed(&error))?;
    let routes = if args.with_subchart { subchart::routes(&chart, &values) } else { vec![String::new()] };
    let skips = if args.skip_schema_validation { SchemaValidation::Skip } else { SchemaValidation::On };
    let mut results = Vec::new();
    for route in routes {
        let subject = Subject {
            folder,
            chart: Arc::clone(&chart),
            route: format!("{}{route}", chart.metadata().name),
            values: &args.values,
            schema_validation: skips,
        };
        for glob in &args.files {
            let glob = format!("{route}/{glob}");
            for path in view.list(glob.trim_start_matches('/')).map_err(|error| failed(&error))? {
                results.extend(of_file(args, &subject, &path)?);
            }
        }
    }
    Ok(results)
}

/// The suites of one file, which share the snapshots beside it.
fn of_file(args: &TestArgs, subject: &Subject<'_>, path: &str) -> Result<Vec<SuiteResult>, Failure> {
    let file = subject.folder.join(path);
    let text = fs_err::read_to_string(&file).map_err(|error| Failure::new(Code::Failed, error))?;
    let suites = Suite::all(&text)
        .map_err(|error| Failure::new(Code::Failed, format!("`{}` is no suite: {error}", file.display())))?;
    let mut results = Vec::new();
    for suite in suites {
        let mut snapshots = Snapshots::open(&file, &suite.snapshot_id, args.update_snapshot)?;
        let run = |test| run(subject, &file, &suite, test, &mut snapshots);
        let tests = suite.tests.iter().map(run).collect();
        snapshots.save()?;
        results.push(SuiteResult { file: file.clone(), name: suite.suite, tests });
    }
    Ok(results)
}

fn run(
    subject: &Subject<'_>,
    file: &Path,
    suite: &Suite,
    test: &Test,
    snapshots: &mut Snapshots,
) -> TestResult {
    let verdict = if suite.skip.is_on() || test.skip.is_on() {
        Verdict::Skipped
    } else {
        judge(subject, file, suite, test, snapshots)
    };
    TestResult { name: test.it.clone(), verdict }
}

fn judge(
    subject: &Subject<'_>,
    file: &Path,
    suite: &Suite,
    test: &Test,
    snapshots: &mut Snapshots,
) -> Verdict {
    let rendering = match rendering::render(subject, file, suite, test) {
        Ok(rendering) => rendering,
        Err(error) => return Verdict::Errored(error),
    };
    snapshots.begin(&test.it);
    let (mut failures, mut skipped) = (Vec::new(), 0);
    for (at, assertion) in test.asserts.iter().enumerate() {
        match assertion.check(&rendering, suite, test, snapshots) {
            Ok(Outcome::Holds) => {}
            Ok(Outcome::Skipped) => {
                // As in the original, what failed before does not count any more.
                failures.clear();
                skipped += 1;
            }
            Err(reason) => failures.push(format!("assertion {}: {reason}", at + 1)),
        }
    }
    match rendering.error {
        _ if skipped == test.asserts.len() => Verdict::Skipped,
        _ if failures.is_empty() => Verdict::Passed,
        Some(error) => Verdict::Errored(error),
        None => Verdict::Failed(failures),
    }
}
