//! Counts how often it described itself, and says so when it generates.

use std::sync::atomic::{AtomicU32, Ordering};

use sdk::{Capabilities, Failure, Metadata, Plugin, Request};

static DESCRIBED: AtomicU32 = AtomicU32::new(0);

struct EarlyRiser;

impl Plugin for EarlyRiser {
    fn describe() -> Metadata {
        DESCRIBED.fetch_add(1, Ordering::Relaxed);
        Metadata::new("early-riser", "1.0.0", Capabilities::LOG)
    }

    fn generate(_: &Request) -> Result<Vec<String>, Failure> {
        let times = DESCRIBED.fetch_add(1, Ordering::Relaxed);
        Ok(vec![format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: described-{times}\n")])
    }
}

sdk::export!(EarlyRiser);
