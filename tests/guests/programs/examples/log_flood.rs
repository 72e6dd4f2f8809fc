//! Logs without end, and then answers.

use sdk::{Capabilities, Failure, Request};

programs::plugin!("log-flood", Capabilities::LOG);

fn generate(_: &Request) -> Result<Vec<String>, Failure> {
    let message = "x".repeat(10_000);
    for _ in 0..5_000 {
        sdk::log::info(&message);
    }
    Ok(vec!["done".to_owned()])
}
