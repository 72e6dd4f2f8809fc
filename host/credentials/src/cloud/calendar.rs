//! Times as Amazon and Google write them.
//!
//! Years are counted from March, so that the leap day comes last; 719,468 days lie between the first of March of
//! the year 0 and 1970, and 146,097 days make 400 years.

use std::time::{Duration, SystemTime};

/// `YYYYMMDDTHHMMSSZ`, as Amazon signs it.
pub(super) fn basic(time: SystemTime) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date(days);
    format!("{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

/// `2026-11-24T09:00:00Z`, with or without a fraction, which is left out.
pub(super) fn rfc3339(text: &str) -> Option<SystemTime> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(time.split('.').next()?, ':')?;
    let valid = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    valid.then(|| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

fn numbers(text: &str, separator: char) -> Option<[u64; 3]> {
    let parts: Vec<u64> = text.split(separator).map(str::parse).collect::<Result<_, _>>().ok()?;
    parts.try_into().ok()
}

/// Year, month and day of a number of days since 1970.
const fn date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

/// The number of days since 1970 of a date from then on; 0 for what is before.
const fn days(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year.saturating_sub(1) } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted_month + 2) / 5 + day.saturating_sub(1);
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + day_of_era).saturating_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn dates_of_all_kinds() {
        for (seconds, signed, written) in [
            (0, "19700101T000000Z", "1970-01-01T00:00:00Z"),
            (951_782_400, "20000229T000000Z", "2000-02-29T00:00:00Z"),
            (951_868_799, "20000229T235959Z", "2000-02-29T23:59:59Z"),
            (1_440_938_160, "20150830T123600Z", "2015-08-30T12:36:00.123456Z"),
            (4_107_542_400, "21000301T000000Z", "2100-03-01T00:00:00Z"),
            (1_735_689_599, "20241231T235959Z", "2024-12-31T23:59:59Z"),
        ] {
            assert_eq!(basic(at(seconds)), signed);
            assert_eq!(rfc3339(written), Some(at(seconds)), "{written}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_is_itself_again() {
        for day in 0..146_097 {
            let (year, month, date) = date(day);
            assert_eq!(days(year, month, date), day);
        }
    }

    #[test]
    fn what_is_no_time() {
        for wrong in [
            "",
            "2015",
            "2015-08-30",
            "2015-13-30T12:36:00Z",
            "x-y-zT1:2:3Z",
            "2015-08-30T12:36:00+01:00",
            "1-1-1T1:1:1Z",
        ] {
            assert_eq!(rfc3339(wrong), None, "{wrong}");
        }
    }
}
