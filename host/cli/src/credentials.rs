//! `tiphys credentials`: which credential an application would use, and whether it works.

mod text;

use std::time::Duration;

use ::credentials::{Explanation, Outcome, Probe};
use network::Deadline;
use policy::Requester;
use serde::Serialize;

use crate::args::{CredentialsArgs, CredentialsCommand, Form, Global};
use crate::exit::{Code, Failure};
use crate::outside::{self, Outside, Purpose};
use crate::{config, paths, report};

/// How long a test may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Answers `command`.
pub(crate) async fn run(global: &Global, command: CredentialsCommand) -> Result<Code, Failure> {
    let config = config::load(global.config.as_deref())?;
    let outside = outside::open(&config, &paths::cache(global, &config), Purpose::Person)?;
    outside.broker.list_kubernetes().await;
    match command {
        CredentialsCommand::Explain(args) => explain(&outside, &args),
        CredentialsCommand::Test(args) => test(&outside, &args).await,
    }
}

fn explain(outside: &Outside, args: &CredentialsArgs) -> Result<Code, Failure> {
    let explanation = outside.broker.explain(&args.reference, args.project.as_deref());
    let usable = !matches!(explanation.outcome, Outcome::Error { .. });
    tell(args.output, &explanation, Explanation::text, usable)
}

async fn test(outside: &Outside, args: &CredentialsArgs) -> Result<Code, Failure> {
    let requester = Requester { project: args.project.clone(), application: None };
    let deadline = Deadline::after(PATIENCE);
    let probe = outside.broker.probe(&outside.network, &requester, &args.reference, deadline).await;
    tell(args.output, &probe, Probe::text, probe.passed)
}

/// An answer for people.
trait Text {
    fn text(&self) -> String;
}

fn tell<T: Serialize>(form: Form, answer: &T, text: fn(&T) -> String, good: bool) -> Result<Code, Failure> {
    let written = match form {
        Form::Text => text(answer),
        Form::Json => format!("{}\n", serde_json::to_string_pretty(answer).map_err(Failure::bug)?),
    };
    match report::data(&written) {
        Code::Success if !good => Ok(Code::Failed),
        code => Ok(code),
    }
}
