//! Our side, in a process of its own: reads the chart from its directory, as Helm does, and renders it.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use helm::context::Timestamp;
use helm::lookup::NoCluster;
use helm::{
    Capabilities, Chart, Crds, File, LIMITS, Profile, Release, Render, SchemaValidation, Selection,
    ValuesFile, ValuesSources,
};

use crate::request::{Case, Request};
use crate::support;

/// The argument that makes a process measure.
pub(crate) const FLAG: &str = "--measure";

/// Answers the request on standard input as `tests/oracle/helm` does, with one more time: to render again.
pub(crate) fn run(profile: Profile) {
    let request: Request = serde_json::from_reader(std::io::stdin()).unwrap();
    for case in &request.cases {
        let (times, size) = measure(&request, case, profile);
        let [load, render, again] = times.map(|time| time.as_nanos());
        println!("{}\t{load}\t{render}\t{size}\t{again}", case.case);
    }
    println!("{}", peak());
}

fn measure(request: &Request, case: &Case, profile: Profile) -> ([Duration; 3], usize) {
    let (mut fastest, mut size) = ([Duration::MAX; 3], 0);
    for _ in 0..request.rounds {
        let start = Instant::now();
        let chart = load(&request.chart, profile);
        let loaded = start.elapsed();
        let start = Instant::now();
        size = render(case, &chart).len();
        let rendered = start.elapsed();
        let start = Instant::now();
        drop(render(case, &chart));
        for (fastest, time) in fastest.iter_mut().zip([loaded, rendered, start.elapsed()]) {
            *fastest = time.min(*fastest);
        }
    }
    (fastest, size)
}

fn load(directory: &str, profile: Profile) -> Arc<Chart> {
    let mut files = Vec::new();
    collect(Path::new(directory), "", &mut files);
    Chart::from_files(profile, directory, files).unwrap()
}

fn collect(directory: &Path, prefix: &str, files: &mut Vec<File>) {
    for entry in fs_err::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{path}/"), files);
        } else {
            files.push(File::new(path, &fs_err::read(entry.path()).unwrap()));
        }
    }
}

fn render(case: &Case, chart: &Arc<Chart>) -> Vec<u8> {
    let file = |path: &String| ValuesFile { path: path.clone(), content: fs_err::read(path).unwrap() };
    let render = Render {
        values: ValuesSources { files: case.values.iter().map(file).collect(), ..ValuesSources::default() },
        release: Release::new(&case.release, &case.namespace),
        capabilities: Capabilities::new(chart.profile(), Some(&case.kube_version), &case.api_versions)
            .unwrap(),
        schema_validation: SchemaValidation::On,
        clock: Rc::new(Timestamp { seconds: 1_700_000_000, nanoseconds: 0 }),
        entropy: Rc::new(support::prepared_keys(&case.case)),
        lookup: Rc::new(NoCluster),
        limits: LIMITS,
    };
    let selection = Selection { crds: Crds::Include, ..Selection::default() };
    render.run(chart).unwrap().text(&selection).unwrap()
}

/// The most memory that the process had, in KiB, as the kernel counts it.
fn peak() -> u64 {
    let status = fs_err::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or_default()
}
