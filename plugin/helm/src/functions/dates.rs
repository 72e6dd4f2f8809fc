//! Functions on times and durations.
//!
//! `now` is the time of the render ([`Context::now`]), the local zone UTC: a render must not depend on where and
//! when it runs.

mod duration;
mod layout;
mod objects;
mod parse;
mod time;
mod zone;

use gotemplate::{Call, Function, FunctionError, Type, Value};

use super::arguments::{Arguments, Outcome, fixed, text};
use crate::context::Context;
pub(super) use duration::Duration;
use duration::SECOND;
use objects::{DURATION, TIME};
pub(super) use time::{Civil, Time};
pub(super) use zone::Zone;

const ANY: Type = Type::Any;
const STRING: Type = Type::String;
const FLOAT: Type = Type::FLOAT64;
const INT64: Type = Type::INT64;
const TIME_TYPE: Type = Type::Named(&TIME);
const DURATION_TYPE: Type = Type::Named(&DURATION);

const DATE: &[u8] = b"2006-01-02";

/// Why a text is not a time of a layout, in Go's words; `None` if it is one.
pub(crate) fn date_error(layout: &str, text: &str) -> Option<String> {
    parse::parse(layout.as_bytes(), text.as_bytes()).err().map(|error| error.to_string())
}

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("now", &[], TIME_TYPE, |call, _| Ok(Value::object(now(call)?))),
    fixed("date", &[STRING, ANY], STRING, |call, a| format_in(call, a.text(0), &a.any(1), b"Local")),
    fixed("dateInZone", &[STRING, ANY, STRING], STRING, |call, a| {
        format_in(call, a.text(0), &a.any(1), a.text(2))
    }),
    fixed("date_in_zone", &[STRING, ANY, STRING], STRING, |call, a| {
        format_in(call, a.text(0), &a.any(1), a.text(2))
    }),
    fixed("htmlDate", &[ANY], STRING, |call, a| format_in(call, DATE, &a.any(0), b"Local")),
    fixed("htmlDateInZone", &[ANY, STRING], STRING, |call, a| format_in(call, DATE, &a.any(0), a.text(1))),
    fixed("dateModify", &[STRING, TIME_TYPE], TIME_TYPE, modify),
    fixed("date_modify", &[STRING, TIME_TYPE], TIME_TYPE, modify),
    fixed("mustDateModify", &[STRING, TIME_TYPE], TIME_TYPE, must_modify),
    fixed("must_date_modify", &[STRING, TIME_TYPE], TIME_TYPE, must_modify),
    fixed("ago", &[ANY], STRING, ago),
    fixed("duration", &[ANY], STRING, |_, a| text(from_seconds(&a.any(0)).to_string())),
    fixed("durationRound", &[ANY], STRING, duration_round),
    fixed("toDate", &[STRING, STRING], TIME_TYPE, |_, a| {
        Ok(Value::object(parse::parse(a.text(0), a.text(1)).unwrap_or(Time::ZERO)))
    }),
    fixed("mustToDate", &[STRING, STRING], TIME_TYPE, |_, a| {
        let time = parse::parse(a.text(0), a.text(1));
        time.map(Value::object).map_err(|error| FunctionError::new(error.to_string()))
    }),
    fixed("unixEpoch", &[TIME_TYPE], STRING, |_, a| {
        text(a.any(0).downcast_ref::<Time>().map_or(0, |time| time.seconds).to_string())
    }),
    fixed("mustToDuration", &[ANY], DURATION_TYPE, |_, a| Ok(Value::object(to_duration(&a.any(0))?))),
    fixed("durationSeconds", &[ANY], FLOAT, |_, a| Ok(Value::float(lenient(a).in_units(SECOND)))),
    fixed("durationMinutes", &[ANY], FLOAT, |_, a| Ok(Value::float(lenient(a).in_units(duration::MINUTE)))),
    fixed("durationHours", &[ANY], FLOAT, |_, a| Ok(Value::float(hours(a)))),
    fixed("durationDays", &[ANY], FLOAT, |_, a| Ok(Value::float(hours(a) / 24.0))),
    fixed("durationWeeks", &[ANY], FLOAT, |_, a| Ok(Value::float(hours(a) / 24.0 / 7.0))),
    fixed("durationMilliseconds", &[ANY], INT64, |_, a| {
        Ok(Value::int64(lenient(a).0 / duration::MILLISECOND))
    }),
    fixed("durationMicroseconds", &[ANY], INT64, |_, a| {
        Ok(Value::int64(lenient(a).0 / duration::MICROSECOND))
    }),
    fixed("durationNanoseconds", &[ANY], INT64, |_, a| Ok(Value::int64(lenient(a).0))),
    fixed("durationRoundTo", &[ANY, ANY], DURATION_TYPE, |_, a| {
        Ok(Value::object(to_multiple(a, Duration::round)))
    }),
    fixed("durationTruncateTo", &[ANY, ANY], DURATION_TYPE, |_, a| {
        Ok(Value::object(to_multiple(a, Duration::truncate)))
    }),
];

fn now(call: &mut Call<'_>) -> Result<Time, FunctionError> {
    let now = Context::of(call)?.now();
    Ok(Time { seconds: now.seconds, nanoseconds: now.nanoseconds, zone: Zone::Utc })
}

/// Sprig's times: an int of 32 or 64 bits counts seconds since 1970. Everything else, also a float, is now.
fn to_time(call: &mut Call<'_>, value: &Value) -> Result<Time, FunctionError> {
    use gotemplate::IntKind::{Int, Int32, Int64};
    match value {
        Value::Int(seconds, Int | Int32 | Int64) => Ok(Time::from_unix(*seconds)),
        _ => value.downcast_ref::<Time>().cloned().map_or_else(|| now(call), Ok),
    }
}

/// An unknown zone is UTC.
fn format_in(call: &mut Call<'_>, layout: &[u8], date: &Value, zone: &[u8]) -> Outcome {
    let time = to_time(call, date)?.in_zone(Zone::load(zone).unwrap_or(Zone::Utc));
    text(layout::format(&time, layout))
}

/// What isn't a duration changes nothing.
fn modify(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    let time = a.any(1).downcast_ref::<Time>().cloned().unwrap_or(Time::ZERO);
    Ok(Value::object(match Duration::parse(a.text(0)) {
        Ok(duration) => time.add(duration),
        Err(_) => time,
    }))
}

fn must_modify(_: &mut Call<'_>, a: &[Value]) -> Outcome {
    let duration = Duration::parse(a.text(0)).map_err(|error| FunctionError::new(error.to_string()))?;
    Ok(Value::object(a.any(1).downcast_ref::<Time>().cloned().unwrap_or(Time::ZERO).add(duration)))
}

fn ago(call: &mut Call<'_>, a: &[Value]) -> Outcome {
    let time = match a.any(0) {
        // The one place where sprig doesn't know these.
        Value::Int(_, gotemplate::IntKind::Int32) => now(call)?,
        date => to_time(call, &date)?,
    };
    text(now(call)?.since(&time).round(Duration(SECOND)).to_string())
}

/// Seconds as a string or an int64; an int is none.
fn from_seconds(value: &Value) -> Duration {
    let seconds = match value {
        Value::String(digits) => super::numbers::atoi(digits.as_bytes()),
        Value::Int(seconds, gotemplate::IntKind::Int64) => *seconds,
        _ => 0,
    };
    Duration(seconds.wrapping_mul(SECOND))
}

/// The largest whole unit that is exceeded: `24h` stays, `25h` is `1d`.
fn duration_round(call: &mut Call<'_>, a: &[Value]) -> Outcome {
    let duration = match a.any(0) {
        Value::String(duration) => Duration::parse(duration.as_bytes()).unwrap_or_default(),
        Value::Int(nanoseconds, gotemplate::IntKind::Int64) => Duration(nanoseconds),
        other => match other.downcast_ref::<Time>() {
            Some(time) => now(call)?.since(time),
            None => Duration(0),
        },
    };
    const HOUR: u64 = duration::HOUR.unsigned_abs();
    let units = [
        (HOUR * 24 * 365, "y"),
        (HOUR * 24 * 30, "mo"),
        (HOUR * 24, "d"),
        (HOUR, "h"),
        (HOUR / 60, "m"),
        (HOUR / 3600, "s"),
    ];
    let amount = duration.0.unsigned_abs();
    let exceeded = units.into_iter().find(|(unit, _)| amount > *unit);
    text(exceeded.map_or_else(|| "0s".to_owned(), |(unit, name)| format!("{}{name}", amount / unit)))
}

/// Helm's durations: Go's texts, and numbers (also as text) of seconds.
fn to_duration(value: &Value) -> Result<Duration, FunctionError> {
    if let Some(duration) = value.downcast_ref::<Duration>() {
        return Ok(*duration);
    }
    match value {
        Value::Nil => Err("invalid duration".into()),
        Value::String(text) => duration_of_text(text),
        Value::Int(seconds, _) => seconds
            .checked_mul(SECOND)
            .map(Duration)
            .ok_or_else(|| format!("duration seconds overflow: {seconds}").into()),
        Value::Uint(seconds, _) => {
            let nanoseconds = i64::try_from(*seconds).ok().and_then(|seconds| seconds.checked_mul(SECOND));
            nanoseconds.map(Duration).ok_or_else(|| format!("duration seconds overflow: {seconds}").into())
        }
        Value::Float(seconds, _) => duration_of_float(*seconds),
        other => match other.as_int() {
            Some(seconds) => to_duration(&Value::int64(seconds)),
            None => Err(format!("unsupported duration type {}", other.type_name()).into()),
        },
    }
}

fn duration_of_text(text: &gotemplate::Str) -> Result<Duration, FunctionError> {
    let trimmed = super::strings::trim(text.as_bytes());
    if trimmed.is_empty() {
        return Err("empty duration".into());
    }
    if let Ok(duration) = Duration::parse(trimmed) {
        return Ok(duration);
    }
    match gotemplate::strconv::parse_float(trimmed, gotemplate::FloatKind::Float64) {
        Ok(seconds) => duration_of_float(seconds),
        Err(_) => Err(format!("could not parse duration {}", gotemplate::strconv::quote(text)).into()),
    }
}

fn duration_of_float(seconds: f64) -> Result<Duration, FunctionError> {
    const LIMIT: f64 = 9_223_372_036.854_776;
    let shown =
        || String::from_utf8_lossy(gotemplate::fmt::sprint(&[Value::float(seconds)]).as_bytes()).into_owned();
    if !seconds.is_finite() {
        return Err(format!("invalid duration seconds: {}", shown()).into());
    }
    if seconds.abs() > LIMIT {
        return Err(format!("duration seconds overflow: {}", shown()).into());
    }
    Ok(Duration(super::numbers::cast::truncate(seconds * 1e9)))
}

fn lenient(a: &[Value]) -> Duration {
    to_duration(&a.any(0)).unwrap_or_default()
}

fn hours(a: &[Value]) -> f64 {
    lenient(a).in_units(duration::HOUR)
}

/// A value that is no duration is 0; a multiple that is none changes nothing.
fn to_multiple(a: &[Value], operation: fn(Duration, Duration) -> Duration) -> Duration {
    match (to_duration(&a.any(0)), to_duration(&a.any(1))) {
        (Ok(duration), Ok(multiple)) => operation(duration, multiple),
        (Ok(duration), Err(_)) => duration,
        (Err(_), _) => Duration(0),
    }
}

/// The package's own quoting: bytes outside ASCII, and control characters, as `\x` and two digits.
fn quote(bytes: &[u8]) -> String {
    let mut quoted = String::from("\"");
    for byte in bytes {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(*byte)]),
            // 0x7f is printed as it is.
            b' '..=0x7f => quoted.push(char::from(*byte)),
            _ => quoted.push_str(&format!("\\x{byte:02x}")),
        }
    }
    quoted.push('"');
    quoted
}
