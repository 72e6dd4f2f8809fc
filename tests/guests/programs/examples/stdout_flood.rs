//! Writes to its streams without end, and then answers.

use sdk::{Capabilities, Failure, Request};

programs::plugin!("stdout-flood", Capabilities::empty());

fn generate(_: &Request) -> Result<Vec<String>, Failure> {
    println!("the beginning");
    for number in 0..1_000 {
        println!("{number:0>100}");
        eprintln!("{number:0>100}");
    }
    eprintln!("the end");
    Ok(vec!["done".to_owned()])
}
