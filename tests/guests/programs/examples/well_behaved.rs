//! Does what is asked of it: one object for each file, and what it has been told.

use sdk::{Capabilities, Failure, Request};

programs::plugin!("well-behaved", Capabilities::SOURCE | Capabilities::LOG);

fn generate(request: &Request) -> Result<Vec<String>, Failure> {
    sdk::log::emit(sdk::log::Level::Info, "at work", &[("application", &request.application.name)]);
    let object = |path: &String| format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {path}\n");
    Ok(sdk::source::list("**")?.iter().map(object).collect())
}
