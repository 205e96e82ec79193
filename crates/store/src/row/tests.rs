//! Every row comes back as it went, and nothing else passes for one.

use skein_space::{
    ChainId, DeviceKey, EntryHash, EntryRef, Incarnation, Kind, Log, NoteId, Role, ShortHash,
    SpaceId, TicketId, TransportKey,
};

use super::*;
use crate::row::held::{BytesBody, SecretBody};

/// One chain has an index, others have none.
const KNOWN: ChainId = ChainId([1; 16]);

fn indexed(chain: ChainId) -> Option<u32> {
    (chain == KNOWN).then_some(300)
}

fn named(index: u32) -> Result<ChainId, RowError> {
    (index == 300).then_some(KNOWN).ok_or(RowError("unknown"))
}

fn reference(chain: ChainId, seq: u64) -> EntryRef {
    EntryRef {
        chain,
        seq,
        hash: ShortHash([7; 16]),
    }
}

/// Encodes, decodes, compares; then holds every shorter and every changed encoding against it.
fn tried<R: Row + PartialEq + std::fmt::Debug>(row: &R) {
    let body = row.encode(&indexed);
    assert_eq!(R::decode(&body, &named).as_ref(), Ok(row));
    for len in 0..body.len() {
        assert_ne!(R::decode(&body[..len], &named).as_ref(), Ok(row));
    }
    let mut longer = body.clone();
    longer.push(0);
    assert_ne!(R::decode(&longer, &named).as_ref(), Ok(row));

    let stored = seal("table", b"key", body.clone());
    assert_eq!(unseal("table", b"key", &stored), Ok(&body[..]));
    assert!(unseal("table", b"kez", &stored).is_err());
    assert!(unseal("tablf", b"key", &stored).is_err());
    for at in 0..stored.len() {
        let mut flipped = stored.clone();
        flipped[at] ^= 1;
        assert!(unseal("table", b"key", &flipped).is_err(), "byte {at}");
        assert!(
            unseal("table", b"key", &stored[..at]).is_err(),
            "{at} bytes"
        );
    }
}

#[test]
fn chains_and_spaces_come_back() {
    tried(&SpaceRow {
        space: SpaceId([1; 16]),
        incarnation: Incarnation([2; 16]),
        left: false,
    });
    let left = SpaceRow {
        space: SpaceId([1; 16]),
        incarnation: Incarnation([2; 16]),
        left: true,
    };
    tried(&left);
    // As it was written before a space could be left.
    let inside = SpaceRow {
        left: false,
        ..left
    };
    assert_eq!(inside.encode(&indexed)[0], 1);
    assert_eq!(left.encode(&indexed)[0], 2);
    assert_eq!(inside.encode(&indexed)[1..], left.encode(&indexed)[1..]);
    tried(&ChainBody {
        space: u32::MAX,
        device: DeviceKey([3; 32]),
        incarnation: Incarnation([4; 16]),
        log: Log::Notes,
        branch: 3,
        parent: 7,
        fork_seq: 1 << 40,
        tip_seq: u64::MAX,
        tip_hash: EntryHash([5; 32]),
    });
}

#[test]
fn graph_and_roster_rows_come_back() {
    for refused in [None, Some("zu groß".to_owned())] {
        tried(&GraphBody {
            chain: 300,
            seq: 1,
            hash: EntryHash([5; 32]),
            kind: Kind::Other(200),
            session: 127,
            end_clock: 128,
            refused,
            deps: vec![reference(KNOWN, 1), reference(ChainId([9; 16]), u64::MAX)],
        });
    }
    tried(&LogBody { chain: 0, seq: 0 });
}

#[test]
fn note_rows_come_back() {
    tried(&NoteRow::default());
    let states = [
        NoteState::Ok,
        NoteState::Waiting,
        NoteState::ReadOnly,
        NoteState::Broken,
    ];
    for state in states {
        tried(&NoteRow {
            title: "Titel".into(),
            preview: "…".into(),
            folder: Some(String::new()),
            tags: vec!["a".into(), String::new()],
            pinned: true,
            trashed: true,
            words: 3,
            len_utf16: 9,
            modified_ms: i64::MIN,
            state,
            frontier: vec![reference(KNOWN, 3)],
            tips: vec![(KNOWN, 3), (ChainId([9; 16]), 1)],
            set_aside: u32::MAX,
            refused: 1,
            summary_stale: true,
        });
    }
}

#[test]
fn snapshots_come_back_and_their_parts_must_belong_together() {
    let snapshot = |byte| SnapshotBody {
        covers: vec![(KNOWN, 1, 2), (ChainId([9; 16]), 3, 4)],
        frontier: vec![reference(KNOWN, 2)],
        state: vec![byte; 200],
    };
    tried(&snapshot(1));
    let (mut one, two) = (snapshot(1).encode(&indexed), snapshot(2).encode(&indexed));
    let half = one.len() - 50;
    one.truncate(half);
    one.extend_from_slice(&two[half..]);
    assert!(SnapshotBody::decode(&one, &named).is_err());
    assert!(join([(0, vec![1]), (2, vec![3])]).is_err());
}

#[test]
fn small_rows_come_back() {
    for bound in [None, Some(DeviceKey([8; 32]))] {
        tried(&TicketRow {
            ticket: TicketId([1; 16]),
            space: SpaceId([2; 16]),
            secret: [3; 32],
            role: Role::Viewer,
            expiry_s: u64::MAX,
            port: u16::MAX,
            bound,
        });
    }
    tried(&DraftRow {
        space: SpaceId([2; 16]),
        note: NoteId([3; 16]),
        made_ms: -1,
        update: vec![0; 300],
        text: "Text".into(),
        reason: "zu tief".into(),
    });
    tried(&PeerRow {
        peer: TransportKey([4; 32]),
        addresses: vec![("10.0.0.1:1".into(), 5), (String::new(), -5)],
    });
    for secrets in [vec![[6; 32]], vec![[6; 32], [7; 32]]] {
        let row = SecretBody(secrets.clone()).encode(&indexed);
        assert_eq!(
            SecretBody::decode(&row, &named).map(|row| row.0),
            Ok(secrets)
        );
    }
    let cut = BytesBody(vec![6; 33]).encode(&indexed);
    assert!(SecretBody::decode(&cut, &named).is_err());
    let bytes = BytesBody(vec![1, 2]).encode(&indexed);
    assert_eq!(
        BytesBody::decode(&bytes, &named).map(|row| row.0),
        Ok(vec![1, 2])
    );
}

#[test]
fn a_row_of_a_later_version_is_refused() {
    let mut body = LogBody { chain: 1, seq: 1 }.encode(&indexed);
    for version in [0, LogBody::VERSION + 1] {
        body[0] = version;
        assert!(LogBody::decode(&body, &named).is_err());
    }
}

#[test]
fn numbers_of_every_length_come_back_and_longer_ones_do_not() {
    for shift in 0..64 {
        for value in [1u64 << shift, (1 << shift) - 1, u64::MAX >> shift] {
            let mut out = Out::new(1);
            out.num(value);
            out.signed(value as i64);
            out.signed((value as i64).wrapping_neg());
            let mut input = In::new(&out.0[1..]);
            assert_eq!(input.num(), Ok(value));
            assert_eq!(input.signed(), Ok(value as i64));
            assert_eq!(input.signed(), Ok((value as i64).wrapping_neg()));
            assert_eq!(input.end(), Ok(()));
        }
    }
    let too_long = [[0xff; 9].as_slice(), &[2]].concat();
    assert!(In::new(&too_long).num().is_err());
    assert!(In::new(&[0xff; 12]).num().is_err());
}

/// A count is held against the bytes that remain before anything is made for it.
#[test]
fn a_count_beyond_the_row_is_refused() {
    let mut out = Out::new(1);
    out.num(u64::MAX >> 1);
    assert!(In::new(&out.0[1..]).references(&named).is_err());
    assert!(In::new(&out.0[1..]).blob().is_err());
}
