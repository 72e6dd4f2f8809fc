//! What Go does, recorded by `tests/oracle/template` of the workspace, and what this crate does.
#![expect(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

#[path = "oracle/case.rs"]
mod case;
#[path = "oracle/functions.rs"]
mod functions;
#[path = "oracle/outcome.rs"]
mod outcome;
#[path = "oracle/types.rs"]
mod types;

use std::io::Read as _;

use case::Case;
use flate2::read::GzDecoder;
use outcome::Outcome;

/// Fails with all differences of a fixture, and unless it has at least `cases` of which `errors` are errors.
#[track_caller]
fn check(fixture: &[u8], cases: usize, errors: usize) {
    let mut text = String::new();
    GzDecoder::new(fixture).read_to_string(&mut text).expect("the fixture is compressed text");
    let (mut seen, mut failed) = (0, 0);
    let mut differences = Vec::new();
    for line in text.lines() {
        let (case, expected) = Case::parse(line);
        let expected = expected.expect("the case is recorded");
        seen += 1;
        failed += usize::from(matches!(expected, Outcome::Error(_)));
        let outcome = case.run();
        if outcome != expected {
            differences.push(format!("{}\n  go:   {expected:?}\n  here: {outcome:?}", case.line()));
        }
    }
    let shown = differences.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
    assert!(differences.is_empty(), "{} of {seen} cases differ\n{shown}", differences.len());
    assert!(seen >= cases && failed >= errors, "{seen} cases, {failed} of them errors");
}

#[test]
fn written_cases_equal_go() {
    check(include_bytes!("fixtures/written.jsonl.gz"), 4_400, 2_100);
}

#[test]
fn generated_cases_equal_go() {
    check(include_bytes!("fixtures/generated.jsonl.gz"), 2_200, 850);
}
