//! What the targets share: memory that is bounded by the size of the input.

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static MEMORY: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How many bytes may be allocated for an input, whether or not they are freed again.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Whatever the input is.
    pub fixed: usize,
    /// For each byte of the input.
    pub per_byte: usize,
}

impl Budget {
    /// Runs `work` on an input of `length` bytes.
    ///
    /// # Panics
    /// If it allocates more.
    #[track_caller]
    pub fn check<T>(self, length: usize, work: impl FnOnce() -> T) -> T {
        let region = Region::new(MEMORY);
        let result = work();
        let allocated = region.change().bytes_allocated;
        let allowed = self.fixed + self.per_byte * length;
        assert!(allocated <= allowed, "{allocated} bytes were allocated for {length} bytes of input");
        result
    }
}
