//! Answers with nothing.

use sdk::{Capabilities, Failure, Request};

programs::plugin!("empty-result", Capabilities::empty());

fn generate(_: &Request) -> Result<Vec<String>, Failure> {
    Ok(Vec::new())
}
