//! The bytes of every frame, frozen: a released Skein must understand them for ever.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use skein_space::{
    Chain, ChainId, Draft, Entry, EntryHash, Incarnation, Kind, Log, Nonce, NoteId, Root,
    SecretLabel, SessionPayload, SpaceId,
};
use skein_sync::config;
use skein_sync::frame::{Frame, Hello, Relayed, RelayedHeads, ShortHeads, kind};
use skein_sync::heads::{Heads, Line, Tip};
use skein_sync::presence::{Activity, Presence};

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/data/golden/frames.txt"
);

fn frames() -> Vec<(&'static str, Frame)> {
    let root = Root::new([7; 32]);
    let (space, incarnation, note) = (SpaceId([1; 16]), Incarnation([2; 16]), NoteId([3; 16]));
    let chain = Chain {
        space,
        device: root.device_key(),
        incarnation,
        log: Log::Notes,
    };
    let draft = Draft {
        chain,
        seq: 1,
        prev: EntryHash::ZERO,
        kind: Kind::Session,
        note,
        session: 0,
        deps: Vec::new(),
        wall_ms: 1_700_000_000_000,
    };
    let payload = SessionPayload {
        nonce: Nonce([4; 16]),
    }
    .encode();
    let entry = Arc::new(Entry::seal(&root.signer(), draft, payload).expect("a small entry"));
    let tip = |seq, byte| Tip {
        seq,
        hash: EntryHash([byte; 32]),
    };
    let lines = BTreeMap::from([
        (
            ChainId([5; 16]),
            Line {
                log: Log::Roster,
                tips: vec![tip(1, 6)],
            },
        ),
        (
            ChainId([8; 16]),
            Line {
                log: Log::Notes,
                tips: vec![tip(417, 9), tip(400, 10)],
            },
        ),
    ]);
    let heads = Heads::sign(&root.signer(), space, incarnation, lines);
    let presence = Presence {
        device: root.device_key(),
        note,
        nonce: Nonce([4; 16]),
        replaces: Nonce::ZERO,
        sequence: 12,
        state: Activity::Viewing,
        caret: vec![1, 2, 3],
        head: Vec::new(),
        sig: [0; 64],
    };
    let hello = Hello {
        space,
        device: root.device_key(),
        incarnation,
        protocol: 1,
        formats: vec![1],
        note_schema: (1, 1),
        run: [11; 16],
        version: "0.1.0".into(),
    };
    let short = ShortHeads {
        device: heads.device,
        incarnation,
        counter: heads.counter,
        lines: skein_sync::heads::lines_hash(&heads.lines),
        sig: heads.sig,
    };
    let relayed = |heads| {
        Frame::Relayed(Relayed {
            age_ms: 12_345,
            heads,
        })
    };
    vec![
        ("relayed", relayed(RelayedHeads::Full(heads.clone()))),
        ("relayed-short", relayed(RelayedHeads::Short(short))),
        ("hello", Frame::Hello(hello)),
        ("digest", Frame::Digest(heads.digest())),
        ("heads", Frame::Heads(heads)),
        (
            "removed",
            Frame::Removed(vec![Arc::clone(&entry), Arc::clone(&entry)]),
        ),
        (
            "secrets",
            Frame::Secrets(vec![
                (SecretLabel([12; 32]), [13; 32]),
                (SecretLabel([12; 32]), [14; 32]),
            ]),
        ),
        ("who", Frame::Who),
        ("admission", Frame::Admission(vec![Arc::clone(&entry)])),
        ("entry", Frame::Entry(entry)),
        (
            "want",
            Frame::Want {
                chain: ChainId([5; 16]),
                from: 3,
                to: 9,
            },
        ),
        (
            "presence",
            Frame::Presence(presence.signed(&root.signer(), space)),
        ),
        ("goodbye", Frame::Goodbye),
    ]
}

#[test]
fn frames_keep_their_bytes() {
    let mut fresh = String::new();
    for (name, frame) in frames() {
        let (kind, body) = frame.encode();
        let hex = body.iter().fold(String::new(), |mut s, b| {
            let _ = write!(s, "{b:02x}");
            s
        });
        let _ = writeln!(fresh, "{name} {kind} {hex}");
        let again = Frame::decode(kind, &body)
            .expect("what we write we read")
            .encode();
        assert_eq!(again, (kind, body.clone()), "{name} comes back the same");
        for cut in 0..body.len() {
            // The lines of Heads carry no count: a cut between two of them is found by the signature.
            let refused = match Frame::decode(kind, &body[..cut]) {
                Ok(
                    Frame::Heads(heads)
                    | Frame::Relayed(Relayed {
                        heads: RelayedHeads::Full(heads),
                        ..
                    }),
                ) => heads.verify().is_err(),
                other => other.is_err(),
            };
            assert!(refused, "{name} cut at {cut} is refused");
        }
        let longer = [body.as_slice(), &[0]].concat();
        assert!(
            Frame::decode(kind, &longer).is_err(),
            "{name} with a byte more is refused"
        );
    }
    if std::env::var_os("SKEIN_WRITE_GOLDEN").is_some() {
        #[expect(clippy::disallowed_methods, reason = "a test writes its golden file")]
        std::fs::write(FILE, &fresh).expect("the folder is in the checkout");
    }
    let golden = std::fs::read_to_string(FILE).expect("the golden file is in the checkout");
    assert_eq!(
        golden, fresh,
        "a frame's bytes changed: that is a new protocol number"
    );
}

#[test]
fn bounds_of_frames_are_what_is_taken_and_no_byte_more() {
    let bound = |kind: u8| match kind {
        kind::ENTRY => config::ENTRY_FRAME_MAX_BYTES,
        _ => config::FRAME_MAX_BYTES,
    };
    // A type of a later version: nothing but its length is looked at.
    for more in [1, 2] {
        assert!(Frame::decode(99, &vec![0; bound(99) + more]).is_err());
        assert!(Frame::decode(kind::ENTRY, &vec![0; bound(kind::ENTRY) + more]).is_err());
    }
    assert!(matches!(
        Frame::decode(99, &vec![0; bound(99)]),
        Ok(Frame::Unknown(99))
    ));
    let longest = vec![1; config::POSITION_MAX_BYTES];
    for (_, frame) in frames() {
        if let Frame::Presence(mut presence) = frame {
            (presence.caret, presence.head) = (longest.clone(), longest.clone());
            let (kind, body) = Frame::Presence(presence.clone()).encode();
            let read = Frame::decode(kind, &body).map(|frame| frame.encode());
            assert!(read.is_ok_and(|again| again == (kind, body)));
            presence.caret.push(1);
            let (kind, body) = Frame::Presence(presence).encode();
            assert!(Frame::decode(kind, &body).is_err());
        }
    }
}
