//! Renders of large charts against Helm's engine, in one run: `cargo bench -p helm --bench engine`.
//!
//! Of Helm, only the parsing and the executing of the templates is measured; of this crate a whole first render, which
//! also resolves dependencies and values, and sorts manifests. Without Go on the machine only the latter is shown.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench"
)]

#[path = "../tests/corpus/compare.rs"]
mod compare;
#[path = "../tests/corpus/support.rs"]
#[expect(dead_code, reason = "only a part is needed")]
mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use helm::context::Timestamp;
use helm::lookup::NoCluster;
use helm::{Capabilities, Chart, LIMITS, Output, Profile, Release, Render, SchemaValidation, ValuesSources};

/// Large charts that render with their own values.
const CHARTS: &[&str] = &[
    "argoproj-argo-workflows",
    "bitnami-appsmith",
    "bitnami-grafana-mimir",
    "open-telemetry-opentelemetry-demo",
];

fn main() {
    let charts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/charts");
    if !charts.is_dir() {
        println!("THE CORPUS IS ABSENT: expected at `{}`, nothing was measured", charts.display());
        return;
    }
    let files: Vec<PathBuf> = CHARTS.iter().map(|chart| charts.join(format!("{chart}.tgz"))).collect();
    let theirs = times_in_go(&files);
    println!("{:<36} {:>12} {:>15} {:>5}", "", "render here", "Helm's engine", "×");
    for (index, (chart, file)) in CHARTS.iter().zip(&files).enumerate() {
        let Some(ours) = measure(&fs_err::read(file).expect("the chart is there")) else {
            println!("{chart:<36} does not render with its own values");
            continue;
        };
        let go = theirs.as_ref().and_then(|times| times.get(index)).map_or_else(String::new, |go| {
            format!("{:>12} µs {:>5.1}", go.as_micros(), go.as_secs_f64() / ours.as_secs_f64())
        });
        println!("{chart:<36} {:>9} µs {go}", ours.as_micros());
    }
}

/// The fastest first render of a chart that was just loaded: a later one would find its templates parsed.
fn measure(archive: &[u8]) -> Option<Duration> {
    const LEAST: Duration = Duration::from_secs(1);
    let (start, mut fastest) = (Instant::now(), Duration::MAX);
    while fastest == Duration::MAX || start.elapsed() < LEAST {
        let chart = Chart::from_archive(Profile::V4_3, archive).expect("a chart");
        let begin = Instant::now();
        render(&chart)?;
        fastest = fastest.min(begin.elapsed());
    }
    Some(fastest)
}

fn render(chart: &Arc<Chart>) -> Option<Output> {
    let render = Render {
        values: ValuesSources::default(),
        release: Release::new("release", "default"),
        capabilities: Capabilities::new(chart.profile(), None, &[]).expect("capabilities"),
        schema_validation: SchemaValidation::Skip,
        clock: Rc::new(Timestamp { seconds: 1_700_000_000, nanoseconds: 0 }),
        entropy: Rc::new(support::prepared_keys("bench")),
        lookup: Rc::new(NoCluster),
        limits: LIMITS,
    };
    render.run(chart).ok()
}

/// The times that the oracle measures; `None` without Go.
fn times_in_go(files: &[PathBuf]) -> Option<Vec<Duration>> {
    let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/oracle");
    let output = Command::new("go").args(["run", "./chart"]).args(files).current_dir(oracle).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let nanoseconds = |line: &str| Duration::from_nanos(line.parse().expect("the oracle prints nanoseconds"));
    Some(String::from_utf8_lossy(&output.stdout).lines().map(nanoseconds).collect())
}
