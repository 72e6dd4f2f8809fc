use std::sync::atomic::AtomicUsize;

use super::*;

fn store(size: u64) -> (tempfile::TempDir, Store) {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(&Config { path: directory.path().to_owned(), size }).unwrap();
    (directory, store)
}

fn reopen(directory: &tempfile::TempDir) -> Store {
    Store::open(&Config { path: directory.path().to_owned(), size: u64::MAX }).unwrap()
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

fn age(store: &Store, digest: &Digest, by: Duration) {
    let file =
        fs::OpenOptions::new().write(true).open(eviction::blob_path(&store.inner.root, digest)).unwrap();
    file.into_parts().0.set_modified(SystemTime::now() - by).unwrap();
}

#[tokio::test]
async fn what_goes_in_has_its_digest() {
    let (directory, store) = store(u64::MAX);
    let digest = Digest::of(b"chart");
    assert_eq!(store.get(&digest).await.unwrap(), None);
    let wrong = store.put(&digest, Bytes::from_static(b"another")).await;
    assert!(matches!(wrong, Err(Error::Mismatch { .. })), "{wrong:?}");
    assert_eq!(store.get(&digest).await.unwrap(), None);
    store.put(&digest, Bytes::from_static(b"chart")).await.unwrap();
    assert_eq!(store.get(&digest).await.unwrap().unwrap(), "chart");
    assert_eq!(reopen(&directory).get(&digest).await.unwrap().unwrap(), "chart");
}

#[tokio::test]
async fn what_was_damaged_on_disk_is_not_read() {
    let (directory, store) = store(u64::MAX);
    let digest = Digest::of(b"chart");
    store.put(&digest, Bytes::from_static(b"chart")).await.unwrap();
    fs::write(eviction::blob_path(&store.inner.root, &digest), b"chorn").unwrap();
    let next = reopen(&directory);
    assert_eq!(next.get(&digest).await.unwrap(), None);
    next.put(&digest, Bytes::from_static(b"chart")).await.unwrap();
    assert_eq!(next.get(&digest).await.unwrap().unwrap(), "chart");
    fs::write(eviction::blob_path(&next.inner.root, &digest), b"chorn").unwrap();
    assert_eq!(next.verify().await.unwrap(), [digest]);
}

#[tokio::test]
async fn the_least_recently_used_goes_first_and_what_is_in_use_stays() {
    let (_directory, store) = store(250);
    let blobs: Vec<Bytes> = (0_u8..3).map(|byte| Bytes::from(vec![byte; 100])).collect();
    let digests: Vec<Digest> = blobs.iter().map(|blob| Digest::of(blob)).collect();
    store.put(&digests[0], blobs[0].clone()).await.unwrap();
    store.put(&digests[1], blobs[1].clone()).await.unwrap();
    age(&store, &digests[0], Duration::from_secs(600));
    age(&store, &digests[1], Duration::from_secs(900));
    store.get(&digests[1]).await.unwrap();
    store.put(&digests[2], blobs[2].clone()).await.unwrap();
    let left: Vec<Digest> = store.entries().await.unwrap().into_iter().map(|entry| entry.digest).collect();
    assert!(!left.contains(&digests[0]), "the oldest is gone");
    assert!(left.contains(&digests[1]) && left.contains(&digests[2]), "what was just used stays");
    assert_eq!(store.collect(0).await.unwrap().removed, 0, "even where that exceeds the limit");
}

#[tokio::test]
async fn records_know_their_age() {
    let (directory, store) = store(u64::MAX);
    let key = RecordKey::new("tags", &["https://a.test", "x/y", "1.0"]);
    assert_eq!(store.record::<String>(&key).await, None);
    store.set_record(&key, "one".to_owned()).await.unwrap();
    let record = reopen(&directory).record::<String>(&key).await.unwrap();
    assert_eq!(record.value, "one");
    assert!(record.is_within(Duration::from_secs(60)));
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert!(!record.is_within(Duration::ZERO));
    assert_eq!(store.record::<u32>(&key).await, None, "of another kind");
    assert_ne!(RecordKey::new("tags", &["ab", "c"]), RecordKey::new("tags", &["a", "bc"]));
    store.remove_record(&key).await.unwrap();
    assert_eq!(store.record::<String>(&key).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_at_a_time_in_a_process_and_between_stores() {
    let (directory, first) = store(u64::MAX);
    let second = reopen(&directory);
    let busy = Arc::new(AtomicUsize::new(0));
    let work = (0..40).map(|turn| {
        let store = if turn % 2 == 0 { first.clone() } else { second.clone() };
        let busy = Arc::clone(&busy);
        tokio::spawn(async move {
            let lease = store.lease("chart", soon()).await.unwrap();
            assert_eq!(busy.fetch_add(1, Ordering::SeqCst), 0);
            tokio::task::yield_now().await;
            busy.fetch_sub(1, Ordering::SeqCst);
            drop(lease);
        })
    });
    for worker in work.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    let _held = first.lease("chart", soon()).await.unwrap();
    let late = second.lease("chart", Instant::now() + Duration::from_millis(30)).await;
    assert!(matches!(late, Err(Error::Busy { .. })), "{late:?}");
    second.lease("another", soon()).await.unwrap();
}

#[tokio::test]
async fn files_of_dead_writers_are_removed() {
    let (directory, store) = store(u64::MAX);
    let tmp = store.inner.root.join("tmp");
    for (name, age) in [("dead", ORPHAN_AGE * 2), ("alive", Duration::ZERO)] {
        fs::write(tmp.join(name), b"half").unwrap();
        let file = fs::OpenOptions::new().write(true).open(tmp.join(name)).unwrap();
        file.into_parts().0.set_modified(SystemTime::now() - age).unwrap();
    }
    reopen(&directory);
    assert!(!tmp.join("dead").exists());
    assert!(tmp.join("alive").exists());
}

#[tokio::test]
async fn a_store_travels_as_an_archive() {
    let directory = tempfile::tempdir().unwrap();
    let open =
        |name: &str| Store::open(&Config { path: directory.path().join(name), size: 1 << 20 }).unwrap();
    let (here, there) = (open("here"), open("there"));
    let (file, again) = (directory.path().join("a.tar"), directory.path().join("b.tar"));
    let blob = Bytes::from_static(b"blob");
    here.put(&Digest::of(&blob), blob.clone()).await.unwrap();
    let key = RecordKey::new("tags", &["x"]);
    here.set_record(&key, 7_u8).await.unwrap();
    assert_eq!(here.export(&file).await.unwrap(), 1);
    assert_eq!(there.import(&file).await.unwrap(), 1);
    assert_eq!(there.get(&Digest::of(&blob)).await.unwrap(), Some(blob));
    assert_eq!(there.record::<u8>(&key).await.unwrap().value, 7);
    there.export(&again).await.unwrap();
    assert_eq!(fs_err::read(&file).unwrap(), fs_err::read(&again).unwrap());
}

#[tokio::test]
async fn an_archive_of_something_else_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(&Config { path: directory.path().join("store"), size: 1 << 20 }).unwrap();
    let digest = Digest::of(b"blob");
    let shard = format!("blobs/sha256/{}/{}", &digest.hex()[..2], digest.hex());
    for (path, expect) in [
        (shard.as_str(), "instead of"),
        ("records/../../x", "no part"),
        ("records/tags/x", "no part"),
        ("etc/passwd", "no part"),
    ] {
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(tar::EntryType::Regular);
        header.set_size(5);
        header.set_cksum();
        tar.append(&header, &b"other"[..]).unwrap();
        let file = directory.path().join("bad.tar");
        fs_err::write(&file, tar.into_inner().unwrap()).unwrap();
        let error = store.import(&file).await.unwrap_err();
        assert!(error.to_string().contains(expect), "{path}: {error}");
    }
    assert!(!directory.path().join("x").exists() && store.entries().await.unwrap().is_empty());
}
