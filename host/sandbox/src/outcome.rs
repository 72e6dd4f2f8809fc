//! What a call came to, and what it took.

use std::time::Duration;

use crate::contract::tiphys::plugin::types::Failure;
use crate::observation::Observation;

/// A call that ended with an answer.
#[derive(Clone, Debug)]
pub struct Outcome<T> {
    /// The plugin's answer; a failure is one too.
    pub answer: Result<T, Failure>,
    /// What the plugin saw, each subject once, in the order of the subjects.
    pub observations: Vec<Observation>,
    /// What the call used.
    pub usage: Usage,
    /// What the plugin wrote to its stdout. Nothing is expected there.
    pub stdout: Captured,
    /// What the plugin wrote to its stderr.
    pub stderr: Captured,
}

/// What a call used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// The most bytes that memories, tables and handles took at once.
    pub memory: u64,
    /// Computing time, in whole [ticks](crate::Limits::TICK).
    pub cpu: Duration,
    /// Host calls made.
    pub host_calls: u64,
    /// Bytes of the answer.
    pub output: u64,
    /// Messages to `log` that exceeded its budget.
    pub log_dropped: u64,
    /// Waiting for a free place among the calls that run at once.
    pub queued: Duration,
    /// Making the instance.
    pub instantiation: Duration,
    /// Running it, from the call to its answer.
    pub running: Duration,
    /// The part of `running` in which the host was at work for the plugin.
    pub waiting: Duration,
}

/// A stream of text that a plugin wrote: its beginning and its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captured {
    /// The text. Where some of it is missing, a line says how many bytes.
    pub text: String,
    /// Bytes written, missing ones included.
    pub written: u64,
}
