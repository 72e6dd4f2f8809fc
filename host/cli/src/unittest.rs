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
mod strict;
mod subchart;
mod suite;
mod templated;
mod templates;
mod yaml;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use generate::{SourceView, open_folder};
use helm::{Chart, File, Profile, SchemaValidation};

use self::assertion::Outcome;
use self::results::{SuiteResult, TestResult, Verdict};
use self::snapshot::Snapshots;
use self::suite::{Suite, Test, Unknown};
use crate::args::TestArgs;
use crate::exit::{Code, Failure};
use crate::report;

/// A chart under test, and which part of it.
struct Subject<'a> {
    chart: Arc<Chart>,
    /// The chart or the subchart whose suites they are: `chart`, `chart/charts/sub`.
    route: String,
    /// Values files that come over those of each suite.
    values: &'a [PathBuf],
    schema_validation: SchemaValidation,
    haste: Haste,
}

/// What a failure ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Haste {
    /// Nothing: all tests run.
    None,
    /// The test, its suite and its chart; other charts have their turn.
    FirstFailure,
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
    let (view, chart) = load(profile, folder).map_err(|error| failed(&error))?;
    let own = view.read_all(["values.yaml"]).map_err(|error| failed(&error))?;
    let values = subchart::defaults(own.first().map(|file| &*file.content), &args.values)
        .map_err(|error| failed(&error))?;
    let routes = if args.with_subchart { subchart::routes(&chart, &values) } else { vec![String::new()] };
    let mut all = Vec::new();
    for route in routes {
        let found = suites(args, profile, &view, &folder.join(route.trim_start_matches('/')), &route)?;
        let route = format!("{}{route}", chart.metadata().name);
        all.extend(found.into_iter().map(|(file, suite)| (route.clone(), file, suite)));
    }
    let mut results = Vec::new();
    for (route, file, suite) in all {
        let subject = Subject::new(args, &chart, route);
        let result = of_suite(args, &subject, file, &suite)?;
        let has_passed = result.has_passed();
        results.push(result);
        if subject.haste == Haste::FirstFailure && !has_passed {
            break;
        }
    }
    Ok(results)
}

/// The chart in `folder`, and all files there.
fn load(profile: Profile, folder: &Path) -> Result<(SourceView, Arc<Chart>), String> {
    let view = open_folder(folder, ".").map_err(|error| error.to_string())?;
    let files = view.read_all(["**"]).map_err(|error| error.to_string())?;
    let files = files.iter().map(|file| File::new(&*file.path, &file.content));
    let chart = Chart::from_files(profile, &folder.display().to_string(), files);
    Ok((view, chart.map_err(|error| error.to_string())?))
}

/// The suites of the chart or subchart in `folder`, which is at `route` in `view`, each with its file.
fn suites(
    args: &TestArgs,
    profile: Profile,
    view: &SourceView,
    folder: &Path,
    route: &str,
) -> Result<Vec<(PathBuf, Suite)>, Failure> {
    let failed = |error: String| Failure::new(Code::Failed, error);
    let unknown = if args.strict { Unknown::Refuse } else { Unknown::Ignore };
    let mut suites = Vec::new();
    for glob in &args.files {
        let glob = format!("{route}/{glob}");
        let paths = view.list(glob.trim_start_matches('/'));
        for path in paths.map_err(|error| failed(format!("`{}`: {error}", folder.display())))? {
            let below = path.strip_prefix(route.trim_start_matches('/')).unwrap_or(&path);
            let file = folder.join(below.trim_start_matches('/'));
            let text = fs_err::read_to_string(&file).map_err(|error| failed(error.to_string()))?;
            let wrong = |error: String| failed(format!("`{}` is no suite: {error}", file.display()));
            let found = Suite::all(&text, unknown).map_err(wrong)?;
            suites.extend(found.into_iter().map(|suite| (file.clone(), suite)));
        }
    }
    if let Some(path) = &args.chart_tests_path {
        suites.extend(templated::suites(profile, &folder.join(path), unknown).map_err(failed)?);
    }
    Ok(suites)
}

fn of_suite(
    args: &TestArgs,
    subject: &Subject<'_>,
    file: PathBuf,
    suite: &Suite,
) -> Result<SuiteResult, Failure> {
    let mut snapshots = Snapshots::open(&file, &suite.snapshot_id, args.update_snapshot)?;
    let mut result = SuiteResult { file, name: suite.suite.clone(), tests: Vec::new() };
    for test in &suite.tests {
        let test = run(subject, &result.file, suite, test, &mut snapshots);
        result.tests.push(test);
        if subject.haste == Haste::FirstFailure && !result.has_passed() {
            break;
        }
    }
    snapshots.save()?;
    Ok(result)
}

// === impl Subject ===

impl<'a> Subject<'a> {
    fn new(args: &'a TestArgs, chart: &Arc<Chart>, route: String) -> Self {
        let skips = if args.skip_schema_validation { SchemaValidation::Skip } else { SchemaValidation::On };
        Self {
            chart: Arc::clone(chart),
            route,
            values: &args.values,
            schema_validation: skips,
            haste: if args.failfast { Haste::FirstFailure } else { Haste::None },
        }
    }
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
            Err(reason) => {
                failures.push(format!("assertion {}: {reason}", at + 1));
                if subject.haste == Haste::FirstFailure {
                    break;
                }
            }
        }
    }
    match rendering.error {
        _ if skipped == test.asserts.len() => Verdict::Skipped,
        _ if failures.is_empty() => Verdict::Passed,
        Some(error) => Verdict::Errored(error),
        None => Verdict::Failed(failures),
    }
}
