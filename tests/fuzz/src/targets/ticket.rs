//! Tickets as bytes and as pasted text, and sealed gossip.

use skein_space::config::{MAX_GOSSIP, MAX_TICKET_ADDRESSES};
use skein_space::gossip::NONCE_BYTES;
use skein_space::{GossipError, GossipKey, SpaceSecret, Ticket, TicketError, TicketSecret};
use std::sync::OnceLock;

use super::Target;
use crate::bounded::{accepted, bounded};
use crate::cast::{Values, flip, root, secret, space};

pub const TICKET: Target = Target {
    name: "ticket",
    run,
    seeds,
    words: &[
        b"SKEIN1-",
        b"SKEIN2-",
        b"-",
        " \u{2011}".as_bytes(),
        b"\r\n",
    ],
};

pub const GOSSIP: Target = Target {
    name: "gossip",
    run: gossip,
    seeds: gossip_seeds,
    words: &[],
};

/// The ticket that the exchanges of the pairing target are about.
pub(super) fn ticket() -> Ticket {
    Ticket {
        space: space(),
        inviter: root(1).device_key(),
        secret: TicketSecret::new([4; 32]),
        expiry_s: 1_800_000_000,
        addresses: vec![
            "192.0.2.1:4000".parse().expect("an address"),
            "[fe80::1]:4001".parse().expect("an address"),
        ],
    }
}

fn run(input: &[u8]) {
    decoded(input);
    decoded(&mended(input));
    if let Ok(text) = std::str::from_utf8(input) {
        pasted(text);
    }
}

fn decoded(bytes: &[u8]) {
    let Ok(ticket) = bounded(bytes.len(), 4, || Ticket::decode(bytes)) else {
        return;
    };
    accepted();
    assert!(ticket.addresses.len() <= MAX_TICKET_ADDRESSES);
    assert_eq!(
        ticket.encode().as_deref(),
        Ok(bytes),
        "written as it was read"
    );
    let text = ticket.text().expect("what is encoded is shown");
    assert_eq!(text.parse().as_ref(), Ok(&ticket));
    let spoiled = text.to_lowercase().replace('-', " \u{2013}\n");
    assert_eq!(
        spoiled.parse(),
        Ok(ticket),
        "as mail and chat would show it"
    );
}

/// The same bytes with the checksum that they should have.
fn mended(input: &[u8]) -> Vec<u8> {
    let body = &input[..input.len().saturating_sub(4)];
    [body, &blake3::hash(body).as_bytes()[..4]].concat()
}

fn pasted(text: &str) {
    match bounded(text.len(), 8, || text.parse::<Ticket>()) {
        Ok(ticket) => {
            accepted();
            let again = ticket.text().expect("what was read is shown");
            assert_eq!(again.parse(), Ok(ticket));
        }
        Err(error) => assert_ne!(error, TicketError::TooManyAddresses, "that is for writers"),
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let mut bare = ticket();
    bare.addresses.clear();
    let bytes = |ticket: &Ticket| ticket.encode().expect("a ticket");
    vec![
        bytes(&ticket()),
        bytes(&bare),
        ticket().text().expect("a ticket").into_bytes(),
        include_bytes!("../../../data/golden/ticket/ticket.bin").to_vec(),
        include_bytes!("../../../data/golden/ticket/ticket.txt").to_vec(),
    ]
}

fn keys() -> &'static [GossipKey; 2] {
    static KEYS: OnceLock<[GossipKey; 2]> = OnceLock::new();
    KEYS.get_or_init(|| {
        [
            secret().gossip_key(),
            SpaceSecret::new([3; 32]).gossip_key(),
        ]
    })
}

fn gossip(input: &[u8]) {
    let [ours, other] = keys();
    let opened = bounded(input.len(), 4, || ours.open(input));
    assert!(
        opened.is_err() || input == sealed_seed(),
        "only a member's message opens"
    );
    let mut values = Values(input);
    let (which, nonce) = (values.number(), values.array::<NONCE_BYTES>());
    match ours.seal(nonce, values.0) {
        Ok(mut sealed) => {
            accepted();
            assert!(sealed.len() <= MAX_GOSSIP);
            assert_eq!(ours.open(&sealed).as_deref(), Ok(values.0));
            assert_eq!(other.open(&sealed), Err(GossipError::NotOurs));
            flip(&mut sealed, which);
            assert_eq!(
                ours.open(&sealed),
                Err(GossipError::NotOurs),
                "a changed bit opened"
            );
        }
        Err(error) => assert_eq!(error, GossipError::TooLarge),
    }
}

fn sealed_seed() -> Vec<u8> {
    keys()[0]
        .seal([5; NONCE_BYTES], b"a member's message")
        .expect("it fits")
}

fn gossip_seeds() -> Vec<Vec<u8>> {
    vec![
        sealed_seed(),
        vec![0; 8 + NONCE_BYTES],
        b"a message of eight, twenty-four and some bytes".to_vec(),
    ]
}
