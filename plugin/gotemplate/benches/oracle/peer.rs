//! The same measured with Go.

use std::path::Path;
use std::process::Command;

use crate::Bench;

/// The nanoseconds of parsing and executing that the oracle measures; `None` without Go.
pub(crate) fn times(benches: &[Bench]) -> Option<Vec<(u128, u128)>> {
    let lines: String = benches.iter().map(|bench| bench.line() + "\n").collect();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench.jsonl");
    fs_err::write(&file, lines).expect("the cases are written");
    let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/oracle");
    let output = Command::new("go")
        .args(["run", "./template", "bench"])
        .arg(file)
        .current_dir(oracle)
        .output()
        .ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let number = |word: Option<&str>| word.and_then(|word| word.parse().ok()).expect("two numbers a line");
    let row = |line: &str| {
        let mut words = line.split(' ');
        (number(words.next()), number(words.next()))
    };
    Some(String::from_utf8_lossy(&output.stdout).lines().map(row).collect())
}
