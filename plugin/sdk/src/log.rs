//! The host's log. What exceeds the budget is counted and dropped.

use crate::backend;

pub use crate::bindings::tiphys::plugin::log::Level;

/// For whoever debugs the plugin.
pub fn debug(message: &str) {
    emit(Level::Debug, message, &[]);
}

/// For whoever wants to know what happened.
pub fn info(message: &str) {
    emit(Level::Info, message, &[]);
}

/// Something that should be put right.
pub fn warn(message: &str) {
    emit(Level::Warn, message, &[]);
}

/// Something that went wrong.
pub fn error(message: &str) {
    emit(Level::Error, message, &[]);
}

/// Writes a message with named fields.
pub fn emit(level: Level, message: &str, fields: &[(&str, &str)]) {
    let fields: Vec<(String, String)> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    backend::log::emit(level, message, &fields);
}
