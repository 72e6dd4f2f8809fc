//! Times and durations as values of templates, with the methods that Go gives them.

use std::any::Any;

use gotemplate::{
    FunctionError, IntKind, Method, MethodBody, NamedType, Object, Signature, Str, Type, Value,
};

use super::duration::{self, Duration};
use super::layout::{MONTHS, WEEKDAYS, format};
use super::time::Time;
use super::zone::Zone;
use crate::functions::arguments::Arguments;

const BOOL: Type = Type::Bool;
const INT: Type = Type::INT;
const INT64: Type = Type::INT64;
const FLOAT: Type = Type::FLOAT64;
const STRING: Type = Type::String;

/// How a time prints.
const DEFAULT_LAYOUT: &[u8] = b"2006-01-02 15:04:05.999999999 -0700 MST";

/// `time.Time`.
pub(super) static TIME: NamedType =
    NamedType { name: "time.Time", underlying: Type::Struct, methods: TIME_METHODS };
/// `time.Duration`.
pub(super) static DURATION: NamedType =
    NamedType { name: "time.Duration", underlying: Type::Int(IntKind::Int64), methods: DURATION_METHODS };
static MONTH: NamedType = NamedType { name: "time.Month", underlying: Type::INT, methods: NAME_METHODS };
static WEEKDAY: NamedType = NamedType { name: "time.Weekday", underlying: Type::INT, methods: NAME_METHODS };

const fn method(name: &'static str, params: &'static [Type], result: Type, body: MethodBody) -> Method {
    Method { name, signature: Signature::new(params, result), body }
}

// These are statics, not constants, because they refer to the types that refer to them.
static TIME_METHODS: &[Method] = &[
    method("Format", &[STRING], STRING, |_, time, a| Ok(Value::string(format(&time_of(time), a.text(0))))),
    method("String", &[], STRING, |_, time, _| Ok(Value::string(format(&time_of(time), DEFAULT_LAYOUT)))),
    method("Year", &[], INT, |_, time, _| Ok(Value::int(time_of(time).civil().year))),
    method("Month", &[], Type::Named(&MONTH), |_, time, _| {
        Ok(Value::object(Month(time_of(time).civil().month)))
    }),
    method("Day", &[], INT, |_, time, _| Ok(Value::int(time_of(time).civil().day))),
    method("Hour", &[], INT, |_, time, _| Ok(Value::int(time_of(time).civil().hour))),
    method("Minute", &[], INT, |_, time, _| Ok(Value::int(time_of(time).civil().minute))),
    method("Second", &[], INT, |_, time, _| Ok(Value::int(time_of(time).civil().second))),
    method("Nanosecond", &[], INT, |_, time, _| Ok(Value::int(time_of(time).nanoseconds.into()))),
    method("Weekday", &[], Type::Named(&WEEKDAY), |_, time, _| {
        Ok(Value::object(Weekday(time_of(time).civil().weekday())))
    }),
    method("YearDay", &[], INT, |_, time, _| Ok(Value::int(time_of(time).civil().year_day()))),
    method("Unix", &[], INT64, |_, time, _| Ok(Value::int64(time_of(time).seconds))),
    method("UnixMilli", &[], INT64, |_, time, _| {
        Ok(Value::int64(unix_in(&time_of(time), duration::MILLISECOND)))
    }),
    method("UnixMicro", &[], INT64, |_, time, _| {
        Ok(Value::int64(unix_in(&time_of(time), duration::MICROSECOND)))
    }),
    method("UnixNano", &[], INT64, |_, time, _| Ok(Value::int64(time_of(time).unix_nanoseconds()))),
    method("UTC", &[], Type::Named(&TIME), |_, time, _| Ok(Value::object(time_of(time).in_zone(Zone::Utc)))),
    method("Local", &[], Type::Named(&TIME), |_, time, _| {
        Ok(Value::object(time_of(time).in_zone(Zone::Utc)))
    }),
    method("IsZero", &[], BOOL, |_, time, _| Ok((time_of(time).instant() == Time::ZERO.instant()).into())),
    method("IsDST", &[], BOOL, |_, time, _| Ok(time_of(time).is_summer_time().into())),
    method("Before", &[Type::Named(&TIME)], BOOL, |_, time, a| {
        Ok((time_of(time).instant() < time_of(&a.any(0)).instant()).into())
    }),
    method("After", &[Type::Named(&TIME)], BOOL, |_, time, a| {
        Ok((time_of(time).instant() > time_of(&a.any(0)).instant()).into())
    }),
    method("Equal", &[Type::Named(&TIME)], BOOL, |_, time, a| {
        Ok((time_of(time).instant() == time_of(&a.any(0)).instant()).into())
    }),
    method("Compare", &[Type::Named(&TIME)], INT, |_, time, a| {
        Ok(Value::int(time_of(time).instant().cmp(&time_of(&a.any(0)).instant()) as i64))
    }),
    method("Add", &[Type::Named(&DURATION)], Type::Named(&TIME), |_, time, a| {
        Ok(Value::object(time_of(time).add(duration_of(&a.any(0)))))
    }),
    method("Sub", &[Type::Named(&TIME)], Type::Named(&DURATION), |_, time, a| {
        Ok(Value::object(time_of(time).since(&time_of(&a.any(0)))))
    }),
    method("AddDate", &[INT, INT, INT], Type::Named(&TIME), |_, time, a| {
        Ok(Value::object(time_of(time).add_date(a.int(0), a.int(1), a.int(2))))
    }),
    method("Truncate", &[Type::Named(&DURATION)], Type::Named(&TIME), |_, time, a| {
        Ok(Value::object(time_of(time).truncate(duration_of(&a.any(0)))))
    }),
    method("Round", &[Type::Named(&DURATION)], Type::Named(&TIME), |_, time, a| {
        Ok(Value::object(time_of(time).round(duration_of(&a.any(0)))))
    }),
];

static DURATION_METHODS: &[Method] = &[
    method("String", &[], STRING, |_, duration, _| Ok(Value::string(duration_of(duration).to_string()))),
    method("Seconds", &[], FLOAT, |_, duration, _| {
        Ok(Value::float(duration_of(duration).in_units(duration::SECOND)))
    }),
    method("Minutes", &[], FLOAT, |_, duration, _| {
        Ok(Value::float(duration_of(duration).in_units(duration::MINUTE)))
    }),
    method("Hours", &[], FLOAT, |_, duration, _| {
        Ok(Value::float(duration_of(duration).in_units(duration::HOUR)))
    }),
    method("Milliseconds", &[], INT64, |_, duration, _| {
        Ok(Value::int64(duration_of(duration).0 / duration::MILLISECOND))
    }),
    method("Microseconds", &[], INT64, |_, duration, _| {
        Ok(Value::int64(duration_of(duration).0 / duration::MICROSECOND))
    }),
    method("Nanoseconds", &[], INT64, |_, duration, _| Ok(Value::int64(duration_of(duration).0))),
    method("Abs", &[], Type::Named(&DURATION), |_, duration, _| {
        Ok(Value::object(Duration(duration_of(duration).0.saturating_abs())))
    }),
    method("Round", &[Type::Named(&DURATION)], Type::Named(&DURATION), |_, duration, a| {
        Ok(Value::object(duration_of(duration).round(duration_of(&a.any(0)))))
    }),
    method("Truncate", &[Type::Named(&DURATION)], Type::Named(&DURATION), |_, duration, a| {
        Ok(Value::object(duration_of(duration).truncate(duration_of(&a.any(0)))))
    }),
];

static NAME_METHODS: &[Method] = &[method("String", &[], STRING, |_, name, _| match name {
    Value::Object(object) => Ok(Value::string(object.text().unwrap_or_default())),
    _ => Err(FunctionError::new("not a name")),
})];

fn time_of(value: &Value) -> Time {
    value.downcast_ref::<Time>().cloned().unwrap_or(Time::ZERO)
}

fn duration_of(value: &Value) -> Duration {
    value.downcast_ref::<Duration>().copied().unwrap_or_default()
}

fn unix_in(time: &Time, unit: i64) -> i64 {
    let per_second = duration::SECOND / unit;
    time.seconds.wrapping_mul(per_second).wrapping_add(i64::from(time.nanoseconds) / unit)
}

impl Object for Time {
    fn ty(&self) -> &'static NamedType {
        &TIME
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn text(&self) -> Option<Str> {
        Some(format(self, DEFAULT_LAYOUT).into())
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref() == Some(self)
    }
}

impl Object for Duration {
    fn ty(&self) -> &'static NamedType {
        &DURATION
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn text(&self) -> Option<Str> {
        Some(self.to_string().into())
    }

    fn basic(&self) -> Option<Value> {
        Some(Value::int64(self.0))
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref() == Some(self)
    }
}

/// `time.Month`, from 1.
#[derive(Clone, Copy, PartialEq)]
struct Month(i64);

/// `time.Weekday`, from Sunday, 0.
#[derive(Clone, Copy, PartialEq)]
struct Weekday(i64);

impl Object for Month {
    fn ty(&self) -> &'static NamedType {
        &MONTH
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn text(&self) -> Option<Str> {
        MONTHS.get(usize::try_from(self.0 - 1).ok()?).map(|name| Str::from(*name))
    }

    fn basic(&self) -> Option<Value> {
        Some(Value::int(self.0))
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref() == Some(self)
    }
}

impl Object for Weekday {
    fn ty(&self) -> &'static NamedType {
        &WEEKDAY
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn text(&self) -> Option<Str> {
        WEEKDAYS.get(usize::try_from(self.0).ok()?).map(|name| Str::from(*name))
    }

    fn basic(&self) -> Option<Value> {
        Some(Value::int(self.0))
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref() == Some(self)
    }
}
