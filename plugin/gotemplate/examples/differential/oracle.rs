//! The oracle as a running process.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::case::Case;
use crate::outcome::Outcome;

/// A running oracle.
pub(crate) struct Oracle {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Oracle {
    pub(crate) fn start(program: &str) -> Self {
        let mut process = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("failed to start `{program}`: {error}"));
        let input = process.stdin.take().expect("a piped stdin");
        let output = BufReader::new(process.stdout.take().expect("a piped stdout"));
        Self { process, input, output }
    }

    /// What Go and this crate make of a case, if that differs.
    pub(crate) fn difference(&mut self, case: &Case) -> Option<(Outcome, Outcome)> {
        writeln!(self.input, "{}", case.line()).expect("the oracle reads");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the oracle answers");
        let (_, expected) = Case::parse(&line);
        let expected = expected.expect("the oracle records");
        let outcome = case.run();
        (expected != outcome && !may_differ(case, &expected)).then_some((expected, outcome))
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        self.process.kill().and_then(|()| self.process.wait()).expect("the oracle ends");
    }
}

/// Whether the outcome may differ: it has an address in memory, which is another in every run. Pointers within values
/// print as one, with `printf` in any base.
fn may_differ(case: &Case, outcome: &Outcome) -> bool {
    let line = case.line();
    let text = match outcome {
        Outcome::Output(text) => text.to_str_lossy().into_owned(),
        Outcome::Error(text) => text.clone(),
    };
    line.contains("\"*P") && (line.contains("printf") || text.contains("0x"))
}
