//! Fails as a plugin should.

use sdk::{Capabilities, Failure, Request};

programs::plugin!("refusal", Capabilities::empty());

fn generate(_: &Request) -> Result<Vec<String>, Failure> {
    let failure = Failure::application("file `values.yaml` has no `image`");
    Err(failure.with_hint("image: nginx").at("values.yaml", 3, 1))
}
