//! Time that stands still, except for guests that wait: they find that it has passed at once.
//!
//! A clock that never moved would be simpler, but the schedulers of Go and JavaScript sleep until the
//! clock says that they have, and so would sleep for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use wasmtime::component::Resource;
use wasmtime_wasi::HostWallClock;
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock::Host;
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};

use super::Flag;
use crate::state::State;

/// One point in time, and whether a guest has asked for it.
pub(crate) struct Wall {
    time: Duration,
    told: Flag,
}

/// Nanoseconds since the instance began, moved by waiting alone.
#[derive(Clone, Default)]
pub(crate) struct Monotonic(Arc<AtomicU64>);

/// A time that a guest waits for.
struct Alarm {
    clock: Monotonic,
    time: u64,
}

// === impl Wall ===

impl Wall {
    /// Times before 1970 cannot be told in WASI.
    pub(crate) fn new(time: SystemTime, told: Flag) -> Self {
        Self { time: time.duration_since(UNIX_EPOCH).unwrap_or_default(), told }
    }
}

impl HostWallClock for Wall {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        self.told.raise();
        self.time
    }
}

// === impl Monotonic ===

impl Monotonic {
    fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Pollable for Alarm {
    async fn ready(&mut self) {
        self.clock.0.fetch_max(self.time, Ordering::Relaxed);
    }
}

impl State {
    fn set_alarm(&mut self, time: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let alarm = Alarm { clock: self.monotonic.clone(), time };
        let alarm = self.table.push(alarm)?;
        subscribe(&mut self.table, alarm)
    }
}

impl Host for State {
    fn now(&mut self) -> wasmtime::Result<u64> {
        Ok(self.monotonic.now())
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        Ok(1)
    }

    fn subscribe_instant(&mut self, time: u64) -> wasmtime::Result<Resource<DynPollable>> {
        self.set_alarm(time)
    }

    fn subscribe_duration(&mut self, duration: u64) -> wasmtime::Result<Resource<DynPollable>> {
        self.set_alarm(self.monotonic.now().saturating_add(duration))
    }
}
