//! How many calls run at once, and how many may wait for that.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Permits and a bounded queue for them. A permit or a place in the queue is free again as soon as
/// what holds it is dropped, so a cancelled call needs no further care.
#[derive(Debug)]
pub(crate) struct Admission {
    permits: Arc<Semaphore>,
    running: usize,
    waiting: AtomicUsize,
    queue: usize,
}

/// The right to run.
#[derive(Debug)]
pub(crate) struct Permit {
    _permit: OwnedSemaphorePermit,
}

/// Everything is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too busy: {running} calls run and {queue} wait, which is all that is allowed; try again later")]
pub(crate) struct Busy {
    /// How many may run.
    pub running: usize,
    /// How many may wait.
    pub queue: usize,
}

/// A place in the queue.
struct Place<'a>(&'a AtomicUsize);

// === impl Admission ===

impl Admission {
    pub(crate) fn new(running: usize, queue: usize) -> Self {
        let permits = Arc::new(Semaphore::new(running.min(Semaphore::MAX_PERMITS)));
        Self { permits, running, waiting: AtomicUsize::new(0), queue }
    }

    /// Calls that run.
    pub(crate) fn running(&self) -> usize {
        self.running.saturating_sub(self.permits.available_permits())
    }

    /// Calls that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Waits for the right to run, first come, first served.
    pub(crate) async fn enter(&self) -> Result<Permit, Busy> {
        if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            return Ok(Permit { _permit: permit });
        }
        let _place = self.place()?;
        // The semaphore is never closed; if it were, nobody could run.
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| self.busy())?;
        Ok(Permit { _permit: permit })
    }

    fn place(&self) -> Result<Place<'_>, Busy> {
        let place = Place(&self.waiting);
        if self.waiting.fetch_add(1, Ordering::Relaxed) < self.queue { Ok(place) } else { Err(self.busy()) }
    }

    const fn busy(&self) -> Busy {
        Busy { running: self.running, queue: self.queue }
    }
}

// === impl Place ===

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_queue_turns_away_and_a_dropped_permit_lets_the_next_one_in() {
        let admission = Arc::new(Admission::new(1, 1));
        let first = admission.enter().await.unwrap();
        let waiting = tokio::spawn({
            let admission = Arc::clone(&admission);
            async move { admission.enter().await.map(drop) }
        });
        while admission.waiting() == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(admission.running(), 1);
        assert_eq!(admission.enter().await.unwrap_err(), Busy { running: 1, queue: 1 });
        assert_eq!(admission.waiting(), 1, "who is turned away leaves nothing behind");
        drop(first);
        waiting.await.unwrap().unwrap();
        assert_eq!((admission.running(), admission.waiting()), (0, 0));
    }

    #[tokio::test]
    async fn who_stops_waiting_frees_the_place() {
        let admission = Admission::new(1, 1);
        let _first = admission.enter().await.unwrap();
        for _ in 0..3 {
            let waiting = admission.enter();
            assert!(futures::FutureExt::now_or_never(waiting).is_none());
        }
        assert_eq!(admission.waiting(), 0);
    }
}
