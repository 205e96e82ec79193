//! The storage fails under the writer: it says so, opens the file again, and writes what it was given.

use std::io::ErrorKind;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use skein_space::Log;
use skein_store::{Fault, Op, State, Store, StoreError, StoreThread};

use crate::support::authors::{append, note, space};
use crate::support::disk::Blocks;
use crate::support::{Author, DEADLINE, Disk, done, verify};

const KINDS: [ErrorKind; 3] = [
    ErrorKind::Other,
    ErrorKind::StorageFull,
    ErrorKind::ReadOnlyFilesystem,
];

/// Batches of a small story, one entry each: held already when they are written again after an error whose
/// outcome is unknown.
fn story(batches: u8) -> Vec<Vec<Op>> {
    let mut ana = Author::new(1, space(1));
    let mut story = vec![vec![ana.space_op(), append(&ana.session(note(1)))]];
    for n in 1..batches {
        story.push(vec![append(&ana.edit(note(1), 1, &[n; 2_000]))]);
    }
    story
}

/// What one run over a bad disk gave.
struct Run {
    /// Who heard what, in order.
    heard: Vec<(u8, Result<(), StoreError>)>,
    states: Vec<State>,
    /// What was on the disk for certain when this batch was acknowledged.
    at_ack: Vec<(u8, Vec<u8>)>,
}

/// Submits the story to a writer on this disk, looking at the disk itself at one of the acknowledgements.
fn run(disk: &Disk, story: &[Vec<Op>], look_at: u8) -> Run {
    let store = Store::create_with_backend(disk.clone()).expect("the disk is still good");
    run_on(disk, store, story, look_at)
}

fn run_on(disk: &Disk, store: Store, story: &[Vec<Op>], look_at: u8) -> Run {
    let states = Arc::new(Mutex::new(Vec::new()));
    let seen = states.clone();
    let thread = StoreThread::start(store, move |state| seen.lock().unwrap().push(state.clone()));
    let (heard, hear) = channel();
    let mut all = Vec::new();
    let at_ack = Arc::new(Mutex::new(Vec::new()));
    for (n, batch) in (0..).zip(story) {
        let (heard, at_ack, disk) = (heard.clone(), at_ack.clone(), disk.clone());
        let answer = move |result| {
            if n == look_at {
                at_ack.lock().unwrap().push((n, disk.durable()));
            }
            heard.send((n, result)).unwrap();
        };
        thread.submit(batch.clone(), Box::new(answer));
        // Odd ones wait, so that there are groups of one and groups of two.
        if n % 2 == 1 {
            all.push(hear.recv_timeout(DEADLINE).expect("all hear in the end"));
        }
    }
    while all.len() < story.len() {
        all.push(hear.recv_timeout(DEADLINE).expect("all hear in the end"));
    }
    let heard = all;
    drop(thread);
    let states = states.lock().unwrap().clone();
    let at_ack = std::mem::take(&mut *at_ack.lock().unwrap());
    Run {
        heard,
        states,
        at_ack,
    }
}

/// How many batches are on these bytes.
fn batches(bytes: Vec<u8>, thorough: bool) -> usize {
    let store = Store::create_with_backend(Disk::holding(bytes)).expect("opens");
    if thorough {
        assert_eq!(verify(&store.reader()).problems, Vec::<String>::new());
    }
    let chains = store.load().expect("reads").chains;
    chains.first().map_or(0, |row| row.tip_seq as usize)
}

fn check(story: &[Vec<Op>], disk: &Disk, run: Run, thorough: bool) {
    let all: Vec<_> = (0..story.len() as u8).map(|n| (n, Ok(()))).collect();
    assert_eq!(run.heard, all, "everybody hears that it is saved, in order");
    let (last, before) = run.states.split_last().expect("closed");
    assert_eq!(*last, State::Closed);
    if let Some(state) = before.last() {
        assert_eq!(*state, State::Ready, "{before:?}");
    }
    for (batch, image) in run.at_ack {
        assert!(
            batches(image, false) > batch.into(),
            "acknowledged before it was on disk"
        );
    }
    assert_eq!(batches(disk.durable(), thorough), story.len());
}

/// Each single call fails once, in each way: nobody notices but by the state.
#[test]
fn a_failure_at_any_call_is_survived() {
    let story = story(8);
    let mut troubles = 0;
    for kind in KINDS {
        for call in 0.. {
            let disk = Disk::default();
            drop(Store::create_with_backend(disk.clone()));
            let store = Store::create_with_backend(disk.clone()).expect("good");
            let first = disk.calls() + call;
            disk.fail(first..first + 1, kind);
            let run = run_on(&disk, store, &story, call as u8 % 8);
            let trouble = run
                .states
                .iter()
                .any(|state| matches!(state, State::Trouble(_)));
            troubles += u32::from(trouble);
            let failed = disk.failed();
            check(&story, &disk, run, call % 5 == 0);
            if failed == 0 {
                assert!(call > 30);
                break;
            }
        }
    }
    assert!(troubles > 100, "only {troubles} runs had trouble");
}

/// Several calls in a row fail, so that opening again fails as well.
#[test]
fn failures_while_opening_again_are_survived() {
    let story = story(6);
    for call in (0..60).step_by(4) {
        let disk = Disk::default();
        drop(Store::create_with_backend(disk.clone()));
        let store = Store::create_with_backend(disk.clone()).expect("good");
        let first = disk.calls() + call;
        disk.fail(first..first + 4, KINDS[call as usize / 4 % 3]);
        let run = run_on(&disk, store, &story, 3);
        check(&story, &disk, run, true);
    }
}

#[test]
fn trouble_is_said_with_its_reason_while_it_lasts() {
    let disk = Disk::default();
    let store = Store::create_with_backend(disk.clone()).unwrap();
    let (said, hear) = channel();
    let thread = StoreThread::start(store, move |state| said.send(state.clone()).unwrap());
    disk.fail(disk.calls()..u64::MAX, ErrorKind::ReadOnlyFilesystem);
    let (answer, saved) = done();
    thread.submit(story(1).remove(0), answer);
    let state = hear.recv_timeout(DEADLINE).unwrap();
    assert!(
        matches!(state, State::Trouble(Fault::ReadOnly(_))),
        "{state:?}"
    );
    assert!(matches!(thread.state(), State::Trouble(_)));
    assert!(saved.try_recv().is_err(), "nobody is told that it is saved");
    let reads = thread.reader().local("batch");
    disk.fail(0..0, ErrorKind::Other);
    assert_eq!(saved.recv_timeout(DEADLINE), Ok(Ok(())));
    let mut last = state;
    while last != State::Ready {
        last = hear.recv_timeout(DEADLINE).unwrap();
    }
    assert!(thread.reader().local("batch").is_ok());
    drop(reads);
}

#[test]
fn closing_on_a_dead_disk_says_what_was_not_saved() {
    let disk = Disk::default();
    let store = Store::create_with_backend(disk.clone()).unwrap();
    let thread = StoreThread::start(store, |_| {});
    disk.fail(disk.calls()..u64::MAX, ErrorKind::Other);
    let answers: Vec<_> = story(4)
        .into_iter()
        .map(|batch| {
            let (answer, heard) = done();
            thread.submit(batch, answer);
            heard
        })
        .collect();
    drop(thread);
    for heard in answers {
        assert!(matches!(heard.try_recv(), Ok(Err(StoreError::NotSaved(_)))));
    }
}

/// A full disk: what was typed is saved into the reserve's room, the state says so, and all is well again
/// once there is room.
#[test]
fn a_full_disk_saves_what_was_typed_and_says_so() {
    let disk = Disk::default();
    let store = Store::create_with_backend(disk.clone()).unwrap();
    let (said, hear) = channel();
    let blocks = Blocks {
        disk: disk.clone(),
        blocks: 200,
        held: true,
    };
    let on_state = move |state: &State| said.send(state.clone()).unwrap();
    let thread = StoreThread::start_with_reserve(store, Box::new(blocks), on_state);
    disk.fill_up(5);
    let story = story(20);
    let answers: Vec<_> = story
        .iter()
        .map(|batch| {
            let (answer, heard) = done();
            thread.submit(batch.clone(), answer);
            heard
        })
        .collect();
    for heard in answers {
        assert_eq!(heard.recv_timeout(DEADLINE), Ok(Ok(())));
    }
    assert!(disk.failed() > 0, "the disk was never full");
    assert_eq!(
        hear.recv_timeout(DEADLINE),
        Ok(State::Trouble(Fault::DiskFull))
    );
    assert_eq!(thread.state(), State::Trouble(Fault::DiskFull));
    assert_eq!(batches(disk.durable(), true), 20);
    disk.make_room();
    assert_eq!(hear.recv_timeout(DEADLINE), Ok(State::Ready));
}

/// After a failed read redb refuses everything: the file must be opened again though nothing is written.
#[test]
fn reading_goes_on_after_a_failed_read_without_any_write() {
    let disk = Disk::default();
    drop(run(&disk, &story(60), 0));
    let chain = Author::new(1, space(1)).chain(Log::Notes).id();
    let mut failures = 0;
    for call in 0..30 {
        disk.fail(0..0, ErrorKind::Other);
        let store = Store::create_with_backend(disk.clone()).unwrap();
        // A store that had another thread before.
        let store = StoreThread::start(store, |_| {}).close().unwrap();
        let thread = StoreThread::start(store, |_| {});
        let first = disk.calls() + call;
        disk.fail(first..first + 1, ErrorKind::Other);
        let read = || {
            let entries = thread.reader().entries(chain, 1..=60, usize::MAX);
            entries.map(|entries| entries.len())
        };
        let give_up = Instant::now() + DEADLINE;
        while read() != Ok(60) {
            failures += 1;
            assert!(Instant::now() < give_up, "reading does not come back");
            std::thread::yield_now();
        }
    }
    assert!(failures > 10, "only {failures} reads failed");
}
