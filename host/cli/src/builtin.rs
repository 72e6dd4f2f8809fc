//! The plugin that comes with the binary.

use sandbox::Precompiled;

use crate::exit::Failure;

/// The Helm plugin: as any other component, with its machine code for this kind of processor, made when the binary was
/// built.
pub(crate) fn helm() -> Result<Precompiled, Failure> {
    Ok(Precompiled {
        component: include_bytes!(concat!(env!("OUT_DIR"), "/helm.wasm")),
        digest: include_str!(concat!(env!("OUT_DIR"), "/helm.digest")).parse().map_err(Failure::bug)?,
        code: include_bytes!(concat!(env!("OUT_DIR"), "/helm.code")),
    })
}
