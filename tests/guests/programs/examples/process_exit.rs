//! Ends its process, as if it had one.

use sdk::{Capabilities, Failure, Request};

programs::plugin!("process-exit", Capabilities::empty());

fn generate(_: &Request) -> Result<Vec<String>, Failure> {
    eprintln!("good bye");
    std::process::exit(3)
}
