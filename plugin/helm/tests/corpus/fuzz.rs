//! Compares with real Helm where its binaries are on PATH, as `helm-4.2`, `helm-3.21` and so on: charts of the corpus
//! with changed values, capabilities and releases.
//!
//! `make fuzz-helm` runs it. `FUZZ_SECONDS` (60) and `FUZZ_SEED` say how long and where to start.

mod change;
mod real;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use helm::{Chart, Profile};

use crate::support::{self, Corpus, Verdict};
use change::Change;
use real::RealHelm;

#[test]
#[ignore = "needs real Helm on PATH, and minutes"]
fn changed_charts_render_as_in_real_helm() {
    let peers: Vec<RealHelm> = Profile::ALL.into_iter().filter_map(RealHelm::find).collect();
    let Some(corpus) = Corpus::find().filter(|_| !peers.is_empty()) else {
        eprintln!("THE CORPUS OR REAL HELM IS ABSENT: nothing was compared");
        return;
    };
    let end = Instant::now() + Duration::from_secs(setting("SECONDS", 60));
    let seed = AtomicU64::new(setting("SEED", 1));
    let tally = Mutex::new(Tally::default());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while Instant::now() < end {
                    let seed = seed.fetch_add(1, Ordering::Relaxed);
                    round(&corpus, &peers, seed, end, &tally);
                }
            });
        }
    });
    tally.into_inner().unwrap().report();
}

fn setting(name: &str, default: u64) -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a fuzzer is steered by the environment")]
    let text = std::env::var(format!("FUZZ_{name}"));
    text.ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// How many changes of a chart are tried before another one is unpacked.
const CHANGES: usize = 6;

fn round(corpus: &Corpus, peers: &[RealHelm], seed: u64, end: Instant, tally: &Mutex<Tally>) {
    let mut random = fastrand::Rng::with_seed(seed);
    let Some(chart) = random.choice(corpus.charts()) else { return };
    let Some(peer) = random.choice(peers) else { return };
    let golden = corpus.golden(chart);
    let directory = real::Unpacked::new(&golden);
    let loaded = Chart::from_files(peer.profile, directory.path(), golden.chart_files());
    for _ in 0..CHANGES {
        if Instant::now() > end {
            return;
        }
        let change = Change::new(&mut random, &golden);
        let verdict = compare(peer, &directory, &change, &loaded);
        tally.lock().unwrap().add(&format!("{} {chart} seed {seed}", peer.profile), verdict, &change);
    }
}

fn compare(
    peer: &RealHelm,
    directory: &real::Unpacked,
    change: &Change,
    loaded: &support::Loaded,
) -> Verdict {
    let expected = peer.run(directory, change);
    let rendered = change.render(loaded);
    let verdict = judge(&expected, &rendered);
    if !matches!(verdict, Verdict::Different(_)) {
        return verdict;
    }
    // Helm itself may be of two minds: it walks through maps in any order.
    let again = (0..RUNS).map(|_| peer.run(directory, change)).find(|again| *again != expected);
    match (&expected, &again, &rendered) {
        (Ok(first), Some(Ok(second)), Ok(text)) => crate::compare::random(text, first, second),
        (_, Some(_), _) => Verdict::SameRefusal,
        (_, None, _) => verdict,
    }
}

/// How often Helm is asked again before its answer counts as its only one.
const RUNS: usize = 6;

fn judge(expected: &support::Rendered, rendered: &support::Rendered) -> Verdict {
    match (expected, rendered) {
        (Ok(expected), Ok(text)) => crate::compare::exact(text, expected),
        (Err(expected), Err(text)) => crate::compare::refusals(expected, text),
        (Ok(_), Err(text)) => Verdict::Different(format!("refused here only: {text}")),
        (Err(text), Ok(_)) => Verdict::Different(format!("refused by Helm only: {text}")),
    }
}

#[derive(Default)]
struct Tally {
    equal: usize,
    refused: usize,
    different: BTreeMap<String, Vec<String>>,
}

/// After how many renders the figures so far are told.
const PROGRESS: usize = 500;

impl Tally {
    fn add(&mut self, name: &str, verdict: Verdict, change: &Change) {
        match verdict {
            Verdict::Equal => self.equal += 1,
            Verdict::SameRefusal => self.refused += 1,
            Verdict::Different(why) => {
                let example = format!("{name}\n{change}");
                self.different.entry(why).or_default().push(example);
            }
        }
        if (self.equal + self.refused).is_multiple_of(PROGRESS) {
            println!("equal {}, refused alike {}", self.equal, self.refused);
        }
    }

    fn report(self) {
        let different: usize = self.different.values().map(Vec::len).sum();
        println!("equal {}, refused alike {}, different {different}", self.equal, self.refused);
        for (why, examples) in self.different.iter().take(30) {
            println!("\n{} times, such as {}\n{why}", examples.len(), examples.first().unwrap());
        }
        assert_eq!(different, 0, "renders differ from real Helm");
    }
}
