//! How many entries a second reach the disk: alone, each waiting for the one before, and in groups.
//!
//! `cargo run --release -p skein-store --example append_rate [folder]`; the folder's disk is what is measured.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Instant;

use skein_space::{Chain, Draft, Entry, EntryHash, Incarnation, Kind, Log, NoteId, Root, SpaceId};
use skein_store::{Op, Store, StoreThread};

const SPACE: SpaceId = SpaceId([1; 16]);
const SINGLE: usize = 1_000;
const GROUPED: usize = 50_000;
/// About what one pause in typing makes.
const PAYLOAD: usize = 40;

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    let folder = tempfile::tempdir_in(folder).expect("a folder that can be written");
    let path = folder.path().join("skein.redb");
    let entries = entries(SINGLE + GROUPED);
    let bytes: usize = entries.iter().map(|entry| entry.encode().len()).sum();
    let thread = StoreThread::start(Store::create(&path).expect("a new database"), |_| {});
    let space = Op::Space {
        space: SPACE,
        incarnation: Incarnation([1; 16]),
        left: false,
    };
    wait_for(&thread, vec![space]);

    let start = Instant::now();
    let mut worst = 0.0f64;
    for entry in &entries[..SINGLE] {
        let one = Instant::now();
        wait_for(&thread, vec![append(entry)]);
        worst = worst.max(one.elapsed().as_secs_f64());
    }
    let each = start.elapsed().as_secs_f64() / SINGLE as f64;
    println!(
        "alone:   {:>8.0} /s, {:.3} ms each, worst {:.1} ms",
        1.0 / each,
        each * 1e3,
        worst * 1e3
    );

    let start = Instant::now();
    let (heard, hear) = channel();
    for entry in &entries[SINGLE..] {
        let heard = heard.clone();
        thread.submit(
            vec![append(entry)],
            Box::new(move |result| heard.send(result).unwrap()),
        );
    }
    for _ in 0..GROUPED {
        hear.recv().unwrap().expect("a good disk");
    }
    println!(
        "grouped: {:>8.0} /s",
        GROUPED as f64 / start.elapsed().as_secs_f64()
    );

    drop(thread);
    let file = std::fs::metadata(&path).expect("the file").len();
    println!(
        "file:    {:.1} MB for {:.1} MB of entries",
        file as f64 / 1e6,
        bytes as f64 / 1e6
    );
    reading(&path, &entries);
}

fn reading(path: &std::path::Path, entries: &[Arc<Entry>]) {
    let start = Instant::now();
    let store = Store::open(path).expect("opens");
    store.load().expect("reads");
    println!("start:   {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    let reader = store.reader();
    let start = Instant::now();
    let graph = reader.graph(SPACE, NoteId([1; 16])).expect("reads");
    println!(
        "graph:   {:.1} ms for {} entries",
        start.elapsed().as_secs_f64() * 1e3,
        graph.len()
    );
    let start = Instant::now();
    for entry in entries.iter().step_by(10) {
        reader
            .entry(entry.chain_id(), entry.header().seq)
            .expect("reads")
            .expect("held");
    }
    let each = start.elapsed().as_secs_f64() * 10.0 / entries.len() as f64;
    println!("entry:   {:.1} µs each", each * 1e6);
    let start = Instant::now();
    let report = reader.verify(skein_store::Hooks {
        decode: &mut |_, _, _| Ok(()),
        progress: &mut |_, _| {},
    });
    assert!(report.problems.is_empty());
    println!("verify:  {:.1} s", start.elapsed().as_secs_f64());
}

fn append(entry: &Arc<Entry>) -> Op {
    Op::Append {
        entry: entry.clone(),
        end_clock: 0,
        refused: None,
    }
}

fn wait_for(thread: &StoreThread, ops: Vec<Op>) {
    let (heard, hear) = channel();
    thread.submit(ops, Box::new(move |result| heard.send(result).unwrap()));
    hear.recv().unwrap().expect("a good disk");
}

fn entries(count: usize) -> Vec<Arc<Entry>> {
    let signer = Root::new([1; 32]).signer();
    let chain = Chain {
        space: SPACE,
        device: signer.device_key(),
        incarnation: Incarnation([1; 16]),
        log: Log::Notes,
    };
    let mut prev = EntryHash([0; 32]);
    let mut entries = Vec::with_capacity(count);
    for seq in 1..=count as u64 {
        let session = seq == 1;
        let draft = Draft {
            chain,
            seq,
            prev,
            kind: if session { Kind::Session } else { Kind::Edit },
            note: NoteId([1; 16]),
            session: u64::from(!session),
            deps: vec![],
            wall_ms: 0,
        };
        let payload = vec![seq as u8; if session { 16 } else { PAYLOAD }];
        let entry = Entry::seal(&signer, draft, payload).expect("a sound draft");
        prev = entry.hash();
        entries.push(Arc::new(entry));
    }
    entries
}
