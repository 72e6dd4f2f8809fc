//! Takes all the memory that there is.

use sdk::{Capabilities, Failure, Request};

programs::plugin!("memory-bomb", Capabilities::empty());

fn generate(_: &Request) -> Result<Vec<String>, Failure> {
    let mut bombs = Vec::new();
    loop {
        bombs.push(std::hint::black_box(vec![1_u8; 16 << 20]));
    }
}
