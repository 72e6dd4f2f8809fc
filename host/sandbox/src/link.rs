//! Which imports a component has, and what each is linked to.

use wasmtime::Engine;
use wasmtime::component::types::{ComponentInstance, ComponentItem};
use wasmtime::component::{Component, HasSelf, Linker};

use crate::capability::{Capability, Grants};
use crate::contract::PluginPre;
use crate::contract::tiphys::plugin::{credentials, entropy, log, lookup, network, registry, source, types};
use crate::error::Unfit;
use crate::state::State;
use crate::wasi;

/// What names of the contract's interfaces begin with, and the versions of them that this host has:
/// within 0.1, a component made against an older one finds all it needs.
const PACKAGE: &str = "tiphys:plugin/";
const VERSION: &str = "0.1.";

/// Links `component`, with no more than `grants`.
pub(crate) fn link(
    engine: &Engine,
    component: &Component,
    grants: Grants,
) -> Result<PluginPre<State>, Unfit> {
    check_exports(engine, component)?;
    let capabilities = check_imports(engine, component, grants)?;
    let mut linker = Linker::new(engine);
    fill(&mut linker, engine, component, &capabilities)
        .and_then(|()| linker.instantiate_pre(component))
        .and_then(PluginPre::new)
        .map_err(|error| Unfit::Mismatch(error.into()))
}

fn fill(
    linker: &mut Linker<State>,
    engine: &Engine,
    component: &Component,
    capabilities: &[Capability],
) -> wasmtime::Result<()> {
    wasi::link(linker)?;
    wasi::stub::link(linker, engine, component)?;
    types::add_to_linker::<State, HasSelf<State>>(linker, |state| state)?;
    capabilities.iter().try_for_each(|capability| grant(linker, *capability))
}

fn grant(linker: &mut Linker<State>, capability: Capability) -> wasmtime::Result<()> {
    type Own = HasSelf<State>;
    match capability {
        Capability::Source => source::add_to_linker::<State, Own>(linker, |state| state),
        Capability::Registry => registry::add_to_linker::<State, Own>(linker, |state| state),
        Capability::Network => network::add_to_linker::<State, Own>(linker, |state| state),
        Capability::Credentials => credentials::add_to_linker::<State, Own>(linker, |state| state),
        Capability::Entropy => entropy::add_to_linker::<State, Own>(linker, |state| state),
        Capability::Lookup => lookup::add_to_linker::<State, Own>(linker, |state| state),
        Capability::Log => log::add_to_linker::<State, Own>(linker, |state| state),
    }
}

/// A component may export more than a plugin needs: those of Python and JavaScript do.
fn check_exports(engine: &Engine, component: &Component) -> Result<(), Unfit> {
    let names: Vec<_> = component.component_type().exports(engine).map(|(name, _)| name.to_owned()).collect();
    if names.iter().any(|name| interface(name) == Some("generator")) {
        Ok(())
    } else {
        Err(Unfit::NoGenerator(names))
    }
}

/// The capabilities that `component` imports, all of which are granted.
fn check_imports(engine: &Engine, component: &Component, grants: Grants) -> Result<Vec<Capability>, Unfit> {
    let (mut imported, mut ungranted, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for (name, import) in component.component_type().imports(engine) {
        match (classify(name), import.ty) {
            (Import::Capability(capability), ComponentItem::ComponentInstance(instance)) => {
                if !grants.contains(capability) && asks(engine, &instance) {
                    ungranted.push(capability);
                }
                imported.push(capability);
            }
            (Import::Types | Import::Wasi, ComponentItem::ComponentInstance(_)) => {}
            _ => unknown.push(name.to_owned()),
        }
    }
    if !unknown.is_empty() {
        return Err(Unfit::UnknownImports(unknown));
    }
    if !ungranted.is_empty() {
        return Err(Unfit::Ungranted(ungranted));
    }
    Ok(imported)
}

enum Import {
    Capability(Capability),
    Types,
    Wasi,
    Unknown,
}

fn classify(name: &str) -> Import {
    match interface(name) {
        Some("types") => Import::Types,
        Some(name) => Capability::from_name(name).map_or(Import::Unknown, Import::Capability),
        None if wasi::is_wasi(name) => Import::Wasi,
        None => Import::Unknown,
    }
}

/// The name of an interface of the contract, where its version is one that this host has.
fn interface(name: &str) -> Option<&str> {
    let (name, version) = name.strip_prefix(PACKAGE)?.split_once('@')?;
    version.starts_with(VERSION).then_some(name)
}

/// Whether anything can be asked of an imported interface. One that is imported for its types alone,
/// such as `registry` for the blobs of `network`, gives access to nothing without handles that
/// another one gave.
fn asks(engine: &Engine, instance: &ComponentInstance) -> bool {
    instance.exports(engine).any(|(name, item)| {
        matches!(item.ty, ComponentItem::ComponentFunc(_)) && !name.starts_with("[method]")
    })
}
