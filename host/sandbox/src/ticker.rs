//! The thread that measures computing time. It sleeps for good while no guest runs.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, Thread};

use wasmtime::{Engine, EngineWeak};

use crate::config::Limits;

/// Ends the thread when it is dropped.
pub(crate) struct Ticker {
    state: Arc<Ticking>,
    thread: Thread,
}

/// Time is measured as long as this lives.
pub(crate) struct Running<'a>(&'a Ticking);

#[derive(Default)]
struct Ticking {
    running: AtomicUsize,
    stopped: AtomicBool,
}

impl Ticker {
    pub(crate) fn start(engine: &Engine) -> io::Result<Self> {
        let state = Arc::new(Ticking::default());
        let (engine, ticking) = (engine.weak(), Arc::clone(&state));
        let handle = thread::Builder::new()
            .name("sandbox-ticker".to_owned())
            .spawn(move || tick(&engine, &ticking))?;
        Ok(Self { state, thread: handle.thread().clone() })
    }

    /// Measures time on behalf of a guest that is about to run.
    pub(crate) fn measure(&self) -> Running<'_> {
        if self.state.running.fetch_add(1, Ordering::SeqCst) == 0 {
            self.thread.unpark();
        }
        Running(&self.state)
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.state.stopped.store(true, Ordering::SeqCst);
        self.thread.unpark();
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

fn tick(engine: &EngineWeak, state: &Ticking) {
    while !state.stopped.load(Ordering::SeqCst) {
        if state.running.load(Ordering::SeqCst) == 0 {
            thread::park();
            continue;
        }
        thread::sleep(Limits::TICK);
        if let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
        }
    }
}
