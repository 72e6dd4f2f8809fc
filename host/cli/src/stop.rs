//! How a command ends before its time: by a signal, or because Tiphys itself is wrong.
//!
//! A signal alone would end the process on the spot, with files of the moment left behind, or not at all where the
//! process is the first of a container. So the command runs on a thread of its own, is dropped where it waits, and the
//! main thread ends the process with the code that shells give to who dies by a signal.

use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use crate::exit::{Code, Failure};

/// How long work that can't be dropped may go on after a signal.
const GRACE: Duration = Duration::from_secs(2);

/// The stack of the command's thread, as large as that of most main threads.
const STACK: usize = 8 << 20;

/// A signal that ends a command.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Signal {
    /// SIGINT.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

/// How long a command is waited for after a signal, unless there is another one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Patience {
    /// Until it has had the time to drop what it does.
    Short,
    /// Until it ends.
    Endless,
}

/// Where a command hears of a signal.
pub(crate) struct Stop(oneshot::Receiver<Signal>);

/// What the main thread waits for.
enum Event {
    Ended(Result<Code, Failure>),
    Signal(Signal),
}

/// What `command` returns, or what a signal has it return.
pub(crate) fn interruptible<F>(patience: Patience, command: F) -> Result<Code, Failure>
where
    F: FnOnce(Stop) -> Result<Code, Failure> + Send + 'static,
{
    let (events, next) = mpsc::channel();
    let (stop, stopped) = oneshot::channel();
    contained(|| listen(events.clone()))?;
    let run = move || events.send(Event::Ended(contained(|| command(Stop(stopped)))));
    thread::Builder::new().stack_size(STACK).spawn(run).map_err(Failure::platform)?;
    let signal = match next.recv().map_err(Failure::bug)? {
        Event::Ended(result) => return result,
        Event::Signal(signal) => signal,
    };
    let last = match (stop.send(signal), patience) {
        (Ok(()), Patience::Endless) => next.recv().ok(),
        (Ok(()), Patience::Short) => next.recv_timeout(GRACE).ok(),
        // It waits for nothing, and so is not listening.
        (Err(_), _) => None,
    };
    match last {
        Some(Event::Ended(result)) => result,
        Some(Event::Signal(signal)) => Err(signal.failure()),
        None => Err(signal.failure()),
    }
}

/// What `work` returns; a panic is a failure like others.
fn contained<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    // The process ends after it, so that nobody sees what a panic left half done.
    panic::catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(Failure::bug("a thread panicked; what it said is above")))
}

/// Hears signals on a thread of its own, which never waits for anything else.
fn listen(events: Sender<Event>) -> Result<(), Failure> {
    let runtime = Builder::new_current_thread().enable_io().build().map_err(Failure::platform)?;
    let entered = runtime.enter();
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::platform)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::platform)?;
    drop(entered);
    let hear = async move {
        loop {
            let signal = tokio::select! {
                _ = interrupt.recv() => Signal::Interrupt,
                _ = terminate.recv() => Signal::Terminate,
            };
            if events.send(Event::Signal(signal)).is_err() {
                return;
            }
        }
    };
    thread::Builder::new().spawn(move || runtime.block_on(hear)).map_err(Failure::platform)?;
    Ok(())
}

// === impl Signal ===

impl Signal {
    fn failure(self) -> Failure {
        match self {
            Self::Interrupt => Failure::new(Code::Interrupted, "interrupted"),
            Self::Terminate => Failure::new(Code::Terminated, "terminated"),
        }
    }
}

// === impl Stop ===

impl Stop {
    /// The first signal.
    pub(crate) async fn signal(self) -> Signal {
        match self.0.await {
            Ok(signal) => signal,
            // The main thread has ended, and so will this one.
            Err(_) => std::future::pending().await,
        }
    }

    /// Runs `command` until it ends or there is a signal. What it has begun is dropped then before this returns, and
    /// with it the files that are only there while it runs.
    pub(crate) fn or<F>(self, runtime: Runtime, command: F) -> Result<Code, Failure>
    where
        F: Future<Output = Result<Code, Failure>>,
    {
        let ended = runtime.block_on(async {
            tokio::select! {
                result = command => Ok(result),
                signal = self.signal() => Err(signal),
            }
        });
        ended.unwrap_or_else(|signal| {
            runtime.shutdown_timeout(GRACE / 2);
            Err(signal.failure())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_bug() {
        let failure = interruptible(Patience::Short, |_| panic!("nobody expects it")).unwrap_err();
        assert_eq!(failure.code(), Code::Bug);
    }
}
