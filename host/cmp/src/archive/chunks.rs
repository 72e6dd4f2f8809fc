//! The compressed bytes on their way from the connection to the thread that unpacks them.

use std::io::{self, BufRead, Read};

use bytes::{Buf as _, Bytes};
use generate::Digest;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;

use super::ArchiveError;
use crate::limits::{Limit, Limits};

/// Pieces that may wait to be unpacked. The stream's own flow control holds back the rest.
const QUEUE: usize = 4;

/// The compressed bytes as a reader, which counts and hashes them. Ends when the sender is dropped.
pub(crate) struct Chunks {
    receiver: mpsc::Receiver<Bytes>,
    current: Bytes,
    hash: Sha256,
    received: u64,
    limits: Limits,
}

/// A sender of compressed bytes and the reader that gets them.
pub(crate) fn channel(limits: Limits) -> (mpsc::Sender<Bytes>, Chunks) {
    let (sender, receiver) = mpsc::channel(QUEUE);
    (sender, Chunks { receiver, current: Bytes::new(), hash: Sha256::new(), received: 0, limits })
}

// === impl Chunks ===

impl Chunks {
    /// Compressed bytes so far.
    pub(super) const fn received(&self) -> u64 {
        self.received
    }

    const fn is_over(&self) -> bool {
        self.received > self.limits.compressed
    }

    /// Waits for the next bytes; `false` at the end. What exceeds the limit is not hashed.
    fn advance(&mut self) -> bool {
        let Some(chunk) = self.receiver.blocking_recv() else { return false };
        self.received += chunk.len() as u64;
        if !self.is_over() {
            self.hash.update(&chunk);
        }
        self.current = chunk;
        true
    }

    /// Takes what is left and gives the digest of all.
    pub(super) fn finish(mut self) -> Result<Digest, ArchiveError> {
        while self.advance() {}
        if self.is_over() {
            return Err(ArchiveError::limit(&self.limits, Limit::Compressed, None));
        }
        Ok(Digest::sha256(&self.hash.finalize().into()))
    }
}

impl Read for Chunks {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let read = available.read(buf)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Chunks {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.current.is_empty() && self.advance() {}
        if self.is_over() {
            // `finish` says the same in other words.
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(&self.current)
    }

    fn consume(&mut self, amount: usize) {
        self.current.advance(amount.min(self.current.len()));
    }
}
