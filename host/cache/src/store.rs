//! The directory.

use std::collections::HashSet;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use fs_err as fs;
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::Instant;

use crate::eviction::{self, Collected, Entry};
use crate::lease::Turns;
use crate::shared::{Guarded, Shared};
use crate::{Digest, Error, Lease, Record, RecordKey, record, transfer};

/// A file that is being written belongs to somebody for so long; then its writer has died.
const ORPHAN_AGE: Duration = Duration::from_secs(3600);

/// The time of last use is written down this often at most.
const TOUCH_EVERY: Duration = Duration::from_secs(30);

/// Tells backup programs to leave the directory out.
const CACHEDIR_TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n";

/// Where a store is, and how large it may become.
#[derive(Clone, Debug)]
pub struct Config {
    /// The directory. It is made if there is none.
    pub path: PathBuf,
    /// The size that blobs may have together, in bytes. It may be exceeded by what is in use.
    pub size: u64,
}

/// A store. Clones are the same store.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    root: PathBuf,
    size: u64,
    /// Which blobs this process has checked.
    verified: Mutex<HashSet<Digest>>,
    /// Bytes of blobs as far as this process knows: counted once, then added to.
    used: AtomicU64,
    turns: Turns,
    shared: Option<Guarded>,
}

// === impl Store ===

impl Store {
    /// Opens the store at `config.path`, and removes what dead writers left there.
    pub fn open(config: &Config) -> Result<Self, Error> {
        let root = config.path.join("v1");
        for folder in ["blobs/sha256", "blobs/sha512", "records", "locks", "tmp"] {
            fs::create_dir_all(root.join(folder))?;
        }
        let tag = config.path.join("CACHEDIR.TAG");
        if !tag.exists() {
            fs::write(tag, CACHEDIR_TAG)?;
        }
        remove_orphans(&root.join("tmp"))?;
        let used = eviction::entries(&root)?.iter().map(|entry| entry.size).sum();
        let inner = Inner {
            root,
            size: config.size,
            verified: Mutex::default(),
            used: AtomicU64::new(used),
            turns: Turns::default(),
            shared: None,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The same store with `shared` behind it. For a store that was just opened: other clones do not see it.
    #[must_use]
    pub fn with_shared(mut self, shared: Box<dyn Shared>) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.shared = Some(Guarded::new(shared));
        }
        self
    }

    /// The blob with this digest. One that turns out to be damaged is removed and not returned.
    pub async fn get(&self, digest: &Digest) -> Result<Option<Bytes>, Error> {
        let (inner, own) = (Arc::clone(&self.inner), digest.clone());
        if let Some(bytes) = blocking(move || inner.get(&own)).await? {
            return Ok(Some(bytes));
        }
        let Some(shared) = &self.inner.shared else { return Ok(None) };
        let Some(bytes) = shared.get(digest).await else { return Ok(None) };
        if let Err(error) = self.keep(digest, bytes.clone()).await {
            tracing::warn!(%error, "what the shared cache has could not be kept here");
        }
        Ok(Some(bytes))
    }

    /// Stores `bytes`, which must have this digest. Storing what is there already is fine.
    pub async fn put(&self, digest: &Digest, bytes: Bytes) -> Result<(), Error> {
        // The directory checks the digest.
        self.keep(digest, bytes.clone()).await?;
        if let Some(shared) = &self.inner.shared {
            shared.put(digest, &bytes).await;
        }
        Ok(())
    }

    /// Stores `bytes` in the directory.
    async fn keep(&self, digest: &Digest, bytes: Bytes) -> Result<(), Error> {
        let (inner, digest) = (Arc::clone(&self.inner), digest.clone());
        blocking(move || inner.put(&digest, &bytes)).await
    }

    /// The record called `key`, whatever its age; none where there is none that can be read.
    pub async fn record<T>(&self, key: &RecordKey) -> Option<Record<T>>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let path = self.inner.root.join(key.path());
        let read = move || Ok(fs::read(path).ok().and_then(|bytes| record::read(&bytes)));
        blocking(read).await.ok().flatten()
    }

    /// Stores `value` as the record called `key`, as of now.
    pub async fn set_record<T>(&self, key: &RecordKey, value: T) -> Result<(), Error>
    where
        T: Serialize + Send + 'static,
    {
        let (inner, path) = (Arc::clone(&self.inner), self.inner.root.join(key.path()));
        let write = move || inner.write(&path, &serde_json::to_vec(&Record::now(value))?);
        blocking(write).await
    }

    /// Removes the record called `key`.
    pub async fn remove_record(&self, key: &RecordKey) -> Result<(), Error> {
        let path = self.inner.root.join(key.path());
        blocking(move || Ok(remove(&path)?)).await
    }

    /// Waits until nobody else, in this process or another, works on `name`, at most until `until`.
    pub async fn lease(&self, name: &str, until: Instant) -> Result<Lease, Error> {
        let file = self.inner.root.join("locks").join(Digest::of(name.as_bytes()).hex());
        self.inner.turns.take(name, &file, until).await
    }

    /// All blobs, least recently used first.
    pub async fn entries(&self) -> Result<Vec<Entry>, Error> {
        let inner = Arc::clone(&self.inner);
        blocking(move || Ok(eviction::entries(&inner.root)?)).await
    }

    /// Removes blobs, least recently used first, until at most `size` bytes are left. What was
    /// used within the last minute stays.
    pub async fn collect(&self, size: u64) -> Result<Collected, Error> {
        let inner = Arc::clone(&self.inner);
        blocking(move || inner.collect(size)).await
    }

    /// Writes all of it into a tar archive at `file`, and counts the blobs. The same store gives the same bytes.
    pub async fn export(&self, file: &Path) -> Result<usize, Error> {
        let (inner, file) = (Arc::clone(&self.inner), file.to_owned());
        blocking(move || transfer::export(&inner.root, &file)).await
    }

    /// Adds what [`Store::export`] wrote to `file`, and counts the blobs. Each is checked like any other; what is
    /// damaged ends the import.
    pub async fn import(&self, file: &Path) -> Result<usize, Error> {
        let (inner, file) = (Arc::clone(&self.inner), file.to_owned());
        let add = move || {
            let record = |path: &str, bytes: &[u8]| inner.write(&inner.root.join(path), bytes);
            transfer::import(&file, |digest, bytes| inner.put(digest, &bytes), record)
        };
        blocking(add).await
    }

    /// Checks every blob, and removes the damaged ones, which are returned.
    pub async fn verify(&self) -> Result<Vec<Digest>, Error> {
        let mut damaged = Vec::new();
        for entry in self.entries().await? {
            let (inner, digest) = (Arc::clone(&self.inner), entry.digest.clone());
            self.inner.verified().remove(&digest);
            if blocking(move || inner.get(&digest)).await?.is_none() {
                damaged.push(entry.digest);
            }
        }
        Ok(damaged)
    }
}

// === impl Inner ===

impl Inner {
    fn verified(&self) -> std::sync::MutexGuard<'_, HashSet<Digest>> {
        self.verified.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, digest: &Digest) -> Result<Option<Bytes>, Error> {
        let path = eviction::blob_path(&self.root, digest);
        let bytes = match fs::read(&path) {
            Ok(bytes) => Bytes::from(bytes),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if !self.verified().contains(digest) {
            if !digest.matches(&bytes) {
                tracing::warn!(%digest, "a damaged blob was removed from the cache");
                remove(&path)?;
                return Ok(None);
            }
            self.verified().insert(digest.clone());
        }
        touch(&path);
        Ok(Some(bytes))
    }

    fn put(&self, digest: &Digest, bytes: &[u8]) -> Result<(), Error> {
        if !digest.matches(bytes) {
            return Err(Error::Mismatch { expected: digest.clone(), found: Digest::of(bytes) });
        }
        let path = eviction::blob_path(&self.root, digest);
        if !path.exists() {
            self.write(&path, bytes)?;
            let used = self.used.fetch_add(bytes.len() as u64, Ordering::Relaxed) + bytes.len() as u64;
            if used > self.size {
                // A fifth of air, so that not every blob from now on collects.
                self.collect(self.size / 5 * 4)?;
            }
        }
        self.verified().insert(digest.clone());
        Ok(())
    }

    fn collect(&self, size: u64) -> Result<Collected, Error> {
        let collected = eviction::collect(&self.root, size)?;
        self.used.store(collected.left, Ordering::Relaxed);
        Ok(collected)
    }

    /// Writes a whole file or none: elsewhere first, then under its name.
    ///
    /// It does not wait for the disk, which takes longer than most downloads. What a power cut leaves half written, the
    /// next process tells by its digest, or because it is no record, and fetches again.
    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), Error> {
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(self.root.join("tmp"))?;
        file.write_all(bytes)?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    }
}

/// Notes that the file was used. Not being able to costs it a place in the order of eviction.
fn touch(path: &Path) {
    let now = SystemTime::now();
    let fresh = |modified: SystemTime| now.duration_since(modified).is_ok_and(|age| age < TOUCH_EVERY);
    let _ = fs::OpenOptions::new().write(true).open(path).and_then(|file| {
        if file.metadata()?.modified().is_ok_and(fresh) {
            Ok(())
        } else {
            file.into_parts().0.set_modified(now)
        }
    });
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn remove_orphans(tmp: &Path) -> io::Result<()> {
    for entry in fs::read_dir(tmp)? {
        let entry = entry?;
        let age = entry.metadata().and_then(|metadata| metadata.modified()).map(|at| at.elapsed());
        if matches!(age, Ok(Ok(age)) if age > ORPHAN_AGE) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Runs file operations where they hold up nobody.
async fn blocking<T, F>(work: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, Error> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        // The runtime is shutting down.
        Err(error) => Err(io::Error::other(error).into()),
    }
}

#[cfg(test)]
mod tests;
