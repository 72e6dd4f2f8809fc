//! Answers with one manifest of 64 MiB.

use sdk::{Capabilities, Failure, Request};

programs::plugin!("huge-manifest", Capabilities::empty());

fn generate(_: &Request) -> Result<Vec<String>, Failure> {
    const SIZE: usize = 64 << 20;
    let head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: huge\ndata:\n  text: ";
    let mut manifest = String::with_capacity(SIZE);
    manifest.push_str(head);
    manifest.extend(std::iter::repeat_n('x', SIZE - head.len()));
    Ok(vec![manifest])
}
