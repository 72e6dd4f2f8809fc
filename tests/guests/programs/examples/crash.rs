//! Panics.

use sdk::{Capabilities, Failure, Request};

programs::plugin!("crash", Capabilities::empty());

#[inline(never)]
fn innermost(name: &str) -> String {
    panic!("no idea what to do with `{name}`")
}

fn generate(request: &Request) -> Result<Vec<String>, Failure> {
    Ok(vec![innermost(&request.application.name)])
}
