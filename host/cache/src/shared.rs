//! A store that several machines share, behind the directory of each: when one machine is outgrown.
//!
//! It holds blobs alone, under their digest. What it answers is checked like everything else, so it need not be
//! believed; and it may forget, be slow or be away at any time, which costs time and nothing else. Who may see what
//! is never asked of it.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::time::{Instant, timeout};

use crate::Digest;

mod redis;

pub use self::redis::Redis;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// After a failure it is left alone for so long.
const REST: Duration = Duration::from_secs(30);

/// Content by digest, somewhere else.
#[async_trait]
pub trait Shared: Send + Sync + 'static {
    /// The content with this digest, if it is there.
    async fn get(&self, digest: &Digest) -> Result<Option<Bytes>, SharedError>;

    /// Adds content with this digest.
    async fn put(&self, digest: &Digest, bytes: &Bytes) -> Result<(), SharedError>;
}

/// A shared store that did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[error("the shared cache failed: {0}")]
pub struct SharedError(pub String);

/// A shared store with patience for its failures.
pub(crate) struct Guarded {
    shared: Box<dyn Shared>,
    rest: Mutex<Option<Instant>>,
}

// === impl Guarded ===

impl Guarded {
    pub(crate) fn new(shared: Box<dyn Shared>) -> Self {
        Self { shared, rest: Mutex::default() }
    }

    /// What it has, if it has it and it is what it should be.
    pub(crate) async fn get(&self, digest: &Digest) -> Option<Bytes> {
        let bytes = self.ask(self.shared.get(digest)).await.flatten()?;
        if digest.matches(&bytes) {
            return Some(bytes);
        }
        tracing::warn!(%digest, "the shared cache holds something else under this digest");
        None
    }

    pub(crate) async fn put(&self, digest: &Digest, bytes: &Bytes) {
        self.ask(self.shared.put(digest, bytes)).await;
    }

    async fn ask<T>(&self, question: impl Future<Output = Result<T, SharedError>>) -> Option<T> {
        if self.rests() {
            return None;
        }
        let problem = match timeout(PATIENCE, question).await {
            Ok(Ok(answer)) => return Some(answer),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("the shared cache did not answer within {} s", PATIENCE.as_secs()),
        };
        tracing::warn!(%problem, "the shared cache is left alone for a while");
        *self.until() = Some(Instant::now() + REST);
        None
    }

    fn until(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.rest.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn rests(&self) -> bool {
        self.until().is_some_and(|until| Instant::now() < until)
    }
}
