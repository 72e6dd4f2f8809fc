//! Asks long questions, each another one, all of which the host has to remember.

use sdk::{Capabilities, Failure, Request};

programs::plugin!("memory-of-questions", Capabilities::SOURCE);

fn generate(_: &Request) -> Result<Vec<String>, Failure> {
    let text = "x".repeat(1 << 20);
    for number in 0.. {
        sdk::source::read(&format!("{number}{text}"))?;
    }
    Ok(Vec::new())
}
