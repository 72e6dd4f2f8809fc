//! No input makes this crate panic, and what it writes it reads.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

#[path = "oracle/case.rs"]
mod case;
#[path = "oracle/dump.rs"]
mod dump;
#[path = "oracle/generate.rs"]
mod generate;
#[path = "oracle/node.rs"]
mod node;
#[path = "oracle/random.rs"]
mod random;

use goyaml::{json, sigs, v2};
use random::Random;

#[test]
fn no_input_panics() {
    let mut random = Random::new(7);
    for _ in 0..20_000 {
        let case = generate::case(&mut random);
        // Whether the answer is right is for the recorded ones to say.
        let _ = case::answer(&case);
    }
}

#[test]
fn what_is_written_can_be_read_and_written_again() {
    let mut random = Random::new(8);
    let mut compared = 0;
    while compared < 2_000 {
        let case = generate::case(&mut random);
        if case.operation != "v2.encode" {
            continue;
        }
        let Ok(Some(value)) = v2::decode(&case.input) else { continue };
        let written = v2::encode(&value);
        // Two things don't come back in Go either: negative zero, and `<<`, which isn't quoted.
        if dump::dump(&value).contains("f8000000000000000") || written.contains("<<") {
            continue;
        }
        let read = v2::decode(written.as_bytes()).unwrap().unwrap();
        assert_eq!(v2::encode(&read), written);
        compared += 1;
    }
}

#[test]
fn ways_to_write_agree_on_json() {
    let mut random = Random::new(9);
    let mut compared = 0;
    while compared < 1_000 {
        let case = generate::case(&mut random);
        if case.operation != "sigs.encode" {
            continue;
        }
        let Ok(Some(value)) = v2::decode(&case.input) else { continue };
        let (Ok(yaml), Ok(text)) = (sigs::encode(&value), json::encode(&value, json::Escape::Html)) else {
            continue;
        };
        // `toYaml` is the YAML of the JSON.
        let read = v2::decode(text.as_bytes()).unwrap().unwrap();
        assert_eq!(v2::encode(&read), yaml, "{text}");
        compared += 1;
    }
}
