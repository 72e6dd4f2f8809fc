//! What ends a call, read from what wasmtime reports.

use std::fmt;

use wasmtime::component::ResourceTableError;
use wasmtime::{Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

use super::Cause;
use super::limit::{Limit, LimitExceeded};
use crate::config::{Config, Limits};
use crate::contract::tiphys::plugin::types::Blame;

/// What ended a call.
#[derive(Debug)]
#[non_exhaustive]
pub enum Fault {
    /// A limit of the plugin.
    Limit(Limit),
    /// The caller's deadline, earlier than the plugin's own limit.
    Deadline,
    /// So many calls were running that this one did not begin in time.
    Saturated,
    /// An instruction that cannot be carried out; a panic ends in one.
    Trap {
        /// What happened.
        reason: String,
        /// Functions of the plugin, the innermost first.
        frames: Vec<String>,
    },
    /// The plugin ended its process, which has no meaning here.
    Exit(i32),
    /// The host could not carry out the call.
    Host(Cause),
}

/// How many functions of a backtrace are shown.
const FRAMES: usize = 16;

impl Fault {
    /// Who has to act.
    #[must_use]
    pub const fn blame(&self) -> Blame {
        match self {
            Self::Limit(_) | Self::Trap { .. } | Self::Exit(_) => Blame::Plugin,
            Self::Deadline | Self::Saturated | Self::Host(_) => Blame::Platform,
        }
    }

    /// Functions of the plugin, the innermost first.
    #[must_use]
    pub fn frames(&self) -> &[String] {
        match self {
            Self::Trap { frames, .. } => frames,
            _ => &[],
        }
    }

    /// Reads `error`, which ended a running guest.
    pub(crate) fn of_guest(error: wasmtime::Error, limits: &Limits) -> Self {
        if let Some(LimitExceeded(limit)) = error.downcast_ref() {
            return Self::Limit(*limit);
        }
        if let Some(I32Exit(status)) = error.downcast_ref() {
            return Self::Exit(*status);
        }
        if error.downcast_ref() == Some(&Trap::StackOverflow) {
            return Self::Limit(Limit::Stack(Config::STACK));
        }
        untyped_limit(&error, limits).map_or_else(|| Self::trap(&error), Self::Limit)
    }

    /// Reads `error`, which came up before the guest ran.
    pub(crate) fn of_instantiation(error: wasmtime::Error, limits: &Limits) -> Self {
        // A start function is the guest's own code already.
        let is_of_guest = error.is::<WasmBacktrace>() || error.is::<Trap>() || error.is::<LimitExceeded>();
        if is_of_guest { Self::of_guest(error, limits) } else { Self::Host(error.into()) }
    }

    /// The same fault, of a call that had or had not begun.
    pub(crate) fn at_place(self, begun: bool) -> Self {
        if begun { self } else { Self::Saturated }
    }

    fn trap(error: &wasmtime::Error) -> Self {
        let frames = error.downcast_ref::<WasmBacktrace>().map(frames).unwrap_or_default();
        Self::Trap { reason: error.root_cause().to_string(), frames }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limit(limit) => LimitExceeded(*limit).fmt(formatter),
            Self::Deadline => formatter.write_str("was still running at the caller's deadline"),
            Self::Saturated => formatter.write_str("found no free place in time"),
            Self::Trap { reason, .. } => write!(formatter, "crashed ({reason})"),
            Self::Exit(status) => write!(formatter, "exited with status {status} instead of answering"),
            Self::Host(cause) => write!(formatter, "could not be run ({cause})"),
        }
    }
}

/// Limits that wasmtime enforces itself and reports without a type.
fn untyped_limit(error: &wasmtime::Error, limits: &Limits) -> Option<Limit> {
    if let Some(ResourceTableError::Full) = error.downcast_ref() {
        return Some(Limit::Handles(limits.handles));
    }
    let text = error.root_cause().to_string();
    if text.contains("fuel allocated for hostcalls has been exhausted") {
        return Some(Limit::Output(limits.output));
    }
    text.contains("handle limit exceeded").then_some(Limit::Handles(limits.handles))
}

fn frames(backtrace: &WasmBacktrace) -> Vec<String> {
    let names = backtrace.frames().iter().map(|frame| match frame.func_name() {
        Some(name) => format!("{:#}", rustc_demangle::demangle(name)),
        None => format!("function {}", frame.func_index()),
    });
    names.take(FRAMES).collect()
}
