//! Programs that want more than there is.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sandbox::{Blame, Call, Config, Fault, Limit};

use super::host::{Host, LIMITS, alone, call, capabilities, endure, load, request};

/// Runs `component` and expects it to end at `limit`, within its time.
#[track_caller]
fn check(component: &[u8], limit: Limit) {
    alone(async {
        let start = Instant::now();
        let error = endure(component).await.unwrap_err();
        assert!(start.elapsed() < LIMITS.wall * 3, "took {:?}", start.elapsed());
        assert!(matches!(error.fault, Fault::Limit(own) if own == limit), "{error}");
        assert_eq!(error.blame(), Blame::Plugin);
        let text = error.to_string();
        assert!(text.contains(&format!("`{}`: {}", limit.name(), limit.value())), "{text}");
    });
}

#[test]
pub(crate) fn endless_loop() {
    check(guests::ENDLESS_LOOP, Limit::Cpu(LIMITS.cpu));
}

#[test]
pub(crate) fn endless_host_call() {
    check(guests::ENDLESS_HOST_CALL, Limit::Wall(LIMITS.wall));
}

#[test]
pub(crate) fn a_deadline_ends_what_runs_and_what_waits() {
    for component in [guests::ENDLESS_LOOP, guests::ENDLESS_HOST_CALL] {
        alone(async {
            let plugin = load(component).await;
            let start = Instant::now();
            let soon = Call { deadline: Some(start + Duration::from_millis(200)), ..call(Host::default()) };
            let error = plugin.generate(&request("demo"), soon).await.unwrap_err();
            assert!(matches!(error.fault, Fault::Deadline), "{error}");
            assert!(start.elapsed() < Duration::from_millis(450), "took {:?}", start.elapsed());
            assert_eq!(error.blame(), Blame::Platform);
        });
    }
}

#[test]
pub(crate) fn endless_sleep() {
    alone(async {
        let outcome = endure(guests::ENDLESS_SLEEP).await.unwrap();
        assert_eq!(outcome.answer.unwrap(), ["years: 100"]);
    });
}

#[test]
pub(crate) fn memory_bomb() {
    check(guests::MEMORY_BOMB, Limit::Memory(LIMITS.memory));
}

#[test]
pub(crate) fn held_bytes() {
    check(guests::HELD_BYTES, Limit::Memory(LIMITS.memory));
}

#[test]
pub(crate) fn memory_of_questions() {
    check(guests::MEMORY_OF_QUESTIONS, Limit::Memory(LIMITS.memory));
}

#[test]
pub(crate) fn deep_recursion() {
    check(guests::DEEP_RECURSION, Limit::Stack(Config::STACK));
}

#[test]
pub(crate) fn output_flood() {
    check(guests::OUTPUT_FLOOD, Limit::Output(LIMITS.output));
}

#[test]
pub(crate) fn handle_flood() {
    check(guests::HANDLE_FLOOD, Limit::Handles(LIMITS.handles));
}

#[test]
pub(crate) fn host_call_flood() {
    check(guests::HOST_CALL_FLOOD, Limit::HostCalls(LIMITS.host_calls));
}

#[test]
pub(crate) fn huge_manifest() {
    alone(async {
        let plugin = load(guests::HUGE_MANIFEST).await;
        let mut roomy = call(Host::default());
        roomy.limits.memory = 256 << 20;
        roomy.limits.cpu = Duration::from_secs(5);
        let mut wide = roomy.clone();
        wide.limits.output = 64 << 20;
        let error = plugin.generate(&request("demo"), roomy).await.unwrap_err();
        assert!(
            matches!(error.fault, Fault::Limit(Limit::Output(limit)) if limit == LIMITS.output),
            "{error}"
        );
        assert_eq!(
            error.hint().unwrap(),
            "if it rightly needs more, under plugin `program`: `limits: {output: 32Mi}`"
        );
        let outcome = plugin.generate(&request("demo"), wide).await.unwrap();
        assert_eq!(outcome.answer.unwrap()[0].len(), 64 << 20);
        assert_eq!(outcome.usage.output, 64 << 20);
    });
}

#[test]
pub(crate) fn stdout_flood() {
    alone(async {
        let outcome = endure(guests::STDOUT_FLOOD).await.unwrap();
        assert_eq!(outcome.answer.unwrap(), ["done"]);
        assert_eq!(outcome.stdout.written, "the beginning\n".len() as u64 + 1_000 * 101);
        assert!(outcome.stdout.text.starts_with("the beginning\n"));
        assert!(outcome.stdout.text.len() < 64 << 10);
        assert!(outcome.stderr.text.ends_with("the end\n"));
    });
}

#[test]
pub(crate) fn log_flood() {
    alone(async {
        let plugin = load(guests::LOG_FLOOD).await;
        let host = Arc::new(Host::default());
        let mut many = Call { capabilities: capabilities(&host), ..call(Host::default()) };
        many.limits.host_calls = 10_000;
        let outcome = plugin.generate(&request("demo"), many).await.unwrap();
        assert_eq!(outcome.answer.unwrap(), ["done"]);
        let logged: usize = host.logged.lock().unwrap().iter().map(String::len).sum();
        assert!(logged as u64 <= LIMITS.log, "{logged} bytes");
        assert_eq!(outcome.usage.log_dropped, 5_000 - logged as u64 / 10_000);
    });
}

#[test]
pub(crate) fn no_call_waits_for_ever_for_a_place() {
    alone(async {
        let plugin = load(guests::ENDLESS_HOST_CALL).await;
        let occupy = || async {
            let _ = plugin.generate(&request("demo"), call(Host::default())).await;
        };
        let late = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let soon = Instant::now() + Duration::from_millis(100);
            let soon = Call { deadline: Some(soon), ..call(Host::default()) };
            plugin.generate(&request("late"), soon).await.unwrap_err()
        };
        let error = tokio::select! {
            error = late => error,
            _ = async { tokio::join!(occupy(), occupy(), occupy(), occupy()) } => panic!("they ended"),
        };
        assert!(matches!(error.fault, Fault::Saturated), "{error}");
    });
}
