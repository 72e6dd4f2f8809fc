//! Compares this crate with Go on generated cases, and shrinks what differs.
//!
//! `differential ORACLE COUNT SEED` runs the oracle (`tests/oracle/template`, built) beside this crate and
//! fails on a difference; `differential generate COUNT SEED` only writes the cases.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool")]
#![expect(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test tool")]

mod generator;
mod oracle;
mod shrink;

#[path = "../../tests/oracle/case.rs"]
mod case;
#[path = "../../tests/oracle/functions.rs"]
mod functions;
#[path = "../../tests/oracle/outcome.rs"]
mod outcome;
#[path = "../../tests/oracle/types.rs"]
mod types;

use std::process::ExitCode;

use case::Case;
use generator::Generator;
use oracle::{Oracle, Verdict};
use outcome::Outcome;

/// Differences, or deaths of Go, after which there is no point in looking for more.
const ENOUGH: usize = 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [mode, count, seed] = arguments.as_slice() else {
        eprintln!("usage: differential ORACLE|generate COUNT SEED");
        return ExitCode::FAILURE;
    };
    let count: usize = count.parse().expect("COUNT is a number");
    let mut generator = Generator::new(seed.parse().expect("SEED is a number"));
    if mode == "generate" {
        (0..count).for_each(|_| println!("{}", generator.case().line()));
        return ExitCode::SUCCESS;
    }
    compare(&mut Oracle::start(mode), &mut generator, count)
}

fn compare(oracle: &mut Oracle, generator: &mut Generator, count: usize) -> ExitCode {
    let (mut done, mut differences, mut died) = (0, 0, 0);
    while done < count && differences < ENOUGH && died < ENOUGH {
        let case = generator.case();
        done += 1;
        match oracle.compare(&case) {
            Verdict::Same => {}
            Verdict::Died => died += 1,
            Verdict::Different(theirs, ours) => {
                differences += 1;
                report(oracle, case, theirs, ours);
            }
        }
    }
    println!("{done} cases, {differences} differences, {died} skipped because Go died of them");
    if done == count && differences == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Shrinks a case that differs, and shows it.
fn report(oracle: &mut Oracle, case: Case, mut theirs: Outcome, mut ours: Outcome) {
    let case = shrink::shrink(case, |case| match oracle.compare(case) {
        Verdict::Different(smaller_theirs, smaller_ours) => {
            (theirs, ours) = (smaller_theirs, smaller_ours);
            true
        }
        Verdict::Same | Verdict::Died => false,
    });
    println!("{}\n  go:   {theirs:?}\n  here: {ours:?}", case.line());
}
