//! WASI interfaces that have no meaning here, such as `wasi:http`. Components may import them, as
//! those of JavaScript and Python do whether they need them or not; calling one is an error.

use wasmtime::Engine;
use wasmtime::component::types::{ComponentInstance, ComponentItem};
use wasmtime::component::{Component, Linker, LinkerInstance, ResourceType};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, DynPollable};

use crate::state::State;

/// What [`super::link`] links.
const IMPLEMENTED: [&str; 27] = [
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
    "wasi:sockets/instance-network",
    "wasi:sockets/ip-name-lookup",
    "wasi:sockets/network",
    "wasi:sockets/tcp",
    "wasi:sockets/tcp-create-socket",
    "wasi:sockets/udp",
    "wasi:sockets/udp-create-socket",
];

/// A resource of which there is none.
struct Nothing;

/// The types of handles that other interfaces take from `wasi:io`, as the component names them and as
/// the host does.
type Shared = Vec<(ResourceType, ResourceType)>;

/// Defines each WASI interface that `component` imports and nothing else defines.
pub(crate) fn link(
    linker: &mut Linker<State>,
    engine: &Engine,
    component: &Component,
) -> wasmtime::Result<()> {
    let imports = component.component_type();
    let instances = || {
        imports.imports(engine).filter_map(|(name, import)| match import.ty {
            ComponentItem::ComponentInstance(instance) if super::is_wasi(name) => Some((name, instance)),
            _ => None,
        })
    };
    let shared: Shared = instances()
        .filter(|(name, _)| name.starts_with("wasi:io/"))
        .flat_map(|(_, instance)| shared(engine, &instance))
        .collect();
    for (name, instance) in instances().filter(|(name, _)| !is_implemented(name)) {
        stub(&mut linker.instance(name)?, engine, name, &instance, &shared)?;
    }
    Ok(())
}

fn is_implemented(name: &str) -> bool {
    let interface = name.split_once('@').map_or(name, |(interface, _)| interface);
    IMPLEMENTED.contains(&interface)
}

fn shared(engine: &Engine, instance: &ComponentInstance) -> Shared {
    let resources = instance.exports(engine).filter_map(|(name, item)| match item.ty {
        ComponentItem::Resource(guest) => Some((guest, host_type(name)?)),
        _ => None,
    });
    resources.collect()
}

/// What wasmtime calls the resource `name` of `wasi:io`.
fn host_type(name: &str) -> Option<ResourceType> {
    match name {
        "error" => Some(ResourceType::host::<wasmtime::Error>()),
        "pollable" => Some(ResourceType::host::<DynPollable>()),
        "input-stream" => Some(ResourceType::host::<DynInputStream>()),
        "output-stream" => Some(ResourceType::host::<DynOutputStream>()),
        _ => None,
    }
}

fn stub(
    linker: &mut LinkerInstance<'_, State>,
    engine: &Engine,
    interface: &str,
    instance: &ComponentInstance,
    shared: &Shared,
) -> wasmtime::Result<()> {
    for (name, item) in instance.exports(engine) {
        match item.ty {
            ComponentItem::ComponentFunc(_) => {
                let function = format!("{interface}#{name}");
                linker.func_new(name, move |_, _, _, _| {
                    Err(wasmtime::Error::msg(format!("`{function}` is not available to plugins")))
                })?;
            }
            ComponentItem::Resource(guest) => {
                let known = shared.iter().find(|(known, _)| *known == guest);
                let host = known.map_or_else(ResourceType::host::<Nothing>, |(_, host)| *host);
                linker.resource(name, host, |_, _| Ok(()))?;
            }
            _ => {}
        }
    }
    Ok(())
}
