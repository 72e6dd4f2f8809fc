//! Time zones: the names Go takes, over the zone data that comes with the program.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A time zone of Go (`*time.Location`). The local one is UTC: a render must not depend on where it runs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Zone {
    /// Coordinated universal time.
    Utc,
    /// A fixed offset, as a parsed text names it.
    Fixed {
        /// Seconds east of Greenwich.
        offset: i32,
        /// The abbreviation; may be empty.
        name: String,
    },
    /// A zone of the database.
    Named(TimeZone),
}

impl Zone {
    /// `time.LoadLocation`; `None` of an unknown name. Names are case-sensitive.
    pub(crate) fn load(name: &[u8]) -> Option<Self> {
        if matches!(name, b"" | b"UTC" | b"Local") {
            return Some(Self::Utc);
        }
        let zone = jiff::tz::db().get(std::str::from_utf8(name).ok()?).ok()?;
        let is_exact = zone.iana_name().is_some_and(|found| found.as_bytes() == name);
        is_exact.then_some(Self::Named(zone))
    }

    /// The offset in seconds east of Greenwich, and the abbreviation, at a time (seconds since 1970).
    pub(crate) fn at(&self, seconds: i64) -> (i32, String) {
        match self {
            Self::Utc => (0, "UTC".to_owned()),
            Self::Fixed { offset, name } => (*offset, name.clone()),
            Self::Named(zone) => {
                let info = zone.to_offset_info(instant(seconds));
                (info.offset().seconds(), info.abbreviation().to_owned())
            }
        }
    }

    /// Whether the clock is put forward at a time.
    pub(crate) fn is_summer_time(&self, seconds: i64) -> bool {
        match self {
            Self::Utc | Self::Fixed { .. } => false,
            Self::Named(zone) => zone.to_offset_info(instant(seconds)).dst().is_dst(),
        }
    }
}

/// The zone data ends with the years -9999 and 9999.
fn instant(seconds: i64) -> Timestamp {
    let seconds = seconds.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    Timestamp::from_second(seconds).unwrap_or_default()
}
