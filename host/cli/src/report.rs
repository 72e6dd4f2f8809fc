//! What a command says: data on stdout, talk on stderr. Nothing else of this crate prints.
#![expect(clippy::print_stderr, reason = "this module is where the command talks")]

mod diagnostic;
mod machine;
mod place;
mod text;
mod xml;

use std::io::{self, IsTerminal as _, Write as _};

use self::diagnostic::Diagnostic;
use crate::args::ErrorForm;
use crate::exit::{Code, Failure};
use crate::variable;

pub(crate) use self::text::Paint;
pub(crate) use self::xml::escaped;

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

/// Says one line.
pub(crate) fn talk(line: &str) {
    eprintln!("{line}");
}

/// Colours for stdout.
pub(crate) fn paint() -> Paint {
    Paint::new(io::stdout().is_terminal(), &variable::read)
}

/// Says what may go wrong.
pub(crate) fn warn(text: &str) {
    eprintln!("warning: {text}");
}

/// Says what went wrong.
pub(crate) fn failure(failure: &Failure, form: ErrorForm) {
    let diagnostics = Diagnostic::all(failure);
    let text = match form {
        ErrorForm::Text => text::write(&diagnostics, Paint::new(io::stderr().is_terminal(), &variable::read)),
        ErrorForm::Json => machine::json(&diagnostics),
        ErrorForm::Sarif => machine::sarif(&diagnostics),
        ErrorForm::Gitlab => machine::gitlab(&diagnostics),
        ErrorForm::Github => machine::github(&diagnostics),
        ErrorForm::Junit => xml::junit(&diagnostics),
    };
    eprint!("{text}");
}
