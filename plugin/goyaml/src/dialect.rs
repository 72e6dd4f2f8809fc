//! Which of go-yaml's two generations is followed.

use crate::Mark;

/// Which go-yaml to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `go.yaml.in/yaml/v2` 2.4: what `sigs.k8s.io/yaml` uses. YAML 1.1.
    V2,
    /// `go.yaml.in/yaml/v3` 3.0: keeps comments, and reads fewer words as booleans.
    V3,
}

impl Dialect {
    /// The line in the text of a scanner's error.
    pub(crate) fn scanner_line(self, problem: Mark, context: Mark) -> Option<usize> {
        match self {
            Self::V2 if problem.line != 0 => Some(problem.line + 1),
            Self::V2 => positive(context.line),
            Self::V3 if context.line != 0 => Some(context.line + 1),
            Self::V3 => positive(problem.line).map(|line| line + 1),
        }
    }

    /// The line in the text of a parser's error.
    pub(crate) fn parser_line(self, problem: Mark, context: Mark) -> Option<usize> {
        match self {
            Self::V2 => positive(problem.line).or(positive(context.line)),
            Self::V3 => positive(context.line).or(positive(problem.line)),
        }
    }
}

fn positive(line: usize) -> Option<usize> {
    (line != 0).then_some(line)
}
