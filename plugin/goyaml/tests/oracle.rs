//! Recorded answers of Go's libraries. `cargo run -p goyaml --example oracle` records them.

#![expect(clippy::unwrap_used, reason = "a test")]

#[path = "oracle/case.rs"]
mod case;
#[path = "oracle/dump.rs"]
mod dump;
#[path = "oracle/fixture.rs"]
mod fixture;
#[path = "oracle/node.rs"]
mod node;

use case::{Answer, Case};
use fixture::Line;

/// Answers every case of a fixture and counts them.
#[track_caller]
fn check(name: &str, text: &str) -> usize {
    let mut count = 0;
    let mut wrong = Vec::new();
    for line in text.lines() {
        let (case, theirs): (Case, Answer) = serde_json::from_str::<Line>(line).unwrap().into();
        let ours = case::answer(&case);
        if ours != theirs {
            let input = String::from_utf8_lossy(&case.input).into_owned();
            wrong.push(format!("{} {input:?}\n  go:   {theirs:?}\n  ours: {ours:?}", case.operation));
        }
        count += 1;
    }
    let shown = wrong.iter().take(10).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} of {count} cases of {name} differ:\n{shown}", wrong.len());
    count
}

#[test]
fn every_word_in_every_place() {
    assert!(check("systematic", include_str!("fixtures/systematic.jsonl")) > 5_000);
}

#[test]
fn edges() {
    assert!(check("edges", include_str!("fixtures/edges.jsonl")) > 90);
}

#[test]
fn random_documents_and_values() {
    assert!(check("random", include_str!("fixtures/random.jsonl")) >= 4_000);
}
