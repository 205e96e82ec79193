//! A database file that was damaged: `(offset u32 ‖ length ‖ bytes)*` written over a sound image.

use std::io::{Error, ErrorKind, Result};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use skein_space::{Draft, Entry, EntryRef, Kind, NoteId};
use skein_store::{Hooks, Op, Snapshot, StorageBackend, Store};

use super::Target;
use crate::bounded::accepted;
use crate::cast::{chain, draft, roster, signer, space};

pub const IMAGE: Target = Target {
    name: "image",
    run,
    seeds,
    words: &[],
};

/// A file in memory.
#[derive(Clone, Debug, Default)]
struct File(Arc<Mutex<Vec<u8>>>);

impl File {
    fn bytes<T>(&self, action: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        action(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl StorageBackend for File {
    fn len(&self) -> Result<u64> {
        Ok(self.bytes(|bytes| bytes.len() as u64))
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        self.bytes(|bytes| {
            let found = usize::try_from(offset)
                .ok()
                .and_then(|at| bytes.get(at..at.checked_add(out.len())?));
            out.copy_from_slice(found.ok_or(Error::from(ErrorKind::UnexpectedEof))?);
            Ok(())
        })
    }

    fn set_len(&self, len: u64) -> Result<()> {
        // A disk has an end, whatever a damaged header says.
        if len > 64 << 20 {
            return Err(Error::from(ErrorKind::StorageFull));
        }
        self.bytes(|bytes| bytes.resize(len as usize, 0));
        Ok(())
    }

    fn sync_data(&self) -> Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<()> {
        let end = offset + data.len() as u64;
        if end > 64 << 20 {
            return Err(Error::from(ErrorKind::StorageFull));
        }
        self.bytes(|bytes| {
            if bytes.len() < end as usize {
                bytes.resize(end as usize, 0);
            }
            bytes[offset as usize..end as usize].copy_from_slice(data);
        });
        Ok(())
    }
}

/// A sound image and what is in it.
struct Sound {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

fn sound() -> &'static Sound {
    static SOUND: OnceLock<Sound> = OnceLock::new();
    SOUND.get_or_init(|| {
        let entries = entries();
        let file = File::default();
        let mut store = Store::create_with_backend(file.clone()).expect("an empty file");
        let mut batch = vec![Op::Space {
            space: space(),
            incarnation: chain(Kind::Edit.log()).incarnation,
            left: false,
        }];
        batch.extend(entries.iter().map(append));
        let last = entries.last().expect("there are some");
        batch.push(Op::Snapshot {
            space: space(),
            note: NoteId([4; 16]),
            state: vec![0, 0],
            covers: vec![(last.chain_id(), 1, last.header().seq)],
            frontier: vec![last.reference()],
        });
        batch.push(Op::Local("setting".into(), Some(b"value".to_vec())));
        let written = store.commit(&[batch]).expect("it is written");
        assert_eq!(written, [Ok(())]);
        drop(store);
        Sound {
            bytes: file.bytes(|bytes| bytes.clone()),
            entries,
        }
    })
}

fn append(entry: &Entry) -> Op {
    Op::Append {
        entry: Arc::new(entry.clone()),
        end_clock: entry.header().seq,
        refused: None,
    }
}

fn entries() -> Vec<Entry> {
    let mut entries = roster();
    let base: Vec<EntryRef> = entries.last().map(Entry::reference).into_iter().collect();
    let session = Draft {
        deps: base,
        ..draft(Kind::Session)
    };
    let mut last = Entry::seal(signer(), session, vec![7; 16]).expect("a session");
    for number in 2..12_u8 {
        let next = Draft {
            seq: u64::from(number),
            prev: last.hash(),
            session: 1,
            ..draft(Kind::Edit)
        };
        let next = Entry::seal(signer(), next, vec![number; 40]).expect("an edit");
        entries.push(std::mem::replace(&mut last, next));
    }
    entries.push(last);
    entries
}

fn run(input: &[u8]) {
    let Sound { bytes, .. } = sound();
    let mut bytes = bytes.clone();
    let mut rest = input;
    while let Some((head, more)) = rest.split_first_chunk::<5>() {
        let at = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize % bytes.len();
        let len = usize::from(head[4]).min(more.len()).min(bytes.len() - at);
        bytes[at..at + len].copy_from_slice(&more[..len]);
        rest = &more[len..];
    }
    if let Ok(store) = Store::create_with_backend(File(Arc::new(Mutex::new(bytes)))) {
        let looked = catch_unwind(AssertUnwindSafe(|| look(&store)));
        let_go(store);
        looked.unwrap_or_else(|payload| resume_unwind(payload));
    }
}

/// Closes it as a crash would, without writing: on a damaged page redb 4.4.0 panics in the commit
/// that closes, and again in a destructor while that unwinds, which ends the process.
fn let_go(store: Store) {
    let closed = catch_unwind(AssertUnwindSafe(move || {
        let _held = store;
        resume_unwind(Box::new(()));
    }));
    assert!(closed.is_err());
}

fn look(store: &Store) {
    let Sound { entries, .. } = sound();
    let _ = store.load();
    let reader = store.reader();
    for entry in entries {
        // It is damaged, or not there, or what it was.
        if let Ok(Some(found)) = reader.entry(entry.chain_id(), entry.header().seq) {
            assert_eq!(*found, *entry, "another entry is in its place");
        }
    }
    let note = NoteId([4; 16]);
    if let Ok(Some(Snapshot { state, .. })) = reader.snapshot(space(), note) {
        assert_eq!(state, [0, 0], "another snapshot is in its place");
    }
    let graph = reader.graph(space(), note);
    let notes = reader.notes_with_entries(space());
    let report = reader.verify(Hooks {
        decode: &mut |_, _, _| Ok(()),
        progress: &mut |_, _| {},
    });
    assert!(report.entries <= entries.len() as u64);
    if report.problems.is_empty() && report.entries > 0 {
        accepted();
        assert_eq!(
            report.entries,
            entries.len() as u64,
            "nothing is missing where all is well"
        );
        assert!(graph.is_ok_and(|graph| graph.len() + 2 == entries.len()));
        assert_eq!(notes, Ok(vec![note]));
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let len = sound().bytes.len() as u32;
    let patch =
        |at: u32, bytes: &[u8]| [&at.to_le_bytes()[..], &[bytes.len() as u8], bytes].concat();
    let mut seeds = vec![
        Vec::new(),
        patch(0, &[0; 16]),
        patch(9, &[3]),
        patch(64, &[0xff; 8]),
        patch(192, &[1; 32]),
    ];
    // A piece in every sixteenth of the file.
    seeds.extend((0..16).map(|part| patch(len / 16 * part + 40, &[0x55; 4])));
    seeds
}
