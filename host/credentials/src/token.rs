//! Tokens that are kept while they are good, and fetched once however many ask (rule R9).
//!
//! * One fetch at a time for a key. Who waits for a fetch that fails gets its failure; if whoever fetches is
//!   dropped, the next one takes over.
//! * A token is refreshed in the background once 80 % of its life (of one hour at most) are over, and served
//!   meanwhile; it is not served in the last part of its life.
//! * Life is counted by the monotonic clock, from what the server said about its own.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// No token is taken for fresh longer than this, whatever its life.
const MAX_FRESH: Duration = Duration::from_secs(3600);

/// A token is not served in the last minute of its life, or the last tenth if that is shorter.
const MARGIN: Duration = Duration::from_secs(60);

/// How long a refusal counts for everybody who asks.
const REFUSAL_LIFE: Duration = Duration::from_secs(10);

/// More keys than that are not kept.
const CAPACITY: usize = 10_000;

/// Tokens of type `V` by what they are for.
pub(crate) struct Tokens<K, V, E> {
    slots: Mutex<HashMap<K, Arc<Slot<V, E>>>>,
    next_id: AtomicU64,
}

/// A token with its life.
#[derive(Debug)]
pub(crate) struct Lease<V> {
    /// Tells it from the one that replaces it.
    pub(crate) id: u64,
    pub(crate) value: V,
    refresh_at: Instant,
    stale_at: Instant,
}

/// What a fetch yields.
#[derive(Debug)]
pub(crate) struct Fetched<V> {
    pub(crate) value: V,
    pub(crate) life: Duration,
}

/// How a fetch failed.
#[derive(Clone, Debug)]
pub(crate) enum Failure<E> {
    /// The server said no; asking again at once would be answered the same.
    Refused(E),
    /// Anything else.
    Passing(E),
}

struct Slot<V, E> {
    state: Mutex<State<V, E>>,
    fetching: tokio::sync::Mutex<()>,
}

struct State<V, E> {
    lease: Option<Arc<Lease<V>>>,
    failure: Option<(Instant, Failure<E>)>,
    used: Instant,
}

// === impl Tokens ===

impl<K: Clone + Eq + Hash, V, E: Clone> Tokens<K, V, E> {
    pub(crate) fn new() -> Self {
        Self { slots: Mutex::default(), next_id: AtomicU64::new(1) }
    }

    /// The token for `key`, if there is one that may be served.
    pub(crate) fn peek(&self, key: &K) -> Option<Arc<Lease<V>>> {
        let slot = lock(&self.slots).get(key).cloned()?;
        slot.served()
    }

    /// The token for `key`; if there is none, `fetch` gets it, once for all who ask.
    pub(crate) async fn get(
        &self,
        key: &K,
        fetch: impl AsyncFnOnce() -> Result<Fetched<V>, Failure<E>>,
    ) -> Result<Arc<Lease<V>>, E> {
        let asked = Instant::now();
        let slot = self.slot(key);
        if let Some(lease) = slot.served() {
            return Ok(lease);
        }
        let _turn = slot.fetching.lock().await;
        if let Some(lease) = slot.served() {
            return Ok(lease);
        }
        if let Some(error) = slot.failed(asked) {
            return Err(error);
        }
        self.settle(&slot, fetch().await)
    }

    /// Replaces the token for `key`, unless somebody is at it already.
    pub(crate) async fn refresh(
        &self,
        key: &K,
        fetch: impl AsyncFnOnce() -> Result<Fetched<V>, Failure<E>>,
    ) -> Result<(), E> {
        let slot = self.slot(key);
        let Ok(_turn) = slot.fetching.try_lock() else { return Ok(()) };
        if slot.served().is_some_and(|lease| !lease.is_due()) {
            return Ok(());
        }
        self.settle(&slot, fetch().await).map(|_| ())
    }

    /// Forgets the token `id`, which turned out to be of no use; a newer one stays.
    pub(crate) fn invalidate(&self, key: &K, id: u64) {
        let Some(slot) = lock(&self.slots).get(key).cloned() else { return };
        let mut state = lock(&slot.state);
        if state.lease.as_ref().is_some_and(|lease| lease.id == id) {
            state.lease = None;
        }
    }

    fn settle(&self, slot: &Slot<V, E>, outcome: Result<Fetched<V>, Failure<E>>) -> Result<Arc<Lease<V>>, E> {
        let mut state = lock(&slot.state);
        match outcome {
            Ok(fetched) => {
                let lease = Arc::new(Lease::new(self.next_id.fetch_add(1, Ordering::Relaxed), fetched));
                state.lease = Some(Arc::clone(&lease));
                state.failure = None;
                Ok(lease)
            }
            Err(failure) => {
                state.failure = Some((Instant::now(), failure.clone()));
                let (Failure::Refused(error) | Failure::Passing(error)) = failure;
                Err(error)
            }
        }
    }

    fn slot(&self, key: &K) -> Arc<Slot<V, E>> {
        let mut slots = lock(&self.slots);
        if slots.len() >= CAPACITY && !slots.contains_key(key) {
            evict(&mut slots);
        }
        Arc::clone(slots.entry(key.clone()).or_insert_with(|| Arc::new(Slot::new())))
    }
}

/// Drops what nobody waits for and has no use any more; if that is nothing, the half that was used least lately.
fn evict<K: Clone + Eq + Hash, V, E>(slots: &mut HashMap<K, Arc<Slot<V, E>>>) {
    slots.retain(|_, slot| Arc::strong_count(slot) > 1 || slot.served_quietly());
    if slots.len() < CAPACITY {
        return;
    }
    let mut used: Vec<Instant> = slots.values().map(|slot| lock(&slot.state).used).collect();
    used.sort_unstable();
    let median = used.get(used.len() / 2).copied();
    slots.retain(|_, slot| Arc::strong_count(slot) > 1 || Some(lock(&slot.state).used) > median);
}

// === impl Lease ===

impl<V> Lease<V> {
    fn new(id: u64, fetched: Fetched<V>) -> Self {
        let Fetched { value, life } = fetched;
        let now = Instant::now();
        let fresh = (life * 4 / 5).min(MAX_FRESH);
        Self {
            id,
            value,
            refresh_at: now + fresh,
            stale_at: now + life.saturating_sub(MARGIN.min(life / 10)),
        }
    }

    /// Whether it should be replaced soon.
    pub(crate) fn is_due(&self) -> bool {
        Instant::now() >= self.refresh_at
    }

    fn is_stale(&self) -> bool {
        Instant::now() >= self.stale_at
    }
}

// === impl Slot ===

impl<V, E: Clone> Slot<V, E> {
    fn new() -> Self {
        let state = State { lease: None, failure: None, used: Instant::now() };
        Self { state: Mutex::new(state), fetching: tokio::sync::Mutex::new(()) }
    }

    fn served(&self) -> Option<Arc<Lease<V>>> {
        let mut state = lock(&self.state);
        state.used = Instant::now();
        if state.lease.as_ref().is_some_and(|lease| lease.is_stale()) {
            state.lease = None;
        }
        state.lease.clone()
    }

    /// The failure that also answers who asked at `asked`.
    fn failed(&self, asked: Instant) -> Option<E> {
        match &lock(&self.state).failure {
            Some((at, Failure::Refused(error))) if at.elapsed() < REFUSAL_LIFE => Some(error.clone()),
            Some((at, Failure::Passing(error))) if *at >= asked => Some(error.clone()),
            _ => None,
        }
    }
}

impl<V, E> Slot<V, E> {
    fn served_quietly(&self) -> bool {
        lock(&self.state).lease.as_ref().is_some_and(|lease| !lease.is_stale())
    }
}

/// A lock whose holder panicked guards nothing half-done here: every change is one assignment.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
