//! When to ask again (oras' and Flux' rules together, and `Retry-After` taken at its word).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use http::header::RETRY_AFTER;
use http::{HeaderMap, Method, StatusCode};
use tokio::time::Instant;

use crate::config::Retries;
use crate::{Deadline, Error, Origin};

/// Whether a request may be sent twice without doing something twice.
pub(crate) fn is_repeatable(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// Whether an answer with this status may be another one next time.
pub(crate) fn is_transient(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
}

/// How long `Retry-After` asks to wait: seconds or a date (RFC 9110 §10.2.3).
pub(crate) fn asked_for(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

/// The pause before try `attempt` (from 1 for the second): anything up to twice the one before, so
/// that many clients don't come back at the same moment.
pub(crate) fn pause(retries: &Retries, attempt: u32) -> Duration {
    let longest = retries.base.saturating_mul(1 << attempt.min(16).saturating_sub(1)).min(retries.cap);
    longest.mul_f64(0.25 + 0.75 * fastrand::f64())
}

/// Servers that asked to be left alone, and until when. All requests of the process heed it.
#[derive(Default)]
pub(crate) struct Gates(Mutex<HashMap<Origin, Instant>>);

impl Gates {
    /// Closes the gate to `origin` for `wait`.
    pub(crate) fn close(&self, origin: &Origin, wait: Duration) {
        let Some(until) = Instant::now().checked_add(wait) else { return };
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        gates.retain(|_, until| *until > Instant::now());
        let gate = gates.entry(origin.clone()).or_insert(until);
        *gate = until.max(*gate);
    }

    /// Waits until the gate is open; fails at once if that is later than `deadline`.
    pub(crate) async fn pass(&self, origin: &Origin, deadline: Deadline) -> Result<(), Error> {
        let until = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(origin).copied();
        let Some(until) = until else { return Ok(()) };
        if until > deadline.instant() {
            let wait = until.saturating_duration_since(Instant::now());
            return Err(Error::Limited { origin: origin.clone(), wait });
        }
        tokio::time::sleep_until(until).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(RETRY_AFTER, http::HeaderValue::from_static(value))])
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = httpdate::parse_http_date("Tue, 24 Nov 2026 09:00:00 GMT").unwrap();
        for (value, expect) in [
            ("7", Some(7)),
            ("Tue, 24 Nov 2026 09:00:09 GMT", Some(9)),
            ("Tue, 24 Nov 2026 08:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
        ] {
            assert_eq!(asked_for(&headers(value), now), expect.map(Duration::from_secs), "{value}");
        }
    }

    #[test]
    fn pauses_grow_to_the_cap() {
        let retries = Retries::default();
        for attempt in 1..40 {
            let longest = Duration::from_millis(250 << (attempt - 1).min(10)).min(retries.cap);
            let pause = pause(&retries, attempt);
            assert!(pause <= longest && pause >= longest / 4, "{attempt}: {pause:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_closed_gate_holds_requests_up_to_their_deadline() {
        let origin = Origin::of(&"https://a.test".parse().unwrap()).unwrap();
        let gates = Gates::default();
        gates.close(&origin, Duration::from_secs(20));
        let hasty = gates.pass(&origin, Deadline::after(Duration::from_secs(10))).await;
        assert!(matches!(hasty, Err(Error::Limited { .. })), "{hasty:?}");
        let start = Instant::now();
        gates.pass(&origin, Deadline::after(Duration::from_secs(60))).await.unwrap();
        assert_eq!(start.elapsed(), Duration::from_secs(20));
    }
}
