//! What template functions can reach while a chart renders: the execution's state in the sense of
//! [`gotemplate::Call::state`].

use std::collections::HashMap;
use std::rc::Rc;

use gotemplate::{Call, FunctionError};

use crate::entropy::{Entropy, EntropyError, KeyKind, Mode};
use crate::lookup::Lookup;
use crate::profile::Profile;

/// A point in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub struct Timestamp {
    /// Seconds since 1970, UTC.
    pub seconds: i64,
    /// Below 1,000,000,000.
    pub nanoseconds: u32,
}

/// Tells the time of a render. Only templates that ask for it depend on it.
pub trait Clock {
    /// The time: the same at every call.
    fn now(&self) -> Timestamp;
}

/// A time that is known beforehand.
impl Clock for Timestamp {
    fn now(&self) -> Timestamp {
        *self
    }
}

/// The state of one render, as functions see it.
pub struct Context {
    profile: Profile,
    clock: Rc<dyn Clock>,
    entropy: Rc<dyn Entropy>,
    lookup: Rc<dyn Lookup>,
    /// The file that is being rendered.
    file: String,
    /// How often each label was asked for.
    calls: HashMap<String, u32>,
    /// How many executions of each named template are open, for the limit on nested includes.
    pub(crate) open_includes: HashMap<gotemplate::Str, u32>,
}

impl Context {
    /// The state at the start of a render.
    #[must_use]
    pub fn new(
        profile: Profile,
        clock: Rc<dyn Clock>,
        entropy: Rc<dyn Entropy>,
        lookup: Rc<dyn Lookup>,
    ) -> Self {
        let (file, calls, open_includes) = (String::new(), HashMap::new(), HashMap::new());
        Self { profile, clock, entropy, lookup, file, calls, open_includes }
    }

    /// The context of a call.
    ///
    /// # Errors
    /// That the execution was started without one.
    pub fn of<'c>(call: &'c mut Call<'_>) -> Result<&'c mut Self, FunctionError> {
        call.state().ok_or_else(|| FunctionError::new("no rendering context"))
    }

    /// The Helm version that is reproduced.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// The time of the render: the same at every call.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The cluster.
    #[must_use]
    pub fn lookup(&self) -> Rc<dyn Lookup> {
        Rc::clone(&self.lookup)
    }

    /// Whether random values are stable.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.entropy.mode()
    }

    /// Notes which file is being rendered, for labels.
    pub(crate) fn enter(&mut self, file: &str) {
        file.clone_into(&mut self.file);
    }

    /// The label of a call of `function`; `detail` tells its kind (the arguments that shape the value). A second
    /// call with the same detail in the same file gets another label.
    pub fn label(&mut self, function: &str, detail: &str) -> String {
        let label = format!("{}\0{function}\0{detail}", self.file);
        let count = self.calls.entry(label.clone()).or_default();
        *count += 1;
        format!("{label}\0{count}")
    }

    /// `len` random bytes for a label.
    ///
    /// # Errors
    /// That the source has none.
    pub fn bytes(&self, label: &str, len: usize) -> Result<Vec<u8>, FunctionError> {
        self.entropy.bytes(label, len).map_err(refused)
    }

    /// A private key as PKCS #8 DER, if the source makes keys; else the caller makes one from
    /// [`Context::bytes`].
    ///
    /// # Errors
    /// That the source cannot make such a key.
    pub fn key(&self, label: &str, kind: KeyKind) -> Result<Option<Vec<u8>>, FunctionError> {
        self.entropy.key(label, kind).map_err(refused)
    }
}

fn refused(error: EntropyError) -> FunctionError {
    FunctionError::new(error.reason)
}
