//! The plugin that comes with the binary.

use rustix::mm::{Advice, madvise};
use sandbox::{Grants, LoadError, Plugin, Precompiled, Sandbox};

use crate::exit::Failure;

/// The machine code for this kind of processor, made when the binary was built.
static CODE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/helm.code"));

/// The Helm plugin: as any other component, with its machine code.
pub(crate) async fn load(
    sandbox: &Sandbox,
    name: &str,
    grants: Grants,
) -> Result<Result<Plugin, LoadError>, Failure> {
    let precompiled = Precompiled {
        component: include_bytes!(concat!(env!("OUT_DIR"), "/helm.wasm")),
        digest: include_str!(concat!(env!("OUT_DIR"), "/helm.digest")).parse().map_err(Failure::bug)?,
        code: CODE,
    };
    #[expect(unsafe_code, reason = "machine code that was made together with this binary")]
    // SAFETY: the build script wrote what `precompile` returned for this component.
    let loaded = unsafe { sandbox.load_precompiled(name, precompiled, grants) }.await;
    let_go();
    Ok(loaded)
}

/// Lets the system have the memory back that reading the machine code took: the sandbox has a copy of it, and whoever
/// reads it again gets it from the binary's file. That it stays otherwise is all that can go wrong.
fn let_go() {
    let page = rustix::param::page_size();
    let ahead = CODE.as_ptr().align_offset(page);
    let Some(pages) = CODE.get(ahead..).map(|rest| rest.len() / page * page).filter(|pages| *pages > 0)
    else {
        return;
    };
    #[expect(unsafe_code, reason = "a call that takes a pointer")]
    // SAFETY: whole pages within a static of the binary, which nobody can write to: they come again from its file.
    let advised =
        unsafe { madvise(CODE.as_ptr().add(ahead).cast_mut().cast(), pages, Advice::LinuxDontNeed) };
    if let Err(error) = advised {
        tracing::debug!(%error, "the binary's copy of the built-in plugin stays in memory");
    }
}
