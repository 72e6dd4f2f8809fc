//! Why a component is no plugin, and why a call came to no answer.

mod fault;
mod limit;

use std::fmt;
use std::sync::Arc;

use crate::capability::Capability;
use crate::contract::tiphys::plugin::types::Blame;
use crate::outcome::Usage;
use crate::plugin::Function;

pub use self::fault::Fault;
pub use self::limit::Limit;
pub(crate) use self::limit::LimitExceeded;

/// What wasmtime said.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The sandbox could not be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// wasmtime refused the configuration.
    #[error("failed to set up the sandbox for this machine")]
    Engine(#[source] Cause),
    /// The directory for compiled components cannot be used.
    #[error("failed to prepare the directory for compiled components")]
    Artifacts(#[source] std::io::Error),
    /// There is no thread to keep the time.
    #[error("failed to start the thread that measures computing time")]
    Ticker(#[source] std::io::Error),
    /// A key cannot be made or read.
    #[error("failed to read or make the key at `{path}`")]
    Key {
        /// Where the key is kept.
        path: std::path::PathBuf,
        /// What went wrong.
        #[source]
        source: std::io::Error,
    },
}

/// A component could not be made a plugin.
#[derive(Debug, thiserror::Error)]
#[error("failed to load plugin `{plugin}`: {reason}")]
pub struct LoadError {
    /// The plugin's name in the operator's configuration.
    pub plugin: String,
    /// Why.
    #[source]
    pub reason: Arc<Unfit>,
}

/// What is wrong with a component.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unfit {
    /// It is something else.
    #[error("the file is not WebAssembly")]
    NotWebAssembly,
    /// It is a module without the types of the component model.
    #[error("the file is a core module, not a component")]
    CoreModule,
    /// It is machine code, which is accepted from nobody.
    #[error("the file is compiled machine code, which is never accepted from outside")]
    MachineCode,
    /// It is not valid, or needs more memories, tables or space than an instance can have.
    #[error("the component does not compile")]
    Compile(#[source] Cause),
    /// It imports interfaces that the operator did not grant.
    #[error("the component imports {}, which the operator did not grant", interfaces(.0))]
    Ungranted(Vec<Capability>),
    /// It imports what no plugin can have.
    #[error("the component imports {}, which this host does not have", quoted(.0))]
    UnknownImports(Vec<String>),
    /// It does not export what makes a plugin.
    #[error("the component does not export `tiphys:plugin/generator@0.1`; it exports {}", quoted(.0))]
    NoGenerator(Vec<String>),
    /// Its types are not those of the contract.
    #[error("the component's types are not those of `tiphys:plugin@0.1`")]
    Mismatch(#[source] Cause),
    /// The compiling task was lost.
    #[error("the component's compilation was interrupted")]
    Interrupted,
}

/// A call that came to no answer. [`fmt::Display`] gives all that its reader needs: what was called,
/// what ended it, where in the plugin that was, and the end of what the plugin wrote to its stderr.
#[derive(Debug)]
pub struct CallError {
    /// The plugin's name in the operator's configuration.
    pub plugin: String,
    /// What was called.
    pub function: Function,
    /// What ended it.
    pub fault: Fault,
    /// The end of what the plugin wrote to its stderr.
    pub stderr: String,
    /// What it had used until then.
    pub usage: Box<Usage>,
}

// === impl LoadError ===

impl LoadError {
    /// Who has to act.
    #[must_use]
    pub fn blame(&self) -> Blame {
        match *self.reason {
            Unfit::Ungranted(_) | Unfit::Interrupted => Blame::Platform,
            _ => Blame::Plugin,
        }
    }

    /// What to do about it; where that is a line of the configuration, the line itself.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match &*self.reason {
            Unfit::Ungranted(capabilities) => {
                let grants: Vec<_> = capabilities.iter().map(|capability| capability.grant()).collect();
                Some(format!("under plugin `{}`: `grants: {{{}}}`", self.plugin, grants.join(", ")))
            }
            Unfit::CoreModule => {
                Some("build it for the target `wasm32-wasip2`, whose output is a component".to_owned())
            }
            Unfit::NoGenerator(_) => {
                Some("build it against the world `tiphys:plugin/plugin@0.1.0`".to_owned())
            }
            _ => None,
        }
    }
}

fn interfaces(capabilities: &[Capability]) -> String {
    let names: Vec<_> = capabilities.iter().map(|capability| capability.interface()).collect();
    quoted(&names)
}

fn quoted(names: &[String]) -> String {
    if names.is_empty() {
        return "nothing".to_owned();
    }
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

// === impl CallError ===

impl CallError {
    /// Who has to act.
    #[must_use]
    pub const fn blame(&self) -> Blame {
        self.fault.blame()
    }

    /// What to do about it; where that is a line of the configuration, the line itself.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match &self.fault {
            Fault::Limit(limit) => limit.setting().map(|setting| {
                format!("if it rightly needs more, under plugin `{}`: `limits: {{{setting}}}`", self.plugin)
            }),
            _ => None,
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "plugin `{}` {} in `{}`", self.plugin, self.fault, self.function)?;
        for frame in self.fault.frames() {
            write!(formatter, "\n  at {frame}")?;
        }
        if !self.stderr.is_empty() {
            write!(formatter, "\nthe plugin's stderr ends with:\n{}", self.stderr.trim_end())?;
        }
        Ok(())
    }
}

impl std::error::Error for CallError {}
