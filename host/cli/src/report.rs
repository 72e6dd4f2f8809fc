//! What a command says: data on stdout, talk on stderr. Nothing else of this crate prints.
#![expect(clippy::print_stderr, reason = "this module is where the command talks")]

use std::io::{self, IsTerminal as _, Write as _};

use serde_json::json;

use crate::args::Form;
use crate::exit::{Code, Failure};

/// Writes the product of the command. A reader that has gone away has had enough.
pub(crate) fn data(text: &str) -> Code {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("error: failed to write to stdout: {error}");
            Code::Platform
        }
        _ => Code::Success,
    }
}

/// Says what went wrong.
pub(crate) fn failure(failure: &Failure, form: Form) {
    match form {
        Form::Json => eprintln!("{}", as_json(failure)),
        Form::Text => eprint!("{}", as_text(failure, io::stderr().is_terminal())),
    }
}

fn as_json(failure: &Failure) -> serde_json::Value {
    match failure {
        Failure::Generation { application, error } => {
            json!({ "code": failure.code() as u8, "application": application, "error": error })
        }
        Failure::Other { message, hint, .. } => {
            json!({ "code": failure.code() as u8, "error": { "message": message, "hint": hint } })
        }
    }
}

fn as_text(failure: &Failure, colour: bool) -> String {
    let bold =
        |text: &str, code: &str| if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() };
    let (mut text, hint) = match failure {
        Failure::Generation { application, error } => {
            let mut text = format!("{} ", bold("Error:", "1;31"));
            if let Some(application) = application {
                text.push_str(&format!("application `{application}`: "));
            }
            text.push_str(&error.message);
            if let Some(location) = &error.location {
                text.push_str(&format!("\n  {} {location}", bold("-->", "1;34")));
            }
            (text, error.hint.as_deref())
        }
        Failure::Other { message, hint, .. } => {
            (format!("{} {message}", bold("Error:", "1;31")), hint.as_deref())
        }
    };
    if let Some(hint) = hint {
        text.push_str(&format!("\n{} {hint}", bold("hint:", "1;36")));
    }
    text.push('\n');
    text
}
