//! Cases that follow a rule: every word in every place.

use crate::case::Case;
use crate::generate::WORDS;

/// Places for a word in a document.
const PLACES: &[&str] = &[
    "a: {}\n",
    "{}: 1\n",
    "- {}\n",
    "[{}]\n",
    "{a: {}}",
    "? {}\n",
    "{}",
    "a: '{}'\n",
    "a: \"{}\"\n",
    "a: |\n  {}\n  b\n",
    "a: >\n  {}\n  b\n",
    "a:\n  {}\nb: 1\n",
    "a: !!str {}\n",
    "a: !!int {}\n",
    "a: !!float {}\n",
    "a: &x {}\nb: *x\n",
    "a: b # {}\n",
    "a: !!timestamp {}\n",
    "a: !!null {}\n",
    "a: !!bool {}\n",
];

/// Texts that are written, as a scalar, in a list, and as a key.
const WRITTEN: &[&str] = &["{}", "[{}, {a: {}}]", "{? {} : {}}"];

/// All cases.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for word in WORDS {
        for (index, place) in PLACES.iter().enumerate() {
            // Each document is read in one way or another, in turns.
            let operation =
                ["sigs.any", "v2.events", "v2.decode", "v3.node", "v3.decode"][(index + cases.len()) % 5];
            cases.push(case(operation, place, word));
        }
        let text = quoted(word);
        for operation in ["sigs.encode", "v3.encode", "json.encode"] {
            cases.extend(WRITTEN.iter().map(|place| case(operation, place, &text)));
        }
    }
    cases
}

fn case(operation: &str, place: &str, text: &str) -> Case {
    Case { operation: operation.to_owned(), input: place.replace("{}", text).into_bytes() }
}

fn quoted(text: &str) -> String {
    let escape = |character: char| format!("\\U{:08x}", u32::from(character));
    format!("\"{}\"", text.chars().map(escape).collect::<String>())
}
