//! Cases and Go's answers, one a line.

use serde::{Deserialize, Serialize};

use crate::case::{Answer, Case};

/// A case and its answer.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    op: String,
    #[serde(flatten)]
    input: Input,
    #[serde(flatten)]
    answer: Reply,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Input {
    Text(String),
    /// The bytes of an input that isn't UTF-8.
    Bytes(Vec<u8>),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Reply {
    Out(String),
    Error(String),
}

impl From<(Case, Answer)> for Line {
    fn from((case, answer): (Case, Answer)) -> Self {
        let input = match String::from_utf8(case.input) {
            Ok(text) => Input::Text(text),
            Err(error) => Input::Bytes(error.into_bytes()),
        };
        let answer = match answer {
            Ok(out) => Reply::Out(out),
            Err(error) => Reply::Error(error),
        };
        Self { op: case.operation, input, answer }
    }
}

impl From<Line> for (Case, Answer) {
    fn from(line: Line) -> Self {
        let input = match line.input {
            Input::Text(text) => text.into_bytes(),
            Input::Bytes(bytes) => bytes,
        };
        let answer = match line.answer {
            Reply::Out(out) => Ok(out),
            Reply::Error(error) => Err(error),
        };
        (Case { operation: line.op, input }, answer)
    }
}
