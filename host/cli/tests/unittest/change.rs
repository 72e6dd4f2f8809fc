//! Changes suites and values, so that tests fail that passed: both tools have to see it.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Claims and their opposites.
const OPPOSITES: [(&str, &str); 8] = [
    ("equal:", "notEqual:"),
    ("contains:", "notContains:"),
    ("exists:", "notExists:"),
    ("isNull:", "isNotNull:"),
    ("matchRegex:", "notMatchRegex:"),
    ("isSubset:", "isNotSubset:"),
    ("isNullOrEmpty:", "isNotNullOrEmpty:"),
    ("lengthEqual:", "notLengthEqual:"),
];

/// One line in so many is changed.
const EVERY: u64 = 7;

/// Changes some lines, the same ones for the same seed.
pub(crate) fn change(text: &str, seed: u64) -> String {
    let lines = text.split('\n').enumerate().map(|(at, line)| {
        let mut hasher = DefaultHasher::new();
        (seed, at, line).hash(&mut hasher);
        if hasher.finish().is_multiple_of(EVERY) { changed(line) } else { line.to_owned() }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn changed(line: &str) -> String {
    let start = line.trim_start_matches([' ', '-']);
    let indent = line.get(..line.len() - start.len()).unwrap();
    for (claim, opposite) in OPPOSITES {
        for (from, to) in [(claim, opposite), (opposite, claim)] {
            if let Some(rest) = start.strip_prefix(from) {
                return format!("{indent}{to}{rest}");
            }
        }
    }
    match start.split_once(": ") {
        Some((key, value)) if !["it", "suite", "apiVersion"].contains(&key) => {
            format!("{indent}{key}: {}", other(value))
        }
        _ => line.to_owned(),
    }
}

/// Another value of the same kind.
fn other(value: &str) -> String {
    match value {
        "true" => "false".to_owned(),
        "false" => "true".to_owned(),
        _ => match (value.parse::<i64>(), value.strip_suffix(['"', '\''])) {
            (Ok(number), _) => (number + 1).to_string(),
            (_, Some(open)) if open.len() > 1 => format!("{open}x{}", value.get(open.len()..).unwrap()),
            _ if value.ends_with(|letter: char| letter.is_ascii_alphanumeric()) => format!("{value}x"),
            _ => value.to_owned(),
        },
    }
}

#[test]
fn lines_are_changed() {
    assert_eq!(changed("      - equal:"), "      - notEqual:");
    assert_eq!(changed("  value: true"), "  value: false");
    assert_eq!(changed("  value: 7"), "  value: 8");
    assert_eq!(changed("  value: \"a\""), "  value: \"ax\"");
    assert_eq!(changed("  it: stays"), "  it: stays");
}
