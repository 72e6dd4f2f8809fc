//! Compares this crate with Go.
//!
//! * `oracle fuzz PROGRAM CASES [SEED]` asks random cases, and shrinks what differs.
//! * `oracle record PROGRAM DIRECTORY` records Go's answers for the tests, in
//!   `plugin/goyaml/tests/fixtures`.
//! * `oracle files PROGRAM OPERATION FILE…` compares on the files' contents.
//!
//! PROGRAM is what `tests/oracle/yaml/build.sh` builds.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a program for developers, whose failure is a finding"
)]

#[path = "../tests/oracle/case.rs"]
mod case;
#[path = "../tests/oracle/dump.rs"]
mod dump;
#[path = "../tests/oracle/edges.rs"]
mod edges;
#[path = "../tests/oracle/fixture.rs"]
mod fixture;
#[path = "../tests/oracle/generate.rs"]
mod generate;
#[path = "../tests/oracle/node.rs"]
mod node;
#[path = "../tests/oracle/peer.rs"]
mod peer;
#[path = "../tests/oracle/random.rs"]
mod random;
#[path = "../tests/oracle/systematic.rs"]
mod systematic;

use std::path::Path;
use std::process::ExitCode;

use case::{Answer, Case, answer};
use fixture::Line;
use peer::Oracle;
use random::Random;

/// Cases that the oracle is asked at a time.
const BATCH: usize = 500;

/// Times that Go is asked before a difference counts.
const REPETITIONS: usize = 12;

/// Differences after which there is no point in looking for more.
const ENOUGH: usize = 8;

/// Bytes of a random case that is worth its place in the repository.
const SHORT: usize = 200;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // Deep documents are shown recursively.
    let thread = std::thread::Builder::new().stack_size(1 << 30);
    thread.spawn(move || run(&arguments)).unwrap().join().unwrap()
}

fn run(arguments: &[String]) -> ExitCode {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let differences = match words.as_slice() {
        ["fuzz", program, cases] => fuzz(program, cases.parse().expect("CASES is a number"), 1),
        ["fuzz", program, cases, seed] => {
            let seed = seed.parse().expect("SEED is a number");
            fuzz(program, cases.parse().expect("CASES is a number"), seed)
        }
        ["record", program, directory] => {
            record_all(program, Path::new(directory));
            0
        }
        ["files", program, operation, files @ ..] => compare_files(program, operation, files),
        _ => {
            eprintln!(
                "usage: oracle (fuzz PROGRAM CASES [SEED] | record PROGRAM DIRECTORY | files PROGRAM OPERATION FILE…)"
            );
            return ExitCode::FAILURE;
        }
    };
    if differences == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn fuzz(program: &str, cases: usize, seed: u64) -> usize {
    let mut oracle = Oracle::start(program);
    let mut random = Random::new(seed);
    let (mut differences, mut done) = (0, 0);
    while done < cases && differences < ENOUGH {
        let batch: Vec<Case> = (0..BATCH.min(cases - done)).map(|_| generate::case(&mut random)).collect();
        let answers = oracle.ask(&batch);
        done += batch.len();
        for (case, theirs) in batch.iter().zip(answers) {
            if ours(case) != theirs && differs(&mut oracle, case) {
                differences += 1;
                report(&shrink(&mut oracle, case.clone()), &mut oracle);
            }
        }
    }
    println!("{done} cases, seed {seed}: {differences} differences");
    differences
}

fn ours(case: &Case) -> Answer {
    std::panic::catch_unwind(|| answer(case)).unwrap_or(Err("panic".to_owned()))
}

/// Whether none of Go's answers is ours. They vary: the order of some keys has cycles, and
/// errors in the entries of a map are found in random order.
fn differs(oracle: &mut Oracle, case: &Case) -> bool {
    let ours = ours(case);
    oracle.ask(&vec![case.clone(); REPETITIONS]).iter().all(|theirs| *theirs != ours)
}

/// Removes bytes as long as the difference stays.
fn shrink(oracle: &mut Oracle, mut case: Case) -> Case {
    let mut size = case.input.len().next_power_of_two();
    while size > 0 {
        let mut at = 0;
        while at < case.input.len() {
            let mut smaller = case.clone();
            smaller.input.drain(at..(at + size).min(case.input.len()));
            if differs(oracle, &smaller) {
                case = smaller;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    case
}

fn report(case: &Case, oracle: &mut Oracle) {
    println!("{} {:?}", case.operation, String::from_utf8_lossy(&case.input));
    println!("  go:   {:?}", oracle.ask(std::slice::from_ref(case))[0]);
    println!("  ours: {:?}", ours(case));
}

fn compare_files(program: &str, operation: &str, files: &[&str]) -> usize {
    let mut oracle = Oracle::start(program);
    let mut differences = 0;
    for file in files {
        let case =
            Case { operation: operation.to_owned(), input: std::fs::read(file).expect("FILE can be read") };
        let theirs = oracle.ask(std::slice::from_ref(&case));
        if theirs[0] != ours(&case) && differs(&mut oracle, &case) {
            differences += 1;
            println!("{file}");
            report(&shrink(&mut oracle, case), &mut oracle);
        }
    }
    println!("{} files, {operation}: {differences} differences", files.len());
    differences
}

fn record_all(program: &str, directory: &Path) {
    let mut oracle = Oracle::start(program);
    record(&mut oracle, systematic::cases(), &directory.join("systematic.jsonl"));
    record(&mut oracle, edges::cases(), &directory.join("edges.jsonl"));
    let mut random = Random::new(2026);
    let cases = std::iter::repeat_with(|| generate::case(&mut random));
    let cases = cases.filter(|case| case.input.len() <= SHORT).take(4_500).collect();
    record(&mut oracle, cases, &directory.join("random.jsonl"));
}

/// Writes the cases that Go answers alike each time.
fn record(oracle: &mut Oracle, cases: Vec<Case>, path: &Path) {
    let first = oracle.ask(&cases);
    let again: Vec<_> = (0..REPETITIONS).map(|_| oracle.ask(&cases)).collect();
    let mut text = String::new();
    for (at, (case, answer)) in cases.into_iter().zip(first).enumerate() {
        if again.iter().all(|answers| answers[at] == answer) {
            text.push_str(&serde_json::to_string(&Line::from((case, answer))).unwrap());
            text.push('\n');
        }
    }
    std::fs::write(path, text).expect("the fixture can be written");
}
