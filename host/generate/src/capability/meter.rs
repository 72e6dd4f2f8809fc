//! What one render may still fetch, and how fast its project does (rule R4).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use network::Deadline;
use policy::{FetchBudget, FetchLimits, OverBudget, Pace, PaceLimits, Requester};
use tokio::time::Instant;

/// What one render has fetched, with all its capabilities.
pub(super) struct Meter {
    limits: FetchLimits,
    budget: Mutex<FetchBudget>,
    pace: ProjectPace,
    project: String,
}

/// How fast each project fetches, whichever plugin does it. Clones are the same.
#[derive(Clone, Debug)]
pub struct ProjectPace {
    pace: Arc<Mutex<Pace>>,
    start: Instant,
}

/// Takes the time that passes while it lives off the budget.
pub(super) struct Stopwatch<'a> {
    meter: &'a Meter,
    start: Instant,
    deadline: Deadline,
}

// === impl Meter ===

impl Meter {
    pub(super) fn new(limits: FetchLimits, pace: ProjectPace, requester: &Requester) -> Self {
        let project = requester.project.clone().unwrap_or_default();
        Self { limits, budget: Mutex::new(FetchBudget::new(limits)), pace, project }
    }

    /// Fetches at one time.
    pub(super) const fn parallel(&self) -> usize {
        self.limits.parallel
    }

    pub(super) fn spend_reference(&self, reference: &str) -> Result<(), OverBudget> {
        lock(&self.budget).spend_reference(reference)
    }

    pub(super) fn spend_bytes(&self, bytes: usize) -> Result<(), OverBudget> {
        lock(&self.budget).spend_bytes(bytes as u64)
    }

    /// Begins something that takes time; it must end with the time that is left.
    pub(super) fn start(&self) -> Result<Stopwatch<'_>, OverBudget> {
        let left = lock(&self.budget).time_left()?;
        Ok(Stopwatch { meter: self, start: Instant::now(), deadline: Deadline::after(left) })
    }
}

// === impl Stopwatch ===

impl Stopwatch<'_> {
    pub(super) const fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// Waits until it is the project's turn to fetch one thing.
    pub(super) async fn turn(&self) -> Result<(), OverBudget> {
        let ProjectPace { pace, start } = &self.meter.pace;
        let wait = lock(pace).take(&self.meter.project, start.elapsed(), self.deadline.remaining())?;
        tokio::time::sleep(wait).await;
        Ok(())
    }
}

impl Drop for Stopwatch<'_> {
    fn drop(&mut self) {
        lock(&self.meter.budget).spend_time(self.start.elapsed());
    }
}

// === impl ProjectPace ===

impl ProjectPace {
    /// Nobody has fetched yet.
    #[must_use]
    pub fn new(limits: PaceLimits) -> Self {
        Self { pace: Arc::new(Mutex::new(Pace::new(limits))), start: Instant::now() }
    }
}

impl Default for ProjectPace {
    fn default() -> Self {
        Self::new(PaceLimits::default())
    }
}

/// A lock whose holder panicked guards nothing half-done here: every change is one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
