//! The bytes of `tests/data/golden` never change: another version of Skein wrote them and reads ours.
//!
//! They were made once with fixed keys. `SKEIN_WRITE_GOLDEN=1` writes them anew, for a new format only.

#![allow(
    clippy::disallowed_methods,
    reason = "the tests read and write golden files; the crate does not"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cast::*;
use skein_space::*;

fn golden(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/data/golden")
        .join(file)
}

/// The frozen bytes, which must be these.
#[track_caller]
fn frozen(file: &str, bytes: &[u8]) -> Vec<u8> {
    let path = golden(file);
    if std::env::var_os("SKEIN_WRITE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a writable tree");
        fs::write(&path, bytes).expect("a writable tree");
    }
    let frozen = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(
        frozen == bytes,
        "{file} is no longer what the released format says"
    );
    frozen
}

#[track_caller]
fn frozen_entry(file: &str, entry: &Entry) {
    let bytes = frozen(&format!("entries/{file}.bin"), &entry.encode());
    let read = Entry::decode(&bytes).expect("a golden entry");
    assert_eq!(&read, entry);
    read.verify().expect("a golden signature");
    assert_eq!(
        Header::decode(&read.header().encode()).as_ref(),
        Ok(read.header())
    );
}

fn notes_entry(
    kind: Kind,
    seq: u64,
    prev: EntryHash,
    session: u64,
    deps: Vec<EntryRef>,
    payload: &[u8],
) -> Entry {
    let draft = Draft {
        chain: chain(0, 1, Log::Notes),
        seq,
        prev,
        kind,
        note: NoteId([0x4e; 16]),
        session,
        deps,
        wall_ms: 1_790_000_000_123,
    };
    Entry::seal(&cast()[0].signer, draft, payload.to_vec()).expect("a well-formed entry")
}

#[test]
fn member_entries_keep_their_bytes() {
    let mut view = View::new();
    frozen_entry("found", &view.write(0, &found(None)));
    frozen_entry(
        "found-recovery",
        &member_entry(0, 1, None, &[], &found(Some(9))),
    );
    frozen_entry("set-role", &view.write(0, &set_role(1, Role::Editor)));
    let cuts = [edit_ref(1, 0, 3), edit_ref(1, 1, 5)];
    let lowering = view.write(0, &lower(1, Some(Role::Viewer), &cuts));
    frozen_entry("lower", &lowering);
    frozen_entry("remove", &view.write(0, &lower(1, None, &[])));
    frozen_entry(
        "move-cut",
        &view.write(0, &move_cut(&lowering, edit_ref(1, 0, 7))),
    );
}

#[test]
fn notes_entries_keep_their_bytes() {
    let session = SessionPayload {
        nonce: Nonce([0x5a; 16]),
    };
    let deps = vec![edit_ref(2, 0, 9), edit_ref(3, 0, 1), edit_ref(3, 0, 2)];
    let first = notes_entry(
        Kind::Session,
        1,
        EntryHash::ZERO,
        0,
        deps,
        &session.encode(),
    );
    frozen_entry("session", &first);
    let second = notes_entry(Kind::Edit, 2, first.hash(), 1, vec![], &[0, 0]);
    frozen_entry("edit", &second);
    let many = (1..=512).map(|seq| edit_ref(4, 0, seq)).collect();
    frozen_entry(
        "edit-512-deps",
        &notes_entry(Kind::Edit, 3, second.hash(), 1, many, &[0, 0]),
    );
    frozen_entry(
        "unknown-kind",
        &notes_entry(
            Kind::Other(200),
            3,
            second.hash(),
            0,
            vec![],
            b"from a newer version",
        ),
    );
}

#[test]
fn derivations_keep_their_bytes() {
    let device = &cast()[0];
    let secret = SpaceSecret::new([0x33; 32]);
    let ticket = TicketSecret::new([0x44; 32]);
    let note = NoteId([0x4e; 16]);
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
    let sealed = secret.gossip_key().seal([9; 24], b"hello").unwrap();
    let heads = device.signer.sign(labels::HEADS, &[b"one", b"two"]);
    let presence = device.signer.sign(labels::PRESENCE, &[b"onetwo"]);
    let lines = [
        ("device key", device.key.to_string()),
        ("transport key", device.root.transport_key().to_string()),
        ("space id", space().to_string()),
        ("roster chain id", chain(0, 0, Log::Roster).id().to_string()),
        ("notes chain id", chain(0, 0, Log::Notes).id().to_string()),
        (
            "client id",
            client_id(&device.key, &note, &Nonce([0x5a; 16]))
                .unwrap()
                .to_string(),
        ),
        ("alias id", alias_id(&EntryHash([0x5b; 32])).to_string()),
        (
            "secret label of a founding",
            View::founded().roster.secret_label().to_string(),
        ),
        ("topic", secret.topic().to_string()),
        ("tag", hex(&secret.tag_key().tag(&[1; 16]))),
        ("ticket tag", hex(&ticket.tag_key().tag(&[1; 16]))),
        ("pairing tag", hex(&TagKey::pairing().tag(&[1; 16]))),
        ("ticket id", ticket.id().to_string()),
        ("gossip", hex(&sealed)),
        ("heads signature", hex(&heads)),
        ("presence signature", hex(&presence)),
    ];
    let text: String = lines
        .iter()
        .map(|(name, value)| format!("{name}: {value}\n"))
        .collect();
    frozen("entries/derived.txt", text.as_bytes());
}

#[test]
fn tickets_keep_their_bytes_and_text() {
    let ticket = ticket();
    let bytes = frozen("ticket/ticket.bin", &ticket.encode().unwrap());
    assert_eq!(Ticket::decode(&bytes), Ok(ticket.clone()));
    let text = frozen("ticket/ticket.txt", ticket.text().unwrap().as_bytes());
    assert_eq!(String::from_utf8(text).unwrap().parse(), Ok(ticket));
}

#[test]
fn the_ticket_exchange_keeps_its_bytes() {
    let ticket = ticket();
    let (ours, theirs) = (root(1), root(0));
    let (peer_joiner, peer_inviter) = (
        b"peer id of the joiner".as_slice(),
        b"peer id of the inviter".as_slice(),
    );
    let (mut joiner, ask) = Joiner::start(
        ticket.clone(),
        &ours,
        [0x0a; 32],
        peer_joiner,
        peer_inviter,
        "Person 1",
        "Laptop 1",
    )
    .unwrap();
    let (mut inviter, nonce) = Inviter::start(
        &theirs,
        space(),
        &ticket.secret,
        &ask,
        [0x0b; 32],
        peer_inviter,
        peer_joiner,
    )
    .unwrap();
    let proof = joiner.on_nonce(&nonce).unwrap();
    inviter.on_proof(&proof).unwrap();
    let mut view = View::founded();
    view.write(0, &set_role(1, Role::Editor));
    let admission = Admission {
        entries: view.roster.entries().map(Arc::clone).collect(),
        label: view.roster.secret_label(),
        secret: SpaceSecret::new([0x33; 32]),
        space_name: "Team".into(),
        role: Role::Editor,
        transport: theirs.transport_key(),
        addresses: vec!["/ip4/192.0.2.7/tcp/4711".into()],
    };
    let admission = frozen("ticket/admission.bin", &admission.encode().unwrap());
    let admit = inviter.admit(admission).unwrap();
    let away = inviter.turn_away(Reason::Used).unwrap();
    for (name, message) in [
        ("ask", ask),
        ("nonce", nonce),
        ("proof", proof),
        ("admit", admit),
        ("turned-away", away),
    ] {
        let bytes = frozen(&format!("ticket/{name}.bin"), &message.encode().unwrap());
        assert_eq!(PairingMessage::decode(&bytes), Ok(message));
    }
}

#[test]
fn the_ceremony_keeps_its_bytes_and_pictures() {
    let own = crate::own_device::messages();
    for (name, message) in crate::ceremony::messages().into_iter().chain(own) {
        let bytes = frozen(&format!("ceremony/{name}.bin"), &message.encode().unwrap());
        assert_eq!(ceremony::CeremonyMessage::decode(&bytes), Ok(message));
    }
    let pictures = crate::ceremony::pictures();
    assert_eq!(pictures, ["balloon", "strawberry", "fish", "bell"]);
}

fn ticket() -> Ticket {
    Ticket {
        space: space(),
        inviter: key(0),
        secret: TicketSecret::new([0x44; 32]),
        expiry_s: 1_800_000_000,
        addresses: vec![
            "192.0.2.7:4711".parse().unwrap(),
            "[2001:db8::7]:4711".parse().unwrap(),
        ],
    }
}
