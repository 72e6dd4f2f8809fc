//! What belongs to one call: its WASI, its handles, its budget and its record.

use std::future::Future;
use std::time::Instant;

use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use crate::budget::Budget;
use crate::capability::Capabilities;
use crate::contract::tiphys::plugin::types;
use crate::observation::{Recorder, Seen, Subject};
use crate::wasi::clock::Monotonic;
use crate::wasi::random::Seed;

/// The data of a store. It lives as long as its instance: for one call.
pub(crate) struct State {
    pub(crate) wasi: WasiCtx,
    pub(crate) table: ResourceTable,
    pub(crate) monotonic: Monotonic,
    pub(crate) capabilities: Capabilities,
    pub(crate) budget: Budget,
    pub(crate) recorder: Recorder,
    pub(crate) seed: Seed,
}

impl State {
    /// Begins a host call.
    pub(crate) fn enter(&mut self) -> wasmtime::Result<()> {
        self.enter_many(1)
    }

    /// Begins a host call that stands for `calls` of them.
    pub(crate) fn enter_many(&mut self, calls: usize) -> wasmtime::Result<()> {
        Ok(self.budget.spend_host_calls(calls as u64)?)
    }

    /// Notes what was seen. What has to be remembered counts as the plugin's memory.
    pub(crate) fn observe(&mut self, subject: Subject, seen: Seen) -> wasmtime::Result<()> {
        self.budget.hold(subject.size())?;
        self.recorder.record(subject, seen);
        Ok(())
    }

    /// Waits for `answer` on the plugin's behalf.
    pub(crate) async fn wait<F: Future>(&mut self, answer: F) -> F::Output {
        let start = Instant::now();
        let answer = answer.await;
        self.budget.waited += start.elapsed();
        answer
    }
}

/// The interface has types alone.
impl types::Host for State {}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}
