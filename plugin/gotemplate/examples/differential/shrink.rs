//! Makes a case smaller as long as it still shows what it shows.

use gotemplate::Str;
use serde_json::Value as Json;

use crate::case::Case;

/// The smallest case that `holds` and that can be found by leaving out parts one after the other.
pub(crate) fn shrink(mut case: Case, mut holds: impl FnMut(&Case) -> bool) -> Case {
    loop {
        let smaller = candidates(&case).into_iter().find(|candidate| holds(candidate));
        match smaller {
            Some(smaller) => case = smaller,
            None => return case,
        }
    }
}

fn candidates(case: &Case) -> Vec<Case> {
    let mut candidates = Vec::new();
    for (index, (_, text)) in case.texts.iter().enumerate() {
        if index + 1 < case.texts.len() {
            let mut candidate = case.clone();
            candidate.texts.remove(index);
            candidates.push(candidate);
        }
        for text in parts(text.as_bytes()) {
            let mut candidate = case.clone();
            candidate.texts[index].1 = text;
            candidates.push(candidate);
        }
    }
    if let Json::Object(members) = &case.data {
        for key in members.keys() {
            let mut candidate = case.clone();
            if let Json::Object(members) = &mut candidate.data {
                members.remove(key);
            }
            candidates.push(candidate);
        }
    }
    candidates
}

/// The text without one part, larger parts first.
fn parts(text: &[u8]) -> Vec<Str> {
    let mut parts = Vec::new();
    let mut length = text.len() / 2;
    while length > 0 {
        let step = length.div_ceil(2);
        for start in (0..=text.len() - length).step_by(step) {
            let part = [&text[..start], &text[start + length..]].concat();
            // What is not UTF-8 is harder to read than what is longer.
            if std::str::from_utf8(&part).is_ok() {
                parts.push(Str::from(part));
            }
        }
        length = if length == 1 { 0 } else { length.div_ceil(2) };
    }
    parts
}
