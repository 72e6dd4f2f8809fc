//! Lets the `:authority` of Argo CD's client pass.
//!
//! grpc-go names the socket's percent-encoded path as authority (`home%2Fargocd%2F…%2Fhelm.sock`),
//! older ones the bare path. HTTP's grammar of a host allows neither, so `h2` refuses every call.
//! [`AuthorityFilter`] stands between socket and `h2` and replaces the offending characters inside
//! the compressed headers, in place. Nothing changes its length, so the tables of compressed headers
//! stay the same on both sides.

mod hpack;

use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::io::poll_read_buf;
use tonic::transport::server::Connected;

/// `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`
const PREFACE_LEN: usize = 24;
const HEADER_LEN: usize = 9;
/// What one request's compressed headers may take.
const MAX_BLOCK: usize = 64 << 10;
const READ_SIZE: usize = 64 << 10;

/// A connection whose request headers have an authority that `h2` accepts.
#[derive(Debug)]
pub(crate) struct AuthorityFilter<S> {
    inner: S,
    buffer: BytesMut,
    /// Bytes at the front of `buffer` that may be passed on.
    clean: usize,
    /// Bytes after those that belong to a frame of no interest, and may have yet to arrive.
    skip: usize,
}

/// The compressed headers of one request, as they lie in the buffer.
struct Block {
    /// One piece for each frame, without what surrounds it there.
    fragments: Vec<Range<usize>>,
    /// Where the last of its frames ends.
    end: usize,
}

/// The fixed start of an HTTP/2 frame.
struct FrameHeader {
    len: usize,
    kind: u8,
    flags: u8,
}

// === impl AuthorityFilter ===

impl<S> AuthorityFilter<S> {
    pub(crate) fn new(inner: S) -> Self {
        Self { inner, buffer: BytesMut::with_capacity(READ_SIZE), clean: 0, skip: PREFACE_LEN }
    }

    /// Marks as clean what can be, and cleans the header blocks that are complete.
    fn scan(&mut self) -> io::Result<()> {
        loop {
            let passed = self.skip.min(self.buffer.len() - self.clean);
            self.clean += passed;
            self.skip -= passed;
            let Some(frame) = FrameHeader::parse(self.buffer.get(self.clean..).unwrap_or_default()) else {
                return Ok(());
            };
            if frame.kind != FrameHeader::HEADERS {
                self.skip = HEADER_LEN + frame.len;
                continue;
            }
            let Some(block) = self.block()? else { return Ok(()) };
            self.clean_block(&block);
            self.clean = block.end;
        }
    }

    /// The header block that starts after the clean bytes; `None` until all of it has arrived.
    fn block(&self) -> io::Result<Option<Block>> {
        let mut block = Block { fragments: Vec::new(), end: self.clean };
        loop {
            let rest = self.buffer.get(block.end..).unwrap_or_default();
            let Some(frame) = FrameHeader::parse(rest) else { return Ok(None) };
            let start = block.end + HEADER_LEN;
            block.end = start + frame.len;
            if block.end - self.clean > MAX_BLOCK {
                return Err(io::Error::other(format!("request headers of more than {MAX_BLOCK} bytes")));
            }
            if block.end > self.buffer.len() {
                return Ok(None);
            }
            let (before, after) = frame.margins(self.buffer.get(start));
            block.fragments.push(start + before..block.end.saturating_sub(after));
            if frame.flags & FrameHeader::END_HEADERS != 0 {
                return Ok(Some(block));
            }
        }
    }

    fn clean_block(&mut self, block: &Block) {
        let piece = |range: &Range<usize>| self.buffer.get(range.clone()).unwrap_or_default();
        let mut headers: Vec<u8> = block.fragments.iter().flat_map(piece).copied().collect();
        hpack::clean_authority(&mut headers);
        let mut headers = headers.as_slice();
        for range in &block.fragments {
            if let Some(piece) = self.buffer.get_mut(range.clone()) {
                headers.copy_to_slice(piece);
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for AuthorityFilter<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while this.clean == 0 {
            this.buffer.reserve(READ_SIZE / 2);
            if ready!(poll_read_buf(Pin::new(&mut this.inner), cx, &mut this.buffer))? == 0 {
                // The rest of a header block that will never be complete is `h2`'s to refuse.
                this.clean = this.buffer.len();
                break;
            }
            this.scan()?;
        }
        let passed = this.clean.min(buf.remaining());
        buf.put_slice(this.buffer.get(..passed).unwrap_or_default());
        this.buffer.advance(passed);
        this.clean -= passed;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for AuthorityFilter<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}

impl<S: Connected> Connected for AuthorityFilter<S> {
    type ConnectInfo = S::ConnectInfo;

    fn connect_info(&self) -> Self::ConnectInfo {
        self.inner.connect_info()
    }
}

// === impl FrameHeader ===

impl FrameHeader {
    const HEADERS: u8 = 1;
    const END_HEADERS: u8 = 0x4;
    const PADDED: u8 = 0x8;
    const PRIORITY: u8 = 0x20;

    fn parse(bytes: &[u8]) -> Option<Self> {
        let [a, b, c, kind, flags, _, _, _, _] = *bytes.first_chunk::<HEADER_LEN>()?;
        let len = u32::from_be_bytes([0, a, b, c]);
        Some(Self { len: usize::try_from(len).ok()?, kind, flags })
    }

    /// The bytes around the headers: pad length and priority before them, padding after.
    fn margins(&self, first: Option<&u8>) -> (usize, usize) {
        if self.kind != Self::HEADERS {
            return (0, 0);
        }
        let padded = self.flags & Self::PADDED != 0;
        let priority = if self.flags & Self::PRIORITY != 0 { 5 } else { 0 };
        let padding = first.filter(|_| padded).map_or(0, |length| usize::from(*length));
        (usize::from(padded) + priority, padding)
    }
}

#[cfg(test)]
mod tests;
