//! Entries: as they come, with what would stop them mended, and sealed from foreign fields.

use skein_space::config::{HEADER_FIXED, REF_BYTES, SIG_BYTES};
use skein_space::{ChainId, Entry, EntryHash, EntryRef, Kind, NoteId, ShortHash};

use super::Target;
use crate::bounded::{accepted, bounded};
use crate::cast::{Values, draft, flip, roster, signer};

/// Bytes of memory per byte read: a reference of 40 bytes is 40 in memory, a vector may be twice what
/// it holds, and the payload is copied once.
const FACTOR: u64 = 4;

pub const ENTRY: Target = Target {
    name: "entry",
    run: entry,
    seeds,
    words: &[],
};

fn entry(input: &[u8]) {
    decoded(input);
    decoded(&mended(input));
    sealed(input);
}

fn decoded(bytes: &[u8]) {
    let Ok(entry) = bounded(bytes.len(), FACTOR, || Entry::decode(bytes)) else {
        return;
    };
    accepted();
    assert_eq!(entry.encode(), bytes, "written as it was read");
    let header = entry.header().clone();
    let again = Entry::from_parts(header, entry.payload().to_vec(), *entry.sig());
    assert_eq!(again.as_ref(), Ok(&entry));
    assert!(entry.reference().seq > 0 && entry.reference().hash == entry.hash());
    assert!(
        entry.header().deps.is_sorted(),
        "dependencies have one order"
    );
    let longer = [bytes, &[0]].concat();
    assert!(Entry::decode(&longer).is_err(), "a byte more is refused");
    assert!(
        Entry::decode(&bytes[..bytes.len() - 1]).is_err(),
        "a byte less is refused"
    );
    // Whether it is signed is for whoever it passes on to; here it must only be answered.
    let _ = entry.verify();
}

/// The same bytes with the lengths and the payload's hash that they should have.
fn mended(input: &[u8]) -> Vec<u8> {
    let mut bytes = input.to_vec();
    let Some(count) = bytes.get(4 + HEADER_FIXED - 46..4 + HEADER_FIXED - 44) else {
        return bytes;
    };
    let count = usize::from(u16::from_le_bytes([count[0], count[1]]));
    let header_len = HEADER_FIXED + count * REF_BYTES;
    let Some(payload_len) = bytes.len().checked_sub(4 + header_len + SIG_BYTES) else {
        return bytes;
    };
    let end = 4 + header_len;
    let hash = blake3::hash(&bytes[end..end + payload_len]);
    bytes[..4].copy_from_slice(&(header_len as u32).to_le_bytes());
    bytes[end - 36..end - 32].copy_from_slice(&(payload_len as u32).to_le_bytes());
    bytes[end - 32..end].copy_from_slice(hash.as_bytes());
    bytes
}

fn sealed(input: &[u8]) {
    let mut values = Values(input);
    let which = values.number();
    let kind = Kind::from_code(values.byte());
    let mut draft = draft(kind);
    draft.seq = values.number() >> (values.byte() % 64);
    draft.prev = EntryHash([values.byte(); 32]);
    draft.note = NoteId([values.byte(); 16]);
    draft.session = values.number() >> (values.byte() % 64);
    draft.wall_ms = values.number() as i64;
    for _ in 0..values.byte() % 8 {
        draft.deps.push(EntryRef {
            chain: ChainId([values.byte(); 16]),
            seq: values.number() >> 32,
            hash: ShortHash([values.byte(); 16]),
        });
    }
    let Ok(entry) = Entry::seal(signer(), draft, values.0.to_vec()) else {
        return;
    };
    accepted();
    let mut bytes = entry.encode();
    assert_eq!(
        Entry::decode(&bytes).as_ref(),
        Ok(&entry),
        "what is sealed is read"
    );
    assert_eq!(entry.verify(), Ok(()));
    flip(&mut bytes, which);
    if let Ok(changed) = Entry::decode(&bytes) {
        assert!(
            changed.verify().is_err(),
            "a changed bit passed the signature"
        );
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = [
        include_bytes!("../../../data/golden/entries/edit.bin").as_slice(),
        include_bytes!("../../../data/golden/entries/found-recovery.bin"),
        include_bytes!("../../../data/golden/entries/lower.bin"),
        include_bytes!("../../../data/golden/entries/session.bin"),
        include_bytes!("../../../data/golden/entries/unknown-kind.bin"),
    ]
    .map(<[u8]>::to_vec)
    .to_vec();
    seeds.extend(roster().iter().map(Entry::encode));
    // Fields of an entry that is sealed here: a session, then an edit of it with two dependencies.
    let session = [
        &[0; 8][..],
        &[2],
        &[1, 0, 0, 0, 0, 0, 0, 0, 0],
        &[0, 4],
        &[0; 9],
        &[0; 9],
        &[7; 16],
    ];
    seeds.push(session.concat());
    let dep = |chain: u8| [&[chain][..], &[0, 0, 0, 0, 9, 0, 0, 0], &[3]].concat();
    let edit = [
        &[0; 8][..],
        &[3],
        &[2, 0, 0, 0, 0, 0, 0, 0, 0],
        &[6, 4],
        &[1, 0, 0, 0, 0, 0, 0, 0, 0],
    ];
    seeds.push(
        [
            edit.concat(),
            vec![0; 8],
            vec![2],
            dep(1),
            dep(2),
            b"payload".to_vec(),
        ]
        .concat(),
    );
    seeds
}
