//! Calls itself for ever.

use sdk::{Capabilities, Failure, Request};

programs::plugin!("deep-recursion", Capabilities::empty());

/// Takes no memory but the stack of calls, which belongs to the host.
fn descend(depth: u64) -> u64 {
    if depth == u64::MAX { depth } else { descend(depth + 1).rotate_left(1) ^ depth }
}

fn generate(_: &Request) -> Result<Vec<String>, Failure> {
    Ok(vec![descend(0).to_string()])
}
