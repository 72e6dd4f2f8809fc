//! The oracle as a process.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::{Deserialize, Serialize};

use crate::case::{Answer, Case};

/// A case as the oracle reads it.
#[derive(Serialize)]
struct Question<'a> {
    op: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
}

/// An outcome as the oracle writes it.
#[derive(Deserialize)]
pub(crate) struct Reply {
    pub(crate) out: Option<String>,
    pub(crate) error: Option<String>,
}

impl Reply {
    pub(crate) fn answer(self) -> Answer {
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.out.unwrap_or_default()),
        }
    }
}

/// A running oracle.
pub(crate) struct Oracle {
    child: Child,
    questions: Option<BufWriter<ChildStdin>>,
    answers: BufReader<ChildStdout>,
}

impl Oracle {
    pub(crate) fn start(program: &str) -> Self {
        let mut child = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the oracle starts");
        let questions = child.stdin.take().map(BufWriter::new);
        let answers = BufReader::new(child.stdout.take().expect("the oracle answers"));
        Self { child, questions, answers }
    }

    pub(crate) fn ask(&mut self, cases: &[Case]) -> Vec<Answer> {
        let questions = self.questions.as_mut().expect("the oracle listens");
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for case in cases {
                    let text = std::str::from_utf8(&case.input).ok();
                    let base64 = text.is_none().then(|| base64(&case.input));
                    serde_json::to_writer(&mut *questions, &Question { op: &case.operation, text, base64 })
                        .unwrap();
                }
                questions.write_all(b"{\"op\":\"flush\"}").unwrap();
                questions.flush().unwrap();
            });
            cases.iter().map(|_| read_reply(&mut self.answers)).collect()
        })
    }
}

fn read_reply(answers: &mut BufReader<ChildStdout>) -> Answer {
    let mut line = String::new();
    answers.read_line(&mut line).expect("the oracle answers");
    serde_json::from_str::<Reply>(&line).expect("the answer is JSON").answer()
}

impl Drop for Oracle {
    fn drop(&mut self) {
        drop(self.questions.take());
        let _ = self.child.wait();
    }
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | u32::from(group.get(at).copied().unwrap_or(0)));
        for position in 0..4 {
            let symbol = ALPHABET[(bits >> (18 - 6 * position) & 63) as usize];
            text.push(if position <= group.len() { char::from(symbol) } else { '=' });
        }
    }
    text
}
