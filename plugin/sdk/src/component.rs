//! In the sandbox, every call goes to the host.

pub(crate) use crate::bindings::tiphys::plugin::{
    credentials, entropy, log, lookup, network, registry, source,
};
