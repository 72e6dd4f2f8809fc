//! Go's `time.Time`: an instant and the zone it is told in.

use super::duration::{Duration, SECOND};
use super::zone::Zone;

/// Seconds from the year 1 to 1970.
const FROM_YEAR_ONE: i64 = 62_135_596_800;
const DAY: i64 = 86_400;

/// An instant and the zone it is told in. Instants out of 64 bits of seconds wrap around, as in Go.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Time {
    /// Seconds since 1970.
    pub(crate) seconds: i64,
    /// Below 1,000,000,000.
    pub(crate) nanoseconds: u32,
    pub(crate) zone: Zone,
}

/// What a calendar and a clock show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    /// From 1.
    pub(crate) month: i64,
    /// From 1.
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
}

impl Time {
    /// The start of year 1, UTC: Go's zero value.
    pub(crate) const ZERO: Self = Self { seconds: -FROM_YEAR_ONE, nanoseconds: 0, zone: Zone::Utc };

    /// `time.Unix`, in the local zone.
    pub(crate) fn from_unix(seconds: i64) -> Self {
        Self { seconds, nanoseconds: 0, zone: Zone::Utc }
    }

    /// `time.Date`: fields out of range count on.
    pub(crate) fn from_civil(civil: &Civil, nanoseconds: u32, zone: Zone) -> Self {
        let months = civil.year * 12 + civil.month - 1;
        let days = days_from_civil(months.div_euclid(12), months.rem_euclid(12) + 1, 1) + civil.day - 1;
        let local = days * DAY + civil.hour * 3600 + civil.minute * 60 + civil.second;
        let seconds = local - i64::from(offset_of_local(&zone, local));
        Self { seconds, nanoseconds, zone }
    }

    /// The same instant in another zone.
    pub(crate) fn in_zone(&self, zone: Zone) -> Self {
        Self { zone, ..*self }
    }

    /// Calendar and clock in the zone, its offset, and its abbreviation.
    pub(crate) fn local(&self) -> (Civil, i32, String) {
        let (offset, name) = self.zone.at(self.seconds);
        (Civil::of(self.seconds.wrapping_add(i64::from(offset))), offset, name)
    }

    /// Calendar and clock in the zone.
    pub(crate) fn civil(&self) -> Civil {
        self.local().0
    }

    /// `Time.Add`.
    pub(crate) fn add(&self, duration: Duration) -> Self {
        let nanoseconds = i64::from(self.nanoseconds) + duration.0 % SECOND;
        let seconds =
            self.seconds.wrapping_add(duration.0 / SECOND).wrapping_add(nanoseconds.div_euclid(SECOND));
        let nanoseconds = u32::try_from(nanoseconds.rem_euclid(SECOND)).unwrap_or(0);
        Self { seconds, nanoseconds, zone: self.zone.clone() }
    }

    /// `Time.Sub`: the longest durations stand for longer ones.
    pub(crate) fn since(&self, earlier: &Self) -> Duration {
        let seconds = i128::from(self.seconds) - i128::from(earlier.seconds);
        let nanoseconds = i128::from(self.nanoseconds) - i128::from(earlier.nanoseconds);
        let total = seconds * i128::from(SECOND) + nanoseconds;
        let limit = if total < 0 { i64::MIN } else { i64::MAX };
        Duration(i64::try_from(total).unwrap_or(limit))
    }

    /// `Time.AddDate`.
    pub(crate) fn add_date(&self, years: i64, months: i64, days: i64) -> Self {
        let mut civil = self.civil();
        civil.year += years;
        civil.month += months;
        civil.day += days;
        Self::from_civil(&civil, self.nanoseconds, self.zone.clone())
    }

    /// `Time.Truncate`: down to a multiple since year 1.
    pub(crate) fn truncate(&self, multiple: Duration) -> Self {
        if multiple.0 <= 0 { self.clone() } else { self.add(Duration(-self.remainder(multiple))) }
    }

    /// `Time.Round`: to the nearest multiple since year 1, halves up.
    pub(crate) fn round(&self, multiple: Duration) -> Self {
        if multiple.0 <= 0 {
            return self.clone();
        }
        let remainder = self.remainder(multiple);
        let is_less_than_half = remainder.unsigned_abs() * 2 < multiple.0.unsigned_abs();
        self.add(Duration(if is_less_than_half { -remainder } else { multiple.0 - remainder }))
    }

    /// Nanoseconds since the last multiple.
    fn remainder(&self, multiple: Duration) -> i64 {
        let seconds = i128::from(self.seconds) + i128::from(FROM_YEAR_ONE);
        let total = seconds * i128::from(SECOND) + i128::from(self.nanoseconds);
        i64::try_from(total.rem_euclid(i128::from(multiple.0))).unwrap_or_default()
    }

    /// Whether the zone's clock is put forward.
    pub(crate) fn is_summer_time(&self) -> bool {
        self.zone.is_summer_time(self.seconds)
    }

    /// Nanoseconds since 1970; wraps around out of 64 bits, as in Go.
    pub(crate) fn unix_nanoseconds(&self) -> i64 {
        self.seconds.wrapping_mul(SECOND).wrapping_add(i64::from(self.nanoseconds))
    }

    /// As JSON has it (RFC 3339).
    pub(crate) fn to_rfc3339(&self) -> String {
        let text = super::layout::format(self, b"2006-01-02T15:04:05.999999999Z07:00");
        String::from_utf8_lossy(&text).into_owned()
    }

    /// The order of the instants.
    pub(crate) fn instant(&self) -> (i64, u32) {
        (self.seconds, self.nanoseconds)
    }
}

/// The offset at a wall-clock time, found by Go's two guesses: a time that a change of the clock skips or repeats is
/// taken in the zone before or after it.
fn offset_of_local(zone: &Zone, local: i64) -> i32 {
    let (guess, _) = zone.at(local);
    let (offset, _) = zone.at(local - i64::from(guess));
    offset
}

impl Civil {
    /// Of seconds since 1970 on a clock.
    fn of(seconds: i64) -> Self {
        let (days, clock) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
        let (year, month, day) = civil_from_days(days);
        Self { year, month, day, hour: clock / 3600, minute: clock / 60 % 60, second: clock % 60 }
    }

    /// The day of the week from Sunday, 0.
    pub(crate) fn weekday(&self) -> i64 {
        (days_from_civil(self.year, self.month, self.day) + 4).rem_euclid(7)
    }

    /// The day of the year from 1.
    pub(crate) fn year_day(&self) -> i64 {
        days_from_civil(self.year, self.month, self.day) - days_from_civil(self.year, 1, 1) + 1
    }
}

pub(crate) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The days of a month, given from 1.
pub(crate) fn days_in(month: i64, year: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970 of a date in the Gregorian calendar; years are counted from March within.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month and day of days since 1970.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * month_from_march + 2) / 5 + 1)
}
