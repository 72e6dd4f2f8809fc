//! Keeps every handle that it can get.

use sdk::{Capabilities, Failure, Request};

programs::plugin!("handle-flood", Capabilities::REGISTRY);

fn generate(_: &Request) -> Result<Vec<String>, Failure> {
    let mut handles = Vec::new();
    loop {
        handles.push(sdk::registry::pull_artifact("oci://example.com/blob:1")?);
    }
}
