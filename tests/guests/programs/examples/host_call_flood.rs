//! Asks and asks.

use sdk::{Capabilities, Failure, Request};

programs::plugin!("host-call-flood", Capabilities::SOURCE);

fn generate(_: &Request) -> Result<Vec<String>, Failure> {
    loop {
        sdk::source::read("a")?;
    }
}
