//! Calls itself for ever.

use sdk::{Capabilities, Failure, Request};

programs::plugin!("deep-recursion", Capabilities::empty());

#[expect(unconditional_recursion, reason = "that is the point")]
fn descend(depth: u64) -> u64 {
    let frame = std::hint::black_box([depth; 64]);
    descend(depth + 1) + frame[(depth % 64) as usize]
}

fn generate(_: &Request) -> Result<Vec<String>, Failure> {
    Ok(vec![descend(0).to_string()])
}
