//! Renders every chart of the corpus as every profile and compares with what the real Helm printed.
//!
//! `HELM_CORPUS_CHART`, `HELM_CORPUS_CASE` and `HELM_CORPUS_PROFILE` (parts of names) narrow the run down, and
//! differences are then shown in full.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, reason = "a test")]

mod compare;
mod fuzz;
mod support;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use helm::{Chart, Profile};
use support::{Case, Corpus, Golden, Verdict};

/// Differences from Helm that are meant: part of a case's name, and the reason.
const DELIBERATE: &[(&str, &str)] = &[];

#[test]
fn every_case_is_what_helm_prints() {
    let Some(corpus) = Corpus::find() else {
        eprintln!("THE CORPUS IS ABSENT: expected at ../shared/corpus, nothing was compared");
        return;
    };
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(chart) = corpus.charts().get(next.fetch_add(1, Ordering::Relaxed)) {
                    let verdicts = run(&corpus, chart);
                    results.lock().unwrap().extend(verdicts);
                }
            });
        }
    });
    report(&results.into_inner().unwrap());
}

type Verdicts = Vec<(Profile, String, Verdict)>;

fn run(corpus: &Corpus, chart: &str) -> Verdicts {
    let golden = corpus.golden(chart);
    let mut verdicts = Verdicts::new();
    for profile in Profile::ALL.into_iter().filter(|profile| support::wants("PROFILE", profile.name())) {
        let loaded = Chart::from_files(profile, &golden.directory(), golden.chart_files());
        for case in golden.cases().iter().filter(|case| support::wants("CASE", &case.case)) {
            let Some(expected) = case.profiles.get(&format!("helm-{profile}")) else { continue };
            let rendered = support::render(&golden, case, &loaded);
            let verdict = golden.judge(case, expected, &rendered);
            let again = is_stable(&golden, case, &loaded, &rendered);
            let verdict = if again { verdict } else { Verdict::Different("a second render differs".into()) };
            verdicts.push((profile, format!("{chart} {}", case.case), verdict));
        }
    }
    verdicts
}

/// Whether a second render in stable mode gives the same bytes.
fn is_stable(golden: &Golden, case: &Case, chart: &support::Loaded, first: &support::Rendered) -> bool {
    !case.random || support::render(golden, case, chart) == *first
}

fn report(results: &Verdicts) {
    let mut table: BTreeMap<Profile, [usize; 3]> = BTreeMap::new();
    let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (profile, name, verdict) in results {
        let [equal, refused, different] = table.entry(*profile).or_default();
        match verdict {
            Verdict::Equal => *equal += 1,
            Verdict::SameRefusal => *refused += 1,
            Verdict::Different(why) => {
                *different += 1;
                if !DELIBERATE.iter().any(|(part, _)| name.contains(part)) {
                    reasons.entry(why.clone()).or_default().push(format!("{profile} {name}"));
                }
            }
        }
    }
    println!("profile  equal  same refusal  different");
    for (profile, [equal, refused, different]) in &table {
        println!("{profile:7} {equal:6} {refused:13} {different:10}");
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, names)| std::cmp::Reverse(names.len()));
    for (why, names) in reasons.iter().take(40) {
        println!("\n{} times, such as {}:\n{why}", names.len(), names.first().unwrap());
    }
    assert!(
        reasons.is_empty(),
        "{} cases differ from Helm",
        reasons.iter().map(|(_, n)| n.len()).sum::<usize>()
    );
}
