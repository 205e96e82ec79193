//! Signatures, labels, ids, gossip and tags.

use crate::cast::*;
use skein_space::*;

#[test]
fn small_order_keys_sign_nothing() {
    // The neutral element with a zero signature satisfies the lax equation for every message.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let mut signature = [0; 64];
    signature[0] = 1;
    assert_eq!(
        keys::verify(
            &DeviceKey(neutral),
            labels::ENTRY,
            &[b"anything"],
            &signature
        ),
        Err(BadSignature)
    );
}

#[test]
fn a_signature_holds_under_its_own_label_only() {
    let device = &cast()[0];
    let signature = device.signer.sign(labels::HEADS, &[b"x"]);
    assert_eq!(
        keys::verify(&device.key, labels::HEADS, &[b"x"], &signature),
        Ok(())
    );
    for label in labels::ALL
        .into_iter()
        .filter(|label| *label != labels::HEADS)
    {
        assert_eq!(
            keys::verify(&device.key, label, &[b"x"], &signature),
            Err(BadSignature)
        );
    }
    let transport = TransportKey(device.key.0);
    assert_ne!(
        transport,
        device.root.transport_key(),
        "the two keys differ"
    );
}

#[test]
fn no_label_begins_another() {
    for one in labels::ALL {
        for other in labels::ALL.into_iter().filter(|other| *other != one) {
            assert!(
                !other.text().starts_with(one.text()),
                "{} begins {}",
                one.text(),
                other.text()
            );
        }
    }
}

#[test]
fn a_root_gives_back_the_secret_its_file_keeps() {
    assert_eq!(Root::new([9; 32]).secret(), &[9; 32]);
}

#[test]
fn a_session_s_client_is_that_of_its_device_note_and_nonce() {
    let (note, nonce) = (NoteId([3; 16]), Nonce([5; 16]));
    let session = SessionPayload { nonce };
    let client = session.client_id(&key(0), &note);
    assert_eq!(client, client_id(&key(0), &note, &nonce));
    assert_ne!(client, session.client_id(&key(1), &note));
}

#[test]
fn a_reference_fits_its_own_entry_alone() {
    let entry = EntryHash([7; 32]);
    assert_eq!(entry.short(), entry);
    assert_ne!(entry.short(), EntryHash([8; 32]));
}

#[test]
fn gossip_takes_exactly_what_fits_into_a_message() {
    let key = SpaceSecret::new([1; 32]).gossip_key();
    let most = config::MAX_GOSSIP - 24 - 16;
    let sealed = key.seal([2; 24], &vec![3; most]).expect("just fits");
    assert_eq!(sealed.len(), config::MAX_GOSSIP);
    assert_eq!(key.open(&sealed), Ok(vec![3; most]));
    assert_eq!(
        key.seal([2; 24], &vec![3; most + 1]),
        Err(GossipError::TooLarge)
    );
    let longer = [sealed.as_slice(), &[0]].concat();
    assert_eq!(key.open(&longer), Err(GossipError::TooLarge));
}

#[test]
fn alias_ids_are_53_bits_of_the_first_entry() {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"skein/alias/1").update(&[7; 32]);
    let hash = *hasher.finalize().as_bytes();
    assert_eq!(
        alias_id(&EntryHash([7; 32])),
        u64::from_le_bytes(hash[..8].try_into().unwrap()) >> 11
    );
}

#[test]
fn client_ids_are_53_bits_of_device_note_and_nonce() {
    let id = |device: usize, note: u8, nonce: u8| {
        client_id(&key(device), &NoteId([note; 16]), &Nonce([nonce; 16])).expect("not zero")
    };
    let ids = [id(0, 0, 0), id(1, 0, 0), id(0, 1, 0), id(0, 0, 1)];
    assert!(ids.iter().all(|&id| id < 1 << 53));
    assert!((0..4).all(|one| (0..one).all(|other| ids[one] != ids[other])));
    let mut hasher = blake3::Hasher::new();
    hasher
        .update(b"skein/client/1")
        .update(&key(0).0)
        .update(&[0; 16])
        .update(&[0; 16]);
    let hash = *hasher.finalize().as_bytes();
    assert_eq!(
        ids[0],
        u64::from_le_bytes(hash[..8].try_into().unwrap()) >> 11
    );
}

#[test]
fn ids_are_written_as_hex_and_read_back() {
    let space = space();
    assert_eq!(space.to_string().parse(), Ok(space));
    assert_eq!(
        serde_json::to_string(&space).unwrap(),
        format!("\"{space}\"")
    );
    assert_eq!(
        serde_json::from_str::<SpaceId>(&format!("\"{space}\"")).unwrap(),
        space
    );
    for bad in ["", "00", "zz", &format!("{space}0"), &format!("{space} ")] {
        assert_eq!(
            bad.parse::<SpaceId>(),
            Err(BadId {
                what: "SpaceId",
                expected: 32
            })
        );
    }
}

#[test]
fn gossip_opens_only_with_its_key_whole_and_on_its_topic() {
    let key = SpaceSecret::new([1; 32]).gossip_key();
    let sealed = key.seal([7; 24], b"an entry").unwrap();
    assert_eq!(key.open(&sealed).unwrap(), b"an entry");
    assert_eq!(
        key.seal([7; 24], b"").and_then(|sealed| key.open(&sealed)),
        Ok(vec![])
    );
    for end in 0..sealed.len() {
        assert_eq!(key.open(&sealed[..end]), Err(GossipError::NotOurs));
    }
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert_eq!(key.open(&changed), Err(GossipError::NotOurs));
    }
    let other = SpaceSecret::new([2; 32]).gossip_key();
    assert_eq!(other.open(&sealed), Err(GossipError::NotOurs));
    assert_ne!(other.topic(), key.topic());
    assert_eq!(
        key.seal([0; 24], &[0; 64 * 1024]),
        Err(GossipError::TooLarge)
    );
    assert_eq!(key.open(&[0; 64 * 1024 + 1]), Err(GossipError::TooLarge));
}

#[test]
fn tags_tell_nothing_without_the_secret_and_change_with_the_nonce() {
    let (one, two) = (
        SpaceSecret::new([1; 32]).tag_key(),
        SpaceSecret::new([2; 32]).tag_key(),
    );
    assert_eq!(
        one.tag(&[1; 16]),
        SpaceSecret::new([1; 32]).tag_key().tag(&[1; 16])
    );
    assert_ne!(one.tag(&[1; 16]), two.tag(&[1; 16]));
    assert_ne!(one.tag(&[1; 16]), one.tag(&[2; 16]));
    assert_ne!(
        one.tag(&[1; 16]),
        TicketSecret::new([1; 32]).tag_key().tag(&[1; 16])
    );
    assert_ne!(
        TagKey::pairing().tag(&[1; 16]),
        SpaceSecret::new([0; 32]).tag_key().tag(&[1; 16])
    );
}

#[test]
fn secrets_are_never_shown() {
    let shown = format!(
        "{:?} {:?} {:?} {:?} {:?}",
        Root::new([0xab; 32]),
        SpaceSecret::new([0xab; 32]),
        SpaceSecret::new([0xab; 32]).tag_key(),
        TicketSecret::new([0xab; 32]),
        Root::new([0xab; 32]).signer(),
    );
    assert!(
        !shown.contains("abab") && !shown.contains("171, 171"),
        "{shown}"
    );
}
