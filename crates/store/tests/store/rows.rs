//! Small rows: secrets, tickets, drafts, settings, addresses.

use skein_space::{DeviceKey, Role, SecretLabel, TicketId, TransportKey};
use skein_store::{DraftRow, Op, Store, StoreError, TicketRow};

use crate::support::authors::{note, space};
use crate::support::{Author, Disk, commit, verify};

fn store() -> Store {
    let mut store = Store::create_with_backend(Disk::default()).expect("an empty disk");
    commit(&mut store, vec![Author::new(1, space(1)).space_op()]);
    store
}

fn ticket(n: u8) -> TicketRow {
    TicketRow {
        ticket: TicketId([n; 16]),
        space: space(1),
        secret: [n; 32],
        role: Role::Editor,
        expiry_s: 1_800_000_000,
        port: 47_000,
        bound: None,
    }
}

#[test]
fn a_new_incarnation_replaces_the_old_one() {
    let mut store = store();
    let incarnation = skein_space::Incarnation([5; 16]);
    commit(
        &mut store,
        vec![Op::Space {
            space: space(1),
            incarnation,
            left: false,
        }],
    );
    let spaces = store.load().unwrap().spaces;
    assert_eq!(
        spaces.iter().map(|row| row.incarnation).collect::<Vec<_>>(),
        [incarnation]
    );
}

#[test]
fn secrets_are_kept_per_space_until_they_are_forgotten() {
    let mut store = store();
    commit(&mut store, vec![Author::new(1, space(2)).space_op()]);
    let secrets = |n: u8, s: u8, held: &[u8]| Op::Secrets {
        space: space(s),
        label: SecretLabel([n; 32]),
        secrets: held.iter().map(|secret| [*secret; 32]).collect(),
    };
    commit(
        &mut store,
        vec![
            secrets(1, 1, &[1]),
            secrets(2, 1, &[4]),
            secrets(3, 2, &[3]),
        ],
    );
    commit(&mut store, vec![secrets(1, 1, &[]), secrets(2, 1, &[2, 4])]);
    let held = store.reader().secrets(space(1)).unwrap();
    let held_of = |row: &skein_store::SecretRow| row.secrets.clone();
    assert_eq!(
        held.iter().map(held_of).collect::<Vec<_>>(),
        [[[2; 32], [4; 32]]]
    );
    let loaded = store.reader().load().unwrap().secrets;
    let spaces: Vec<_> = loaded.iter().map(|(space, _)| *space).collect();
    assert_eq!(spaces, [space(1), space(2)]);
    assert_eq!(store.reader().secrets(space(3)).unwrap(), []);
    assert!(
        !format!("{held:?}").contains("2, 2"),
        "secrets are not for logs"
    );
}

#[test]
fn a_ticket_is_bound_to_one_device() {
    let mut store = store();
    let bound = |n: u8, device: u8| Op::TicketBound {
        ticket: TicketId([n; 16]),
        device: DeviceKey([device; 32]),
    };
    commit(
        &mut store,
        vec![Op::Ticket(ticket(1)), Op::Ticket(ticket(2))],
    );
    commit(&mut store, vec![bound(1, 8)]);
    commit(&mut store, vec![bound(1, 8)]);
    commit(&mut store, vec![Op::Ticket(ticket(3)), bound(3, 8)]);
    let results = store
        .commit(&[vec![bound(1, 9)], vec![bound(4, 9)]])
        .unwrap();
    let used = StoreError::TicketUsed(DeviceKey([8; 32]));
    assert_eq!(results, [Err(used), Err(StoreError::UnknownTicket)]);
    commit(&mut store, vec![Op::ForgetTicket(TicketId([2; 16]))]);
    let tickets = store.reader().tickets().unwrap();
    let device = Some(DeviceKey([8; 32]));
    let expected = [1, 3].map(|n| TicketRow {
        bound: device,
        ..ticket(n)
    });
    assert_eq!(tickets, expected);
    assert_eq!(store.reader().ticket(TicketId([2; 16])).unwrap(), None);
}

#[test]
fn the_same_draft_twice_is_one_draft() {
    let mut store = store();
    let draft = |text: &str, made_ms| DraftRow {
        space: space(1),
        note: note(1),
        made_ms,
        update: vec![1, 2, 3],
        text: text.into(),
        reason: "an embed is too large".into(),
    };
    commit(
        &mut store,
        vec![Op::Draft(draft("a", 1)), Op::Draft(draft("b", 2))],
    );
    commit(&mut store, vec![Op::Draft(draft("a", 3))]);
    let mut drafts = store.reader().drafts().unwrap();
    drafts.sort_by_key(|draft| draft.made_ms);
    assert_eq!(drafts, [draft("b", 2), draft("a", 3)]);
    let id = draft("a", 3).id();
    commit(
        &mut store,
        vec![Op::ForgetDraft {
            space: space(1),
            note: note(1),
            id,
        }],
    );
    assert_eq!(store.reader().drafts().unwrap(), [draft("b", 2)]);
}

#[test]
fn settings_are_found_by_name_and_by_prefix() {
    let mut store = store();
    let set = |name: &str, value: &[u8]| Op::Local(name.into(), Some(value.to_vec()));
    commit(
        &mut store,
        vec![
            set("port", b"1"),
            set("load/a", b""),
            set("load/b", b"2"),
            set("loaf", b""),
        ],
    );
    commit(
        &mut store,
        vec![Op::Local("port".into(), None), set("load/b", b"3")],
    );
    let reader = store.reader();
    assert_eq!(reader.local("port").unwrap(), None);
    assert_eq!(
        reader.locals("load/").unwrap(),
        [("load/a".into(), vec![]), ("load/b".into(), b"3".to_vec())]
    );
}

#[test]
fn the_format_is_not_for_callers_to_set() {
    let mut store = store();
    commit(&mut store, vec![Op::Meta("machine".into(), b"m1".to_vec())]);
    let refused = store
        .commit(&[vec![Op::Meta("format".into(), vec![9, 0, 0, 0])]])
        .unwrap();
    assert_eq!(refused, [Err(StoreError::ReservedName("format".into()))]);
    assert_eq!(
        store.reader().meta("machine").unwrap(),
        Some(b"m1".to_vec())
    );
    assert_eq!(store.reader().meta("format").unwrap(), None);
}

#[test]
fn a_peer_keeps_its_newest_addresses() {
    let mut store = store();
    let seen = |n: i64, address: &str| Op::PeerAddress {
        peer: TransportKey([4; 32]),
        address: address.into(),
        seen_ms: n,
    };
    commit(
        &mut store,
        (0..12).map(|n| seen(n, &format!("10.0.0.{n}"))).collect(),
    );
    commit(&mut store, vec![seen(99, "10.0.0.6"), seen(1, "10.0.0.11")]);
    let peers = store.reader().peers().unwrap();
    let addresses: Vec<_> = peers[0]
        .addresses
        .iter()
        .map(|(address, _)| address.as_str())
        .collect();
    assert_eq!(addresses.len(), skein_store::config::PEER_ADDRESSES_MAX);
    assert_eq!(addresses[..3], ["10.0.0.6", "10.0.0.11", "10.0.0.10"]);
    commit(&mut store, vec![Op::ForgetPeer(TransportKey([4; 32]))]);
    assert_eq!(store.reader().peers().unwrap(), []);
    assert_eq!(verify(&store.reader()).problems, Vec::<String>::new());
}
