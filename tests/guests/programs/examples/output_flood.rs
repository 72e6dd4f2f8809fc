//! Answers with more manifests than anybody wants.

use sdk::{Capabilities, Failure, Request};

programs::plugin!("output-flood", Capabilities::empty());

fn generate(_: &Request) -> Result<Vec<String>, Failure> {
    Ok(vec!["x".repeat(1_000); 20_000])
}
