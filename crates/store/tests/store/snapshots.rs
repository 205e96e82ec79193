//! Snapshots: any size, in parts; the newest whole generation counts, the one before is kept.

use skein_store::{Op, Snapshot, Store, StoreError, config};

use crate::support::authors::{append, note, space};
use crate::support::{Author, Disk, commit, verify};

fn snapshot(author: &Author, state: &[u8]) -> Op {
    let chain = author.chain(skein_space::Log::Notes).id();
    Op::Snapshot {
        space: author.space,
        note: note(1),
        state: state.to_vec(),
        covers: vec![(chain, 1, 1)],
        frontier: vec![],
    }
}

fn store() -> (Disk, Store, Author) {
    let disk = Disk::default();
    let mut store = Store::create_with_backend(disk.clone()).expect("an empty disk");
    let mut ana = Author::new(1, space(1));
    let session = ana.session(note(1));
    commit(&mut store, vec![ana.space_op(), append(&session)]);
    (disk, store, ana)
}

fn read(store: &Store) -> Option<Snapshot> {
    store.reader().snapshot(space(1), note(1)).expect("reads")
}

fn noise(len: usize, seed: u64) -> Vec<u8> {
    use rand::{RngCore, SeedableRng};
    let mut bytes = vec![0; len];
    rand_chacha::ChaCha8Rng::seed_from_u64(seed).fill_bytes(&mut bytes);
    bytes
}

#[test]
fn states_of_any_size_come_back() {
    let (_, mut store, ana) = store();
    assert_eq!(read(&store), None);
    let part = config::SNAPSHOT_PART_BYTES;
    for (n, len) in [0, 1, part - 100, part, part + 1, 3 * part, 1_000_000]
        .into_iter()
        .enumerate()
    {
        let state = noise(len, n as u64);
        commit(&mut store, vec![snapshot(&ana, &state)]);
        let read = read(&store).expect("a snapshot");
        assert_eq!(read.state, state);
        assert_eq!(read.generation as usize, n + 1);
        assert_eq!(
            read.covers,
            [(ana.chain(skein_space::Log::Notes).id(), 1, 1)]
        );
    }
    assert_eq!(verify(&store.reader()).problems, Vec::<String>::new());
}

#[test]
fn the_generation_before_is_kept_and_older_ones_go() {
    let (_, mut store, ana) = store();
    for n in 1..=3u64 {
        commit(&mut store, vec![snapshot(&ana, &noise(100_000, n))]);
    }
    let before = |n| {
        store
            .reader()
            .snapshot_before(space(1), note(1), n)
            .expect("reads")
    };
    assert_eq!(before(3).map(|found| found.state), Some(noise(100_000, 2)));
    assert_eq!(before(2), None);
}

/// Written again after an error whose outcome was unknown, it must not push out the one before.
#[test]
fn the_same_snapshot_again_is_no_new_generation() {
    let (_, mut store, ana) = store();
    commit(&mut store, vec![snapshot(&ana, &noise(100_000, 1))]);
    commit(&mut store, vec![snapshot(&ana, &noise(100_000, 2))]);
    commit(&mut store, vec![snapshot(&ana, &noise(100_000, 2))]);
    assert_eq!(read(&store).map(|found| found.generation), Some(2));
    let before = store
        .reader()
        .snapshot_before(space(1), note(1), 2)
        .expect("reads");
    assert_eq!(before.map(|found| found.state), Some(noise(100_000, 1)));
}

#[test]
fn a_damaged_generation_is_passed_over() {
    let (disk, mut store, ana) = store();
    let states = [noise(150_000, 1), noise(150_000, 2)];
    for state in &states {
        commit(&mut store, vec![snapshot(&ana, state)]);
    }
    drop(store);
    let mut bytes = disk.live();
    let needle = &states[1][140_000..140_064];
    let at = bytes
        .windows(64)
        .position(|window| window == needle)
        .expect("the last part");
    bytes[at] ^= 1;
    let store = Store::create_with_backend(Disk::holding(bytes)).expect("opens");
    let read = read(&store).expect("the one before");
    assert_eq!((read.generation, &read.state), (1, &states[0]));
    let problems = verify(&store.reader()).problems;
    assert!(
        problems.iter().any(|problem| problem.contains("snapshots")),
        "{problems:?}"
    );
}

#[test]
fn a_snapshot_above_the_bound_is_refused() {
    let (_, mut store, ana) = store();
    let state = vec![0; config::SNAPSHOT_BYTES_MAX + 1];
    let refused = store
        .commit(&[vec![snapshot(&ana, &state)]])
        .expect("a good disk");
    assert!(matches!(refused[0], Err(StoreError::TooLarge { .. })));
}
