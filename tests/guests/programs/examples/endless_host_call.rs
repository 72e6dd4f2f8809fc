//! Waits for a host call that never comes back.

use sdk::{Capabilities, Failure, Request};

programs::plugin!("endless-host-call", Capabilities::SOURCE);

fn generate(_: &Request) -> Result<Vec<String>, Failure> {
    eprintln!("about to wait");
    Ok(vec![sdk::source::read_text("never")?.unwrap_or_default()])
}
