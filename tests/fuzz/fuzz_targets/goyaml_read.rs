//! Any bytes are read or refused: as events, as values, as JSON and as the head of a manifest, in memory in
//! proportion to them.
#![no_main]

use fuzz::Budget;
use goyaml::sigs::{self, Target};
use goyaml::{Dialect, EventKind, Head, Input, Parser, Values, json, v2, v3};
use libfuzzer_sys::fuzz_target;

const PARSE: Budget = Budget { fixed: 64 << 10, per_byte: 1 << 10 };
const DECODE: Budget = Budget { fixed: 64 << 10, per_byte: 4 << 10 };

fuzz_target!(|bytes: &[u8]| {
    for dialect in [Dialect::V2, Dialect::V3] {
        PARSE.check(bytes.len(), || events(bytes, dialect));
    }
    for document in sigs::documents(bytes).flatten() {
        // The reader ends the last line.
        assert!(document.len() <= bytes.len() + 1);
    }
    let decode = || {
        let _ = sigs::decode(bytes, Target::Any, &mut Values).map_err(|error| error.to_string());
        let _ = Head::decode(bytes, "releaseutil.SimpleHead").map_err(|error| error.to_string());
        let _ = v2::decode(bytes).map_err(|error| error.to_string());
        let _ = v3::decode(bytes).map_err(|error| error.to_string());
        let _ = json::decode(bytes, Target::Any, &mut Values).map_err(|error| error.to_string());
    };
    // With aliases, values may be larger than their text; go-yaml's limits hold for them.
    if bytes.contains(&b'*') { decode() } else { DECODE.check(bytes.len(), decode) }
});

/// Reads all events: collections close, and there are not many more than bytes.
fn events(bytes: &[u8], dialect: Dialect) {
    let input = Input::new(bytes);
    let mut parser = Parser::new(&input, dialect);
    let (mut depth, mut count) = (0_usize, 0_usize);
    loop {
        let event = match parser.next_event() {
            Ok(Some(event)) => event,
            Ok(None) => break assert_eq!(depth, 0),
            Err(error) => break assert!(error.to_string().starts_with("yaml: ")),
        };
        count += 1;
        assert!(count <= 8 * bytes.len() + 8, "{count} events");
        match event.kind {
            EventKind::SequenceStart(_) | EventKind::MappingStart(_) => depth += 1,
            EventKind::SequenceEnd | EventKind::MappingEnd => depth -= 1,
            _ => {}
        }
    }
}
