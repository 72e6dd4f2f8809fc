//! How long the cases of the corpus take, chart by chart: to load the chart, and to render it once it is loaded.
//!
//! `make bench-helm` runs it. `HELM_CORPUS_PROFILE` (4.2) and `HELM_CORPUS_CHART` narrow it down. Prints one line a
//! case (chart, case, microseconds to load, to render first, to render again) and the percentiles.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, reason = "a bench")]

#[path = "../tests/corpus/compare.rs"]
mod compare;
#[path = "../tests/corpus/support.rs"]
mod support;

use std::time::{Duration, Instant};

use helm::{Chart, Profile};
use support::{Case, Corpus, Golden, Rendered, Verdict};

/// How often a case is rendered; the fastest counts.
const ROUNDS: usize = 5;

fn main() {
    let Some(corpus) = Corpus::find() else {
        println!("THE CORPUS IS ABSENT: expected at ../shared/corpus, nothing was measured");
        return;
    };
    let profile =
        Profile::ALL.into_iter().rev().find(|profile| support::wants("PROFILE", profile.name())).unwrap();
    let (mut loads, mut firsts, mut agains) = (Vec::new(), Vec::new(), Vec::new());
    for chart in corpus.charts() {
        let golden = corpus.golden(chart);
        for case in golden.cases() {
            let times = measure(&golden, case, profile);
            let [load, first, again] = times.map(|time| time.as_micros());
            println!("{chart}\t{}\t{load}\t{first}\t{again}", case.case);
            loads.push(load);
            firsts.push(first);
            agains.push(again);
        }
    }
    for (what, times) in [("load", &mut loads), ("first render", &mut firsts), ("render again", &mut agains)]
    {
        times.sort_unstable();
        let at = |percent: usize| times[(times.len() - 1) * percent / 100];
        println!(
            "{what}: p50 {} µs, p90 {} µs, p99 {} µs, sum {} ms",
            at(50),
            at(90),
            at(99),
            times.iter().sum::<u128>() / 1000
        );
    }
}

fn measure(golden: &Golden, case: &Case, profile: Profile) -> [Duration; 3] {
    let mut fastest = [Duration::MAX; 3];
    for _ in 0..ROUNDS {
        let files = golden.chart_files();
        let start = Instant::now();
        let chart = Chart::from_files(profile, &golden.directory(), files);
        let loaded = start.elapsed();
        let start = Instant::now();
        let first = support::render(golden, case, &chart);
        let rendered = start.elapsed();
        let start = Instant::now();
        let again = support::render(golden, case, &chart);
        let times = [loaded, rendered, start.elapsed()];
        drop(first);
        check(golden, case, profile, &again);
        for (fastest, time) in fastest.iter_mut().zip(times) {
            *fastest = time.min(*fastest);
        }
    }
    fastest
}

/// The time of a wrong result says nothing.
fn check(golden: &Golden, case: &Case, profile: Profile, rendered: &Rendered) {
    let expected = &case.profiles[&format!("helm-{profile}")];
    if let Verdict::Different(why) = golden.judge(case, expected, rendered) {
        println!("{} differs from Helm: {why}", case.case);
    }
}
