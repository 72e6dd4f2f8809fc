//! What a call has used, and the refusal of what would be more than its limits.

use std::time::Duration;

use wasmtime::{ResourceLimiter, UpdateDeadline};

use crate::config::Limits;
use crate::error::{Limit, LimitExceeded};
use crate::outcome::Usage;

/// What one table element takes on a 64-bit host.
const TABLE_ELEMENT: u64 = 8;

/// How many core instances, tables and memories a component may consist of. Components that were
/// made by the toolchains of Rust, Go, JavaScript and Python need fewer than ten of each.
pub(crate) const MAX_PARTS: u32 = 64;

/// The running account of one call.
#[derive(Debug)]
pub(crate) struct Budget {
    limits: Limits,
    /// Bytes of memories, tables, and what handles keep.
    memory: u64,
    /// The most that `memory` ever was.
    memory_peak: u64,
    /// What the growth that is under way would add.
    growing: u64,
    /// Ticks that passed while the guest was computing.
    ticks: u64,
    /// Host calls made.
    host_calls: u64,
    /// Bytes logged.
    log: u64,
    /// Messages dropped for exceeding the log's budget.
    log_dropped: u64,
    /// Time spent in host calls.
    pub(crate) waited: Duration,
}

impl Budget {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            memory: 0,
            memory_peak: 0,
            growing: 0,
            ticks: 0,
            host_calls: 0,
            log: 0,
            log_dropped: 0,
            waited: Duration::ZERO,
        }
    }

    /// Writes the account into `usage`.
    pub(crate) fn report(&self, usage: &mut Usage) {
        usage.memory = self.memory_peak;
        usage.cpu = self.cpu();
        usage.host_calls = self.host_calls;
        usage.log_dropped = self.log_dropped;
        usage.waiting = self.waited;
    }

    /// Computing time so far.
    fn cpu(&self) -> Duration {
        Limits::TICK.saturating_mul(u32::try_from(self.ticks).unwrap_or(u32::MAX))
    }

    /// Takes a tick away, or ends the guest. Between ticks it lets other calls have their turn.
    pub(crate) fn tick(&mut self) -> wasmtime::Result<UpdateDeadline> {
        self.ticks += 1;
        if self.cpu() > self.limits.cpu {
            return Err(LimitExceeded(Limit::Cpu(self.limits.cpu)).into());
        }
        Ok(UpdateDeadline::Yield(1))
    }

    pub(crate) fn spend_host_calls(&mut self, calls: u64) -> Result<(), LimitExceeded> {
        self.host_calls = self.host_calls.saturating_add(calls);
        if self.host_calls > self.limits.host_calls {
            return Err(LimitExceeded(Limit::HostCalls(self.limits.host_calls)));
        }
        Ok(())
    }

    /// Whether a message of `size` bytes may still be logged.
    pub(crate) fn spend_log(&mut self, size: u64) -> bool {
        let log = self.log.saturating_add(size);
        let fits = log <= self.limits.log;
        if fits {
            self.log = log;
        } else {
            self.log_dropped += 1;
        }
        fits
    }

    /// Counts bytes that the host keeps for the plugin.
    pub(crate) fn hold(&mut self, bytes: u64) -> Result<(), LimitExceeded> {
        let memory = self.memory.saturating_add(bytes);
        if memory > self.limits.memory {
            return Err(LimitExceeded(Limit::Memory(self.limits.memory)));
        }
        self.memory = memory;
        self.memory_peak = self.memory_peak.max(memory);
        Ok(())
    }

    /// Gives back what [`Self::hold`] took.
    pub(crate) fn release(&mut self, bytes: u64) {
        self.memory = self.memory.saturating_sub(bytes);
    }

    fn grow(&mut self, current: usize, desired: usize, unit: u64) -> wasmtime::Result<bool> {
        let bytes = (desired.saturating_sub(current) as u64).saturating_mul(unit);
        self.hold(bytes)?;
        self.growing = bytes;
        Ok(true)
    }

    /// The growth that was allowed did not happen.
    fn undo(&mut self) {
        let bytes = std::mem::take(&mut self.growing);
        self.release(bytes);
    }
}

impl ResourceLimiter for Budget {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.grow(current, desired, 1)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.undo();
        Ok(())
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.grow(current, desired, TABLE_ELEMENT)
    }

    fn table_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        self.undo();
        Ok(())
    }

    fn instances(&self) -> usize {
        MAX_PARTS as usize
    }

    fn tables(&self) -> usize {
        MAX_PARTS as usize
    }

    fn memories(&self) -> usize {
        MAX_PARTS as usize
    }
}
