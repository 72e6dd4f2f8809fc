//! Has the host keep more bytes than the plugin may have itself.

use sdk::registry::ChartRequest;
use sdk::{Capabilities, Failure, Request};

programs::plugin!("held-bytes", Capabilities::REGISTRY);

fn generate(_: &Request) -> Result<Vec<String>, Failure> {
    let request = ChartRequest {
        repository: "oci://example.com/large".to_owned(),
        name: String::new(),
        version: String::new(),
    };
    let mut charts = Vec::new();
    loop {
        charts.push(sdk::registry::pull_chart(request.clone())?);
    }
}
