//! Until when an answer is of use.

use std::time::{Duration, Instant};

use http::HeaderMap;

/// What the client's deadline is cut by, so that an error still reaches it.
const MARGIN: Duration = Duration::from_millis(100);
/// gRPC allows eight digits.
const MAX_DIGITS: usize = 8;

/// The deadline of one call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    start: Instant,
    /// When work has to end.
    pub(crate) work: Instant,
    /// When the last word has to be on its way.
    pub(crate) answer: Instant,
    /// How long the call may take from its start to `work`.
    pub(crate) limit: Duration,
}

impl Deadline {
    /// The deadline of a call that starts now with `headers`; `longest` where the client sets none or
    /// a later one.
    pub(crate) fn new(headers: &HeaderMap, longest: Duration) -> Self {
        let asked = headers.get("grpc-timeout").and_then(|value| parse(value.to_str().ok()?));
        let total = asked.map_or(longest, |asked| asked.min(longest));
        // A short deadline keeps most of itself.
        let margin = MARGIN.min(total / 4);
        let start = Instant::now();
        let limit = total.saturating_sub(margin);
        Self { start, work: start + limit, answer: start + total.saturating_sub(margin / 2), limit }
    }

    /// How long the call has taken so far.
    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}

/// Reads `60S`, `500m` and the like (gRPC over HTTP/2, "Timeout").
fn parse(text: &str) -> Option<Duration> {
    let unit = text.chars().last().filter(char::is_ascii)?;
    let digits = text.get(..text.len() - 1)?;
    if digits.is_empty() || digits.len() > MAX_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value: u64 = digits.parse().ok()?;
    Some(match unit {
        'H' => Duration::from_secs(value * 3600),
        'M' => Duration::from_secs(value * 60),
        'S' => Duration::from_secs(value),
        'm' => Duration::from_millis(value),
        'u' => Duration::from_micros(value),
        'n' => Duration::from_nanos(value),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_read() {
        let cases = [
            ("2H", Some(Duration::from_secs(7200))),
            ("3M", Some(Duration::from_secs(180))),
            ("60S", Some(Duration::from_secs(60))),
            ("250m", Some(Duration::from_millis(250))),
            ("59999871u", Some(Duration::from_micros(59_999_871))),
            ("99n", Some(Duration::from_nanos(99))),
            ("", None),
            ("S", None),
            ("+1S", None),
            ("123456789S", None),
            ("1s", None),
            ("1é", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), expected, "{text}");
        }
    }

    #[track_caller]
    fn check(timeout: Option<&'static str>, limit: Duration, margin: Duration) {
        let mut headers = HeaderMap::new();
        if let Some(timeout) = timeout {
            headers.insert("grpc-timeout", timeout.parse().unwrap());
        }
        let deadline = Deadline::new(&headers, Duration::from_secs(90));
        assert_eq!((deadline.limit, deadline.answer - deadline.work), (limit, margin));
    }

    #[test]
    fn work_ends_before_the_client_gives_up() {
        let margin = Duration::from_millis(50);
        check(Some("60S"), Duration::from_millis(59_900), margin);
        check(Some("2S"), Duration::from_millis(1900), margin);
        check(None, Duration::from_millis(89_900), margin);
        check(Some("99H"), Duration::from_millis(89_900), margin);
        check(Some("100m"), Duration::from_millis(75), Duration::from_micros(12_500));
        check(Some("0n"), Duration::ZERO, Duration::ZERO);
    }
}
