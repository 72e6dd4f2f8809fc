//! The life of one call: a fresh instance is made for it, asked once, and gone.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use tokio::sync::OwnedSemaphorePermit;
use wasmtime::Store;
use wasmtime::component::ResourceTable;

use crate::budget::Budget;
use crate::capability::entropy::Entropy;
use crate::capability::log::Log;
use crate::capability::{Capability, Grants};
use crate::config::Limits;
use crate::contract::tiphys::plugin::log::Level;
use crate::contract::tiphys::plugin::types::{Application, Failure};
use crate::contract::{Plugin as Exports, PluginPre};
use crate::error::{Fault, Limit};
use crate::observation::Recorder;
use crate::outcome::{Captured, Outcome, Usage};
use crate::plugin::Call;
use crate::sandbox::Inner;
use crate::state::State;
use crate::wasi::World;
use crate::wasi::clock::Monotonic;
use crate::wasi::random::Seed;

/// Bytes that may be handed over in one host call besides the output proper: paths, lists' lengths.
const SLACK: u64 = 64 << 10;

/// A call of an export. It comes to the export's answer and the bytes of it that count as output.
pub(crate) type Ask<A, T> = for<'a> fn(
    Exports,
    &'a mut Store<State>,
    &'a A,
) -> BoxFuture<'a, wasmtime::Result<(Result<T, Failure>, u64)>>;

/// A call that is under way.
pub(crate) struct Instance {
    store: Store<State>,
    world: World,
    limits: Limits,
    /// The entropy that the guest may have drawn from.
    entropy: Option<Arc<dyn Entropy>>,
    usage: Usage,
    since: Instant,
    /// Kept until the store is gone. None while the call waits for it.
    place: Option<OwnedSemaphorePermit>,
}

/// How a call without an answer ended.
pub(crate) struct End {
    pub(crate) fault: Fault,
    pub(crate) stderr: String,
    pub(crate) usage: Box<Usage>,
}

impl Instance {
    pub(crate) fn new(
        sandbox: &Inner,
        grants: Grants,
        application: Option<&Application>,
        call: Call,
    ) -> Self {
        let limits = Limits { memory: call.limits.memory.min(sandbox.memory), ..call.limits };
        let entropy = call.capabilities.entropy.clone().filter(|_| grants.contains(Capability::Entropy));
        let seed = Seed::of(application);
        let (world, wasi) = World::new(call.time, &seed, entropy.clone());
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits.handles as usize);
        let state = State {
            wasi,
            table,
            monotonic: Monotonic::default(),
            capabilities: call.capabilities,
            budget: Budget::new(limits),
            recorder: Recorder::default(),
            seed,
        };
        let store = store(sandbox, state, &limits);
        Self { store, world, limits, entropy, usage: Usage::default(), since: Instant::now(), place: None }
    }

    /// Waits for a place, makes the instance and asks it.
    pub(crate) async fn run<A, T>(
        &mut self,
        sandbox: &Inner,
        linked: &PluginPre<State>,
        ask: Ask<A, T>,
        arguments: &A,
    ) -> Result<Result<T, Failure>, Fault> {
        let place = Arc::clone(&sandbox.places).acquire_owned().await;
        self.place = Some(place.map_err(|closed| Fault::Host(closed.into()))?);
        self.usage.queued = self.lap();
        let _running = sandbox.ticker.measure();
        let exports = linked.instantiate_async(&mut self.store).await;
        let exports = exports.map_err(|error| Fault::of_instantiation(error, &self.limits))?;
        self.usage.instantiation = self.lap();
        let answer = ask(exports, &mut self.store, arguments).await;
        let (answer, output) = answer.map_err(|error| Fault::of_guest(error, &self.limits))?;
        self.usage.output = output;
        if output > self.limits.output {
            return Err(Fault::Limit(Limit::Output(self.limits.output)));
        }
        Ok(answer)
    }

    /// Lets go of the instance and tells what became of the call.
    pub(crate) fn finish<T>(mut self, answer: Result<Result<T, Failure>, Fault>) -> Result<Outcome<T>, End> {
        self.usage.running = self.lap();
        let Self { store, world, mut usage, entropy, place, .. } = self;
        let state = store.into_data();
        let State { budget, capabilities, mut recorder, .. } = state;
        world.observe(&mut recorder, entropy.as_deref());
        let (stdout, stderr) = (world.stdout.captured(), world.stderr.captured());
        let mut transcript = Transcript { log: capabilities.log.as_deref(), budget };
        transcript.write(Level::Info, "stdout", &stdout);
        transcript.write(Level::Warn, "stderr", &stderr);
        transcript.budget.report(&mut usage);
        match answer {
            Ok(answer) => Ok(Outcome { answer, observations: recorder.finish(), usage, stdout, stderr }),
            Err(fault) => Err(End {
                fault: fault.at_place(place.is_some()),
                stderr: world.stderr.tail(),
                usage: Box::new(usage),
            }),
        }
    }

    /// Time since the last lap.
    fn lap(&mut self) -> Duration {
        let since = std::mem::replace(&mut self.since, Instant::now());
        self.since - since
    }
}

fn store(sandbox: &Inner, state: State, limits: &Limits) -> Store<State> {
    let mut store = Store::new(&sandbox.engine, state);
    store.limiter(|state| &mut state.budget);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|mut store| store.data_mut().budget.tick());
    let transfer = limits.output.saturating_add(SLACK);
    store.set_hostcall_fuel(usize::try_from(transfer).unwrap_or(usize::MAX));
    store.set_max_component_handles(limits.handles as usize);
    store
}

/// Carries what a plugin wrote to its streams into the log, within the log's budget.
struct Transcript<'a> {
    log: Option<&'a dyn Log>,
    budget: Budget,
}

impl Transcript<'_> {
    fn write(&mut self, level: Level, stream: &str, captured: &Captured) {
        let Some(log) = self.log else { return };
        let fields = [("stream".to_owned(), stream.to_owned())];
        for line in captured.text.lines().filter(|line| !line.is_empty()) {
            if self.budget.spend_log(line.len() as u64) {
                log.emit(level, line, &fields);
            }
        }
    }
}
