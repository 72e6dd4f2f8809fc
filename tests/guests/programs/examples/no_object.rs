//! Answers with YAML that is no Kubernetes object.

use sdk::{Capabilities, Failure, Request};

programs::plugin!("no-object", Capabilities::empty());

fn generate(_: &Request) -> Result<Vec<String>, Failure> {
    Ok(vec!["- just\n- a\n- list\n".to_owned()])
}
