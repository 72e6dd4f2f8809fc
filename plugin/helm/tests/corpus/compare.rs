//! Compares what came out with what Helm recorded.

use std::collections::BTreeMap;

use crate::support::Verdict;

/// Byte for byte.
pub(crate) fn exact(got: &[u8], want: &[u8]) -> Verdict {
    if got == want { Verdict::Equal } else { Verdict::Different(first_difference(got, want)) }
}

/// Equal but for what differs between two runs of Helm itself.
pub(crate) fn random(got: &[u8], first: &[u8], second: &[u8]) -> Verdict {
    let lines =
        |text: &[u8]| -> Vec<Vec<u8>> { text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect() };
    let (g, a, b) = (lines(got), lines(first), lines(second));
    if a.len() != b.len() {
        let common = similar::capture_diff_slices(similar::Algorithm::Myers, &a, &b);
        let common =
            common.iter().filter(|op| op.tag() == similar::DiffTag::Equal).flat_map(|op| &a[op.old_range()]);
        let mut rest = g.iter();
        let missing = common.into_iter().find(|line| !rest.any(|own| own == *line));
        return missing.map_or(Verdict::Equal, |line| {
            Verdict::Different(format!("missing: {}", String::from_utf8_lossy(line)))
        });
    }
    let masked: Vec<&[u8]> = a
        .iter()
        .zip(&b)
        .zip(g.iter().map(Some).chain(std::iter::repeat(None)))
        .map(|((a, b), g)| if a == b { a.as_slice() } else { g.map_or(a.as_slice(), Vec::as_slice) })
        .collect();
    exact(got, &masked.join(&b'\n'))
}

/// The words of refusals; the violations of schemas, which Helm tells in any order, as sets.
pub(crate) fn refusals(want: &str, got: &str) -> Verdict {
    let tidy = |text: &str| text.trim().lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    let (want, got) = (tidy(want.strip_prefix("Error: ").unwrap_or(want)), tidy(got));
    let is_same =
        want == got || want.starts_with("panic:") || (is_schema(&want) && sorted(&want) == sorted(&got));
    if is_same {
        Verdict::SameRefusal
    } else {
        Verdict::Different(format!("--- helm\n{want}\n+++ here\n{got}"))
    }
}

fn is_schema(text: &str) -> bool {
    text.starts_with("values don't meet the specifications of the schema(s)")
}

fn sorted(text: &str) -> BTreeMap<String, usize> {
    let mut lines = BTreeMap::new();
    for line in text.lines() {
        let mut words: Vec<&str> = line.trim().split(", ").collect();
        words.sort_unstable();
        *lines.entry(words.join(", ")).or_default() += 1;
    }
    lines
}

fn first_difference(got: &[u8], want: &[u8]) -> String {
    let lines = |text: &[u8]| -> Vec<String> {
        String::from_utf8_lossy(text).split('\n').map(str::to_owned).collect()
    };
    let (got, want) = (lines(got), lines(want));
    let at = got.iter().zip(&want).take_while(|(one, two)| one == two).count();
    let source = want.iter().take(at + 1).rev().find(|line| line.starts_with("# Source: ")).cloned();
    let part = |lines: &[String]| {
        lines.iter().skip(at.saturating_sub(2)).take(8).cloned().collect::<Vec<_>>().join("\n")
    };
    format!("{}\n--- helm\n{}\n+++ here\n{}", source.unwrap_or_default(), part(&want), part(&got))
}
