//! The plugin that comes with the binary.

/// The Helm plugin, as any other component.
pub(crate) static HELM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/helm.wasm"));

/// Its machine code for this kind of processor, made when the binary was built.
pub(crate) static HELM_CODE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/helm.code"));
