//! Just enough of an HTTP/2 and gRPC client to be as grpc-go is on the wire, where that matters: it
//! Huffman-codes the percent-encoded authority, refers to it in later calls by its place in the
//! table, sends each chunk as a frame of its own, and gives up on a stream that ends early.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const MAX_FRAME: usize = 16_384;
const WRITE: usize = 32 << 10;

/// How the authority is written.
#[derive(Clone, Copy, Debug)]
pub enum Coding {
    /// As grpc-go does.
    Huffman,
    /// As other clients do.
    Plain,
}

/// What a call came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// `grpc-status`; none where the stream ended without.
    pub code: Option<u32>,
    /// `grpc-message`, percent-decoded.
    pub message: String,
    /// The response message.
    pub body: Vec<u8>,
    /// The server was done before the client had sent everything, so a Go client shows `EOF`.
    pub early: bool,
}

/// A connection to a socket.
pub struct Connection {
    stream: UnixStream,
    /// Frames that wait to be written together, as grpc-go does.
    pending: Vec<u8>,
    decoder: fluke_hpack::Decoder<'static>,
    authority: (String, Coding),
    next_stream: u32,
    window: i64,
    initial_window: i64,
}

/// The stream that a call uses.
struct Stream {
    id: u32,
    window: i64,
    answer: Answer,
    ended: bool,
}

struct Frame {
    kind: u8,
    flags: u8,
    stream: u32,
    payload: Vec<u8>,
}

// === impl Connection ===

impl Connection {
    /// Connects as Argo CD since 3.2 does.
    #[must_use]
    pub fn open(socket: &Path) -> Self {
        let path = socket.to_str().unwrap().trim_start_matches('/').replace('/', "%2F");
        Self::open_as(socket, &path, Coding::Huffman)
    }

    /// Connects with another authority, or in another coding of it.
    #[must_use]
    pub fn open_as(socket: &Path, authority: &str, coding: Coding) -> Self {
        let stream = UnixStream::connect(socket).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut connection = Self {
            pending: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
            stream,
            decoder: fluke_hpack::Decoder::new(),
            authority: (authority.to_owned(), coding),
            next_stream: 1,
            window: 65_535,
            initial_window: 65_535,
        };
        connection.send(SETTINGS, 0, 0, &[]);
        connection
    }

    /// One call: all messages, the end, and what comes back.
    pub fn call(&mut self, method: &str, messages: &[Vec<u8>], timeout: &str) -> Answer {
        let mut stream = self.start(method, timeout);
        for message in messages {
            if stream.ended {
                stream.answer.early = true;
                return stream.answer;
            }
            self.message(&mut stream, message);
        }
        self.send(DATA, 1, stream.id, &[]);
        self.finish(stream)
    }

    /// Begins a call, sends `messages` and then nothing more.
    pub fn stall(&mut self, method: &str, messages: &[Vec<u8>], timeout: &str) -> Answer {
        let mut stream = self.start(method, timeout);
        for message in messages {
            self.message(&mut stream, message);
        }
        self.finish(stream)
    }

    /// Begins a call, sends everything, and hangs up without waiting for the answer.
    pub fn abandon(mut self, method: &str, messages: &[Vec<u8>]) {
        self.submit(method, messages, "60S");
    }

    /// Begins a call and gives its stream, to be cancelled or waited for.
    pub fn submit(&mut self, method: &str, messages: &[Vec<u8>], timeout: &str) -> u32 {
        let mut stream = self.start(method, timeout);
        for message in messages {
            self.message(&mut stream, message);
        }
        self.send(DATA, 1, stream.id, &[]);
        self.flush();
        stream.id
    }

    /// Cancels a call that was submitted.
    pub fn cancel(&mut self, stream: u32) {
        self.send(RST_STREAM, 0, stream, &8_u32.to_be_bytes());
    }

    /// The answer to a call that was submitted.
    pub fn wait(&mut self, id: u32) -> Answer {
        self.finish(Stream { id, window: 0, answer: Answer::default(), ended: false })
    }

    fn start(&mut self, method: &str, timeout: &str) -> Stream {
        let id = self.next_stream;
        let block = self.headers(method, timeout);
        self.next_stream += 2;
        self.send(HEADERS, 4, id, &block);
        Stream { id, window: self.initial_window, answer: Answer::default(), ended: false }
    }

    fn headers(&self, method: &str, timeout: &str) -> Vec<u8> {
        let mut block = vec![0x83, 0x86];
        plain(&mut block, 4, "", method);
        if self.next_stream == 1 {
            let (text, coding) = &self.authority;
            let value = match coding {
                Coding::Huffman => huffman(text),
                Coding::Plain => text.as_bytes().to_vec(),
            };
            block.push(0x41);
            length(&mut block, value.len(), matches!(coding, Coding::Huffman));
            block.extend(value);
        } else {
            // The first entry of the dynamic table: nothing but the authority was put there.
            block.push(0x80 | 62);
        }
        plain(&mut block, 0, "content-type", "application/grpc");
        plain(&mut block, 0, "te", "trailers");
        if !timeout.is_empty() {
            plain(&mut block, 0, "grpc-timeout", timeout);
        }
        block
    }

    /// Sends one gRPC message, as far as the server's windows allow.
    fn message(&mut self, stream: &mut Stream, message: &[u8]) {
        let mut bytes = vec![0];
        bytes.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
        bytes.extend(message);
        for part in bytes.chunks(MAX_FRAME) {
            let size = i64::try_from(part.len()).unwrap();
            while !stream.ended && (self.window < size || stream.window < size) {
                self.receive(stream);
            }
            if stream.ended {
                stream.answer.early = true;
                return;
            }
            self.window -= size;
            stream.window -= size;
            self.send(DATA, 0, stream.id, part);
        }
    }

    fn finish(&mut self, mut stream: Stream) -> Answer {
        while !stream.ended {
            self.receive(&mut stream);
        }
        stream.answer
    }

    fn receive(&mut self, stream: &mut Stream) {
        let Some(frame) = self.read_frame() else {
            stream.ended = true;
            return;
        };
        let ours = frame.stream == stream.id;
        match frame.kind {
            SETTINGS if frame.flags & 1 == 0 => self.apply_settings(&frame.payload, stream),
            PING if frame.flags & 1 == 0 => self.send(PING, 1, 0, &frame.payload),
            WINDOW_UPDATE => {
                let increment = i64::from(u32::from_be_bytes(frame.payload[..4].try_into().unwrap()));
                if frame.stream == 0 {
                    self.window += increment;
                } else if ours {
                    stream.window += increment;
                }
            }
            HEADERS => {
                let fields = self.decoder.decode(&frame.payload).unwrap();
                if ours {
                    stream.answer.take_headers(&fields);
                    stream.ended |= frame.flags & 1 != 0;
                }
            }
            DATA if ours => {
                stream.answer.body.extend(&frame.payload);
                let size = u32::try_from(frame.payload.len()).unwrap().to_be_bytes();
                if !frame.payload.is_empty() {
                    self.send(WINDOW_UPDATE, 0, 0, &size);
                    self.send(WINDOW_UPDATE, 0, stream.id, &size);
                }
                stream.ended |= frame.flags & 1 != 0;
            }
            RST_STREAM if ours => stream.ended = true,
            GOAWAY if stream.id > u32::from_be_bytes(frame.payload[..4].try_into().unwrap()) => {
                stream.ended = true;
            }
            _ => {}
        }
    }

    fn apply_settings(&mut self, payload: &[u8], stream: &mut Stream) {
        for setting in payload.chunks_exact(6) {
            if setting[..2] == [0, 4] {
                let window = i64::from(u32::from_be_bytes(setting[2..].try_into().unwrap()));
                stream.window += window - self.initial_window;
                self.initial_window = window;
            }
        }
        self.send(SETTINGS, 1, 0, &[]);
    }

    fn read_frame(&mut self) -> Option<Frame> {
        self.flush();
        let mut header = [0; 9];
        self.stream.read_exact(&mut header).ok()?;
        let len = u32::from_be_bytes([0, header[0], header[1], header[2]]);
        let stream = u32::from_be_bytes(header[5..9].try_into().unwrap());
        let mut payload = vec![0; usize::try_from(len).unwrap()];
        self.stream.read_exact(&mut payload).ok()?;
        Some(Frame { kind: header[3], flags: header[4], stream, payload })
    }

    fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        self.pending.extend(&u32::try_from(payload.len()).unwrap().to_be_bytes()[1..]);
        self.pending.extend([kind, flags]);
        self.pending.extend(stream.to_be_bytes());
        self.pending.extend(payload);
        if kind != DATA || self.pending.len() >= WRITE {
            self.flush();
        }
    }

    /// A server that hung up is noticed when nothing can be read any more.
    fn flush(&mut self) {
        let _ = self.stream.write_all(&self.pending);
        self.pending.clear();
    }
}

// === impl Answer ===

impl Answer {
    /// The response message of a call that must have succeeded.
    #[track_caller]
    pub fn decode<M: prost::Message + Default>(&self) -> M {
        assert_eq!((self.code, self.message.as_str()), (Some(0), ""));
        M::decode(&self.body[5..]).unwrap()
    }

    /// The error of a call that must have failed in good order.
    #[track_caller]
    #[must_use]
    pub fn error(&self) -> (u32, &str) {
        assert!(!self.early, "the client was cut off while it was sending: {self:?}");
        (self.code.expect("a status"), &self.message)
    }

    fn take_headers(&mut self, fields: &[(Vec<u8>, Vec<u8>)]) {
        for (name, value) in fields {
            let value = String::from_utf8(value.clone()).unwrap();
            match name.as_slice() {
                b"grpc-status" => self.code = Some(value.parse().unwrap()),
                b"grpc-message" => self.message = percent_decoded(&value),
                _ => {}
            }
        }
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut parts = text.split('%');
    bytes.extend(parts.next().unwrap().as_bytes());
    for part in parts {
        let (digits, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(digits, 16).unwrap());
        bytes.extend(rest.as_bytes());
    }
    String::from_utf8(bytes).unwrap()
}

/// A literal field without indexing; the name is static entry `index`, or spelled out.
fn plain(block: &mut Vec<u8>, index: u8, name: &str, value: &str) {
    block.push(index);
    if index == 0 {
        length(block, name.len(), false);
        block.extend(name.as_bytes());
    }
    length(block, value.len(), false);
    block.extend(value.as_bytes());
}

fn length(block: &mut Vec<u8>, len: usize, huffman: bool) {
    let flag = if huffman { 0x80 } else { 0 };
    if len < 127 {
        block.push(flag | u8::try_from(len).unwrap());
        return;
    }
    block.push(flag | 127);
    let mut rest = len - 127;
    while rest >= 128 {
        block.push(0x80 | u8::try_from(rest % 128).unwrap());
        rest /= 128;
    }
    block.push(u8::try_from(rest).unwrap());
}

/// Huffman codes of at most eight bits: consecutive for each length, which is all that paths need.
fn huffman(text: &str) -> Vec<u8> {
    const SYMBOLS: [(&str, u32, u32); 4] = [
        ("012aceiost", 5, 0),
        (" %-./3456789=A_bdfghlmnpru", 6, 0x14),
        (":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz", 7, 0x5c),
        ("&*,;XZ", 8, 0xf8),
    ];
    let mut bits = String::new();
    for character in text.chars() {
        let code = SYMBOLS.iter().find_map(|(symbols, len, first)| {
            let code = first + u32::try_from(symbols.find(character)?).unwrap();
            Some(format!("{code:0len$b}", len = usize::try_from(*len).unwrap()))
        });
        bits.push_str(&code.unwrap_or_else(|| panic!("`{character}` has no short code")));
    }
    bits.push_str(&"1".repeat((8 - bits.len() % 8) % 8));
    bits.as_bytes()
        .chunks(8)
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect()
}
