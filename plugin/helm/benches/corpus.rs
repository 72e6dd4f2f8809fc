//! How long the cases of the corpus take, and how much memory: here, in Helm's engine, and as a process of `helm template`.
//!
//! `make bench-helm` runs it, and builds Helm's engine (`tests/oracle/helm`) where Go is at hand; without it, and without
//! `helm-4.3` on PATH, ours alone is measured. `HELM_CORPUS_CHART` narrows it down. Deterministic cases that Helm does
//! not refuse are measured, each chart in processes of its own. One line a case: chart, case, and the microseconds to
//! load the chart and to render it, ours (and again, with the templates parsed) and Helm's, and of the whole process.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, reason = "a bench")]

#[path = "corpus/child.rs"]
mod child;
#[path = "../tests/corpus/compare.rs"]
mod compare;
#[path = "corpus/request.rs"]
mod request;
#[path = "../tests/corpus/support.rs"]
#[expect(dead_code, reason = "the tests of the corpus need more of it")]
mod support;

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use helm::Profile;
use request::{Answer, Prepared};
use support::Corpus;

/// How often a case is rendered; the fastest counts.
const ROUNDS: usize = 5;

/// The version that is compared: the one that the oracle is built with.
const PROFILE: Profile = Profile::V4_3;

fn main() {
    if std::env::args().any(|argument| argument == child::FLAG) {
        return child::run(PROFILE);
    }
    let Some(corpus) = Corpus::find() else {
        println!("THE CORPUS IS ABSENT: expected at ../shared/corpus, nothing was measured");
        return;
    };
    let peers = Peers { engine: setting("HELM_ENGINE"), helm: on_path(&format!("helm-{PROFILE}")) };
    let mut figures = Figures::default();
    for chart in corpus.charts() {
        let prepared = Prepared::new(&corpus.golden(chart), PROFILE, ROUNDS);
        if !prepared.request.cases.is_empty() {
            peers.measure(chart, &prepared, &mut figures);
        }
    }
    figures.report();
}

#[expect(clippy::disallowed_methods, reason = "how `make` hands over a program")]
fn setting(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from)
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = setting("PATH")?;
    std::env::split_paths(&path).map(|directory| directory.join(name)).find(|file| file.exists())
}

/// Whom we are compared with.
struct Peers {
    engine: Option<PathBuf>,
    helm: Option<PathBuf>,
}

impl Peers {
    fn measure(&self, chart: &str, prepared: &Prepared, figures: &mut Figures) {
        let mut own = Command::new(std::env::current_exe().unwrap());
        let own = prepared.ask(own.arg(child::FLAG));
        let engine = self.engine.as_ref().map(|engine| prepared.ask(&mut Command::new(engine)));
        for (at, case) in prepared.request.cases.iter().enumerate() {
            let ours = &own.cases[at];
            let theirs = engine.as_ref().map(|engine| &engine.cases[at]);
            let process = self.helm.as_ref().map(|helm| {
                let mut command = Command::new(helm);
                prepared.template(case, &mut command);
                let start = Instant::now();
                command.output().unwrap();
                start.elapsed()
            });
            figures.add(chart, ours, theirs, process);
        }
        if let Some(engine) = engine {
            figures.memory.push(ratio(engine.peak, own.peak));
        }
    }
}

/// What was measured, over all cases.
#[derive(Default)]
struct Figures {
    own: [Vec<f64>; 3],
    /// Helm's engine against ours: rendering, and loading with rendering.
    render: Compared,
    whole: Compared,
    process: Compared,
    /// The ratio of each chart.
    memory: Vec<f64>,
}

/// The times of cases, in microseconds.
#[derive(Default)]
struct Compared {
    theirs: Vec<f64>,
    ours: Vec<f64>,
}

impl Compared {
    fn add(&mut self, theirs: Duration, ours: Duration) {
        self.theirs.push(micros(theirs));
        self.ours.push(micros(ours));
    }

    /// Both readings: what a case is faster by, and what the cases at a rank of either side are.
    fn report(self, what: &str) {
        let each = self.theirs.iter().zip(&self.ours).map(|(theirs, ours)| theirs / ours).collect();
        quantiles(&format!("{what}, each case"), each);
        if let (Some(theirs), Some(ours)) = (Quantiles::of(self.theirs), Quantiles::of(self.ours)) {
            println!("{what}, the percentiles of the times: {}", theirs.over(&ours));
        }
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

#[expect(clippy::cast_precision_loss, reason = "a few digits are shown")]
fn ratio(theirs: u64, ours: u64) -> f64 {
    theirs as f64 / ours.max(1) as f64
}

impl Figures {
    fn add(&mut self, chart: &str, ours: &Answer, theirs: Option<&Answer>, process: Option<Duration>) {
        let own = [ours.load, ours.render, ours.again];
        print!("{chart}\t{}", ours.case);
        for (all, time) in self.own.iter_mut().zip(own) {
            all.push(micros(time));
            print!("\t{:.0}", micros(time));
        }
        if let Some(theirs) = theirs {
            print!("\t{:.0}\t{:.0}", micros(theirs.load), micros(theirs.render));
            self.render.add(theirs.render, ours.render);
            self.whole.add(theirs.load + theirs.render, ours.load + ours.render);
        }
        if let Some(process) = process {
            print!("\t{:.0}", micros(process));
            self.process.add(process, ours.load + ours.render);
        }
        println!();
    }

    fn report(self) {
        let [load, render, again] = self.own;
        quantiles("load, µs", load);
        quantiles("render, µs", render);
        quantiles("render again, µs", again);
        self.render.report("Helm's engine against ours, rendering");
        self.whole.report("Helm's engine against ours, loading and rendering");
        self.process.report("`helm template` against ours, loading and rendering");
        quantiles("peak memory of Helm's engine against ours, a chart", self.memory);
    }
}

/// The slowest tenth is where a ratio is small: `p10` is what nine of ten cases reach at least.
fn quantiles(what: &str, values: Vec<f64>) {
    let count = values.len();
    if let Some(quantiles) = Quantiles::of(values) {
        println!("{what}: of {count} {quantiles}");
    }
}

/// The first, tenth, fiftieth, ninetieth and ninety-ninth percentile.
struct Quantiles([f64; 5]);

impl Quantiles {
    const PERCENTS: [usize; 5] = [1, 10, 50, 90, 99];

    /// `None` of nothing.
    fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_unstable_by(f64::total_cmp);
        let last = values.len().checked_sub(1)?;
        Some(Self(Self::PERCENTS.map(|percent| values[last * percent / 100])))
    }

    fn over(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at] / other.0[at]))
    }
}

impl std::fmt::Display for Quantiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts =
            Self::PERCENTS.iter().zip(self.0).map(|(percent, value)| format!("p{percent} {value:.2}"));
        f.write_str(&parts.collect::<Vec<_>>().join(", "))
    }
}
