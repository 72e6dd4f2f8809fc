//! Programs that a sandbox has to endure, built for `wasm32-wasip2` from `programs/examples`. Each has
//! one behaviour, and a test in `tests/endure` that is called like it.

include!(concat!(env!("OUT_DIR"), "/programs.rs"));
