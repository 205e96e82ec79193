//! What a client says on the control socket, and addresses as people and admissions write them.

use skein_app::config::CONTROL_FRAME_BYTES;
use skein_app::control::{CatFormat, FrameError, Request, read_frame};

use super::Target;
use crate::bounded::{accepted, bounded};

/// Bytes of memory per byte of JSON: a list of empty lists, kept until the tag is known, takes 32 for
/// every two or three, in vectors that may be twice what they hold and are copied as they grow.
const FACTOR: u64 = 128;

pub const CONTROL: Target = Target {
    name: "control",
    run,
    seeds,
    words: &[
        b"{\"ask\":\"",
        b"\"note_edit\"",
        b"\"note_cat\"",
        b"\"verify\"",
        b"\"space_invite\"",
        b"null",
        b"true",
        b"\"at\":",
        b"1e999",
        b"-0",
        b"\\u0000",
        b"\\ud800",
        b"[[[[[[[[[[[[[[[[",
        b"18446744073709551616",
    ],
};

pub const ADDRESS: Target = Target {
    name: "address",
    run: address,
    seeds: addresses,
    words: &[
        b"/ip4/",
        b"/ip6/",
        b"/ip6zone/",
        b"/tcp/",
        b"::ffff:",
        b"%",
        b"]:",
        b"65535",
        b"4294967296",
    ],
};

fn run(input: &[u8]) {
    // Frames of a connection, one after another.
    let mut rest = input;
    loop {
        let before = rest;
        match super::block_on(read_frame(&mut rest)) {
            Ok(Some(json)) => {
                assert_eq!(before[..4], (json.len() as u32).to_le_bytes());
                assert_eq!(before.len() - rest.len(), 4 + json.len());
                request(&json);
            }
            Ok(None) => break assert!(before.is_empty()),
            Err(FrameError::TooLong(length)) => break assert!(length > CONTROL_FRAME_BYTES),
            Err(FrameError::Broken(_)) => break assert!(rest.is_empty()),
            Err(FrameError::Malformed(error)) => panic!("a frame has no form: {error}"),
        }
    }
    request(input);
}

fn request(json: &[u8]) {
    let Ok(request) = bounded(json.len(), FACTOR, || {
        serde_json::from_slice::<Request>(json)
    }) else {
        return;
    };
    accepted();
    let written = serde_json::to_vec(&request).expect("a request is written");
    let again: Request = serde_json::from_slice(&written).expect("what is written is read");
    assert_eq!(again, request);
}

fn seeds() -> Vec<Vec<u8>> {
    let note = || "0123456789abcdef".to_owned();
    let requests = [
        Request::NoteEdit {
            note: note(),
            at: 3,
            delete: 1,
            insert: "ü\n\"".into(),
        },
        Request::NoteCat {
            note: note(),
            format: CatFormat::Json,
        },
        Request::NoteNew {
            space: None,
            title: Some("T".into()),
            markdown: Some("# x".into()),
        },
        Request::SpaceJoin {
            ticket: "SKEIN1-AB".into(),
            wait_ms: 5_000,
        },
        Request::WaitHeadsEqual {
            peers: Some(2),
            timeout_ms: 1,
        },
        Request::SpaceList,
    ];
    let json = requests.map(|request| serde_json::to_vec(&request).expect("a request"));
    let frame = |json: &Vec<u8>| [&(json.len() as u32).to_le_bytes()[..], json].concat();
    let mut seeds = json.to_vec();
    seeds.push(br#"{"ask":"space_invite","space":null,"role":"editor","minutes":10}"#.to_vec());
    seeds.push(json[..3].iter().flat_map(frame).collect());
    seeds
}

fn address(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let Ok(address) = bounded(text.len(), 16, || skein_app::parse_address(&text)) else {
        return;
    };
    accepted();
    // As a person would type it again.
    assert_eq!(
        skein_app::parse_address(&address.to_string()).ok(),
        Some(address)
    );
}

fn addresses() -> Vec<Vec<u8>> {
    let texts = [
        "/ip4/192.168.1.7/tcp/41234",
        "/ip6zone/3/ip6/fe80::1/tcp/9",
        "/ip6/2001:db8::1/tcp/4001",
        " 1.2.3.4:5\n",
        "[::1]:5",
        "[fe80::1%7]:9",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}
