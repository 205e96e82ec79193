//! Verification: sound stores have no problems, and one flipped byte in any table is one.

use std::collections::BTreeSet;

use redb::{Database, Key, ReadableDatabase, ReadableTable, TableDefinition, TableHandle};
use skein_space::{Log, Role, SecretLabel, TicketId, TransportKey};
use skein_store::{DraftRow, Hooks, NoteRow, Op, Store, TicketRow};

use crate::support::authors::{append, append_refused, note, space};
use crate::support::{Author, commit, verify, verify_all};

/// Something in every table.
fn fill(store: &mut Store) {
    let mut ana = Author::new(1, space(1));
    let member = ana.member(b"found");
    let session = ana.session(note(1));
    let edit = ana.edit_on(note(1), 1, vec![member.reference()], b"words");
    let refused = ana.edit(note(1), 1, b"bad");
    commit(
        store,
        vec![
            ana.space_op(),
            append(&member),
            append(&session),
            append(&edit),
        ],
    );
    commit(store, vec![append_refused(&refused, "not canonical")]);
    let row = NoteRow {
        title: "a title".into(),
        frontier: vec![edit.reference()],
        refused: 1,
        ..NoteRow::default()
    };
    commit(
        store,
        vec![
            Op::NoteRow(ana.space, note(1), row),
            Op::Snapshot {
                space: ana.space,
                note: note(1),
                state: vec![5; 70_000],
                covers: vec![(ana.chain(Log::Notes).id(), 1, 2)],
                frontier: vec![edit.reference()],
            },
            Op::Secrets {
                space: ana.space,
                label: SecretLabel([1; 32]),
                secrets: vec![[2; 32]],
            },
            Op::Ticket(TicketRow {
                ticket: TicketId([3; 16]),
                space: ana.space,
                secret: [4; 32],
                role: Role::Editor,
                expiry_s: 1,
                port: 2,
                bound: None,
            }),
            Op::Draft(DraftRow {
                space: ana.space,
                note: note(1),
                made_ms: 1,
                update: vec![1],
                text: "t".into(),
                reason: "r".into(),
            }),
            Op::Local("port".into(), Some(vec![1, 2])),
            Op::Meta("machine".into(), vec![1, 2]),
            Op::PeerAddress {
                peer: TransportKey([6; 32]),
                address: "10.0.0.1".into(),
                seen_ms: 1,
            },
        ],
    );
}

#[test]
fn a_sound_store_has_no_problems() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(folder.path().join("db")).unwrap();
    fill(&mut store);
    let report = verify_all(&mut store);
    assert_eq!(report.problems, Vec::<String>::new());
    assert_eq!((report.entries, report.notes), (4, 1));
    let mut last = (0, 0);
    let mut decoded = Vec::new();
    store.reader().verify(Hooks {
        decode: &mut |_, _, state| {
            decoded.push(state.len());
            Ok(())
        },
        progress: &mut |done, of| last = (done, of),
    });
    assert_eq!((last, decoded), ((4, 4), vec![70_000]));
}

#[test]
fn a_snapshot_that_does_not_decode_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::create(folder.path().join("db")).unwrap();
    fill(&mut store);
    let report = store.reader().verify(Hooks {
        decode: &mut |_, _, _| Err("no document".into()),
        progress: &mut |_, _| {},
    });
    assert_eq!(report.problems.len(), 1);
    assert!(report.problems[0].contains("no document"));
}

/// Changes one row of a table with redb alone, so that redb's own checks hold.
fn change<K: Key + 'static>(
    database: &Database,
    name: &str,
    nth: usize,
    by: &dyn Fn(&mut Vec<u8>),
) -> bool {
    let table: TableDefinition<K, &'static [u8]> = TableDefinition::new(name);
    let txn = database.begin_write().unwrap();
    {
        let mut table = txn.open_table(table).unwrap();
        let mut rows = table
            .extract_from_if::<K::SelfType<'_>, _>(.., |_, _| true)
            .unwrap();
        let mut kept = Vec::new();
        for row in &mut rows {
            let (key, value) = row.unwrap();
            kept.push((
                K::as_bytes(&key.value()).as_ref().to_vec(),
                value.value().to_vec(),
            ));
        }
        drop(rows);
        if nth >= kept.len() {
            return false;
        }
        by(&mut kept[nth].1);
        for (key, value) in &kept {
            table.insert(K::from_bytes(key), value.as_slice()).unwrap();
        }
    }
    txn.commit().unwrap();
    true
}

type Change = fn(&Database, &str, usize, &dyn Fn(&mut Vec<u8>)) -> bool;

fn tables() -> Vec<(&'static str, Change)> {
    vec![
        ("meta", change::<&str>),
        ("spaces", change::<u32>),
        ("chains", change::<u32>),
        ("chain_ids", change::<(&[u8; 16], u8)>),
        ("entries", change::<(u32, u64)>),
        ("by_note", change::<(u32, &[u8; 16], u64)>),
        ("roster", change::<(u32, u64)>),
        ("snapshots", change::<(u32, &[u8; 16], u32, u32)>),
        ("notes", change::<(u32, &[u8; 16])>),
        ("secrets", change::<(u32, &[u8; 32])>),
        ("tickets", change::<&[u8; 16]>),
        ("quarantine", change::<(u32, &[u8; 16], u64)>),
        ("drafts", change::<(u32, &[u8; 16], &[u8; 16])>),
        ("local", change::<&str>),
        ("peers", change::<&[u8; 32]>),
    ]
}

/// The store opens with problems, or says at opening that it is damaged.
fn is_found(path: &std::path::Path) -> bool {
    match Store::open(path) {
        Ok(store) => !verify(&store.reader()).problems.is_empty(),
        Err(_) => true,
    }
}

#[test]
fn a_flipped_byte_in_any_row_of_any_table_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    fill(&mut Store::create(&path).unwrap());
    let names: BTreeSet<String> = {
        let database = Database::open(&path).unwrap();
        let txn = database.begin_read().unwrap();
        txn.list_tables()
            .unwrap()
            .map(|table| table.name().to_owned())
            .collect()
    };
    let known: BTreeSet<String> = tables()
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(names, known, "a table is not tried here");

    let sound = std::fs::read(&path).unwrap();
    for (name, change) in tables() {
        for nth in 0.. {
            let mut tried = false;
            for place in [0.0, 0.3, 0.7, 1.0] {
                let database = Database::open(&path).unwrap();
                let flip = |value: &mut Vec<u8>| {
                    let at = ((value.len() - 1) as f64 * place) as usize;
                    value[at] ^= 0x10;
                };
                tried = change(&database, name, nth, &flip);
                drop(database);
                if tried {
                    assert!(is_found(&path), "{name}, row {nth}, at {place}");
                    std::fs::write(&path, &sound).unwrap();
                }
            }
            if !tried {
                assert!(nth > 0, "{name} is empty");
                break;
            }
        }
    }
}

#[test]
fn a_missing_row_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    fill(&mut Store::create(&path).unwrap());
    let sound = std::fs::read(&path).unwrap();
    let remove = |name: &str, removed: &dyn Fn(&redb::WriteTransaction)| {
        let database = Database::open(&path).unwrap();
        let txn = database.begin_write().unwrap();
        removed(&txn);
        txn.commit().unwrap();
        drop(database);
        assert!(is_found(&path), "{name}");
        std::fs::write(&path, &sound).unwrap();
    };
    fn first<K: Key + 'static>(name: &'static str) -> impl Fn(&redb::WriteTransaction) {
        move |txn| {
            let table: TableDefinition<K, &'static [u8]> = TableDefinition::new(name);
            assert!(
                txn.open_table(table)
                    .unwrap()
                    .pop_first()
                    .unwrap()
                    .is_some()
            );
        }
    }
    remove("chain_ids", &first::<(&[u8; 16], u8)>("chain_ids"));
    remove("chains", &first::<u32>("chains"));
    remove("spaces", &first::<u32>("spaces"));
    remove("entries", &first::<(u32, u64)>("entries"));
    remove("by_note", &first::<(u32, &[u8; 16], u64)>("by_note"));
    remove("roster", &first::<(u32, u64)>("roster"));
    remove("quarantine", &first::<(u32, &[u8; 16], u64)>("quarantine"));
    remove(
        "snapshots",
        &first::<(u32, &[u8; 16], u32, u32)>("snapshots"),
    );
}

/// Rows that are sound in themselves but do not belong together: a row of another place, put here.
#[test]
fn a_row_under_another_key_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db");
    fill(&mut Store::create(&path).unwrap());
    let database = Database::open(&path).unwrap();
    let entries: TableDefinition<(u32, u64), &'static [u8]> = TableDefinition::new("entries");
    let txn = database.begin_write().unwrap();
    {
        let mut table = txn.open_table(entries).unwrap();
        let value = table.get((1, 2)).unwrap().unwrap().value().to_vec();
        table.insert((1, 3), value.as_slice()).unwrap();
    }
    txn.commit().unwrap();
    drop(database);
    assert!(is_found(&path));
}

/// A flipped bit anywhere in the file: found by the pages' checks or the rows', or in a page nobody uses.
#[test]
fn a_flipped_byte_in_the_file_is_found_or_harmless() {
    use crate::support::Disk;
    let disk = Disk::default();
    let mut store = Store::create_with_backend(disk.clone()).unwrap();
    fill(&mut store);
    let before = store.load().unwrap();
    drop(store);
    let sound = disk.live();
    let (mut found, mut harmless) = (0, 0);
    for at in (0..sound.len()).step_by(1_531) {
        let mut bytes = sound.clone();
        bytes[at] ^= 0x08;
        match Store::create_with_backend(Disk::holding(bytes)) {
            Err(_) => found += 1,
            Ok(mut store) => {
                if verify_all(&mut store).problems.is_empty() {
                    let now = store.load().unwrap();
                    assert_eq!(
                        (now.notes, now.roster, now.chains),
                        (
                            before.notes.clone(),
                            before.roster.clone(),
                            before.chains.clone()
                        )
                    );
                    harmless += 1;
                } else {
                    found += 1;
                }
            }
        }
    }
    assert!(
        found > 5 && harmless > 5,
        "{found} found, {harmless} harmless"
    );
}
