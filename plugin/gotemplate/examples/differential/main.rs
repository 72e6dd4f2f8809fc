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

use generator::Generator;
use oracle::Oracle;

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
    let mut differences = 0;
    for _ in 0..count {
        let case = generator.case();
        if let Some(difference) = oracle.difference(&case) {
            differences += 1;
            let case = shrink::shrink(case, |case| oracle.difference(case).is_some());
            let difference = oracle.difference(&case).unwrap_or(difference);
            println!("{}\n  go:   {:?}\n  here: {:?}", case.line(), difference.0, difference.1);
            if differences == 20 {
                break;
            }
        }
    }
    println!("{count} cases, {differences} differences");
    if differences == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
