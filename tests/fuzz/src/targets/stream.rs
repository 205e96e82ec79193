//! The framing of streams and of pairings: bytes as a socket gives them.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::AsyncRead;
use skein_net::config::{ENTRY_FRAME_MAX_BYTES, ENTRY_KIND, FRAME_MAX_BYTES, PAIR_FRAME_MAX_BYTES};
use skein_net::{StreamEnd, foreign};

use super::Target;
use crate::bounded::{accepted, bounded};

/// Memory beside the bytes themselves: a body grows by 64 KiB at a time, and for a moment stands there
/// twice.
const GROWTH: usize = 3 * 64 * 1024;

pub const STREAM: Target = Target {
    name: "stream",
    run,
    seeds,
    words: &[
        &[0, 0, 4, 0, 1],
        &[1, 0, 4, 0, 1],
        &[0, 0, 17, 0, 4],
        &[1, 0, 17, 0, 4],
        &[0, 32, 0, 0],
    ],
};

/// A socket that gives so many bytes at a time and is then closed.
struct Dribble<'a> {
    rest: &'a [u8],
    at_once: usize,
}

impl AsyncRead for Dribble<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        out: &mut [u8],
    ) -> Poll<std::io::Result<usize>> {
        let count = out.len().min(self.at_once).min(self.rest.len());
        let (now, rest) = self.rest.split_at(count);
        out[..count].copy_from_slice(now);
        self.rest = rest;
        Poll::Ready(Ok(count))
    }
}

fn run(input: &[u8]) {
    let Some((&at_once, bytes)) = input.split_first() else {
        return;
    };
    let at_once = 1 + usize::from(at_once);
    let allowed = bytes.len() + GROWTH;
    bounded(allowed, 2, || frames(bytes, at_once));
    bounded(allowed, 2, || messages(bytes, at_once));
}

fn frames(bytes: &[u8], at_once: usize) {
    let mut socket = Dribble {
        rest: bytes,
        at_once,
    };
    loop {
        let at = bytes.len() - socket.rest.len();
        let head = bytes[at..].split_first_chunk::<5>();
        match super::block_on(foreign::frame(&mut socket)) {
            Ok((kind, body)) => {
                accepted();
                let read = bytes.len() - socket.rest.len() - at;
                assert_eq!(read, 5 + body.len(), "a frame is its head and its body");
                assert_eq!(bytes[at..at + 4], (1 + body.len() as u32).to_le_bytes());
                assert_eq!(
                    (bytes[at + 4], &bytes[at + 5..at + read]),
                    (kind, &body[..])
                );
            }
            Err(StreamEnd::ClosedByPeer) => return assert_eq!(at, bytes.len(), "between frames"),
            Err(StreamEnd::BadLength { length }) => {
                let (head, _) = head.expect("a whole head");
                let most = if head[4] == ENTRY_KIND {
                    ENTRY_FRAME_MAX_BYTES
                } else {
                    FRAME_MAX_BYTES
                };
                return assert!(length == 0 || length as usize > most);
            }
            Err(StreamEnd::Lost) => return assert!(socket.rest.is_empty(), "within a frame"),
            Err(other) => panic!("a closed socket ended with {other:?}"),
        }
    }
}

fn messages(bytes: &[u8], at_once: usize) {
    let mut socket = Dribble {
        rest: bytes,
        at_once,
    };
    loop {
        let at = bytes.len() - socket.rest.len();
        let length = bytes[at..]
            .first_chunk::<4>()
            .map(|head| u32::from_le_bytes(*head) as usize);
        match super::block_on(foreign::pairing_message(&mut socket, PAIR_FRAME_MAX_BYTES)) {
            Ok(Some(message)) => {
                accepted();
                assert_eq!(Some(message.len()), length);
                assert_eq!(message, bytes[at + 4..at + 4 + message.len()]);
            }
            Ok(None) => return assert!(length.is_some_and(|length| length > PAIR_FRAME_MAX_BYTES)),
            Err(_) => return assert!(socket.rest.is_empty(), "within a message or at the end"),
        }
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let frame = |kind: u8, body: &[u8]| {
        [&(1 + body.len() as u32).to_le_bytes()[..], &[kind], body].concat()
    };
    let message = |body: &[u8]| [&(body.len() as u32).to_le_bytes()[..], body].concat();
    vec![
        [vec![0], frame(7, b""), frame(3, &[1; 40])].concat(),
        [
            vec![255],
            frame(1, &[2; 120]),
            frame(5, &[3; 32]),
            vec![9, 0],
        ]
        .concat(),
        [
            vec![15],
            (FRAME_MAX_BYTES as u32).to_le_bytes().to_vec(),
            vec![2; 300],
        ]
        .concat(),
        [
            vec![15],
            (FRAME_MAX_BYTES as u32 + 1).to_le_bytes().to_vec(),
            vec![2; 30],
        ]
        .concat(),
        [
            vec![63],
            (ENTRY_FRAME_MAX_BYTES as u32).to_le_bytes().to_vec(),
            vec![ENTRY_KIND; 300],
        ]
        .concat(),
        [vec![7], message(&[1; 33]), message(&[2; 200]), message(b"")].concat(),
        [
            vec![7],
            (PAIR_FRAME_MAX_BYTES as u32 + 1).to_le_bytes().to_vec(),
            vec![1; 9],
        ]
        .concat(),
    ]
}
