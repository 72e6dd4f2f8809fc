//! stdout and stderr: the beginning and the end are kept, the middle is counted. Writing never
//! fails, so that a plugin that talks too much goes on working.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

use crate::outcome::Captured;

/// Bytes kept from the beginning.
const HEAD: usize = 32 << 10;

/// Bytes kept from the end: a panic's message and its backtrace.
const TAIL: usize = 8 << 10;

/// The most that is taken in one write.
const PERMIT: usize = 64 << 10;

/// A stream that everybody who holds it writes to.
#[derive(Clone, Default)]
pub(crate) struct Stream(Arc<Mutex<Buffer>>);

#[derive(Default)]
struct Buffer {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    written: u64,
}

// === impl Buffer ===

impl Buffer {
    fn push(&mut self, bytes: &[u8]) {
        self.written += bytes.len() as u64;
        let free = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        let (head, rest) = bytes.split_at_checked(free).unwrap_or((bytes, &[]));
        self.head.extend_from_slice(head);
        self.tail.extend(rest);
        let excess = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..excess);
    }

    fn missing(&self) -> u64 {
        self.written - (self.head.len() + self.tail.len()) as u64
    }

    fn captured(&self) -> Captured {
        let mut text = String::from_utf8_lossy(&self.head).into_owned();
        if self.missing() > 0 {
            text.push_str(&format!("\n… {} bytes left out …\n", self.missing()));
        }
        text.push_str(&self.end(TAIL));
        Captured { text, written: self.written }
    }

    /// The last bytes of the tail, at most `len`.
    fn end(&self, len: usize) -> String {
        let bytes: Vec<u8> = self.tail.iter().rev().take(len).rev().copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

// === impl Stream ===

impl Stream {
    /// What was written.
    pub(crate) fn captured(&self) -> Captured {
        self.buffer().captured()
    }

    /// The end of what was written: what a reader of an error wants to see.
    pub(crate) fn tail(&self) -> String {
        let buffer = self.buffer();
        if !buffer.tail.is_empty() {
            return buffer.end(TAIL);
        }
        let start = buffer.head.len().saturating_sub(TAIL);
        String::from_utf8_lossy(buffer.head.get(start..).unwrap_or_default()).into_owned()
    }

    fn buffer(&self) -> MutexGuard<'_, Buffer> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl IsTerminal for Stream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Stream {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Pollable for Stream {
    async fn ready(&mut self) {}
}

impl OutputStream for Stream {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.buffer().push(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(PERMIT)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.buffer().push(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginning_and_end_are_kept_and_the_middle_is_counted() {
        let stream = Stream::default();
        stream.buffer().push(b"first ");
        for _ in 0..100 {
            stream.buffer().push(&[b'x'; 1 << 10]);
        }
        stream.buffer().push(b" last");
        let captured = stream.captured();
        assert_eq!(captured.written, 6 + (100 << 10) + 5);
        assert!(captured.text.starts_with("first x") && captured.text.ends_with("x last"));
        let missing = captured.written - (HEAD + TAIL) as u64;
        assert!(captured.text.contains(&format!("… {missing} bytes left out …")));
        assert!(stream.tail().len() <= TAIL && stream.tail().ends_with("x last"));
    }

    #[test]
    fn little_is_kept_whole() {
        let stream = Stream::default();
        stream.buffer().push(b"a\nb\n");
        assert_eq!(stream.captured(), Captured { text: "a\nb\n".to_owned(), written: 4 });
        assert_eq!(stream.tail(), "a\nb\n");
    }
}
