use std::sync::atomic::AtomicUsize;

use super::*;
use crate::secret::Secret;

type Names = Tokens<&'static str, usize, &'static str>;

const HOUR: Duration = Duration::from_secs(3600);

async fn get(tokens: &Names, count: &AtomicUsize, life: Duration) -> Result<usize, &'static str> {
    let fetch = async || {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Ok(Fetched { value: count.fetch_add(1, Ordering::SeqCst), life })
    };
    tokens.get(&"key", fetch).await.map(|lease| lease.value)
}

#[tokio::test(start_paused = true)]
async fn a_thousand_who_ask_at_once_cause_one_fetch() {
    let (tokens, count) = (Arc::new(Names::new()), Arc::new(AtomicUsize::new(0)));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..1000 {
        let (tokens, count) = (Arc::clone(&tokens), Arc::clone(&count));
        tasks.spawn(async move { get(&tokens, &count, HOUR).await });
    }
    assert_eq!(tasks.join_all().await, vec![Ok(0); 1000]);
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_due_at_80_percent_and_not_served_at_the_end_of_its_life() {
    let (tokens, count) = (Names::new(), AtomicUsize::new(0));
    get(&tokens, &count, Duration::from_secs(300)).await.unwrap();
    tokio::time::advance(Duration::from_secs(239)).await;
    assert!(!tokens.peek(&"key").unwrap().is_due());
    tokio::time::advance(Duration::from_secs(2)).await;
    assert!(tokens.peek(&"key").unwrap().is_due());
    tokio::time::advance(Duration::from_secs(30)).await;
    assert!(tokens.peek(&"key").is_none(), "271 of 300 s are over");
    assert_eq!(get(&tokens, &count, HOUR).await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn a_long_life_is_refreshed_after_an_hour() {
    let (tokens, count) = (Names::new(), AtomicUsize::new(0));
    get(&tokens, &count, 12 * HOUR).await.unwrap();
    tokio::time::advance(HOUR).await;
    assert!(tokens.peek(&"key").unwrap().is_due());
    let fetch = async || Ok(Fetched { value: 7, life: HOUR });
    tokens.refresh(&"key", fetch).await.unwrap();
    assert_eq!(tokens.peek(&"key").unwrap().value, 7);
    let again = async || panic!("a fresh token is not refreshed");
    tokens.refresh(&"key", again).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_failed_refresh_leaves_the_old_token() {
    let (tokens, count) = (Names::new(), AtomicUsize::new(0));
    get(&tokens, &count, HOUR).await.unwrap();
    tokio::time::advance(Duration::from_secs(3000)).await;
    let fetch = async || Err(Failure::Passing("down"));
    assert_eq!(tokens.refresh(&"key", fetch).await, Err("down"));
    assert_eq!(tokens.peek(&"key").unwrap().value, 0);
}

/// Rule R9: what was replaced, refused or has ended is held by nobody.
#[tokio::test(start_paused = true)]
async fn a_token_of_no_use_is_let_go() {
    let tokens = Tokens::<&str, Secret, ()>::new();
    let mut witnesses = Vec::new();
    let fetched = || Ok(Fetched { value: Secret::new("canary".to_owned()), life: HOUR });
    for step in ["replaced", "refused", "ended"] {
        let lease = tokens.get(&"key", async || fetched()).await.unwrap();
        let (id, witness) = (lease.id, lease.value.witness());
        drop(lease);
        assert!(witness.upgrade().is_some(), "it is kept while it is good");
        match step {
            "replaced" => {
                tokio::time::advance(HOUR * 9 / 10).await;
                tokens.refresh(&"key", async || fetched()).await.unwrap();
            }
            "refused" => tokens.invalidate(&"key", id),
            _ => {
                tokio::time::advance(HOUR).await;
                assert!(tokens.peek(&"key").is_none());
            }
        }
        witnesses.push((step, witness));
    }
    // The second step was served what the first one had fetched in place of its own.
    for (step, witness) in witnesses {
        assert!(witness.upgrade().is_none(), "{step}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_the_token_that_was_refused_is_forgotten() {
    let (tokens, count) = (Names::new(), AtomicUsize::new(0));
    get(&tokens, &count, HOUR).await.unwrap();
    let first = tokens.peek(&"key").unwrap();
    tokens.invalidate(&"key", first.id);
    assert_eq!(get(&tokens, &count, HOUR).await, Ok(1));
    tokens.invalidate(&"key", first.id);
    assert_eq!(tokens.peek(&"key").unwrap().value, 1);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_shared_for_a_while_and_a_failure_only_by_who_waited() {
    let tokens = Names::new();
    let asked = AtomicUsize::new(0);
    let refuse = async || {
        asked.fetch_add(1, Ordering::SeqCst);
        Err(Failure::Refused("no"))
    };
    assert_eq!(tokens.get(&"key", refuse).await.unwrap_err(), "no");
    assert_eq!(tokens.get(&"key", refuse).await.unwrap_err(), "no");
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    tokio::time::advance(REFUSAL_LIFE).await;
    assert_eq!(tokens.get(&"key", refuse).await.unwrap_err(), "no");
    assert_eq!(asked.load(Ordering::SeqCst), 2);

    let fail = async || {
        asked.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_secs(1)).await;
        Err(Failure::Passing("down"))
    };
    let both = tokio::join!(tokens.get(&"other", fail), tokens.get(&"other", fail));
    assert!(both.0.is_err() && both.1.is_err());
    assert_eq!(asked.load(Ordering::SeqCst), 3, "who waited shares the failure");
    tokio::time::advance(Duration::from_millis(1)).await;
    assert!(tokens.get(&"other", fail).await.is_err());
    assert_eq!(asked.load(Ordering::SeqCst), 4, "who comes later tries again");
}

#[tokio::test(start_paused = true)]
async fn the_next_one_takes_over_from_who_is_dropped() {
    let (tokens, count) = (Names::new(), AtomicUsize::new(0));
    let dropped = tokio::time::timeout(Duration::from_millis(10), get(&tokens, &count, HOUR));
    let (dropped, kept) = tokio::join!(dropped, get(&tokens, &count, HOUR));
    assert!(dropped.is_err());
    assert_eq!(kept, Ok(0));
}

#[tokio::test(start_paused = true)]
async fn the_number_of_keys_is_bounded() {
    let tokens = Tokens::<usize, (), ()>::new();
    for key in 0..CAPACITY + 100 {
        let fetch = async || Ok(Fetched { value: (), life: HOUR });
        tokens.get(&key, fetch).await.unwrap();
        tokio::time::advance(Duration::from_micros(1)).await;
    }
    assert!(lock(&tokens.slots).len() <= CAPACITY);
    assert!(tokens.peek(&(CAPACITY + 99)).is_some());
}
