//! Looks for a way out: environment, arguments, files, sockets, names, clocks, randomness.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::io::Read as _;
use std::time::{Instant, SystemTime};

use sdk::{Capabilities, Failure, Request};

programs::plugin!("probing", Capabilities::empty());

fn generate(_: &Request) -> Result<Vec<String>, Failure> {
    let mut input = String::new();
    let found = [
        format!("environment: {}", std::env::vars().count()),
        format!("arguments: {}", std::env::args().count()),
        format!("stdin: {:?}", std::io::stdin().read_to_string(&mut input).unwrap_or_default()),
        format!("root: {}", std::fs::read_dir("/").is_ok()),
        format!("here: {}", std::fs::read_dir(".").is_ok()),
        format!("passwd: {}", std::fs::read("/etc/passwd").is_ok()),
        format!("write: {}", std::fs::write("/tmp/probe", "x").is_ok()),
        format!("connect: {}", std::net::TcpStream::connect("127.0.0.1:22").is_ok()),
        format!("listen: {}", std::net::TcpListener::bind("127.0.0.1:0").is_ok()),
        format!("udp: {}", std::net::UdpSocket::bind("127.0.0.1:0").is_ok()),
        format!("names: {}", std::net::ToSocketAddrs::to_socket_addrs("localhost:80").is_ok()),
        format!("time: {}", since_epoch()),
        format!("elapsed: {}", Instant::now().elapsed().as_nanos()),
        format!("hash: {}", RandomState::new().hash_one("x")),
        format!("random: {:?}", wasip2::random::random::get_random_bytes(8)),
    ];
    Ok(found.to_vec())
}

fn since_epoch() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs())
}
