//! Answers that are given again as long as nothing has changed that they came of.
//!
//! A plugin's answer depends on its component, its configuration, the request, and what its host calls answered. The
//! first two belong to the [`Plugin`](crate::Plugin) that has this memo; the request is the key; and what was
//! answered are the sandbox's observations, not the plugin's claim. They are made again before an answer is used.

use std::sync::Arc;

use cache::Digest;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sandbox::{Capabilities, Observation, Request, Seen};

/// The answers of one plugin.
pub(crate) struct Memo(Cache<Digest, Arc<Remembered>, ByMemory>);

/// An answer, and what it came of.
struct Remembered {
    observations: Vec<Observation>,
    manifests: Arc<[String]>,
}

/// Weighs answers by the bytes that they take.
#[derive(Clone, Copy)]
struct ByMemory;

impl Weighter<Digest, Arc<Remembered>> for ByMemory {
    fn weight(&self, _: &Digest, remembered: &Arc<Remembered>) -> u64 {
        let manifests: u64 = remembered.manifests.iter().map(|manifest| manifest.len() as u64).sum();
        let observations: u64 = remembered.observations.iter().map(Observation::size).sum();
        manifests + observations
    }
}

// === impl Memo ===

impl Memo {
    /// A memo of at most so many `bytes`; with none it remembers nothing.
    pub(crate) fn new(bytes: u64) -> Self {
        Self(Cache::with_weighter(1024, bytes, ByMemory))
    }

    /// The answer to `request`, if everything is as it was when it was given.
    pub(crate) async fn recall(
        &self,
        request: &Request,
        capabilities: &Capabilities,
    ) -> Option<Arc<[String]>> {
        let remembered = self.0.get(&key(request))?;
        for observation in &remembered.observations {
            if !observation.holds(capabilities).await {
                return None;
            }
        }
        Some(Arc::clone(&remembered.manifests))
    }

    /// Remembers the answer to `request`, unless it came of something that is never the same again.
    pub(crate) fn remember(&self, request: &Request, observations: Vec<Observation>, manifests: &[String]) {
        let passing =
            |observation: &Observation| matches!(observation.seen, Seen::Failed | Seen::Unrepeatable);
        if observations.iter().any(passing) {
            self.0.remove(&key(request));
            return;
        }
        self.0.insert(key(request), Arc::new(Remembered { observations, manifests: manifests.into() }));
    }
}

/// The digest of the whole request: its debug form quotes texts, so that two requests never have the same.
fn key(request: &Request) -> Digest {
    Digest::of(format!("{request:?}").as_bytes())
}
