//! The time as the cloud's services see it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use crate::wire::Reply;

/// A difference that signatures and assertions survive; smaller ones are network and rounding.
const TOLERANCE: i64 = 30;

/// The machine's clock, corrected by what servers say in `Date`. A clock that is ten minutes off makes every
/// signature invalid, so it is put right after the first refusal.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    /// Seconds to add.
    offset: AtomicI64,
}

// === impl Clock ===

impl Clock {
    pub(crate) fn now(&self) -> SystemTime {
        let offset = self.offset.load(Ordering::Relaxed);
        let seconds = Duration::from_secs(offset.unsigned_abs());
        let now = SystemTime::now();
        if offset < 0 { now.checked_sub(seconds).unwrap_or(now) } else { now + seconds }
    }

    /// The correction in seconds; it changes when a server's date differs from ours.
    pub(crate) fn offset(&self) -> i64 {
        self.offset.load(Ordering::Relaxed)
    }

    pub(crate) fn learn(&self, reply: &Reply) {
        let Some(date) = reply.date() else { return };
        let error = difference(date, self.now());
        if error.abs() > TOLERANCE {
            self.offset.fetch_add(error, Ordering::Relaxed);
        }
    }

    /// How long until `end`, by the clock of who sent `reply`.
    pub(crate) fn until(&self, end: SystemTime, reply: &Reply) -> Duration {
        let now = reply.date().unwrap_or_else(|| self.now());
        end.duration_since(now).unwrap_or_default()
    }
}

/// `later - earlier` in seconds.
fn difference(later: SystemTime, earlier: SystemTime) -> i64 {
    let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    match later.duration_since(earlier) {
        Ok(ahead) => seconds(ahead),
        Err(behind) => -seconds(behind.duration()),
    }
}
