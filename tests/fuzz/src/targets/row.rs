//! Rows of the database behind their check: `table ‖ version ‖ body`.

use skein_space::Entry;
use skein_store::reread;

use super::Target;
use crate::bounded::{accepted, bounded};

/// Bytes of memory per byte read: a text of one byte is a string of 24 and its own memory, in a vector
/// that may be twice what it holds.
const FACTOR: u64 = 128;

pub const ROW: Target = Target {
    name: "row",
    run,
    seeds,
    words: &[],
};

const TABLES: [&str; 15] = [
    "meta",
    "spaces",
    "chains",
    "chain_ids",
    "entries",
    "by_note",
    "roster",
    "snapshots",
    "notes",
    "secrets",
    "tickets",
    "quarantine",
    "drafts",
    "local",
    "peers",
];

fn run(input: &[u8]) {
    let Some((&which, body)) = input.split_first() else {
        return;
    };
    let table = TABLES[usize::from(which) % TABLES.len()];
    tried(table, body);
    if table == "snapshots" {
        tried(table, &mended(body));
    }
}

fn tried(table: &str, body: &[u8]) {
    let Some(written) = bounded(body.len(), FACTOR, || reread(table, body)) else {
        return;
    };
    accepted();
    // A number may be spelled longer, a chain by its id: what is written has one spelling.
    assert!(written.len() <= body.len(), "{table}: it became longer");
    assert_eq!(
        reread(table, &written).as_ref(),
        Some(&written),
        "{table}: what is written is read"
    );
    if !["meta", "local", "quarantine", "entries"].contains(&table) {
        let longer = [body, &[0]].concat();
        assert!(
            reread(table, &longer).is_none(),
            "{table}: a byte more is refused"
        );
    }
}

/// A snapshot that ends in `hash ‖ 16 bytes of state`, with the hash that it should have.
fn mended(body: &[u8]) -> Vec<u8> {
    const STATE: usize = 16;
    let mut bytes = body.to_vec();
    if let Some(at) = bytes.len().checked_sub(STATE + 32) {
        let hash = blake3::hash(&bytes[at + 32..]);
        bytes[at..at + 32].copy_from_slice(hash.as_bytes());
    }
    bytes
}

fn seeds() -> Vec<Vec<u8>> {
    let number = |table: &str| {
        TABLES
            .iter()
            .position(|name| *name == table)
            .expect("a table") as u8
    };
    let text = |text: &str| [vec![text.len() as u8], text.as_bytes().to_vec()].concat();
    let reference = [vec![1, 3], vec![7; 16]].concat();
    let far = [vec![0], vec![9; 16], vec![1], vec![7; 16]].concat();
    let references = [vec![2], reference.clone(), far].concat();
    let seed = |table: &str, body: Vec<u8>| {
        assert!(
            reread(table, &body).is_some(),
            "{table}: the seed does not read"
        );
        [vec![number(table)], body].concat()
    };
    let note = [
        vec![1],
        text("Titel"),
        text("…"),
        vec![1],
        text("f"),
        vec![2],
        text("a"),
        text(""),
        vec![1, 0, 3, 9, 4, 1],
        references.clone(),
        vec![1, 1, 3],
        vec![0, 1, 1],
    ];
    let graph = [
        vec![1, 0, 1],
        vec![5; 32],
        vec![3, 1, 9, 1],
        text("too deep"),
        references.clone(),
    ];
    let state = vec![6; 16];
    let snapshot = [
        vec![1, 1, 1, 2, 3],
        references,
        vec![16],
        blake3::hash(&state).as_bytes().to_vec(),
        state,
    ];
    let ticket = [
        vec![1],
        vec![1; 16],
        vec![2; 16],
        vec![3; 32],
        vec![2, 200, 1, 90, 1],
        vec![8; 32],
    ];
    let draft = [
        vec![1],
        vec![2; 16],
        vec![3; 16],
        vec![1],
        text("update"),
        text("Text"),
        text("too deep"),
    ];
    let peer = [
        vec![1],
        vec![4; 32],
        vec![2],
        text("10.0.0.1:1"),
        vec![5],
        text(""),
        vec![9],
    ];
    let chain = [
        vec![1, 0],
        vec![2; 32],
        vec![3; 16],
        vec![1, 0, 0, 1, 5],
        vec![5; 32],
    ];
    vec![
        seed("notes", note.concat()),
        seed("by_note", graph.concat()),
        seed("snapshots", snapshot.concat()),
        seed("tickets", ticket.concat()),
        seed("drafts", draft.concat()),
        seed("peers", peer.concat()),
        seed("chains", chain.concat()),
        seed("spaces", [vec![1], vec![1; 32]].concat()),
        seed("secrets", [vec![1], vec![1; 32]].concat()),
        seed("roster", vec![1, 200, 1, 7]),
        seed("chain_ids", vec![1, 0, 0]),
        seed("local", b"\x01anything".to_vec()),
        seed("entries", entry()),
    ]
}

/// The row of a Session entry: what its header does not get from chain and key.
fn entry() -> Vec<u8> {
    let golden = include_bytes!("../../../data/golden/entries/session.bin");
    let entry = Entry::decode(golden).expect("golden");
    [
        vec![1, 2],
        vec![4; 16],
        vec![0],
        vec![0; 32],
        vec![0],
        vec![2],
        vec![16],
        blake3::hash(entry.payload()).as_bytes().to_vec(),
        entry.sig().to_vec(),
        entry.payload().to_vec(),
    ]
    .concat()
}
