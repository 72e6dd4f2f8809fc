//! wasmtime's configuration: what compiled code looks like, and where instances live.

use std::hash::{Hash as _, Hasher};

use sha2::{Digest as _, Sha256};
use wasmtime::{Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, WasmBacktraceDetails};

use crate::config::Config;
use crate::error::{Cause, SetupError};

/// Stack that the host's part of a call has, beyond the guest's own.
const HOST_STACK: usize = 2 << 20;

/// How many memories a component may have. Toolchains make one, or two with an adapter.
const MEMORIES: u32 = 4;

/// How many tables a component may have.
const TABLES: u32 = 16;

/// How many core modules a component may be linked from. Python's are linked from a dozen.
const CORE_INSTANCES: u32 = 64;

/// Elements of a table. Go's and Python's are the largest seen, at some ten thousand.
const TABLE_ELEMENTS: usize = 100_000;

/// Bytes of bookkeeping for the functions and globals of one component.
const INSTANCE_SIZE: usize = 10 << 20;

/// What stays resident of a memory, a table or a stack for its next user. Zeroing that much costs
/// less than having the kernel map it anew; beyond it, memory returns to the system.
const MEMORY_RESIDENT: usize = 1 << 20;
const TABLE_RESIDENT: usize = 512 << 10;
const STACK_RESIDENT: usize = 64 << 10;

/// Identifies all that machine code depends on besides the component: wasmtime's exact version, its
/// settings, and the features of the processor.
pub(crate) type Fingerprint = [u8; 32];

/// Compiles `component` for any processor of `target` (a target triple). The result is for
/// [`Sandbox::load_precompiled`](crate::Sandbox::load_precompiled) of the same version of this crate.
///
/// # Errors
///
/// Fails if the target is not supported or the component is not valid.
pub fn precompile(component: &[u8], target: &str) -> Result<Vec<u8>, Cause> {
    let mut config = code();
    // Named explicitly, a target has no features but those that all of its processors have.
    config.target(target)?;
    Ok(Engine::new(&config)?.precompile_component(component)?)
}

/// The engine for `config`: with a pool of places for instances, or, where the system does not let us
/// reserve the address space for it, without.
pub(crate) fn engine(config: &Config) -> Result<Engine, SetupError> {
    let mut pooled = code();
    pooled.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(config)));
    Engine::new(&pooled).or_else(|error| {
        tracing::warn!(%error, "no pool of instances: each instance will cost more to make");
        Engine::new(&code()).map_err(|error| SetupError::Engine(error.into()))
    })
}

/// See [`Fingerprint`].
pub(crate) fn fingerprint(engine: &Engine) -> Fingerprint {
    let mut hasher = Sha(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.0.finalize().into()
}

/// Everything that decides what compiled code looks like. Changing it invalidates compiled components.
fn code() -> wasmtime::Config {
    let mut config = wasmtime::Config::new();
    config
        .epoch_interruption(true)
        .max_wasm_stack(Config::STACK as usize)
        .async_stack_size(Config::STACK as usize + HOST_STACK)
        // The next user of a stack may belong to another tenant.
        .async_stack_zeroing(true)
        .concurrency_support(false)
        .wasm_memory64(false)
        // The same inputs give the same bytes, on every processor.
        .relaxed_simd_deterministic(true)
        .cranelift_nan_canonicalization(true)
        // Backtraces name functions, for which neither is needed; they would make up a third of the
        // machine code's size.
        .generate_address_map(false)
        .native_unwind_info(false)
        .wasm_backtrace_details(WasmBacktraceDetails::Disable);
    config
}

/// As many places as calls may run at once, so that no call ever finds the pool empty.
fn pool(config: &Config) -> PoolingAllocationConfig {
    let calls = config.concurrency.max(1);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(calls)
        .total_core_instances(calls.saturating_mul(CORE_INSTANCES))
        .total_memories(calls.saturating_mul(MEMORIES))
        .total_tables(calls.saturating_mul(TABLES))
        .total_stacks(calls)
        .max_component_instance_size(INSTANCE_SIZE)
        .max_core_instance_size(INSTANCE_SIZE)
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_memories_per_component(MEMORIES)
        .max_memories_per_module(MEMORIES)
        .max_tables_per_component(TABLES)
        .max_tables_per_module(TABLES)
        .table_elements(TABLE_ELEMENTS)
        .max_memory_size(usize::try_from(config.memory).unwrap_or(usize::MAX))
        .max_unused_warm_slots(calls)
        .async_stack_keep_resident(STACK_RESIDENT);
    if PoolingAllocationConfig::is_pagemap_scan_available() {
        // Without it, keeping memory resident costs more than it saves.
        pool.pagemap_scan(Enabled::Yes)
            .linear_memory_keep_resident(MEMORY_RESIDENT)
            .table_keep_resident(TABLE_RESIDENT);
    }
    pool
}

/// A hasher whose result is the same in every build.
struct Sha(Sha256);

impl Hasher for Sha {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        // Nobody asks: `fingerprint` takes the whole digest.
        0
    }
}
