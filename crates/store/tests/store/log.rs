//! Appending: what follows is held, what is held again is nothing, what does not follow is refused whole.

use skein_space::{Kind, Log};
use skein_store::{Op, Store, StoreError};

use crate::support::authors::{append, append_refused, fork, note, space};
use crate::support::{Author, Disk, commit, verify_all};

fn store() -> (Store, Author) {
    let mut store = Store::create_with_backend(Disk::default()).expect("an empty disk");
    let ana = Author::new(1, space(1));
    commit(&mut store, vec![ana.space_op()]);
    (store, ana)
}

#[test]
fn what_was_appended_is_read_back_byte_for_byte() {
    let (mut store, mut ana) = store();
    let member = ana.member(b"found");
    let session = ana.session(note(1));
    let first = ana.edit_on(note(1), 1, vec![member.reference()], b"words");
    let unknown = skein_space::EntryRef {
        chain: skein_space::ChainId([8; 16]),
        seq: 3,
        hash: skein_space::ShortHash([9; 16]),
    };
    let second = ana.edit_on(note(1), 1, vec![unknown], &[0; 70_000]);
    let entries = [&member, &session, &first, &second];
    commit(&mut store, entries.map(append).to_vec());

    let reader = store.reader();
    let chain = session.chain_id();
    for entry in entries {
        let read = reader
            .entry(entry.chain_id(), entry.header().seq)
            .unwrap()
            .unwrap();
        assert_eq!(read.encode(), entry.encode());
        assert_eq!(
            reader.entry_by_ref(&entry.reference()).unwrap().as_ref(),
            Some(&read)
        );
    }
    assert_eq!(reader.entry(chain, 4).unwrap(), None);
    assert_eq!(reader.entry(unknown.chain, 3).unwrap(), None);
    let read = reader.entries(chain, 1..=9, usize::MAX).unwrap();
    assert_eq!(read, [session, first.clone(), second.clone()]);
    assert_eq!(reader.entries(chain, 2..=3, 10).unwrap(), [first]);
    assert_eq!(reader.entries(chain, 3..=3, 10).unwrap(), [second]);
}

#[test]
fn the_graph_has_every_entry_of_a_note_in_arrival_order() {
    let (mut store, mut ana) = store();
    let mut ben = Author::new(2, ana.space);
    let (one, two) = (ana.session(note(1)), ben.session(note(1)));
    let other = ana.session(note(2));
    let edit = ben.edit_on(note(1), 1, vec![one.reference()], b"x");
    commit(&mut store, vec![append(&two), append(&one)]);
    commit(
        &mut store,
        vec![append(&other), append_refused(&edit, "not canonical")],
    );

    let graph = store.reader().graph(ana.space, note(1)).unwrap();
    let seen: Vec<_> = graph
        .iter()
        .map(|row| (row.arrival, row.hash, row.kind))
        .collect();
    assert_eq!(
        seen,
        [
            (1, two.hash(), Kind::Session),
            (2, one.hash(), Kind::Session),
            (3, edit.hash(), Kind::Edit),
        ]
    );
    assert_eq!(graph[2].refused.as_deref(), Some("not canonical"));
    assert_eq!(graph[2].deps, vec![one.reference()]);
    assert_eq!(graph[1].end_clock, 10);
    assert_eq!(
        store.reader().graph_from(ana.space, note(1), 3).unwrap(),
        graph[2..]
    );
    let refused = store.reader().quarantined(ana.space).unwrap();
    assert_eq!(refused, [(note(1), graph[2].clone())]);
    assert_eq!(
        store.reader().notes_with_entries(ana.space).unwrap(),
        [note(1), note(2)]
    );
    assert_eq!(store.reader().graph(space(7), note(1)).unwrap(), []);
}

#[test]
fn a_start_reads_chains_rosters_notes_and_spaces() {
    let (mut store, mut ana) = store();
    let members = [ana.member(b"a"), ana.member(b"b")];
    let session = ana.session(note(1));
    commit(
        &mut store,
        vec![append(&members[0]), append(&session), append(&members[1])],
    );
    let row = skein_store::NoteRow {
        title: "Plan".into(),
        folder: Some("Work".into()),
        tags: vec!["a".into(), "b".into()],
        modified_ms: -5,
        frontier: vec![session.reference()],
        ..Default::default()
    };
    commit(
        &mut store,
        vec![Op::NoteRow(ana.space, note(1), row.clone())],
    );

    let loaded = store.load().unwrap();
    assert_eq!(loaded.roster, members);
    assert_eq!(loaded.notes, [(ana.space, note(1), row)]);
    assert_eq!(loaded.spaces.len(), 1);
    let tips: Vec<_> = loaded
        .chains
        .iter()
        .map(|row| (row.chain, row.tip_seq, row.tip_hash))
        .collect();
    assert_eq!(
        tips,
        [
            (ana.chain(Log::Roster), 2, members[1].hash()),
            (ana.chain(Log::Notes), 1, session.hash()),
        ]
    );
}

#[test]
fn the_same_entry_again_is_nothing() {
    let (mut store, mut ana) = store();
    let (session, edit) = (ana.session(note(1)), ana.edit(note(1), 1, b"x"));
    commit(&mut store, vec![append(&session), append(&edit)]);
    commit(&mut store, vec![append(&session)]);
    commit(
        &mut store,
        vec![append(&edit), append(&session), append(&edit)],
    );
    assert_eq!(store.reader().graph(ana.space, note(1)).unwrap().len(), 2);
    let later = ana.edit(note(1), 1, b"y");
    commit(
        &mut store,
        vec![append(&session), append(&later), append(&later)],
    );
    assert_eq!(store.reader().graph(ana.space, note(1)).unwrap().len(), 3);
    assert_eq!(verify_all(&mut store).problems, Vec::<String>::new());
}

#[test]
fn an_entry_that_does_not_follow_is_refused_with_its_whole_batch() {
    let (mut store, mut ana) = store();
    let session = ana.session(note(1));
    let (skipped, ahead) = (ana.edit(note(1), 1, b"x"), ana.edit(note(1), 1, b"y"));
    let mark = |n: u8| Op::Local("mark".into(), Some(vec![n]));
    let results = store
        .commit(&[
            vec![append(&session), mark(1)],
            vec![append(&ahead), mark(2)],
            vec![mark(3), append(&skipped), append(&ahead)],
        ])
        .unwrap();
    let refused = StoreError::NotNext {
        chain: session.chain_id(),
        seq: 3,
        tip_seq: 1,
    };
    assert_eq!(results, [Ok(()), Err(refused), Ok(())]);
    assert_eq!(store.reader().local("mark").unwrap(), Some(vec![3]));

    let ben = Author::new(2, ana.space).edit_after(&session, b"z");
    let refused = store.commit(&[vec![mark(4), append(&ben)]]).unwrap();
    assert!(matches!(
        refused[0],
        Err(StoreError::NotNext { tip_seq: 0, .. })
    ));
    assert_eq!(store.reader().local("mark").unwrap(), Some(vec![3]));
    assert_eq!(verify_all(&mut store).problems, Vec::<String>::new());
}

/// A refused batch had placed chains and spaces in memory already: they must be gone again.
#[test]
fn a_refused_batch_leaves_no_trace_for_the_next_one() {
    let (mut store, mut ana) = store();
    let mut ben = Author::new(2, space(2));
    let (theirs, gap) = (ben.session(note(1)), ana.session(note(1)));
    let ahead = ana.edit(note(1), 1, b"x");
    let results = store
        .commit(&[
            vec![ben.space_op(), append(&theirs), append(&ahead)],
            vec![append(&theirs)],
            vec![append(&gap), append(&ahead)],
            vec![ben.space_op(), append(&theirs)],
        ])
        .unwrap();
    assert!(matches!(results[0], Err(StoreError::NotNext { .. })));
    assert_eq!(results[1], Err(StoreError::UnknownSpace(space(2))));
    assert_eq!(results[2..], [Ok(()), Ok(())]);
    assert_eq!(verify_all(&mut store).problems, Vec::<String>::new());
    assert_eq!(store.load().unwrap().chains.len(), 2);
}

#[test]
fn a_contradicting_entry_needs_a_fork_and_gets_a_branch() {
    let (mut store, mut ana) = store();
    let session = ana.session(note(1));
    let main = [ana.edit(note(1), 1, b"one"), ana.edit(note(1), 1, b"two")];
    commit(
        &mut store,
        vec![append(&session), append(&main[0]), append(&main[1])],
    );
    let mut clone = Author::new(1, space(1));
    clone.session(note(1));
    let other = [
        clone.edit(note(1), 1, b"uno"),
        clone.edit(note(1), 1, b"due"),
    ];
    let refused = store.commit(&[vec![append(&other[0])]]).unwrap();
    let expected = StoreError::Contradicts {
        chain: session.chain_id(),
        seq: 2,
        held: main[0].hash(),
    };
    assert_eq!(refused, [Err(expected)]);

    commit(
        &mut store,
        vec![fork(&other[0]), append(&other[1]), fork(&other[0])],
    );
    let third = ana.edit(note(1), 1, b"three");
    commit(&mut store, vec![append(&third)]);
    let reader = store.reader();
    let chain = session.chain_id();
    let [one, two] = main;
    let [uno, due] = other;
    assert_eq!(
        reader.entries(chain, 1..=9, usize::MAX).unwrap(),
        [session.clone(), one, two, third.clone()]
    );
    assert_eq!(
        reader.branch_entries(chain, 1, 1..=9, usize::MAX).unwrap(),
        [session, uno.clone(), due.clone()]
    );
    assert_eq!(reader.entry_by_ref(&uno.reference()).unwrap(), Some(uno));
    assert_eq!(reader.graph(ana.space, note(1)).unwrap().len(), 6);
    let loaded = store.load().unwrap();
    let rows: Vec<_> = loaded
        .chains
        .iter()
        .map(|row| (row.branch, row.fork_seq, row.tip_hash))
        .collect();
    assert_eq!(rows, [(0, 1, third.hash()), (1, 2, due.hash())]);
    assert_eq!(verify_all(&mut store).problems, Vec::<String>::new());
}

#[test]
fn branches_of_branches_share_their_beginnings_and_are_bounded() {
    let (mut store, mut ana) = store();
    let session = ana.session(note(1));
    let first = ana.edit(note(1), 1, b"0");
    commit(&mut store, vec![append(&session), append(&first)]);
    let one = ana.edit_after(&session, b"1");
    let one_on = ana.edit_after(&one, b"1 on");
    let two = ana.edit_after(&one, b"2");
    let root = {
        let mut clone = Author::new(1, space(1));
        clone.session(note(2))
    };
    commit(
        &mut store,
        vec![fork(&one), fork(&one_on), fork(&two), fork(&root)],
    );
    let reader = store.reader();
    let branch = |n| {
        reader
            .branch_entries(session.chain_id(), n, 1..=9, usize::MAX)
            .unwrap()
    };
    assert_eq!(branch(2), [session.clone(), one.clone(), two]);
    assert_eq!(branch(3), [root]);
    let fifth = ana.edit_after(&one, b"5");
    let refused = store.commit(&[vec![fork(&fifth)]]).unwrap();
    let chain = session.chain_id();
    assert_eq!(refused, [Err(StoreError::TooManyBranches { chain })]);
    assert_eq!(verify_all(&mut store).problems, Vec::<String>::new());
}

#[test]
fn what_is_not_in_a_known_space_is_refused() {
    let (mut store, _) = store();
    let mut ben = Author::new(2, space(2));
    let ops = [
        append(&ben.session(note(1))),
        Op::NoteRow(space(2), note(1), Default::default()),
        Op::Secrets {
            space: space(2),
            label: skein_space::SecretLabel([0; 32]),
            secrets: vec![[1; 32]],
        },
    ];
    for op in ops {
        let refused = store.commit(&[vec![op]]).unwrap();
        assert_eq!(refused, [Err(StoreError::UnknownSpace(space(2)))]);
    }
}
