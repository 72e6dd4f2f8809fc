//! Answers with more manifests than anybody wants.

use sdk::{Capabilities, Failure, Request};

programs::plugin!("output-flood", Capabilities::empty());

fn generate(_: &Request) -> Result<Vec<String>, Failure> {
    Ok((0..200_000).map(|number| format!("{number:0>1000}")).collect())
}
