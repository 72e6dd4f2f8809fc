//! `log`: what a plugin has to say.

use crate::contract::tiphys::plugin::log::{Host, Level};
use crate::state::State;

/// Takes messages of one call. It must not wait.
pub trait Log: Send + Sync {
    /// A message of the plugin, within its budget.
    fn emit(&self, level: Level, message: &str, fields: &[(String, String)]);
}

impl Host for State {
    fn emit(&mut self, level: Level, message: String, fields: Vec<(String, String)>) -> wasmtime::Result<()> {
        self.enter()?;
        let size = message.len() + fields.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        if self.budget.spend_log(size as u64)
            && let Some(log) = &self.capabilities.log
        {
            log.emit(level, &message, &fields);
        }
        Ok(())
    }
}
