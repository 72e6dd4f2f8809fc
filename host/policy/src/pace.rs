//! How fast one project may fetch, so that it leaves something for the others (rule R4).

use std::collections::HashMap;
use std::time::Duration;

use crate::budget::OverBudget;

/// Of more projects than that, those that have paused are forgotten, which changes nothing for them.
const MAX_PROJECTS: usize = 10_000;

/// How fast a project may fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaceLimits {
    /// Fetches at once, after a pause.
    pub burst: u32,
    /// The time between two fetches that go on for long.
    pub interval: Duration,
}

/// A token bucket for each project, told by when the last token that was taken will have come back.
#[derive(Clone, Debug)]
pub struct Pace {
    limits: PaceLimits,
    /// By project; moments are durations since any fixed one.
    due: HashMap<String, Duration>,
}

// === impl PaceLimits ===

impl Default for PaceLimits {
    /// A thousand applications that start at once, with four references each, do not notice.
    fn default() -> Self {
        Self { burst: 4096, interval: Duration::from_millis(5) }
    }
}

// === impl Pace ===

impl Pace {
    /// Nobody has fetched yet.
    #[must_use]
    pub fn new(limits: PaceLimits) -> Self {
        Self { limits, due: HashMap::new() }
    }

    /// Takes a turn for `project` at the moment `now`; how long it has to wait for it, at most `patience`.
    ///
    /// # Errors
    /// If it would have to wait for longer. Then nothing is taken.
    pub fn take(&mut self, project: &str, now: Duration, patience: Duration) -> Result<Duration, OverBudget> {
        let PaceLimits { burst, interval } = self.limits;
        let last = self.due.get(project).copied().unwrap_or_default();
        let due = last.max(now) + interval;
        let wait = due.saturating_sub(now + interval * burst);
        if wait > patience {
            return Err(OverBudget::Pace { project: project.to_owned(), burst, interval });
        }
        if self.due.len() >= MAX_PROJECTS {
            self.due.retain(|_, due| *due > now);
        }
        self.due.insert(project.to_owned(), due);
        Ok(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn pace() -> Pace {
        Pace::new(PaceLimits { burst: 3, interval: SECOND })
    }

    #[test]
    fn a_project_waits_for_its_turn_and_no_other_does() {
        let mut pace = pace();
        let waits: Vec<u64> = (0..5).map(|_| pace.take("a", SECOND, 9 * SECOND).unwrap().as_secs()).collect();
        assert_eq!(waits, [0, 0, 0, 1, 2]);
        assert_eq!(pace.take("b", SECOND, Duration::ZERO), Ok(Duration::ZERO));
        assert_eq!(pace.take("", SECOND, Duration::ZERO), Ok(Duration::ZERO));
        assert_eq!(pace.take("a", 4 * SECOND, Duration::ZERO), Ok(Duration::ZERO), "three seconds later");
        let waits: Vec<u64> =
            (0..4).map(|_| pace.take("a", 60 * SECOND, SECOND).unwrap().as_secs()).collect();
        assert_eq!(waits, [0, 0, 0, 1], "no more is saved up than the burst");
    }

    #[test]
    fn who_would_wait_too_long_takes_nothing() {
        let mut pace = pace();
        for _ in 0..3 {
            pace.take("a", SECOND, Duration::ZERO).unwrap();
        }
        for _ in 0..9 {
            let denied = pace.take("a", SECOND, Duration::from_millis(999)).unwrap_err();
            assert_eq!(
                denied.to_string(),
                "project `a` fetches more than its share: 3 at once, then one in 1s"
            );
        }
        assert_eq!(pace.take("a", SECOND, SECOND), Ok(SECOND));
    }

    #[test]
    fn projects_that_pause_are_forgotten() {
        let mut pace = pace();
        for index in 0..30_000 {
            pace.take(&index.to_string(), SECOND * index, SECOND).unwrap();
        }
        assert!(pace.due.len() <= MAX_PROJECTS);
    }
}
