//! Indexes of Helm repositories: what is read is the same after it was in the cache, names are no paths, the order is
//! that of precedence, and the version that a range means is the highest that it matches.
#![no_main]

use std::cmp::Ordering;

use fuzz::Budget;
use gosemver::{Constraint, Version};
use libfuzzer_sys::fuzz_target;
use registry::fuzzing::Repository;

const READ: Budget = Budget { fixed: 64 << 10, per_byte: 4 << 10 };

const WISHES: [&str; 7] = ["", "*", "^1", "~1.2", ">=1-0", "<2 || >3", "1.x.x - 2"];

fuzz_target!(|bytes: &[u8]| {
    let read = || Repository::parse(bytes);
    // With aliases, values may be larger than their text; go-yaml's limits hold for them.
    let Ok(index) = (if bytes.contains(&b'*') { read() } else { READ.check(bytes.len(), read) }) else {
        return;
    };
    assert_eq!(index.stored().expect("it can be kept"), index);
    for name in index.names() {
        assert!(
            !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\\', '\0']),
            "{name}"
        );
        let texts = index.versions(name);
        let versions: Vec<Version> =
            texts.iter().map(|text| Version::parse(text).expect("a version")).collect();
        assert!(versions.is_sorted_by(|a, b| a.precedence(b) != Ordering::Less), "{texts:?}");
        for text in &texts {
            assert_eq!(index.choose(name, text), Some(*text));
        }
        for wish in WISHES {
            choice(index.choose(name, wish), wish, &versions);
        }
    }
});

/// `chosen` is among `versions` and fits, and nothing higher does.
fn choice(chosen: Option<&str>, wish: &str, versions: &[Version]) {
    let range = Constraint::parse(if wish.is_empty() { "*" } else { wish }).expect("a range");
    let fits = || versions.iter().filter(|version| range.matches(version));
    match chosen {
        None => assert_eq!(fits().count(), 0, "`{wish}` in {versions:?}"),
        Some(text) => {
            let chosen = Version::parse(text).expect("a version");
            assert!(range.matches(&chosen), "`{wish}` is not {text}");
            assert!(fits().all(|other| other.precedence(&chosen) != Ordering::Greater), "`{wish}`: {text}");
        }
    }
}
