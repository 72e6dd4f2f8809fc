//! Reading and writing against Go, in one run: `cargo bench -p goyaml --bench oracle`.
//!
//! Without Go on the machine only this crate's times are shown, without the corpus only the written documents'.
#![expect(clippy::print_stdout, reason = "a program for the terminal")]
#![expect(clippy::expect_used, reason = "a bench")]

use std::hint::black_box;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;
use goyaml::sigs::{self, Target};
use goyaml::{Head, Value, Values};

/// Charts whose values have much text, many comments or deep structure.
const CHARTS: &[&str] = &["argoproj-argo-cd", "bitnami-airflow", "grafana-loki-stack", "kyverno-kyverno"];

const OPERATIONS: &[&str] = &["decode", "encode", "head"];

/// A document and what it is.
struct Bench {
    name: String,
    text: Vec<u8>,
}

fn main() {
    let service = include_str!("oracle/service.yaml");
    let list: String =
        (0..500).map(|_| "- ".to_owned() + &service.trim_end().replace('\n', "\n  ") + "\n").collect();
    let mut benches = vec![
        Bench { name: "a deployment".to_owned(), text: include_bytes!("oracle/deployment.yaml").to_vec() },
        Bench { name: "500 services".to_owned(), text: format!("items:\n{list}").into_bytes() },
    ];
    benches.extend(values_of_charts());
    let files: Vec<PathBuf> = benches.iter().enumerate().map(|(index, bench)| bench.file(index)).collect();
    println!("{:<30} {:<8} {:>9} {:>13} {:>13} {:>5}", "", "", "bytes", "here", "Go", "×");
    for operation in OPERATIONS {
        let theirs = times_in_go(operation, &files);
        for (index, bench) in benches.iter().enumerate() {
            let ours = bench.time(operation);
            let theirs = theirs.as_ref().and_then(|times| times.get(index));
            println!("{}", row(bench, operation, ours, theirs.copied()));
        }
    }
}

fn row(bench: &Bench, operation: &str, ours: f64, theirs: Option<f64>) -> String {
    let go = theirs.map_or_else(String::new, |go| format!("{:>10.1} µs {:>5.1}", go / 1e3, go / ours));
    format!("{:<30} {operation:<8} {:>9} {:>10.1} µs {go}", bench.name, bench.text.len(), ours / 1e3)
}

impl Bench {
    /// The document as a file, for Go to read.
    fn file(&self, index: usize) -> PathBuf {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("goyaml-bench-{index}.yaml"));
        fs_err::write(&path, &self.text).expect("the document is written");
        path
    }

    /// The nanoseconds of one call: of the fastest, as the machine may have other things to do.
    fn time(&self, operation: &str) -> f64 {
        const LEAST: Duration = Duration::from_millis(400);
        let value = sigs::decode(&self.text, Target::Any, &mut Values).expect("YAML").unwrap_or(Value::Null);
        let (start, mut fastest) = (Instant::now(), Duration::MAX);
        while fastest == Duration::MAX || start.elapsed() < LEAST {
            let begin = Instant::now();
            match operation {
                "decode" => drop(black_box(sigs::decode(&self.text, Target::Map, &mut Values))),
                "encode" => drop(black_box(sigs::encode(&value))),
                _ => drop(black_box(Head::decode(&self.text, "main.SimpleHead"))),
            }
            fastest = fastest.min(begin.elapsed());
        }
        fastest.as_secs_f64() * 1e9
    }
}

/// The nanoseconds that the oracle measures; `None` without Go.
fn times_in_go(operation: &str, files: &[PathBuf]) -> Option<Vec<f64>> {
    let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/oracle");
    let mut command = Command::new("go");
    let output =
        command.args(["run", "./yaml", "bench", operation]).args(files).current_dir(oracle).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let number = |line: &str| line.parse().expect("the oracle prints nanoseconds");
    Some(String::from_utf8_lossy(&output.stdout).lines().map(number).collect())
}

/// The values of real charts, if the corpus is there.
fn values_of_charts() -> Vec<Bench> {
    let charts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/charts");
    if !charts.is_dir() {
        println!("the corpus is not at `{}`", charts.display());
        return Vec::new();
    }
    let bench = |chart: &&str| Bench {
        name: format!("values: {chart}"),
        text: values_of(&charts.join(format!("{chart}.tgz"))),
    };
    CHARTS.iter().map(bench).collect()
}

fn values_of(archive: &Path) -> Vec<u8> {
    let file = fs_err::File::open(archive).expect("the chart is there");
    let mut archive = tar::Archive::new(GzDecoder::new(file));
    let is_values = |path: &Path| path.components().count() == 2 && path.ends_with("values.yaml");
    let mut entries = archive.entries().expect("a tar archive").map(|entry| entry.expect("an entry"));
    let values = entries.find(|entry| entry.path().is_ok_and(|path| is_values(&path)));
    let mut values = values.expect("a chart has values");
    let mut text = Vec::new();
    values.read_to_end(&mut text).expect("a file");
    text
}
