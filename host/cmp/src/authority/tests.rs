use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// `home%2Fargocd%2Fcmp-server%2Fplugins%2Fhelm.sock`, as grpc-go's Huffman coder writes it.
const CODED: &str = "9cf49551611d931c922a2c24a6b5905b3b96c54586ba2d98d52151619cb452ba0e4ebf";
/// The same with each `%` as `-`.
const CODED_CLEAN: &str = "9cf49561611d931c922c2c24a6b5905b3b96c58586ba2d98d52161619cb452ba0e4ebf";

fn frame(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = u32::try_from(payload.len()).unwrap().to_be_bytes()[1..].to_vec();
    frame.extend([kind, flags, 0, 0, 0, 1]);
    frame.extend(payload);
    frame
}

/// A literal field with the name of static entry `index`.
fn literal(first: u8, huffman: bool, value: &[u8]) -> Vec<u8> {
    let mut field = vec![first, u8::try_from(value.len()).unwrap() | u8::from(huffman) << 7];
    field.extend(value);
    field
}

/// What comes out of a filter that is fed with `pieces`.
async fn filtered(pieces: &[&[u8]]) -> Vec<u8> {
    let (mut client, server) = tokio::io::duplex(64);
    let pieces: Vec<Vec<u8>> = pieces.iter().map(|piece| piece.to_vec()).collect();
    let writing = tokio::spawn(async move {
        for piece in pieces {
            client.write_all(&piece).await.unwrap();
            tokio::task::yield_now().await;
        }
    });
    let mut output = Vec::new();
    AuthorityFilter::new(server).read_to_end(&mut output).await.unwrap();
    writing.await.unwrap();
    output
}

/// Sends a block of headers, in one frame and in many reads, and looks at what becomes of it.
#[track_caller]
fn check(block: &[u8], expected: &[u8]) {
    assert_eq!(block.len(), expected.len(), "a test must keep the length too");
    let wrap = |block| [PREFACE, &frame(4, 0, &[]), &frame(1, 4, block), &frame(0, 1, b"a/%")].concat();
    let (input, expected) = (wrap(block), wrap(expected));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let whole = runtime.block_on(filtered(&[&input]));
    assert_eq!(hex::encode(whole), hex::encode(&expected));
    let bytes: Vec<&[u8]> = input.chunks(1).collect();
    let bytewise = runtime.block_on(filtered(&bytes));
    assert_eq!(hex::encode(bytewise), hex::encode(&expected), "byte by byte");
}

#[test]
fn a_coded_authority_is_cleaned() {
    let (coded, clean) = (hex::decode(CODED).unwrap(), hex::decode(CODED_CLEAN).unwrap());
    for first in [0x41, 0x01, 0x11] {
        check(&literal(first, true, &coded), &literal(first, true, &clean));
    }
}

#[test]
fn a_plain_authority_is_cleaned() {
    let cases: [(&[u8], &[u8]); 4] = [
        (b"home%2Fargocd%2Fhelm.sock", b"home-2Fargocd-2Fhelm.sock"),
        (b"%2Fhome%2Fargocd", b"-2Fhome-2Fargocd"),
        (b"/home/argocd/a_b.sock", b"-home-argocd-a_b.sock"),
        (b"localhost", b"localhost"),
    ];
    for (authority, clean) in cases {
        check(&literal(0x41, false, authority), &literal(0x41, false, clean));
    }
}

#[test]
fn an_authority_with_its_name_spelled_out_is_cleaned() {
    let plain =
        |value: &[u8]| [&literal(0x40, false, b":authority")[..], &literal(0, false, value)[1..]].concat();
    check(&plain(b"a/b"), &plain(b"a-b"));
    let coded = hex::decode("b83b5339ec327d7f").unwrap();
    let coded = |value: &[u8]| [&literal(0x40, true, &coded)[..], &literal(0, false, value)[1..]].concat();
    check(&coded(b"a%b"), &coded(b"a-b"));
}

#[test]
fn other_fields_are_left_alone() {
    let path = literal(0x44, false, b"/plugin.ConfigManagementPluginService/GenerateManifest");
    let long =
        literal(0x0f, false, b"").split_first().map(|(first, _)| [*first, 0x10, 0x03, b'%', b'/', b'?']);
    let block = [&[0x83, 0x86, 0x3f, 0xe1, 0x1f][..], &path, &long.unwrap()].concat();
    check(&block, &block);
}

#[test]
fn fields_after_and_before_are_still_found() {
    let around = |value: &[u8]| {
        let path = literal(0x44, false, b"/a/%2F");
        [&[0x83][..], &path, &literal(0x41, false, value), &path, &literal(0x01, false, value), &[0xbe]]
            .concat()
    };
    check(&around(b"x/y"), &around(b"x-y"));
}

#[test]
fn a_malformed_block_passes_as_it_is() {
    for block in
        [&[0x41][..], &[0x41, 0x7f], &[0x41, 0x05, b'/'], &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]]
    {
        check(block, block);
    }
}

#[tokio::test]
async fn a_block_in_several_frames_with_padding_and_priority_is_cleaned() {
    let clean = |value: &[u8]| {
        let field = literal(0x41, false, value);
        let (start, end) = field.split_at(4);
        let padded = [&[3][..], &[0; 5], start, &[0; 3]].concat();
        [PREFACE, &frame(1, 0x28, &padded), &frame(9, 0, &end[..1]), &frame(9, 4, &end[1..])].concat()
    };
    let input = clean(b"home/argocd%2F");
    assert_eq!(filtered(&[&input]).await, clean(b"home-argocd-2F"));
    let (first, second) = input.split_at(40);
    assert_eq!(filtered(&[first, second]).await, clean(b"home-argocd-2F"));
}

#[tokio::test]
async fn headers_without_an_end_are_refused() {
    let mut input = PREFACE.to_vec();
    for _ in 0..5 {
        input.extend(frame(1, 0, &[0; 16_000]));
    }
    let mut output = Vec::new();
    let error = AuthorityFilter::new(&input[..]).read_to_end(&mut output).await.unwrap_err();
    assert_eq!(error.to_string(), "request headers of more than 65536 bytes");
}

#[tokio::test]
async fn what_is_cut_off_passes_as_it_is() {
    let input = [PREFACE, &frame(1, 4, &literal(0x41, false, b"a/b"))[..12]].concat();
    assert_eq!(filtered(&[&input]).await, input);
}

#[test]
fn no_block_is_too_strange() {
    let mut state = 1_u64;
    let mut byte = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    for len in 0..20_000 {
        // Half of the blocks start with an authority.
        let mut block: Vec<u8> = (0..len % 64).map(|_| byte()).collect();
        if let Some(first) = block.first_mut().filter(|_| len % 2 == 0) {
            *first = 0x41;
        }
        let before = block.len();
        hpack::clean_authority(&mut block);
        assert_eq!(block.len(), before);
        let once = block.clone();
        hpack::clean_authority(&mut block);
        assert_eq!(block, once, "what is clean stays as it is");
    }
}
