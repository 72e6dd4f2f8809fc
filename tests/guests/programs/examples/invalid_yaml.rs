//! Answers with what is no YAML.

use sdk::{Capabilities, Failure, Request};

programs::plugin!("invalid-yaml", Capabilities::empty());

fn generate(_: &Request) -> Result<Vec<String>, Failure> {
    Ok(vec!["apiVersion: v1\nkind: [ConfigMap\n".to_owned()])
}
