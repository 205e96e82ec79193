//! Layouts written out by hand from `formats.md`, so that encoder and decoder cannot be wrong together.

use crate::cast::*;
use skein_space::*;

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u16).to_le_bytes(), text.as_bytes()].concat()
}

fn reference(of: &EntryRef) -> Vec<u8> {
    [of.chain.0.as_slice(), &of.seq.to_le_bytes(), &of.hash.0].concat()
}

fn blake3_of(parts: &[&[u8]]) -> [u8; 32] {
    *blake3::hash(&parts.concat()).as_bytes()
}

#[test]
fn bounds_are_those_of_the_largest_entry() {
    let sealed = |deps: u64, payload: usize| {
        let draft = Draft {
            chain: chain(0, 1, Log::Notes),
            seq: 3,
            prev: EntryHash([3; 32]),
            kind: Kind::Edit,
            note: NoteId([4; 16]),
            session: 1,
            deps: (1..=deps).map(|seq| edit_ref(4, 0, seq)).collect(),
            wall_ms: 0,
        };
        Entry::seal(&cast()[0].signer, draft, vec![0; payload]).expect("within every bound")
    };
    let header = |deps| sealed(deps, 0).header().encode().len();
    assert_eq!(header(0), config::HEADER_FIXED);
    assert_eq!(header(1) - header(0), config::REF_BYTES);
    assert_eq!(header(config::MAX_DEPS as u64), config::MAX_HEADER);
    let largest = sealed(config::MAX_DEPS as u64, config::MAX_PAYLOAD).encode();
    assert_eq!(largest.len(), config::MAX_ENTRY);
    assert!(Entry::decode(&largest).is_ok());
    for more in [1, 2] {
        let longer = [largest.as_slice(), &vec![0; more]].concat();
        assert_eq!(Entry::decode(&longer), Err(EntryError::PayloadTooLarge));
    }
}

#[test]
fn a_header_is_its_fields_in_order() {
    let chain = chain(0, 1, Log::Notes);
    let deps = [edit_ref(2, 0, 9), edit_ref(3, 0, 1)];
    let draft = Draft {
        chain,
        seq: 0x0102,
        prev: EntryHash([3; 32]),
        kind: Kind::Edit,
        note: NoteId([4; 16]),
        session: 0x0101,
        deps: deps.to_vec(),
        wall_ms: -2,
    };
    let entry = Entry::seal(&cast()[0].signer, draft, b"update".to_vec()).unwrap();
    let mut sorted = deps.map(|dep| reference(&dep));
    sorted.sort();
    let header = [
        &[1],
        space().0.as_slice(),
        &key(0).0,
        &[1; 16],
        &[1],
        &[2, 1, 0, 0, 0, 0, 0, 0],
        &[3; 32],
        &[3],
        &[4; 16],
        &[1, 1, 0, 0, 0, 0, 0, 0],
        &[2, 0],
        &sorted.concat(),
        &[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[6, 0, 0, 0],
        &blake3_of(&[b"update"]),
    ]
    .concat();
    assert_eq!(entry.header().encode(), header);
    assert_eq!(entry.hash().0, blake3_of(&[&header]));
    assert_eq!(entry.reference().hash.0, entry.hash().0[..16]);
    let id = blake3_of(&[b"skein/chain/1", &space().0, &key(0).0, &[1; 16], &[1]]);
    assert_eq!(entry.chain_id().0, id[..16]);
    let whole = [
        &(header.len() as u32).to_le_bytes(),
        header.as_slice(),
        b"update",
        entry.sig(),
    ]
    .concat();
    assert_eq!(entry.encode(), whole);
    let signature = ed25519_dalek::Signature::from_bytes(entry.sig());
    let verifying = ed25519_dalek::VerifyingKey::from_bytes(&key(0).0).unwrap();
    let signed = [b"skein/entry/1".as_slice(), &entry.hash().0].concat();
    verifying
        .verify_strict(&signed, &signature)
        .expect("over the label and the header's hash");
}

#[test]
fn a_device_s_keys_are_derived_from_its_root() {
    let derive = |info: &[u8]| {
        let mut out = [0; 32];
        hkdf::Hkdf::<sha2::Sha256>::new(None, &[1; 32])
            .expand(info, &mut out)
            .unwrap();
        out
    };
    let public = |seed: [u8; 32]| {
        ed25519_dalek::SigningKey::from_bytes(&seed)
            .verifying_key()
            .to_bytes()
    };
    let root = Root::new([1; 32]);
    assert_eq!(root.device_key().0, public(derive(b"skein/device/1")));
    assert_eq!(root.transport_seed(), derive(b"skein/transport/1"));
    assert_eq!(root.transport_key().0, public(derive(b"skein/transport/1")));
}

#[test]
fn a_member_payload_is_its_fields_in_order() {
    let statement = &cast()[1].statement;
    let stated = [
        &statement.transport.0[..],
        &statement.signature,
        &text("Person 1"),
        &text("Laptop 1"),
    ]
    .concat();
    let set = [&[1], key(1).0.as_slice(), &[2], &stated].concat();
    assert_eq!(set_role(1, Role::Editor).encode().unwrap(), set);
    let founder = &cast()[0].statement;
    let stated = [
        &founder.transport.0[..],
        &founder.signature,
        &text("Person 0"),
        &text("Laptop 0"),
    ]
    .concat();
    let founding = [
        &[0],
        key(0).0.as_slice(),
        &[3],
        &[7; 16],
        &[1],
        &key(9).0,
        &stated,
    ]
    .concat();
    assert_eq!(found(Some(9)).encode().unwrap(), founding);
    let without = [&[0], key(0).0.as_slice(), &[3], &[7; 16], &[0], &stated].concat();
    assert_eq!(found(None).encode().unwrap(), without);
    let cut = edit_ref(1, 0, 3);
    let lowered = [&[2], key(1).0.as_slice(), &[1], &[1, 0], &reference(&cut)].concat();
    assert_eq!(
        lower(1, Some(Role::Viewer), &[cut]).encode().unwrap(),
        lowered
    );
    let moved = Member::MoveCut {
        subject: key(1),
        lowering: EntryHash([5; 32]),
        cut,
    };
    let bytes = [&[3], key(1).0.as_slice(), &[0], &[5; 32], &reference(&cut)].concat();
    assert_eq!(moved.encode().unwrap(), bytes);
    assert_eq!(
        space().0,
        blake3_of(&[b"skein/space/1", &key(0).0, &[7; 16]])[..16]
    );
}

#[test]
fn a_transport_key_signs_space_device_itself_and_names() {
    let statement = &cast()[1].statement;
    let signed = [
        b"skein/transport/1".as_slice(),
        &space().0,
        &key(1).0,
        &statement.transport.0,
        &text("Person 1"),
        &text("Laptop 1"),
    ]
    .concat();
    let signature = ed25519_dalek::Signature::from_bytes(&statement.signature);
    let verifying = ed25519_dalek::VerifyingKey::from_bytes(&statement.transport.0).unwrap();
    verifying.verify_strict(&signed, &signature).unwrap();
}

#[test]
fn a_secret_s_derivations_are_labelled_blake3() {
    let secret = SpaceSecret::new([3; 32]);
    assert_eq!(
        secret.topic().0,
        blake3::derive_key("skein/topic/1", &[3; 32])
    );
    let tag = |label: &str, secret: [u8; 32]| {
        let mac = blake3::keyed_hash(&blake3::derive_key(label, &secret), &[6; 16]);
        mac.as_bytes()[..8].to_vec()
    };
    assert_eq!(
        secret.tag_key().tag(&[6; 16]).to_vec(),
        tag("skein/tag/1", [3; 32])
    );
    assert_eq!(
        TicketSecret::new([3; 32]).tag_key().tag(&[6; 16]).to_vec(),
        tag("skein/tag/ticket/1", [3; 32])
    );
    assert_eq!(
        TagKey::pairing().tag(&[6; 16]).to_vec(),
        tag("skein/tag/pairing/1", [0; 32])
    );
    let sealed = secret.gossip_key().seal([8; 24], b"x").unwrap();
    assert_eq!(
        (&sealed[..24], sealed.len()),
        ([8; 24].as_slice(), 24 + 1 + 16)
    );
}

#[test]
fn a_ticket_is_its_fields_in_order() {
    let ticket = ticket();
    let body = [
        &[1],
        space().0.as_slice(),
        &key(0).0,
        &[4; 32],
        &[0x10, 0x27, 0, 0, 0, 0, 0, 0],
        &[2],
        &[4, 192, 0, 2, 1, 0xa0, 0x0f],
        &[
            6, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xa1, 0x0f,
        ],
    ]
    .concat();
    let whole = [body.as_slice(), &blake3_of(&[&body])[..4]].concat();
    assert_eq!(ticket.encode().unwrap(), whole);
    assert_eq!(
        ticket.text().unwrap(),
        format!("SKEIN1-{}", data_encoding::BASE32_NOPAD.encode(&whole))
    );
    assert_eq!(
        ticket.secret.id().0,
        blake3_of(&[b"skein/ticket/id/1", &[4; 32]])[..16]
    );
}

#[test]
fn both_proofs_are_made_of_the_transcript() {
    let (joiner_root, inviter_root) = (root(1), root(0));
    let (mut joiner, ask) = Joiner::start(
        ticket(),
        &joiner_root,
        [1; 32],
        b"mine",
        b"theirs",
        "Person 1",
        "Laptop 1",
    )
    .unwrap();
    let (mut inviter, nonce) = Inviter::start(
        &inviter_root,
        space(),
        &ticket().secret,
        &ask,
        [2; 32],
        b"theirs",
        b"mine",
    )
    .unwrap();
    let transcript = [
        b"skein/ticket/1".as_slice(),
        &[1, 0],
        &space().0,
        &key(0).0,
        &text("mine"),
        &text("theirs"),
        &key(1).0,
        &joiner_root.transport_key().0,
        &[1; 32],
        &[2; 32],
    ]
    .concat();
    let proof_key = blake3::derive_key("skein/ticket/key/1", &[4; 32]);
    let mac = |parts: &[&[u8]]| *blake3::keyed_hash(&proof_key, &parts.concat()).as_bytes();
    let message = joiner.on_nonce(&nonce).unwrap();
    let PairingMessage::Proof(proof) = &message else {
        panic!("a proof")
    };
    let names = [text("Person 1"), text("Laptop 1")].concat();
    assert_eq!(proof.mac, mac(&[b"joiner", &transcript, &names]));
    signed(&key(1).0, &transcript, &proof.device_sig);
    signed(
        &joiner_root.transport_key().0,
        &transcript,
        &proof.transport_sig,
    );
    inviter.on_proof(&message).unwrap();
    let PairingMessage::Admit(admit) = inviter.admit(b"admission".to_vec()).unwrap() else {
        panic!("an admission")
    };
    let hash = blake3_of(&[b"admission"]);
    assert_eq!(admit.mac, mac(&[b"member", &transcript, &hash]));
    let of_member = [b"skein/ticket/member/1".as_slice(), &transcript, &hash].concat();
    signed(&key(0).0, &of_member, &admit.device_sig);
    signed(
        &inviter_root.transport_key().0,
        &of_member,
        &admit.transport_sig,
    );
}

#[track_caller]
fn signed(by: &[u8; 32], message: &[u8], signature: &[u8; 64]) {
    let verifying = ed25519_dalek::VerifyingKey::from_bytes(by).unwrap();
    verifying
        .verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature))
        .unwrap();
}

fn ticket() -> Ticket {
    Ticket {
        space: space(),
        inviter: key(0),
        secret: TicketSecret::new([4; 32]),
        expiry_s: 10_000,
        addresses: vec![
            "192.0.2.1:4000".parse().unwrap(),
            "[fe80::1]:4001".parse().unwrap(),
        ],
    }
}
