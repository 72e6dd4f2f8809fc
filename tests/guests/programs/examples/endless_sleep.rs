//! Sleeps for a hundred years, a thousand times.

use std::thread;
use std::time::{Duration, Instant};

use sdk::{Capabilities, Failure, Request};

programs::plugin!("endless-sleep", Capabilities::empty());

fn generate(_: &Request) -> Result<Vec<String>, Failure> {
    let start = Instant::now();
    for _ in 0..100 {
        thread::sleep(Duration::from_secs(3_600 * 24 * 365));
    }
    Ok(vec![format!("years: {}", start.elapsed().as_secs() / (3_600 * 24 * 365))])
}
