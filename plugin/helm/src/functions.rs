//! The functions of a chart's templates: all of sprig 3.3 but `env` and `expandenv`, and Helm's own, with Go's
//! signatures, so that errors of arity and type read as Go's do.
//!
//! `include`, `tpl`, `required`, `fail` and `lookup` are elsewhere: they need the running engine.
//! The clock, entropy and the cluster are reached through [`Context`](crate::context::Context) alone.
//!
//! They differ from Helm's on purpose in this:
//!
//! * The time is the same at every call of a render and the local zone is UTC; `keys` and `values` are sorted.
//! * Where values are stable, certificates are valid from 2020 to 2119 whatever days are asked for.
//! * Lists cannot be changed: `sortAlpha` leaves a list of strings as it was, and `slice` ends at the end of its list.
//! * `fromToml` words its errors itself, and lists of tables are lists of anything; `toYamlPretty` quotes times.
//! * Values that contain themselves or hold others millions of times, and strings and lists beyond any use, are errors
//!   instead of the end of the process.

mod arguments;
mod crypto;
mod dates;
mod dicts;
mod encodings;
mod flow;
mod formats;
mod lists;
mod numbers;
mod paths;
mod random;
mod regexes;
mod runes;
mod strings;
mod urls;
mod versions;

pub(crate) use arguments::NIL_DEREFERENCE;
pub(crate) use dates::date_error;
pub(crate) use formats::yaml;
use gotemplate::{Function, Functions};
pub use regexes::{regex_error, regex_matches};
pub(crate) use urls::url_error;

use crate::profile::Profile;

/// The functions of every profile, by their subject.
const TABLES: &[&[Function]] = &[
    crypto::FUNCTIONS,
    dates::FUNCTIONS,
    dicts::FUNCTIONS,
    encodings::FUNCTIONS,
    flow::FUNCTIONS,
    formats::FUNCTIONS,
    lists::FUNCTIONS,
    numbers::FUNCTIONS,
    paths::FUNCTIONS,
    random::FUNCTIONS,
    regexes::FUNCTIONS,
    strings::FUNCTIONS,
    urls::FUNCTIONS,
    versions::FUNCTIONS,
];

/// The functions that not every profile has, and the first profile that does. Later ones have them as well.
const FIRST_PROFILES: &[(&str, Profile)] = &[
    ("toYamlPretty", Profile::V3_19),
    ("fromToml", Profile::V3_19),
    ("mustToYaml", Profile::V4_1),
    ("mustToToml", Profile::V4_2),
    ("mustToDuration", Profile::V4_3),
    ("durationSeconds", Profile::V4_3),
    ("durationMilliseconds", Profile::V4_3),
    ("durationMicroseconds", Profile::V4_3),
    ("durationNanoseconds", Profile::V4_3),
    ("durationMinutes", Profile::V4_3),
    ("durationHours", Profile::V4_3),
    ("durationDays", Profile::V4_3),
    ("durationWeeks", Profile::V4_3),
    ("durationRoundTo", Profile::V4_3),
    ("durationTruncateTo", Profile::V4_3),
];

/// Go's predefined functions, sprig's and Helm's, as the profile has them.
#[must_use]
pub fn table(profile: Profile) -> Functions {
    let mut functions = Functions::builtins();
    functions.extend(TABLES.iter().copied().flatten().cloned());
    for (name, _) in FIRST_PROFILES.iter().filter(|(_, first)| profile < *first) {
        functions.remove(name);
    }
    functions
}
