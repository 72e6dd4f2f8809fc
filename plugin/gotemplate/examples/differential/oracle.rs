//! The oracle as a running process.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::case::Case;
use crate::outcome::Outcome;

/// A running oracle.
pub(crate) struct Oracle {
    program: String,
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// What comparing a case shows.
pub(crate) enum Verdict {
    Same,
    /// What Go and this crate make of it.
    Different(Outcome, Outcome),
    /// Go died of it, of a stack overflow for one, which no Go program can catch.
    Died,
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
        Self { program: program.to_owned(), process, input, output }
    }

    /// Compares what Go and this crate make of a case.
    pub(crate) fn compare(&mut self, case: &Case) -> Verdict {
        let Some(expected) = self.ask(case) else {
            *self = Self::start(&self.program);
            return Verdict::Died;
        };
        let outcome = case.run();
        if expected == outcome || may_differ(case, &expected) {
            Verdict::Same
        } else {
            Verdict::Different(expected, outcome)
        }
    }

    /// Go's outcome; none if it ends without one.
    fn ask(&mut self, case: &Case) -> Option<Outcome> {
        writeln!(self.input, "{}", case.line()).ok()?;
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the oracle writes text");
        let (_, expected) = line.ends_with('\n').then(|| Case::parse(&line))?;
        Some(expected.expect("the oracle records"))
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
