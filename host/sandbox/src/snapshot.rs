//! A component that begins where its first call ended.
//!
//! What a plugin makes once, tables and the like, each instance would make again: it lives for one call. A snapshot has
//! the memory of an instance that has described itself, so that later instances begin with what `describe` left in
//! statics. Nothing of a request can be in it, as there was none, nor of this machine: the instance has no host.

use futures::FutureExt as _;
use wasmtime::component::{Component, Func, Instance, Lift, Linker, Val, WasmList};
use wasmtime::{Config, Engine, OptLevel, Store};
use wasmtime_wizer::{ComponentInstanceState, Wizer};

use crate::error::Cause;

/// The interface of what plugins export, and its function that is called without a request.
const GENERATOR: &str = "tiphys:plugin/generator@0.1.0";
const DESCRIBE: &str = "describe";

/// What hash maps are seeded by: the standard library's and those of other crates. They would not be safe from keys that
/// are made to collide, within a call's limits of time; nothing else is answered.
const SEED: &str = "wasi:random/insecure-seed@";
const RANDOM: &str = "wasi:random/random@";

/// `component` as it is after `describe`. The same component gives the same snapshot.
///
/// # Errors
///
/// Fails if the component is no plugin, asks for anything when it describes itself, or is linked of components.
pub fn snapshot(component: &[u8]) -> Result<Vec<u8>, Cause> {
    let wizer = Wizer::new();
    let (context, instrumented) = wizer.instrument_component(component)?;
    let mut described = Described::new(&instrumented)?;
    // Nothing in it waits.
    let snapshot = wizer.snapshot_component(&context, &mut described).now_or_never();
    Ok(snapshot.ok_or("wizer waits for something")??)
}

/// An instance that has described itself.
struct Described {
    store: Store<()>,
    instance: Instance,
}

// === impl Described ===

impl Described {
    fn new(component: &[u8]) -> Result<Self, Cause> {
        // It runs once: compiling well would take longer than running does.
        let engine = Engine::new(Config::new().cranelift_opt_level(OptLevel::None))?;
        let component = Component::new(&engine, component)?;
        let mut linker = Linker::new(&engine);
        for (name, _) in component.component_type().imports(&engine) {
            if name.starts_with(SEED) {
                linker.instance(name)?.func_wrap("insecure-seed", |_, ()| Ok(((0_u64, 0_u64),)))?;
            } else if name.starts_with(RANDOM) {
                linker.instance(name)?.func_wrap("get-random-u64", |_, ()| Ok((0_u64,)))?;
            }
        }
        linker.define_unknown_imports_as_traps(&component)?;
        let mut store = Store::new(&engine, ());
        let instance = linker.instantiate(&mut store, &component)?;
        let mut described = Self { store, instance };
        described.describe()?;
        Ok(described)
    }

    fn describe(&mut self) -> Result<(), Cause> {
        let describe = self.function(GENERATOR, DESCRIBE).ok_or("the component exports no `describe`")?;
        let mut described = [Val::Bool(false)];
        Ok(describe.call(&mut self.store, &[], &mut described)?)
    }

    fn function(&mut self, interface: &str, name: &str) -> Option<Func> {
        let interface = self.instance.get_export_index(&mut self.store, None, interface)?;
        let function = self.instance.get_export_index(&mut self.store, Some(&interface), name)?;
        self.instance.get_func(&mut self.store, function)
    }

    /// What one of the functions says that wizer added to the component.
    #[expect(clippy::expect_used, reason = "wizer's own functions; its trait has no errors")]
    fn read<T: Lift + 'static>(&mut self, interface: &str, name: &str) -> T {
        let function = self.function(interface, name).expect("wizer added it");
        let function = function.typed::<(), (T,)>(&self.store).expect("wizer wrote its type");
        let (value,) = function.call(&mut self.store, ()).expect("it reads one global or memory");
        value
    }
}

impl ComponentInstanceState for Described {
    async fn call_func_ret_list_u8(
        &mut self,
        instance: &str,
        func: &str,
        contents: impl FnOnce(&[u8]) + Send,
    ) {
        let memory: WasmList<u8> = self.read(instance, func);
        contents(memory.as_le_slice(&self.store));
    }

    async fn call_func_ret_s32(&mut self, instance: &str, func: &str) -> i32 {
        self.read(instance, func)
    }

    async fn call_func_ret_s64(&mut self, instance: &str, func: &str) -> i64 {
        self.read(instance, func)
    }

    async fn call_func_ret_f32(&mut self, instance: &str, func: &str) -> u32 {
        self.read::<f32>(instance, func).to_bits()
    }

    async fn call_func_ret_f64(&mut self, instance: &str, func: &str) -> u64 {
        self.read::<f64>(instance, func).to_bits()
    }
}
