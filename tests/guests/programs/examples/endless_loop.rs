//! Computes for ever.

use sdk::{Capabilities, Failure, Request};

programs::plugin!("endless-loop", Capabilities::empty());

fn generate(_: &Request) -> Result<Vec<String>, Failure> {
    let mut number = 1_u64;
    loop {
        number = std::hint::black_box(number.wrapping_mul(3));
    }
}
