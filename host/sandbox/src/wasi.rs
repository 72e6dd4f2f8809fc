//! WASI 0.2 as an empty, still world: no arguments, environment, files or sockets; one point in time;
//! randomness that the embedder chose. Nothing a guest does here reaches the machine.

pub(crate) mod clock;
pub(crate) mod random;
pub(crate) mod stream;
pub(crate) mod stub;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use wasmtime::component::{HasSelf, Linker};
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder};

use self::clock::Wall;
use self::random::{Random, Seed};
use self::stream::Stream;
use crate::capability::entropy::{Entropy, seen_bytes};
use crate::observation::{Recorder, Seen, Subject};
use crate::state::State;

/// How many random bytes a guest may ask for at once.
const MAX_RANDOM: u64 = 1 << 20;

/// Whether `name` is that of an interface of WASI 0.2.
pub(crate) fn is_wasi(name: &str) -> bool {
    name.starts_with("wasi:") && name.split_once('@').is_some_and(|(_, version)| version.starts_with("0.2."))
}

/// Links all of WASI 0.2 that there is an implementation for.
pub(crate) fn link(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    // In place of one that lets guests sleep in real time.
    monotonic_clock::add_to_linker::<State, HasSelf<State>>(linker, |state| state)?;
    linker.allow_shadowing(false);
    Ok(())
}

/// The world of one call, and what is known of it afterwards.
pub(crate) struct World {
    pub(crate) stdout: Stream,
    pub(crate) stderr: Stream,
    /// Whether the guest has looked at the clock.
    pub(crate) told_time: Flag,
    /// Whether the guest has drawn from the embedder's entropy.
    pub(crate) drew: Flag,
}

/// Something that a guest does or does not do.
#[derive(Clone, Default)]
pub(crate) struct Flag(Arc<AtomicBool>);

// === impl Flag ===

impl Flag {
    pub(crate) fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

// === impl World ===

impl World {
    /// A world at `time`, whose secure randomness comes from `entropy` and all other from `seed`.
    pub(crate) fn new(time: SystemTime, seed: &Seed, entropy: Option<Arc<dyn Entropy>>) -> (Self, WasiCtx) {
        let world = Self {
            stdout: Stream::default(),
            stderr: Stream::default(),
            told_time: Flag::default(),
            drew: Flag::default(),
        };
        let random = match entropy {
            Some(entropy) => Random::drawn(entropy, world.drew.clone()),
            None => Random::stable(seed, random::LABEL),
        };
        let wasi = WasiCtxBuilder::new()
            .stdout(world.stdout.clone())
            .stderr(world.stderr.clone())
            .wall_clock(Wall::new(time, world.told_time.clone()))
            .insecure_random(Random::stable(seed, "wasi:random/insecure"))
            .insecure_random_seed(seed.number("wasi:random/insecure-seed"))
            .secure_random(random)
            .max_random_size(MAX_RANDOM)
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false)
            .build();
        (world, wasi)
    }
    /// Notes what the guest saw of the world outside through WASI: the time and `entropy`.
    pub(crate) fn observe(&self, recorder: &mut Recorder, entropy: Option<&dyn Entropy>) {
        if self.told_time.is_raised() {
            recorder.record(Subject::Time, Seen::Unrepeatable);
        }
        if let Some(entropy) = entropy.filter(|_| self.drew.is_raised()) {
            let subject = Subject::Bytes { label: random::LABEL.to_owned(), len: random::LEN };
            recorder.record(subject, seen_bytes(entropy, &entropy.bytes(random::LABEL, random::LEN)));
        }
    }
}
