//! The writer thread: who is told what, when, and in which order.

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use skein_store::{Op, ReadError, State, Store, StoreError, StoreThread, config};

use crate::support::authors::{append, note, space};
use crate::support::{Author, DEADLINE, Disk, done, verify};

fn set(name: &str, value: u64) -> Op {
    Op::Local(name.into(), Some(value.to_le_bytes().to_vec()))
}

fn start() -> (Disk, StoreThread) {
    let disk = Disk::default();
    let store = Store::create_with_backend(disk.clone()).expect("an empty disk");
    (disk, StoreThread::start(store, |_| {}))
}

/// Keeps the writer busy inside a callback until told to go on.
fn hold_up(thread: &StoreThread) -> impl FnOnce() + use<> {
    let (held, is_held) = channel();
    let (go, going) = channel::<()>();
    let wait = move |_| {
        held.send(()).unwrap();
        let _ = going.recv_timeout(DEADLINE);
    };
    thread.submit(vec![set("held", 1)], Box::new(wait));
    is_held.recv_timeout(DEADLINE).expect("the writer runs");
    move || {
        let _ = go.send(());
    }
}

/// Compiles or does not: readers and the thread's handle are for any thread.
#[test]
fn handles_may_go_to_any_thread() {
    fn any_thread<T: Send + Sync + 'static>() {}
    any_thread::<skein_store::Reader>();
    any_thread::<StoreThread>();
}

#[test]
fn a_batch_is_durable_when_its_caller_hears() {
    let (disk, thread) = start();
    let (heard, hear) = channel();
    let before = disk.clone();
    let answer = move |result| heard.send((result, before.durable())).unwrap();
    thread.submit(vec![set("n", 5)], Box::new(answer));
    let (result, image) = hear
        .recv_timeout(DEADLINE)
        .expect("an answer, though nothing follows");
    assert_eq!(result, Ok(()));
    let store = Store::create_with_backend(Disk::holding(image)).expect("opens");
    assert_eq!(
        store.reader().local("n").unwrap(),
        Some(5u64.to_le_bytes().to_vec())
    );
}

/// What gathers while the disk is busy goes in groups of at most 256 operations; all hear in order.
#[test]
fn queued_batches_are_committed_in_groups_and_acknowledged_in_order() {
    let (_, thread) = start();
    let go_on = hold_up(&thread);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let count = 300u64;
    for n in 1..=count {
        let (heard, reader) = (heard.clone(), thread.reader());
        let answer = move |result| {
            assert_eq!(result, Ok(()));
            let bytes = reader.local("n").unwrap().expect("committed");
            let visible = u64::from_le_bytes(bytes.try_into().unwrap());
            heard.lock().unwrap().push((n, visible));
        };
        // Two operations each.
        thread.submit(vec![set("n", n), set("m", n)], Box::new(answer));
    }
    assert_eq!(thread.waiting(), 2 * count as usize);
    go_on();
    drop(thread.close());
    let heard = heard.lock().unwrap();
    let expected: Vec<_> = (1..=count)
        .map(|n| {
            let group = config::GROUP_OPS as u64 / 2;
            (n, (n.div_ceil(group) * group).min(count))
        })
        .collect();
    assert_eq!(*heard, expected);
}

#[test]
fn a_refused_batch_hears_in_its_turn_and_the_others_are_written() {
    let (_, thread) = start();
    let mut ana = Author::new(1, space(1));
    let (session, skipped) = (ana.session(note(1)), ana.edit(note(1), 1, b"x"));
    let ahead = ana.edit(note(1), 1, b"y");
    let go_on = hold_up(&thread);
    let (heard, hear) = channel();
    let batches = [
        vec![ana.space_op(), append(&session)],
        vec![append(&ahead)],
        vec![append(&skipped), append(&ahead)],
    ];
    for (n, batch) in batches.into_iter().enumerate() {
        let heard = heard.clone();
        let answer = move |result: Result<(), StoreError>| heard.send((n, result.is_ok())).unwrap();
        thread.submit(batch, Box::new(answer));
    }
    go_on();
    let heard: Vec<_> = (0..3)
        .map(|_| hear.recv_timeout(DEADLINE).unwrap())
        .collect();
    assert_eq!(heard, [(0, true), (1, false), (2, true)]);
    assert_eq!(thread.reader().graph(space(1), note(1)).unwrap().len(), 3);
}

#[test]
fn a_full_queue_refuses_at_once_and_loses_nothing_that_it_took() {
    let (_, thread) = start();
    let go_on = hold_up(&thread);
    let (full, taken) = done();
    let many = (0..config::QUEUE_OPS as u64)
        .map(|n| set("many", n))
        .collect();
    thread.submit(many, full);
    let (one_more, refused) = done();
    thread.submit(vec![set("n", 1)], one_more);
    assert_eq!(refused.try_recv(), Ok(Err(StoreError::QueueFull)));
    go_on();
    assert_eq!(taken.recv_timeout(DEADLINE), Ok(Ok(())));
    let (again, accepted) = done();
    thread.submit(vec![set("n", 2)], again);
    assert_eq!(accepted.recv_timeout(DEADLINE), Ok(Ok(())));
}

#[test]
fn closing_writes_what_is_queued_and_then_refuses() {
    let (_, thread) = start();
    let reader = thread.reader();
    let go_on = hold_up(&thread);
    let (last, heard) = done();
    thread.submit(vec![set("n", 7)], last);
    go_on();
    let store = thread.close().expect("the writer ended well");
    assert_eq!(heard.try_recv(), Ok(Ok(())));
    assert_eq!(
        reader.local("n").unwrap(),
        Some(7u64.to_le_bytes().to_vec())
    );
    drop(store);
    assert_eq!(reader.local("n"), Err(ReadError::Closed));
}

#[test]
fn a_callback_that_panics_does_not_stop_the_writer() {
    let (_, thread) = start();
    thread.submit(vec![set("n", 1)], Box::new(|_| panic!("on purpose")));
    let (next, heard) = done();
    thread.submit(vec![set("n", 2)], next);
    assert_eq!(heard.recv_timeout(DEADLINE), Ok(Ok(())));
    assert_eq!(thread.state(), State::Ready);
}

/// Readers on other threads see whole batches only, while the writer writes.
#[test]
fn readers_see_whole_batches_while_the_writer_writes() {
    let (_, thread) = start();
    let reader = thread.reader();
    let reading = std::thread::spawn(move || {
        let mut last = 0;
        while last < 300 {
            let pair = reader.locals("pair/").unwrap();
            let Some((_, first)) = pair.first() else {
                continue;
            };
            assert!(pair.iter().all(|(_, value)| value == first), "{pair:?}");
            last = u64::from_le_bytes(first.clone().try_into().unwrap());
        }
    });
    let mut last = None;
    for n in 1..=300 {
        let (answer, heard) = done();
        thread.submit(vec![set("pair/a", n), set("pair/b", n)], answer);
        last = Some(heard);
    }
    assert_eq!(last.unwrap().recv_timeout(DEADLINE), Ok(Ok(())));
    reading.join().unwrap();
    assert_eq!(verify(&thread.reader()).problems, Vec::<String>::new());
}

/// On a real file, with its reserve beside it.
#[test]
fn a_file_is_written_reopened_and_has_a_reserve() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("skein.redb");
    let thread = StoreThread::start(Store::create(&path).unwrap(), |_| {});
    let (answer, heard) = done();
    thread.submit(vec![set("n", 3)], answer);
    assert_eq!(heard.recv_timeout(DEADLINE), Ok(Ok(())));
    drop(thread);
    let reserve = std::fs::metadata(path.with_extension("reserve")).unwrap();
    assert_eq!(reserve.len(), config::RESERVE_BYTES as u64);
    let store = Store::open(&path).unwrap();
    assert_eq!(
        store.reader().local("n").unwrap(),
        Some(3u64.to_le_bytes().to_vec())
    );
}
