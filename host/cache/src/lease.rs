//! One worker fetches what many want: single flight, in a process and between processes.

use std::collections::HashMap;
use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use tokio::time::{Instant, sleep};

use crate::Error;

/// The right to fetch something, until it is dropped. Whoever gets it looks into the store first:
/// the one before may have fetched it already.
///
/// A process that dies loses its leases with its file handles.
#[derive(Debug)]
pub struct Lease {
    // Declared first, so unlocked first: then the next task of this process goes on.
    _file: Option<File>,
    _turn: OwnedMutexGuard<()>,
}

/// The turns of this process.
#[derive(Default)]
pub(crate) struct Turns(Mutex<HashMap<String, Weak<AsyncMutex<()>>>>);

impl Turns {
    fn of(&self, name: &str) -> Arc<AsyncMutex<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(name).and_then(Weak::upgrade) {
            return turn;
        }
        turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::new(AsyncMutex::new(()));
        turns.insert(name.to_owned(), Arc::downgrade(&turn));
        turn
    }

    /// Waits for the turn of this task, then for that of this process, both together until `until`.
    pub(crate) async fn take(&self, name: &str, file: &Path, until: Instant) -> Result<Lease, Error> {
        let busy = || Error::Busy { name: name.to_owned() };
        let turn = tokio::time::timeout_at(until, self.of(name).lock_owned()).await.map_err(|_| busy())?;
        let Ok(file) = File::options().create(true).truncate(false).write(true).open(file) else {
            // A read-only or full disk: single flight within the process is what is left.
            return Ok(Lease { _file: None, _turn: turn });
        };
        let mut pause = Duration::from_millis(2);
        while !try_lock(&file)? {
            if Instant::now() + pause > until {
                return Err(busy());
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(50));
        }
        Ok(Lease { _file: Some(file), _turn: turn })
    }
}

fn try_lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
