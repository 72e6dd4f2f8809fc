//! `tiphys test` beside helm-unittest: public charts with suites, as they are and with what they expect changed.
//!
//! `make test-unittest` runs it: `UNITTEST_CHARTS` is a folder with charts anywhere below it, `helm-unittest` is on the
//! PATH or named by `HELM_UNITTEST`. `UNITTEST_REPORTS` is a folder that keeps the original's reports for the next run.

#![expect(clippy::unwrap_used, reason = "a test")]
#![expect(clippy::disallowed_methods, reason = "the environment says where charts and the original are")]
#![expect(clippy::print_stdout, reason = "the table is what the test is run for")]

mod change;
mod charts;
mod report;
mod tools;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use charts::Chart;
use report::Case;
use tools::Tools;

/// The least share of cases with the verdict of the original.
const WANTED: f64 = 0.99;

/// Cases of one kind.
#[derive(Default)]
struct Tally {
    same: usize,
    different: Vec<String>,
    /// By the verdict of the original.
    verdicts: BTreeMap<&'static str, usize>,
}

#[test]
#[ignore = "needs charts and helm-unittest"]
fn verdicts_are_those_of_helm_unittest() {
    let Some(folder) = std::env::var_os("UNITTEST_CHARTS").map(PathBuf::from) else {
        println!("UNITTEST_CHARTS does not say where charts are: nothing is compared");
        return;
    };
    let tools = Tools::from_environment();
    let (mut plain, mut changed) = (Tally::default(), Tally::default());
    for chart in charts::below(&folder) {
        for (tally, seed) in [(&mut plain, None), (&mut changed, Some(1))] {
            let before = (tally.same, tally.different.len());
            compare(&tools, &folder, &chart, seed, tally);
            let (same, different) = (tally.same - before.0, tally.different.len() - before.1);
            let kind = if seed.is_some() { "changed" } else { "as it is" };
            println!("{same:5} same {different:4} different  {} {kind}", chart.name(&folder));
        }
    }
    print_differences(&plain);
    print_differences(&changed);
    println!("as they are: {}", plain.line());
    println!("changed:     {}", changed.line());
    assert!(plain.share() >= WANTED && changed.share() >= WANTED);
}

fn print_differences(tally: &Tally) {
    for difference in &tally.different {
        println!("{difference}");
    }
}

fn compare(tools: &Tools, folder: &Path, chart: &Chart, seed: Option<u64>, tally: &mut Tally) {
    let name = chart.name(folder);
    let theirs = tools.original(chart, &name, seed);
    let ours = tools.tiphys(chart, seed);
    let mut ours = report::by_name(&ours);
    for case in &theirs {
        let found =
            ours.get_mut(&(case.suite.clone(), case.test.clone())).and_then(|cases| cases.pop_front());
        tally.add(&name, case, found.as_ref());
    }
    for case in ours.into_values().flatten() {
        tally.different.push(format!("{name}: {}: ours alone", case.place()));
    }
}

// === impl Tally ===

impl Tally {
    fn add(&mut self, chart: &str, theirs: &Case, ours: Option<&Case>) {
        *self.verdicts.entry(theirs.verdict).or_default() += 1;
        let verdict = ours.map_or("missing", |case| case.verdict);
        if verdict == theirs.verdict {
            self.same += 1;
            return;
        }
        let reason = |case: &Case| case.reason.chars().take(600).collect::<String>();
        self.different.push(format!(
            "{chart}: {}: theirs {} ours {verdict}\n  theirs: {}\n  ours: {}",
            theirs.place(),
            theirs.verdict,
            reason(theirs),
            ours.map(reason).unwrap_or_default(),
        ));
    }

    fn share(&self) -> f64 {
        self.same as f64 / (self.same + self.different.len()).max(1) as f64
    }

    fn line(&self) -> String {
        let all = self.same + self.different.len();
        format!("{} of {all} cases the same ({:.2} %), {:?}", self.same, self.share() * 100.0, self.verdicts)
    }
}
